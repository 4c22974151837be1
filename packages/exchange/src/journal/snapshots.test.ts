/** The thread that makes snapshots beside a journal that is written. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateHash } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { Feed } from '../feed/feed.ts';
import { Folds, wantedSections } from '../replay.ts';
import { findAsset } from '../testing.ts';
import { Flow } from './flow.ts';
import { sha256 } from './head.ts';
import { verifyJournal } from './offline.ts';
import { listSnapshots, newestSnapshot } from './snapshot.ts';
import { Snapshots } from './snapshots.ts';
import { openSqliteJournal } from './sqlite.ts';
import type { DiskJournal } from './sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-snapshots-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const assets = [sure(findAsset('energy'), 'energy'), sure(findAsset('ecoin'), 'ecoin')];

function snapshotsOf(journal: DiskJournal, log: (line: string) => void): Snapshots {
  const newest = newestSnapshot(folder, wantedSections, log)?.head;
  return new Snapshots({
    folder,
    journal,
    assets: () => assets,
    newest,
    log,
    between: 300,
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
  const folds = new Folds(new Feed(findAsset), newest);
  expect(stateHash(folds.state, sha256)).toBe(stateHash(flow.state, sha256));
  // Nothing has come since, so nothing is made.
  const again = await openSqliteJournal(folder, newest?.head);
  expect(again.provedFrom).toBe(1_400);
  await snapshotsOf(again, log).close();
  await again.close();
  expect(listSnapshots(folder)).toHaveLength(2);
  expect(readdirSync(folder)).not.toContain('snapshot.new');
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
