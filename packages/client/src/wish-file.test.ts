import { toOrderId, toOutput, toTradeId } from '@wattlot/core';
import { appendFile, chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OrderWish } from './events.ts';
import { assets, instrument, lots, price, sure, symbol } from './testing.ts';
import { exposureOf, WishBook } from './wish-book.ts';
import type { WishStep } from './wish-book.ts';

import { openWishFile } from './wish-file.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wattlot-wishes-'));
  path = join(folder, 'key.wishes');
});
afterEach(() => rm(folder, { recursive: true }));

const output = (digit: string) => sure(toOutput(`${digit.repeat(64)}:0`));
const order = sure(toOrderId('O7'));
const wish = (id: string): OrderWish => ({
  clientOrderId: id,
  symbol,
  side: 'ask',
  price: price(150),
  volume: lots(3),
  timeInForce: 'gtc',
  postOnly: false,
});
const wished = (id: string): WishStep => ({
  step: 'wished',
  wish: wish(id),
  terms: { ...assets, lot: instrument.lot },
});
const steps: readonly WishStep[] = [
  wished('a'),
  { step: 'placed', id: 'a', order },
  {
    step: 'offered',
    id: 'a',
    offers: [
      { lot: 0, output: output('1') },
      { lot: 1, output: output('2') },
    ],
  },
  { step: 'renewed', id: 'a', outputs: [output('2')] },
  {
    step: 'taken',
    id: 'a',
    lots: [{ trade: sure(toTradeId('T1')), lot: 4, output: output('3') }],
  },
  wished('b'),
  { step: 'over', id: 'b' },
];

async function written(): Promise<void> {
  const file = await openWishFile(path);
  for (const step of steps) file.note(step);
  await file.close();
}

test('what was noted is there after opening again, and only its owner can read it', async () => {
  await written();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const { book, close } = await openWishFile(path).then((file) => ({
    book: file.book,
    close: () => file.close(),
  }));
  expect(book.size).toBe(1);
  const record = sure(book.byOrder(order));
  expect(record.wish).toEqual(wish('a'));
  expect([...record.offers.keys()]).toEqual([0, 1]);
  // One offer lives, one was renewed, one lot was taken.
  expect(exposureOf(record)).toBe(2);
  await close();
});

test('a line that a crash cut off is dropped, and the next one follows cleanly', async () => {
  await written();
  const whole = await readFile(path, 'utf8');
  await appendFile(path, '{"step":"placed","id":"a","or');
  const file = await openWishFile(path);
  file.note(wished('c'));
  await file.settled();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(wished('c'))}\n`);
});

test('whoever waits for the disk while it is busy for somebody else waits as long', async () => {
  const file = await openWishFile(path);
  file.note(wished('a'));
  const done: string[] = [];
  const first = file.settled().then(() => done.push('first'));
  // The second comes while the first one's sync is under way: what it waits for is in that very sync.
  while ((await readFile(path, 'utf8')) === '') await new Promise((turn) => setImmediate(turn));
  const second = file.settled().then(() => done.push('second'));
  await Promise.all([first, second]);
  expect(done).toEqual(['first', 'second']);
  await file.close();
});

test('a line that is not a step stops the opening, names itself, and changes nothing', async () => {
  await written();
  const whole = await readFile(path, 'utf8');
  const spoilt = whole.replace('"step":"renewed"', '"step":"renamed"');
  await writeFile(path, spoilt);
  await expect(openWishFile(path)).rejects.toThrow(`line 4 of ${path}`);
  expect(await readFile(path, 'utf8')).toBe(spoilt);
});

test('a file that others can read is refused with the command that mends it', async () => {
  await written();
  await chmod(path, 0o644);
  await expect(openWishFile(path)).rejects.toThrow(`chmod 600 '${path}'`);
});

test('one wish keeps its first order, and an order its first wish', async () => {
  const file = await openWishFile(path);
  const other = sure(toOrderId('O8'));
  file.note(wished('a'));
  file.note(wished('b'));
  file.note({ step: 'placed', id: 'a', order });
  file.note({ step: 'placed', id: 'a', order: other });
  file.note({ step: 'placed', id: 'b', order });
  expect(file.book.byOrder(order)?.wish.clientOrderId).toBe('a');
  expect(file.book.byOrder(other)).toBeUndefined();
  expect(file.book.byId('b')?.order).toBeUndefined();
  await file.close();
});

test('a file that has grown is rewritten without what is over', async () => {
  const file = await openWishFile(path);
  for (let count = 0; count < 9_000; count += 1) {
    file.note(wished(`w${count}`));
    if (count > 5) file.note({ step: 'over', id: `w${count}` });
    if (count % 1_000 === 0) await file.settled();
  }
  await file.close();
  expect((await stat(path)).size).toBeLessThan(1_100_000);
  const again = await openWishFile(path);
  expect(again.book.size).toBe(6);
  await again.close();
});

test('a file from before there were kinds of orders and amendments is read as it was meant', async () => {
  const terms = '"terms":{"energy":"energy","ecoin":"ecoin","lot":10}';
  const plain = '"side":"ask","price":150,"volume":3,"timeInForce":"gtc","postOnly":false';
  const old = [
    `{"step":"wished","wish":{"clientOrderId":"a","symbol":"KWH/ECOIN",${plain}},${terms}}`,
    `{"step":"placed","id":"a","order":"O7"}`,
    `{"step":"offered","id":"a","offers":[{"lot":0,"output":"${output('1')}"}]}`,
    `{"step":"taken","id":"a","lots":[{"trade":"T1","lot":4,"output":"${output('3')}"}]}`,
  ];
  await writeFile(path, `${old.join('\n')}\n`, { mode: 0o600 });
  const file = await openWishFile(path);
  const record = sure(file.book.byOrder(order));
  expect(record).toMatchObject({ wish: wish('a'), isAmended: false, isAdopted: false });
  expect([record.amendments, exposureOf(record)]).toEqual([[], 2]);
  await file.close();
});

test('the steps that a book is written anew with lead to the same book: kinds, amendments and what is on offer', () => {
  const book = new WishBook();
  const at = (value: number, volume: number) => ({ price: price(value), volume: lots(volume) });
  const whole: OrderWish = { ...wish('a'), whole: true };
  const terms = { ...assets, lot: instrument.lot };
  const trade = sure(toTradeId('T1'));
  const all: readonly WishStep[] = [
    { step: 'wished', wish: whole, terms, adopted: true },
    { step: 'placed', id: 'a', order },
    { step: 'offered', id: 'a', offers: [{ lot: 0, output: output('1') }] },
    { step: 'amended', id: 'a', ...at(150, 2) },
    { step: 'amended', id: 'a', ...at(151, 4) },
    { step: 'amended', id: 'a', ...at(152, 5) },
    {
      step: 'amend_accepted',
      id: 'a',
      ...at(150, 2),
      agreed: [{ trade, price: price(155) }],
    },
    { step: 'amend_refused', id: 'a', ...at(152, 5) },
    { step: 'offered', id: 'a', offers: [{ lot: 3, output: output('2') }] },
  ];
  for (const step of all) book.apply(step);
  const again = new WishBook();
  for (const step of book.steps()) again.apply(step);
  const record = sure(again.byOrder(order));
  expect(record).toEqual(book.byOrder(order));
  expect(record.wish).toMatchObject(at(150, 2));
  expect(record.amendments).toEqual([at(151, 4)]);
  // The offer of all three lots lives still, beside that of two.
  expect(exposureOf(record)).toBe(5);
  expect(record.agreed.get(trade)).toBe(155);
});
