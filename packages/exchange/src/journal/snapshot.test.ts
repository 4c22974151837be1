/** Snapshots: what comes back from one and the entries after it is what comes back from all entries; and none is believed that is not whole. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateHash } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Reading, wantedSections } from '../replay.ts';
import type { Folds } from '../replay.ts';
import { openDatabase } from './database.ts';
import { Flow } from './flow.ts';
import { writeFlow } from './golden.ts';
import { sha256 } from './head.ts';
import { verifyJournal } from './offline.ts';
import { listSnapshots, newestSnapshot, readSnapshot, writeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { foldRows } from './snapshot-thread.ts';
import { Snapshots } from './snapshots.ts';
import { openSqliteJournal } from './sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-snapshot-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noLog = (): void => undefined;

function allRows(): ReturnType<ReturnType<typeof openDatabase>['read']> {
  const database = openDatabase(folder);
  const rows = database.read(1, Number.MAX_SAFE_INTEGER);
  database.close();
  return rows;
}

/** A journal of a flow, and snapshots after some of its commits. */
async function journalWith(
  seed: number,
  entries: number,
  after: readonly number[],
): Promise<readonly Snapshot[]> {
  writeFlow(folder, new Flow({ seed, participants: 5, volume: 4, isWild: true }), entries);
  const rows = allRows();
  const made: Snapshot[] = [];
  for (const count of after) {
    const snapshot = await foldRows(rows.slice(0, count));
    writeSnapshot(folder, snapshot);
    made.push(snapshot);
  }
  return made;
}

/** What an exchange would start with. */
async function start(log: (line: string) => void = noLog): Promise<{ folds: Folds; from: number }> {
  const newest = newestSnapshot(folder, wantedSections, log);
  const reading = new Reading(newest);
  const journal = await openSqliteJournal(folder, newest?.head, reading);
  await journal.close();
  return { folds: reading.folds, from: journal.provedFrom };
}

function textsOf(folds: Folds): unknown {
  return folds.sections().map(({ name, text }) => ({ name, text }));
}

test('a snapshot and the entries after it come to the same as all entries, whatever the flow', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const count = 10 + ((seed * 37) % 90);
    await journalWith(seed, 770, [count]);
    const restored = await start();
    expect(restored.from).toBe(count * 7);
    rmSync(join(folder, listSnapshots(folder)[0] ?? ''));
    const replayed = await start();
    expect(replayed.from).toBe(0);
    expect(stateHash(restored.folds.state, sha256)).toBe(stateHash(replayed.folds.state, sha256));
    expect(textsOf(restored.folds)).toEqual(textsOf(replayed.folds));
    rmSync(folder, { recursive: true });
  }
});

test('a snapshot made from a snapshot is the one made from all entries', async () => {
  await journalWith(3, 700, [60]);
  const rows = allRows();
  const base = newestSnapshot(folder, wantedSections, noLog);
  const made = await foldRows(rows.slice(60), base);
  expect(made).toEqual(await foldRows(rows));
  await expect(foldRows(rows.slice(61), base)).rejects.toMatchObject({
    code: 'journal_corrupt',
  });
});

test('two are kept; verify compares them with the journal, and says what lies', async () => {
  const [, second, third] = await journalWith(4, 700, [20, 50, 90]);
  const names = listSnapshots(folder);
  expect(names).toHaveLength(2);
  const findings = (): unknown => verifyJournal(folder).snapshots.map(({ finding }) => finding);
  expect(findings()).toEqual(['same', 'same']);
  if (second === undefined || third === undefined) throw new Error('not made');
  // Whole in itself, and not what the journal leads to.
  writeSnapshot(folder, { head: third.head, sections: second.sections });
  expect(findings()).toEqual(['another state', 'same']);
  expect(verifyJournal(folder).violations).toHaveLength(1);
  const head = { seq: third.head.seq, hash: second.head.hash };
  writeSnapshot(folder, { head, sections: third.sections });
  expect(findings()).toEqual(['another journal', 'same']);
  // As an older or newer program wrote it.
  const sections = third.sections.map((one) => ({ ...one, version: one.version + 1 }));
  writeSnapshot(folder, { head: third.head, sections });
  expect(findings()).toEqual(['another version', 'same']);
  writeFileSync(join(folder, names[0] ?? ''), 'nothing');
  expect(findings()).toEqual(['broken', 'same']);
  expect(verifyJournal(folder).violations).toEqual([]);
});

test('whatever byte of a snapshot is another, it is ignored with a line, or does no harm', async () => {
  await journalWith(5, 420, [20, 50]);
  const whole = textsOf((await start()).folds);
  const [newest = ''] = listSnapshots(folder);
  const path = join(folder, newest);
  const good = readFileSync(path);
  let ignored = 0;
  const places = [1, 20, 40, 60, 90, 130, 200, 300, 400, 900, 5_000, good.length - 1];
  for (const at of places) {
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const lines: string[] = [];
    const { folds } = await start((line) => lines.push(line));
    expect(textsOf(folds), `byte ${at}`).toEqual(whole);
    ignored += lines.length;
  }
  expect(ignored).toBeGreaterThan(places.length - 4);
  writeFileSync(path, good.subarray(0, good.length - 5));
  expect(readSnapshot(folder, newest)).toBeUndefined();
});

test('a snapshot that the journal does not go on from is not used: the journal decides', async () => {
  await journalWith(6, 420, [30]);
  const other = `${folder}-other`;
  cpSync(folder, other, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  writeFlow(folder, new Flow({ seed: 7, participants: 5, volume: 4, isWild: true }), 420);
  const expected = textsOf((await start()).folds);
  const [name = ''] = listSnapshots(other);
  cpSync(join(other, name), join(folder, name));
  const { folds, from } = await start();
  expect(from).toBe(0);
  expect(textsOf(folds)).toEqual(expected);
  rmSync(other, { recursive: true });
});

test('a snapshot of another version is ignored with a line', async () => {
  const [made] = await journalWith(8, 210, [20]);
  if (made === undefined) throw new Error('not made');
  const sections = made.sections.map((one) => ({ ...one, version: one.version + 1 }));
  writeSnapshot(folder, { head: made.head, sections });
  const lines: string[] = [];
  expect(newestSnapshot(folder, wantedSections, (line) => lines.push(line))).toBeUndefined();
  expect(lines).toEqual([expect.stringContaining('is of another version and was ignored')]);
});

test('a lie after the snapshot is refused, one before it is found soon after, and by verify', async () => {
  await journalWith(9, 910, [100]);
  const path = join(folder, 'journal.db');
  const good = readFileSync(path);
  const lie = (at: number): void => {
    const bytes = Buffer.from(good);
    bytes.write('flox', at, 'latin1');
    writeFileSync(path, bytes);
  };
  lie(good.toString('latin1').search(/flow-8\d\d"/));
  await expect(start()).rejects.toMatchObject({ code: 'journal_corrupt' });
  const past = async (): Promise<void> => {
    const newest = newestSnapshot(folder, wantedSections, noLog)?.head;
    const journal = await openSqliteJournal(folder, newest);
    const parts = { folder, journal, newest, log: noLog, now: () => 0 };
    const snapshots = new Snapshots(parts);
    try {
      await snapshots.provePast();
    } finally {
      await journal.close();
    }
  };
  writeFileSync(path, good);
  await past();
  lie(good.toString('latin1').search(/flow-\d\d"/));
  expect((await start()).from).toBe(700);
  await expect(past()).rejects.toMatchObject({ code: 'journal_corrupt' });
  expect(() => verifyJournal(folder)).toThrow(/are not what was written/);
});
