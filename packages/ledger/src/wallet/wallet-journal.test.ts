import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Txid } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JOURNAL_LOTS_MAX } from '../limits.ts';
import { openWalletJournal } from './wallet-journal.ts';
import type { JournalEntry } from './wallet-journal.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-journal-'));
  path = join(folder, 'journal');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function entry(key: string, hex = '00'): JournalEntry {
  return { key, txid: 'ab'.repeat(32) as Txid, transactions: [hex] };
}

test('entries are there again after a restart, the last of a key counts, void ones are gone', async () => {
  const journal = await openWalletJournal(path);
  await journal.put([entry('a', '01'), entry('b', '02')]);
  await journal.put([entry('a', '03')]);
  await journal.void(['b']);
  await journal.close();
  const again = await openWalletJournal(path);
  expect(await again.get('a')).toEqual(entry('a', '03'));
  expect(await again.get('b')).toBeUndefined();
  await again.close();
});

test('a last line that a crash cut short is dropped', async () => {
  const journal = await openWalletJournal(path);
  await journal.put([entry('a')]);
  await journal.close();
  appendFileSync(path, '{"key":"b","txid"');
  const again = await openWalletJournal(path);
  await again.put([entry('c')]);
  expect(await again.get('c')).toEqual(entry('c'));
  await again.close();
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
});

test('damage before the end is refused', async () => {
  writeFileSync(path, 'rubbish\n{"void":"a"}\n');
  await expect(openWalletJournal(path)).rejects.toMatchObject({ code: 'corrupt' });
});

test('the file does not grow for ever: it is written anew with what is remembered', async () => {
  const journal = await openWalletJournal(path);
  const hex = 'ab'.repeat(2000);
  for (let round = 0; round < 6; round++) {
    const keys = Array.from({ length: 1000 }, (_, i) => `k${(round % 3) * 1000 + i}`);
    await journal.put(keys.map((key) => entry(key, hex)));
  }
  expect(readFileSync(path).length).toBeLessThan(22_000_000);
  expect(await journal.get('k2999')).toEqual(entry('k2999', hex));
  await journal.close();
  const again = await openWalletJournal(path);
  expect(await again.get('k0')).toEqual(entry('k0', hex));
  await again.close();
});

test('only the latest entries are remembered', async () => {
  const journal = await openWalletJournal(path);
  const keys = Array.from({ length: JOURNAL_LOTS_MAX + 1 }, (_, i) => `k${i}`);
  await journal.put(keys.map((key) => entry(key)));
  expect(journal.has('k0')).toBe(false);
  expect(journal.has('k1')).toBe(true);
  await journal.close();
});

test('lots of one transaction share a line, and each is void or replaced for itself, also after the file was written anew', async () => {
  const journal = await openWalletJournal(path);
  const hex = 'ab'.repeat(1000);
  await journal.put([{ ...entry('a', hex), also: ['b', 'c'] }]);
  await journal.void(['b']);
  await journal.put([entry('c', '07')]);
  const expectKept = async (at: typeof journal): Promise<void> => {
    expect(await at.get('a')).toEqual(entry('a', hex));
    expect(await at.get('b')).toBeUndefined();
    expect(await at.get('c')).toEqual(entry('c', '07'));
  };
  await expectKept(journal);
  expect(readFileSync(path, 'utf8').split(hex)).toHaveLength(2);
  // So much that the next writing begins with a new file.
  await journal.put([entry('large', 'ab'.repeat(9_000_000))]);
  await journal.void(['large']);
  await journal.put([entry('d')]);
  expect(readFileSync(path).length).toBeLessThan(10_000);
  await expectKept(journal);
  await journal.close();
  const again = await openWalletJournal(path);
  await expectKept(again);
  await again.close();
});
