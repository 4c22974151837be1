import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { TransactionIndex } from './transaction-index.ts';

function id(of: number): string {
  return createHash('sha256').update(String(of)).digest('hex');
}

test('thousands of transactions are found where they were put, and no others', () => {
  const index = new TransactionIndex();
  const count = 5000;
  for (let i = 0; i < count; i++) {
    index.add(id(i), { height: i >> 3, index: i & 7, offset: i * 1e7, length: i });
  }
  expect(index.size).toBe(count);
  for (let i = 0; i < count; i += 7) {
    const place = { height: i >> 3, index: i & 7, offset: i * 1e7, length: i };
    expect(index.find(id(i))).toEqual(place);
  }
  for (let i = count; i < count + 500; i++) expect(index.find(id(i))).toBeUndefined();
});

test('ids that begin alike are told apart', () => {
  const index = new TransactionIndex();
  const [one, other] = [`${'ab'.repeat(31)}00`, `${'ab'.repeat(31)}01`];
  // the first bytes hashed are the last ones shown
  const [first, second] = [`00${'ab'.repeat(31)}`, `01${'ab'.repeat(31)}`];
  [one, other, first, second].forEach((txid, i) => {
    index.add(txid, { height: i, index: 1, offset: 0, length: 1 });
  });
  expect([one, other, first, second].map((txid) => index.find(txid)?.height)).toEqual([0, 1, 2, 3]);
});
