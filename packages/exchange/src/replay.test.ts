/** A start folds a journal while it is proved: what comes of it is what is in the journal, and of what is wrong the proof's word comes first. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastSeq, stateHash } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ExchangeError } from './errors.ts';
import { exactSeq } from './exact.ts';
import { openDatabase } from './journal/database.ts';
import { Flow } from './journal/flow.ts';
import { writeFlow } from './journal/golden.ts';
import { sha256 } from './journal/head.ts';
import { openSqliteJournal } from './journal/sqlite.ts';
import { Folds, Reading } from './replay.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A time-tick as it is stored. */
function tick(seq: number, at: number): string {
  return JSON.stringify({ seq, at, command: { kind: 'time.tick' } });
}

/** A journal of these texts, one a commit. */
function journalOf(...texts: readonly string[]): void {
  const database = openDatabase(folder);
  for (const [index, entries] of texts.entries()) {
    database.append({ first: index + 1, last: index + 1, entries });
  }
  database.close();
}

async function thrownBy(work: () => unknown): Promise<ExchangeError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ExchangeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('what is folded while a journal is proved is what is read from it afterwards', async () => {
  const flow = new Flow({ seed: 41, participants: 6, volume: 30, isWild: true });
  writeFlow(folder, flow, 5_000);
  const reading = new Reading(undefined);
  let slices = 0;
  const journal = await openSqliteJournal(folder, undefined, {
    start: () => reading.start(),
    begin: (from) => reading.begin(from),
    take: (entries) => {
      slices += 1;
      reading.take(entries);
    },
    fail: (error) => reading.fail(error),
  });
  const { folds } = reading;
  expect(lastSeq(folds.state)).toBe(5_000);
  expect(stateHash(folds.state, sha256)).toBe(stateHash(flow.state, sha256));
  const read = new Folds();
  for await (const entries of journal.read(exactSeq(1))) read.take(entries);
  expect(folds.sections()).toEqual(read.sections());
  // So many that the thread which proves has to wait for the one that folds.
  expect(slices).toBeGreaterThan(20);
  await journal.close();
});

test('a journal that is new begins at 0', async () => {
  const reading = new Reading(undefined);
  const journal = await openSqliteJournal(folder, undefined, reading);
  expect(lastSeq(reading.folds.state)).toBe(0);
  await journal.close();
});

test('an entry that cannot be applied, and one that is none, are told once all is proved', async () => {
  journalOf(tick(1, 1000), tick(2, 999), 'no entry');
  const reading = new Reading(undefined);
  const journal = await openSqliteJournal(folder, undefined, reading);
  await journal.close();
  expect(await thrownBy(() => reading.folds)).toMatchObject({
    code: 'journal_corrupt',
    message: expect.stringMatching(/the journal's entry 2: .*from before the entry/),
  });
  rmSync(folder, { recursive: true });
  journalOf(tick(1, 1000), 'no entry', tick(3, 999));
  const other = new Reading(undefined);
  await (await openSqliteJournal(folder, undefined, other)).close();
  expect(await thrownBy(() => other.folds)).toMatchObject({
    code: 'journal_corrupt',
    message: 'the journal is corrupt at entry 2',
  });
});

test('where the chain is broken that is what is told, whatever was wrong with an entry before', async () => {
  for (const wrong of [tick(2, 999), 'no entry']) {
    journalOf(tick(1, 1000), wrong, tick(3, 1003));
    const path = join(folder, 'journal.db');
    const bytes = readFileSync(path);
    bytes.write('1004', bytes.lastIndexOf('1003'), 'latin1');
    writeFileSync(path, bytes);
    const reading = new Reading(undefined);
    const refused = await thrownBy(() => openSqliteJournal(folder, undefined, reading));
    expect(refused.code).toBe('journal_corrupt');
    expect(refused.message).toContain('entries 3 to 3 are not what was written');
    expect(readFileSync(path)).toEqual(bytes);
    rmSync(folder, { recursive: true });
  }
});
