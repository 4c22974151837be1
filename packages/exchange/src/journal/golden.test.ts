/** The golden journal replays to its recorded hash; what is looked at without an exchange is left as it was. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { Flow } from './flow.ts';
import { goldenFlow, writeFlow } from './golden.ts';
import type { Expected } from './golden.ts';
import { countJournal, findJournal, readLines, verifyJournal } from './offline.ts';

const golden = fileURLToPath(new URL('../../../../fixtures/journals/1', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-golden-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filesOf(of: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(of).map((name) => [name, readFileSync(join(of, name)).toString('latin1')]),
  );
}

test('the golden journal replays to its recorded hash, and is not touched by it', () => {
  const before = filesOf(golden);
  const expected: Expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));
  expect(verifyJournal(golden)).toMatchObject({ ...expected, violations: [], snapshots: [] });
  expect(filesOf(golden)).toEqual(before);
});

test('the golden journal holds every kind of command, and is counted', () => {
  const stats = countJournal(golden);
  const commands = [
    'ledger.advance',
    'market.open',
    'offers.decline',
    'offers.deliver',
    'order.amend',
    'order.cancel',
    'order.cancel_all',
    'order.cancel_all_after',
    'order.place',
    'participant.admit',
    'settlement.submit',
    'time.tick',
  ];
  expect(Object.keys(stats.commands).toSorted()).toEqual(commands);
  expect(Object.values(stats.commands).reduce((sum, count) => sum + count, 0)).toBe(stats.entries);
  expect(stats.lots).toBeGreaterThan(stats.lotsSettled);
  expect(stats.lotsSettled).toBeGreaterThan(50);
  const lines = [...readLines(golden)];
  expect(lines).toHaveLength(stats.entries);
  const numbers = lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(numbers).toEqual(lines.map((_, index) => index + 1));
});

test('a journal of another version is refused, offline and at a start', () => {
  writeFlow(folder, new Flow(goldenFlow), 50);
  const database = new DatabaseSync(join(folder, 'journal.db'));
  database.exec('PRAGMA user_version = 2');
  database.close();
  const before = filesOf(folder);
  for (const open of [verifyJournal, countJournal, openDatabase]) {
    expect(() => open(folder)).toThrow(/has format 2, this program reads 1/);
  }
  expect(filesOf(folder)).toEqual(before);
});

test('a lie in an entry is found by its place, also when the replay would not mind', () => {
  writeFlow(folder, new Flow(goldenFlow), 300);
  const path = join(folder, 'journal.db');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('"clientOrderId":"flow-');
  bytes.write('flow_', at + '"clientOrderId":"'.length, 'latin1');
  writeFileSync(path, bytes);
  expect(() => verifyJournal(folder)).toThrow(/entries \d+ to \d+ are not what was written/);
});

test('an entry that cannot be applied is named', () => {
  const database = openDatabase(folder);
  const entry = (seq: number, at: number): string =>
    JSON.stringify({ seq, at, command: { kind: 'time.tick' } });
  database.append({ first: 1, last: 1, entries: entry(1, 1000) });
  database.append({ first: 2, last: 2, entries: entry(2, 999) });
  database.close();
  expect(() => verifyJournal(folder)).toThrow(/the journal's entry 2: .*from before the entry/);
});

test('a journal is found in its own folder, an exchange folder and a data folder', () => {
  const places = ['own', 'exchange/journal', 'data/exchange/journal'];
  for (const place of places) cpSync(golden, join(folder, place), { recursive: true });
  expect(findJournal(join(folder, 'own'))).toBe(join(folder, 'own'));
  expect(findJournal(join(folder, 'exchange'))).toBe(join(folder, 'exchange/journal'));
  expect(findJournal(join(folder, 'data'))).toBe(join(folder, 'data/exchange/journal'));
  expect(() => findJournal(join(folder, 'nowhere'))).toThrow(/there is no journal in/);
});
