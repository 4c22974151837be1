/**
 * How long a start takes to fold a journal: `npm run bench:restart [-- --orders N --folder F --rounds N --json]`. Makes a journal of a seeded market of 100 participants with so many orders (in F,
 * where it stays for the next run, or in a temporary folder), and folds it as a start does, each time in a process of its own: from all entries, from a snapshot 100,000 entries old
 * (as after a crash of a market with thousands of entries a second), from one 20,000 old (as after that of any other), and from one made at a stop. The ledger is not part of it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOfScript } from '@wattlot/client/config';
import { lastSeq } from '@wattlot/core';
import { Feed } from '../packages/exchange/src/feed/feed.ts';
import { openDatabase } from '../packages/exchange/src/journal/database.ts';
import type { StoredRow } from '../packages/exchange/src/journal/database.ts';
import { encodeEntries } from '../packages/exchange/src/journal/entries.ts';
import { Flow } from '../packages/exchange/src/journal/flow.ts';
import {
  listSnapshots,
  newestSnapshot,
  writeSnapshot,
} from '../packages/exchange/src/journal/snapshot.ts';
import { foldRows } from '../packages/exchange/src/journal/snapshot-thread.ts';
import { openSqliteJournal } from '../packages/exchange/src/journal/sqlite.ts';
import { Reading, wantedSections } from '../packages/exchange/src/replay.ts';
import { findAsset } from '../packages/exchange/src/testing.ts';
import { median } from './exchange/numbers.ts';

/** Entries of a commit under load. */
const commit = 50;

/** Entries after the snapshot from which each kind of start begins. */
const snapshotAge = { busy: 100_000, usual: 20_000, new: 0 } as const;

/** One start. */
interface Start {
  readonly entries: number;
  readonly folded: number;
  readonly seconds: number;
  /** Of processor time, all threads together, collecting included. */
  readonly processor: number;
}

function make(folder: string, orders: number): void {
  const flow = new Flow({ seed: 1, participants: 100, volume: 3, isWild: false });
  const database = openDatabase(folder);
  for (let placed = 0; placed < orders;) {
    const batch = Array.from({ length: commit }, () => flow.next().entry);
    placed += batch.filter(({ command }) => command.kind === 'order.place').length;
    const { seq } = database.head;
    database.append({ first: seq + 1, last: seq + commit, entries: encodeEntries(batch) });
  }
  database.close();
}

/** Writes a snapshot of all entries but the last `without`, from the newest that there is. */
async function snapshot(folder: string, without: number): Promise<void> {
  const database = openDatabase(folder);
  const base = newestSnapshot(folder, wantedSections, () => undefined);
  const last = database.head.seq - without;
  function* rows(): Generator<StoredRow> {
    for (let next = (base?.head.seq ?? 0) + 1; next <= last;) {
      for (const row of database.read(next, 4_000_000)) {
        if (row.last <= last) yield row;
        next = row.last + 1;
      }
    }
  }
  writeSnapshot(folder, await foldRows(rows(), base));
  database.close();
}

/** One start. Prints what it took. */
async function start(folder: string): Promise<void> {
  const begun = performance.now();
  const newest = newestSnapshot(folder, wantedSections, () => undefined);
  const reading = new Reading(newest);
  const journal = await openSqliteJournal(folder, newest?.head, reading);
  const from = journal.provedFrom;
  const { folds } = reading;
  folds.begin(new Feed(findAsset));
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage();
  const entries = lastSeq(folds.state);
  await journal.close();
  const found: Start = {
    entries,
    folded: entries - from,
    seconds,
    processor: (user + system) / 1e6,
  };
  console.log(JSON.stringify(found));
}

function run(folder: string, what: string): string {
  const args = [import.meta.filename, '--folder', folder, '--only', what];
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

/** Starts `rounds` times. @returns the medians. */
function starts(folder: string, what: string, rounds: number): Start {
  const all = Array.from({ length: rounds }, () => JSON.parse(run(folder, 'start')) as Start);
  const of = (name: keyof Start): number => median(all.map((one) => one[name]));
  const found: Start = {
    entries: of('entries'),
    folded: of('folded'),
    seconds: of('seconds'),
    processor: of('processor'),
  };
  const { entries, folded, seconds, processor } = found;
  console.log(
    `${what} ${entries} entries, ${folded} of them folded: ${seconds.toFixed(1)} s (${processor.toFixed(1)} s of processor time in the whole process)`,
  );
  return found;
}

const values = optionsOfScript('npm run bench:restart --', {
  orders: {
    kind: 'number',
    value: 'N',
    what: 'of a new journal',
    usual: 1_000_000,
    least: 1,
    most: 100_000_000,
  },
  folder: {
    kind: 'text',
    value: 'F',
    what: 'where the journal is, or is made and stays; without it in a temporary folder',
  },
  rounds: {
    kind: 'number',
    value: 'N',
    what: 'how often each kind of start is measured',
    usual: 1,
    least: 1,
    most: 1_000,
  },
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
  only: {
    kind: 'list',
    value: 'P',
    what: 'one step, as it is run in a process of its own',
    allowed: ['start', 'busy', 'usual', 'new'],
  },
});
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'wattlot-restart-'));
const [only] = values.only;
if (only === 'start') await start(folder);
else if (only === 'busy' || only === 'usual' || only === 'new') {
  await snapshot(folder, snapshotAge[only]);
} else {
  const { rounds } = values;
  if (!existsSync(join(folder, 'journal.db'))) make(folder, values.orders);
  for (const name of listSnapshots(folder)) rmSync(join(folder, name));
  const none = starts(folder, 'no snapshot: ', rounds);
  run(folder, 'busy');
  const afterBusyKill = starts(folder, 'after a kill under load:', rounds);
  run(folder, 'usual');
  const afterKill = starts(folder, 'after a kill:', rounds);
  run(folder, 'new');
  const afterStop = starts(folder, 'after a stop:', rounds);
  if (values.json)
    console.log(JSON.stringify({ rounds, none, afterBusyKill, afterKill, afterStop }));
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
