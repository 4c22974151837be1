/** The thread that makes snapshots beside a journal that is written. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateHash } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Folds, wantedSections } from '../replay.ts';
import { Flow } from './flow.ts';
import { sha256 } from './head.ts';
import { verifyJournal } from './offline.ts';
import { listSnapshots, newestSnapshot, unfinished } from './snapshot.ts';
import { Snapshots } from './snapshots.ts';
import { openSqliteJournal } from './sqlite.ts';
import type { DiskJournal } from './sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-snapshots-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function snapshotsOf(journal: DiskJournal, log: (line: string) => void, place = folder): Snapshots {
  const newest = newestSnapshot(place, wantedSections, log)?.head;
  return new Snapshots({
    folder: place,
    journal,
    newest,
    log,
    now: () => 0,
    between: 300,
    pauseMs: 0,
    atStop: 1,
  });
}

test('snapshots are made while entries are taken, and at a stop; a start from one knows all', async () => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const flow = new Flow({ seed: 11, participants: 5, volume: 4, isWild: true });
  const journal = await openSqliteJournal(folder);
  const snapshots = snapshotsOf(journal, log);
  for (let commit = 0; commit < 200; commit += 1) {
    await journal.append(Array.from({ length: 7 }, () => flow.next().entry));
    snapshots.committed(journal.head);
    // However late its thread is: one of them is made before the last entries come.
    while (commit === 100 && listSnapshots(folder).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await snapshots.close();
  await journal.close();
  expect(lines).toEqual([]);
  expect(listSnapshots(folder)).toHaveLength(2);
  const { snapshots: found, violations } = verifyJournal(folder);
  expect(found.map(({ seq, finding }) => [seq, finding])[0]).toEqual([1_400, 'same']);
  expect(found[1]).toMatchObject({ finding: 'same' });
  expect(violations).toEqual([]);
  const newest = newestSnapshot(folder, wantedSections, log);
  const folds = new Folds(newest);
  expect(stateHash(folds.state, sha256)).toBe(stateHash(flow.state, sha256));
  // Nothing has come since, so nothing is made.
  const again = await openSqliteJournal(folder, newest?.head);
  expect(again.provedFrom).toBe(1_400);
  await snapshotsOf(again, log).close();
  await again.close();
  expect(listSnapshots(folder)).toHaveLength(2);
  expect(readdirSync(folder)).not.toContain('snapshot.new');
});

test('however fast entries come, the next snapshot is begun a minute after the last', async () => {
  const flow = new Flow({ seed: 13, participants: 5, volume: 4, isWild: true });
  const journal = await openSqliteJournal(folder);
  let now = 1_000;
  const log = (line: string): void => expect.fail(line);
  const snapshots = new Snapshots({
    folder,
    journal,
    newest: undefined,
    log,
    now: () => now,
    between: 50,
  });
  const seqs = (): readonly number[] =>
    listSnapshots(folder).map((name) => Number(name.slice('snapshot-'.length)));
  const run = async (): Promise<void> => {
    await journal.append(Array.from({ length: 50 }, () => flow.next().entry));
    snapshots.committed(journal.head);
    await snapshots.idle();
  };
  await run();
  expect(seqs()).toEqual([50]);
  for (let commit = 0; commit < 5; commit += 1) await run();
  now += 59_999;
  await run();
  expect(seqs()).toEqual([50]);
  now += 1;
  await run();
  expect(seqs()).toEqual([400, 50]);
  await journal.close();
});

test('a snapshot that cannot be written is told of, and the journal goes on', async () => {
  const lines: string[] = [];
  const flow = new Flow({ seed: 12, participants: 5, volume: 4, isWild: true });
  const journal = await openSqliteJournal(folder);
  const snapshots = snapshotsOf(journal, (line) => void lines.push(line));
  await journal.append(Array.from({ length: 100 }, () => flow.next().entry));
  // Its place is taken by a folder that cannot be replaced.
  const place = join(folder, 'snapshot-0000000000000100');
  await import('node:fs').then(({ mkdirSync }) => mkdirSync(place));
  writeFileSync(join(place, 'file'), '');
  await snapshots.close();
  expect(lines).toEqual([expect.stringMatching(/^no snapshot could be made: /)]);
  await journal.append([flow.next().entry]);
  expect(journal.head).toBe(101);
  await journal.close();
  rmSync(place, { recursive: true });
  expect(verifyJournal(folder)).toMatchObject({ seq: 101, snapshots: [], violations: [] });
});

const flowOptions = { seed: 12, participants: 9, volume: 8, isWild: true };

/** Makes one snapshot after the other of a journal that grows, until it is killed. */
const program = `
import { openSqliteJournal } from ${JSON.stringify(new URL('sqlite.ts', import.meta.url).href)};
import { Flow } from ${JSON.stringify(new URL('flow.ts', import.meta.url).href)};
import { Snapshots } from ${JSON.stringify(new URL('snapshots.ts', import.meta.url).href)};
const folder = process.argv[2];
const flow = new Flow(${JSON.stringify(flowOptions)});
const journal = await openSqliteJournal(folder);
for (let past = 0; past < journal.head; past += 1) flow.next();
const log = (line) => { throw new Error(line); };
const snapshots = new Snapshots({ folder, journal, newest: undefined, log, now: () => 0, between: 40, pauseMs: 0 });
const parent = process.ppid;
// Whoever started it may have had enough; and the thread that makes the snapshot is one that waits for all others.
while (process.ppid === parent) {
  await journal.append(Array.from({ length: 20 }, () => flow.next().entry));
  snapshots.committed(journal.head);
  await snapshots.idle();
}
`;

const canTrace = spawnSync('strace', ['-e', 'inject=rename:error=EIO', 'true']).status === 0;
const note = canTrace ? '' : ' (SKIPPED: strace is missing or may not trace here)';

test.skipIf(!canTrace)(
  `a process killed while it writes a snapshot leaves the journal and the snapshot before it${note}`,
  async () => {
    const [file, own] = [join(folder, 'program.mjs'), join(folder, 'journal')];
    writeFileSync(file, program);
    const flow = new Flow(flowOptions);
    const first = await openSqliteJournal(own);
    await first.append(Array.from({ length: 100 }, () => flow.next().entry));
    await snapshotsOf(first, (line) => expect.fail(line), own).close();
    await first.close();
    // Killed before the second snapshot gets its name.
    const names = 'rename,renameat,renameat2';
    const inject = ['-e', `trace=${names}`, '-e', `inject=${names}:signal=SIGKILL:when=1`];
    const run = ['-f', '-o', join(folder, 'calls'), ...inject, process.execPath, file, own];
    spawnSync('strace', run, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 30_000 });
    const cut = join(own, unfinished);
    expect(existsSync(cut)).toBe(true);
    for (const length of [statSync(cut).size, statSync(cut).size >> 1, 0]) {
      truncateSync(cut, length);
      const { seq, violations, snapshots } = verifyJournal(own);
      expect(violations).toEqual([]);
      expect(snapshots.map(({ finding }) => finding)).toEqual(['same']);
      const lines: string[] = [];
      const journal = await openSqliteJournal(own);
      expect(journal.head).toBe(seq);
      const newest = newestSnapshot(own, wantedSections, (line) => lines.push(line))?.head;
      expect(newest?.seq).toBeLessThan(seq);
      await journal.close();
      expect(lines).toEqual([]);
    }
    // The next one takes its place.
    const journal = await openSqliteJournal(own);
    const snapshots = snapshotsOf(journal, (line) => expect.fail(line), own);
    await snapshots.close();
    await journal.close();
    expect(existsSync(cut)).toBe(false);
    expect(verifyJournal(own).snapshots.map(({ finding }) => finding)).toEqual(['same', 'same']);
  },
);
