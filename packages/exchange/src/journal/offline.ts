/**
 * A journal without its exchange: proved, replayed, audited, counted, written out. Nothing is touched. A journal that an exchange has open cannot be read
 * by another process (SQLite's exclusive lock); then `folder_locked` is thrown, and a copy of the folder has to do.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { apply, applyChecked, audit, createState, lastInstant } from '@wattlot/core';
import { packedState, stateHash } from '@wattlot/core';
import type { Entry, Event, Instant, State } from '@wattlot/core';
import { ExchangeError, lineOf } from '../errors.ts';
import { decodeEntries } from './entries.ts';
import { emptyHead, sha256 } from './head.ts';
import type { Head } from './head.ts';
import type { StoredEntry } from './packing.ts';
import { databaseOf, explain, proveJournal, witnessOf } from './proof.ts';
import { listSnapshots, readSnapshot, sectionOf, stateSection } from './snapshot.ts';

/** What a journal was found to be. */
export interface Verification {
  readonly folder: string;
  /** Of the last entry. */
  readonly seq: number;
  readonly commits: number;
  /** Of the hash chain at the last entry. */
  readonly chainHash: string;
  /** SHA-256 of the state that the replay came to. */
  readonly stateHash: string;
  /** What the audit of that state found; nothing when all is well. */
  readonly violations: readonly string[];
  readonly snapshots: readonly SnapshotFinding[];
}

/** A snapshot beside the journal. A broken one is ignored by an exchange; one that is whole and says something else than the journal is a violation. */
export interface SnapshotFinding {
  readonly file: string;
  readonly seq: number | undefined;
  readonly finding: 'same' | 'broken' | 'another state' | 'another journal' | 'another version';
}

/** What a journal holds, counted. */
export interface JournalStats {
  readonly folder: string;
  readonly entries: number;
  readonly commits: number;
  /** How many entries of each kind of command. */
  readonly commands: Readonly<Record<string, number>>;
  readonly refusals: number;
  readonly orders: number;
  readonly trades: number;
  /** Lots matched. */
  readonly lots: number;
  readonly lotsSettled: number;
  /** Of the first and the last entry, microseconds since 1970; undefined in an empty journal. */
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
  /** Of the database with its log. */
  readonly bytes: number;
}

/**
 * The journal's folder: `folder` itself, or where an exchange's folder or a data folder keeps it.
 * @throws ExchangeError `journal_io` when there is none.
 */
export function findJournal(folder: string): string {
  const places = [folder, join(folder, 'journal'), join(folder, 'exchange', 'journal')];
  const found = places.find(
    (place) => existsSync(databaseOf(place)) || existsSync(witnessOf(place)),
  );
  if (found !== undefined) return found;
  throw new ExchangeError('journal_io', `there is no journal in ${folder}`);
}

/** The entries of a journal with their commits, in order, proved as they come. @throws as `proveJournal` does. */
function* readCommits(
  folder: string,
): Generator<{ readonly entries: readonly Entry[]; readonly head: Head }, void, undefined> {
  for (const { entries, first, last, head } of proveJournal(folder)) {
    yield { entries: decodeEntries(entries, first, last), head };
  }
}

/** Each entry as the text that is stored, one JSON object, in order. @throws as `proveJournal` does, after what was good. */
export function* readLines(folder: string): Generator<string, void, undefined> {
  for (const { entries } of proveJournal(folder)) yield* entries.split('\n');
}

/**
 * Proves the journal, replays it and audits what comes out; compares its snapshots with the replay.
 * @throws ExchangeError `journal_corrupt`, `journal_version`, `folder_locked`, `journal_io`.
 */
export function verifyJournal(folder: string): Verification {
  const snapshots = new Map<string, SnapshotFinding>();
  const wanted = new Map<number, string>();
  for (const file of listSnapshots(folder)) {
    const snapshot = readSnapshot(folder, file);
    snapshots.set(file, { file, seq: snapshot?.head.seq, finding: 'broken' });
    if (snapshot === undefined) continue;
    snapshots.set(file, { file, seq: snapshot.head.seq, finding: 'another journal' });
    wanted.set(snapshot.head.seq, file);
  }
  let commits = 0;
  const { state, head } = fold(folder, (now, at) => {
    commits += 1;
    const file = wanted.get(at.seq);
    const snapshot = file === undefined ? undefined : readSnapshot(folder, file);
    if (file === undefined || snapshot?.head.hash !== at.hash) return;
    const text = sectionOf(snapshot, stateSection);
    if (text === undefined) {
      snapshots.set(file, { file, seq: at.seq, finding: 'another version' });
      return;
    }
    const isSame = text === packedState(now);
    snapshots.set(file, { file, seq: at.seq, finding: isSame ? 'same' : 'another state' });
  });
  const findings = [...snapshots.values()];
  const others = findings
    .filter(({ finding }) => finding === 'another state')
    .map(({ file }) => `${file} holds another state than the journal leads to`);
  return {
    folder,
    seq: head.seq,
    commits,
    chainHash: head.hash,
    stateHash: stateHash(state, sha256),
    violations: [...audit(state), ...others],
    snapshots: findings,
  };
}

/** Counts what a journal holds. @throws as `verifyJournal` does. */
export function countJournal(folder: string): JournalStats {
  const commands: Record<string, number> = {};
  const counts = {
    entries: 0,
    commits: 0,
    refusals: 0,
    orders: 0,
    trades: 0,
    lots: 0,
    lotsSettled: 0,
  };
  let from: Instant | undefined;
  const { state } = fold(
    folder,
    () => {
      counts.commits += 1;
    },
    ({ at, command: { kind } }, events) => {
      from ??= at;
      counts.entries += 1;
      commands[kind] = (commands[kind] ?? 0) + 1;
      for (const event of events) {
        if (event.kind === 'refused') counts.refusals += 1;
        else if (event.kind === 'order.placed') counts.orders += 1;
        else if (event.kind === 'trade.made') {
          counts.trades += 1;
          counts.lots += event.trade.volume;
        } else if (event.kind === 'trade.updated') counts.lotsSettled += settledNow(event);
      }
    },
  );
  const to = from === undefined ? undefined : lastInstant(state);
  const files = [databaseOf(folder), `${databaseOf(folder)}-wal`];
  let bytes = 0;
  for (const file of files) bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return { folder, ...counts, commands, from, to, bytes };
}

function settledNow({ trade, lots }: Event & { kind: 'trade.updated' }): number {
  const changed = new Set(lots);
  const settled = trade.lots.filter(({ lot, state }) => state === 'settled' && changed.has(lot));
  return settled.reduce((sum, { volume }) => sum + volume, 0);
}

/** Replays a journal into a state. `committed` sees the state after each commit, `applied` each entry. */
function fold(
  folder: string,
  committed: (state: State, head: Head) => void,
  applied?: (entry: Entry, events: readonly Event[]) => void,
): { readonly state: State; readonly head: Head } {
  const state = createState();
  let head = emptyHead;
  try {
    for (const commit of readCommits(folder)) {
      for (const entry of commit.entries) {
        const events = applyStored(state, entry);
        applied?.(entry, events);
      }
      head = commit.head;
      committed(state, head);
    }
  } catch (error) {
    throw explain(error, folder);
  }
  return { state, head };
}

/** Applies an entry of a journal. @throws ExchangeError `journal_corrupt` when it cannot be. */
export function applyStored(
  state: State,
  entry: Entry & Partial<Pick<StoredEntry, 'isChecked'>>,
): readonly Event[] {
  try {
    return entry.isChecked === true ? applyChecked(state, entry) : apply(state, entry);
  } catch (error) {
    const what = `the journal's entry ${entry.seq}: ${lineOf(error)}`;
    throw new ExchangeError('journal_corrupt', what, { cause: error });
  }
}
