/**
 * The thread that makes a snapshot: it takes the newest one, folds the commits since then as a start would, and writes what comes out. It lives for one snapshot, so that
 * the exchange itself never stops for one.
 */
import { setPriority } from 'node:os';
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { ExchangeError, lineOf } from '../errors.ts';
import type { ExchangeErrorCode } from '../errors.ts';
import { Folds, wantedSections } from '../replay.ts';
import type { StoredRow } from './database.ts';
import { decodeEntries } from './entries.ts';
import { emptyHead, nextHead, sameHead } from './head.ts';
import type { Head } from './head.ts';
import { newestSnapshot, writeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** What it is started with: `port` leads to the thread that has the journal. With `prove` it makes no snapshot and proves the chain up to that head. */
export interface SnapshotTask {
  readonly thread: 'snapshot';
  readonly folder: string;
  readonly port: MessagePort;
  readonly prove?: Head;
}

/** What it tells in the end. */
export type SnapshotAnswer =
  | { readonly kind: 'made'; readonly seq: number }
  | { readonly kind: 'proved' }
  | { readonly kind: 'failed'; readonly code: ExchangeErrorCode; readonly message: string };

/** Beside an exchange that is busy this thread is the one that waits. Elsewhere than on Linux a priority is the whole process's. */
const niceness = 10;

/** Does what it was started for, and tells how it went. */
export async function runSnapshotThread(task: SnapshotTask): Promise<void> {
  let answer: SnapshotAnswer;
  try {
    if (process.platform === 'linux') setPriority(0, niceness);
    answer =
      task.prove === undefined ? await makeSnapshot(task) : await prove(task.port, task.prove);
  } catch (error) {
    const code = error instanceof ExchangeError ? error.code : 'journal_io';
    answer = { kind: 'failed', code, message: lineOf(error) };
  }
  task.port.close();
  parentPort?.postMessage(answer);
}

async function makeSnapshot({ folder, port }: SnapshotTask): Promise<SnapshotAnswer> {
  const base = newestSnapshot(folder, wantedSections, () => undefined);
  const snapshot = await foldRows(rowsOf(port, base?.head.seq ?? 0), base);
  writeSnapshot(folder, snapshot);
  return { kind: 'made', seq: snapshot.head.seq };
}

/** Goes along the chain from the first entry. @throws ExchangeError `journal_corrupt` when it does not come to the head. */
async function prove(port: MessagePort, to: Head): Promise<SnapshotAnswer> {
  let head = emptyHead;
  for await (const { first, last, entries } of rowsOf(port, 0)) {
    if (first !== head.seq + 1) throw corrupt(head.seq + 1);
    head = nextHead(head, last, entries);
    if (head.seq >= to.seq) break;
  }
  if (!sameHead(head, to)) throw corrupt(to.seq);
  return { kind: 'proved' };
}

/**
 * The snapshot after these commits.
 * @throws ExchangeError `journal_corrupt` when they do not follow the snapshot `base`.
 */
export async function foldRows(
  rows: AsyncIterable<StoredRow> | Iterable<StoredRow>,
  base?: Snapshot,
): Promise<Snapshot> {
  const folds = new Folds(base);
  let head: Head = base?.head ?? emptyHead;
  for await (const { first, last, entries, hash } of rows) {
    if (first !== head.seq + 1) throw corrupt(head.seq + 1);
    head = nextHead(head, last, entries);
    if (head.hash !== hash) throw corrupt(first);
    folds.take(decodeEntries(entries, first, last));
  }
  return { head, sections: folds.sections() };
}

/** The commits after entry `seq` that are on disk now, in slices. */
async function* rowsOf(port: MessagePort, seq: number): AsyncGenerator<StoredRow> {
  let next = seq + 1;
  const gone = new AbortController();
  port.on('close', () => gone.abort());
  for (;;) {
    port.postMessage(next);
    const [rows]: StoredRow[][] = await once(port, 'message', { signal: gone.signal });
    if (rows === undefined || rows.length === 0) return;
    for (const row of rows) {
      if (row.first >= next) yield row;
      next = row.last + 1;
    }
  }
}

function corrupt(seq: number): ExchangeError {
  return new ExchangeError(
    'journal_corrupt',
    `the journal is not what was written, by entry ${seq}`,
  );
}
