import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toInstant, toSeq } from '@wattlot/core';
import type { Entry } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ExchangeError } from '../errors.ts';
import { openDatabase } from './database.ts';
import { encodeEntries } from './entries.ts';
import type { Journal } from './journal.ts';
import { openSqliteJournal } from './sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function entry(number: number): Entry {
  const seq = toSeq(number);
  const at = toInstant(1_700_000_000_000_000 + number);
  if (seq === undefined || at === undefined) throw new Error('not an entry');
  return { seq, at, command: { kind: 'time.tick' } };
}

function entries(first: number, last: number): readonly Entry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));
}

async function readAll(journal: Journal, from = 1): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for await (const some of journal.read(entry(from).seq)) all.push(...some);
  return all;
}

async function failureOf(work: Promise<unknown>): Promise<ExchangeError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ExchangeError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}

/** A folder as a process leaves it that is killed after its commits: the newest of them in the log only. */
async function killedFolder(commits: number): Promise<string> {
  const journal = await openSqliteJournal(folder);
  for (let commit = 0; commit < commits; commit += 1) {
    await journal.append(entries(commit * 3 + 1, commit * 3 + 3));
  }
  const copy = `${folder}-killed`;
  cpSync(folder, copy, { recursive: true });
  await journal.close();
  rmSync(folder, { recursive: true });
  cpSync(copy, folder, { recursive: true });
  return copy;
}

test('entries come back in order, from any number, also after a restart', async () => {
  let journal = await openSqliteJournal(folder);
  expect(journal.head).toBe(0);
  expect(await readAll(journal)).toEqual([]);
  await Promise.all([journal.append(entries(1, 3)), journal.append(entries(4, 4))]);
  await journal.append(entries(5, 9));
  expect(journal.head).toBe(9);
  await journal.close();
  journal = await openSqliteJournal(folder);
  expect(journal.head).toBe(9);
  expect(await readAll(journal)).toEqual(entries(1, 9));
  expect(await readAll(journal, 2)).toEqual(entries(2, 9));
  expect(await readAll(journal, 9)).toEqual(entries(9, 9));
  await journal.append(entries(10, 10));
  expect(await readAll(journal, 5)).toEqual(entries(5, 10));
  await journal.close();
});

test('entries of a killed process come back', async () => {
  const copy = await killedFolder(4);
  rmSync(copy, { recursive: true });
  const journal = await openSqliteJournal(folder);
  expect(await readAll(journal)).toEqual(entries(1, 12));
  await journal.close();
});

test('a commit that never got to its witness is kept, and the next one follows it', async () => {
  let journal = await openSqliteJournal(folder);
  await journal.append(entries(1, 2));
  const witness = readFileSync(join(folder, 'journal.head'));
  await journal.append(entries(3, 4));
  await journal.close();
  writeFileSync(join(folder, 'journal.head'), witness);
  journal = await openSqliteJournal(folder);
  expect(await readAll(journal)).toEqual(entries(1, 4));
  await journal.append(entries(5, 5));
  await journal.close();
  journal = await openSqliteJournal(folder);
  expect(journal.head).toBe(5);
  await journal.close();
});

test('a lost tail, a lost database and an older witness are refused and left as they are', async () => {
  const journal = await openSqliteJournal(folder);
  await journal.append(entries(1, 2));
  const early = `${folder}-early`;
  cpSync(folder, early, { recursive: true });
  await journal.append(entries(3, 4));
  await journal.append(entries(5, 6));
  await journal.close();
  const late = `${folder}-late`;
  cpSync(folder, late, { recursive: true });
  cpSync(join(early, 'journal.head'), join(folder, 'journal.head'));
  expect((await failureOf(openSqliteJournal(folder))).message).toContain('the journal ends at 6');
  cpSync(join(late, 'journal.head'), join(folder, 'journal.head'));
  cpSync(join(early, 'journal.db'), join(folder, 'journal.db'));
  cpSync(join(early, 'journal.db-wal'), join(folder, 'journal.db-wal'));
  const before = filesOf(folder);
  const lost = await failureOf(openSqliteJournal(folder));
  expect(lost.code).toBe('journal_corrupt');
  expect(lost.message).toContain('entries 3 to 6 are lost');
  expect(filesOf(folder)).toEqual(before);
  for (const name of readdirSync(folder)) {
    if (name.startsWith('journal.db')) rmSync(join(folder, name));
  }
  expect((await failureOf(openSqliteJournal(folder))).message).toContain('entries 1 to 6 are lost');
  expect(readdirSync(folder)).toEqual(['journal.head']);
  cpSync(join(late, 'journal.db'), join(folder, 'journal.db'));
  rmSync(join(folder, 'journal.head'));
  expect((await failureOf(openSqliteJournal(folder))).message).toContain('witness is missing');
  expect(readdirSync(folder)).toEqual(['journal.db']);
  rmSync(early, { recursive: true });
  rmSync(late, { recursive: true });
});

function filesOf(of: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(of).map((name) => [name, readFileSync(join(of, name)).toString('latin1')]),
  );
}

test('a bit flipped anywhere is refused untouched, or changes nothing', async () => {
  const good = await killedFolder(12);
  let refused = 0;
  for (const name of readdirSync(good)) {
    if (name.endsWith('-shm')) continue;
    const bytes = readFileSync(join(good, name));
    const step = Math.max(1, Math.floor(bytes.length / 150));
    for (let at = 0; at < bytes.length; at += at < 100 ? 3 : step) {
      cpSync(good, folder, { recursive: true });
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(join(folder, name), flipped);
      const before = filesOf(folder);
      try {
        const database = openDatabase(folder);
        const rows = database.read(1, 1_000_000);
        database.close();
        const text = rows.map((row) => row.entries).join('\n');
        expect(text, `${name}, byte ${at}`).toBe(encodeEntries(entries(1, 36)));
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error;
        refused += 1;
        expect(['journal_corrupt', 'journal_version']).toContain(error.code);
        expect(filesOf(folder), `${name}, byte ${at}`).toEqual(before);
      }
      rmSync(folder, { recursive: true });
    }
  }
  expect(refused).toBeGreaterThan(100);
  rmSync(good, { recursive: true });
});

test('a journal that is cut short says so, with its folder', async () => {
  const journal = await openSqliteJournal(folder);
  await journal.append(Array.from({ length: 500 }, (_, index) => entry(index + 1)));
  await journal.close();
  const path = join(folder, 'journal.db');
  const bytes = readFileSync(path);
  for (const left of [50, 4096, 8192, bytes.length - 1]) {
    truncateSync(path, left);
    const refused = await failureOf(openSqliteJournal(folder));
    expect(refused.code).toBe('journal_corrupt');
    expect(refused.message).toContain(`journal in ${folder}: the database is cut short`);
    writeFileSync(path, bytes);
  }
});

test.skipIf(process.platform === 'win32')('only its owner can read a journal', async () => {
  const modes = (): readonly number[] =>
    readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
  const journal = await openSqliteJournal(folder);
  await journal.append(entries(1, 1));
  expect(modes()).toEqual([0o600, 0o600, 0o600]);
  await journal.close();
  chmodSync(join(folder, 'journal.db'), 0o644);
  const again = await openSqliteJournal(folder);
  expect(modes()).toEqual([0o600, 0o600, 0o600]);
  await again.close();
});

test('opening leaves the witness as it is, also one that a crash left a commit behind', async () => {
  const path = join(folder, 'journal.head');
  let journal = await openSqliteJournal(folder);
  await journal.append(entries(1, 1));
  const before = readFileSync(path);
  await journal.append(entries(2, 2));
  await journal.close();
  writeFileSync(path, before);
  journal = await openSqliteJournal(folder);
  await journal.close();
  expect(readFileSync(path)).toEqual(before);
  journal = await openSqliteJournal(folder);
  await journal.append(entries(3, 3));
  await journal.close();
  // Both slots: the commit that had no witness and the one after it.
  expect(
    readFileSync(path, 'latin1')
      .match(/wattlot-head1 \d/g)
      ?.toSorted(),
  ).toEqual(['wattlot-head1 2', 'wattlot-head1 3']);
});

test('an unknown format is refused', async () => {
  const journal = await openSqliteJournal(folder);
  await journal.append(entries(1, 1));
  await journal.close();
  const path = join(folder, 'journal.db');
  const bytes = readFileSync(path);
  bytes.writeUInt32BE(2, 60);
  writeFileSync(path, bytes);
  const refused = await failureOf(openSqliteJournal(folder));
  expect(refused.code).toBe('journal_version');
  expect(readFileSync(path)).toEqual(bytes);
});

const program = `
import { openDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)};
const database = openDatabase(process.argv[1]);
const commits = Number(process.argv[2]);
for (let seq = 1; seq <= commits; seq += 1) {
  database.append({ first: seq, last: seq, entries: JSON.stringify({ seq }) });
}
process.stdout.write('open');
if (commits === 0) setInterval(() => undefined, 1000);
else database.close();
`;
const programArguments = ['--input-type=module', '-e', program];

test('a second process is refused while the first one lives, and only then', async () => {
  const child = spawn(process.execPath, [...programArguments, folder, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((open) => child.stdout.once('data', open));
  const refused = await failureOf(openSqliteJournal(folder));
  expect(refused.code).toBe('folder_locked');
  expect(refused.message).toContain(folder);
  const ended = new Promise((end) => child.once('exit', end));
  child.kill('SIGKILL');
  await ended;
  const journal = await openSqliteJournal(folder);
  const again = await failureOf(openSqliteJournal(folder));
  expect(again.code).toBe('folder_locked');
  await journal.append(entries(1, 1));
  await journal.close();
});

const strace = spawnSync('strace', ['-V']).status === 0;
if (!strace) console.warn('skipped: strace is missing, nobody counts the syncs');

test.skipIf(!strace)('every commit is synced twice: in the log and in the witness', () => {
  const calls = join(folder, 'calls');
  const trace = ['-f', '-e', 'trace=fsync,fdatasync', '-o', calls];
  const count = (commits: number): number => {
    const to = join(folder, String(commits));
    const run = [...trace, process.execPath, ...programArguments, to, String(commits)];
    const { status, stderr } = spawnSync('strace', run);
    expect(status, String(stderr)).toBe(0);
    return readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => line.includes('sync(')).length;
  };
  expect(count(41) - count(1)).toBe(80);
});

test('after the first refusal of the disk nothing more is taken', async () => {
  const journal = await openSqliteJournal(folder);
  await journal.append(entries(1, 1));
  // The next number is 2: a batch that leaves a gap is an error of the thread, as a failing disk would be.
  const [gap, after] = await Promise.all([
    failureOf(journal.append(entries(3, 3))),
    failureOf(journal.append(entries(2, 2))),
  ]);
  expect(gap.code).toBe('journal_io');
  expect(after.code).toBe('journal_io');
  expect((await failureOf(journal.append(entries(2, 2)))).code).toBe('journal_io');
  expect(journal.head).toBe(1);
});
