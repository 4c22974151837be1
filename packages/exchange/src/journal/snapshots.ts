/** Sees to it that there is a recent snapshot: every so many entries, and when an exchange stops. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { ExchangeError, lineOf } from '../errors.ts';
import type { Head } from './head.ts';
import type { SnapshotAnswer, SnapshotTask } from './snapshot-thread.ts';
import { workerFile } from './sqlite.ts';
import type { DiskJournal } from './sqlite.ts';

/** Entries from one snapshot to the next, at least: after a crash a start replays fewer, in half a second to a second. */
const entriesBetween = 20_000;

/**
 * Milliseconds from the start of one to that of the next, at least, in a market whose entries come faster: reading, folding and writing one takes a second or two of a core, which
 * at 10,000 orders a second would be most of it.
 */
const pauseMs = 60_000;

/** But never more entries than this: a start replays them in a second or two. */
const entriesBetweenMax = 100_000;

/** Entries that are worth a snapshot when an exchange stops: fewer are replayed in less time than a thread takes to start. */
const entriesAtStop = 2_000;

/** What snapshots are made of. */
export interface SnapshotsOptions {
  /** The journal's. */
  readonly folder: string;
  readonly journal: DiskJournal;
  /** Of the newest snapshot, from which the journal was proved; undefined when all of it was. */
  readonly newest: Head | undefined;
  readonly log: (line: string) => void;
  /** Milliseconds on a clock that only goes on. */
  readonly now: () => number;
  /** Default: see above. */
  readonly between?: number;
  readonly pauseMs?: number;
  readonly atStop?: number;
}

/** Starts a thread for each snapshot, one at a time. A snapshot that fails is told of and does no harm. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #between: number;
  #newest: number;
  /** Up to where the last was made, or tried: after a failure not at once again. */
  #tried: number;
  #triedAt = -Infinity;
  #running: Promise<void> | undefined;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#newest = options.newest?.seq ?? 0;
    this.#between = options.between ?? entriesBetween;
    this.#tried = this.#newest;
  }

  /** Told after each commit. Takes no time. */
  committed(seq: number): void {
    const since = seq - this.#tried;
    if (since < this.#between || this.#running !== undefined) return;
    const { now, pauseMs: pause = pauseMs } = this.#options;
    if (since < entriesBetweenMax && now() - this.#triedAt < pause) return;
    this.#tried = seq;
    this.#triedAt = now();
    void this.#make();
  }

  /** Resolves when none is being made. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Makes a last one, if it is worth it. To be called when nothing is written any more and before the journal is closed. */
  async close(): Promise<void> {
    await this.idle();
    const { journal, atStop = entriesAtStop } = this.#options;
    if (journal.head - this.#newest >= atStop) await this.#make();
  }

  /**
   * Proves, beside all else, what a start took the snapshot's word for.
   * @throws ExchangeError `journal_corrupt` when the journal before the snapshot is not what was written. An end before that is none.
   */
  async provePast(): Promise<void> {
    const { newest } = this.#options;
    if (newest === undefined) return;
    const answer = await this.#run(newest).catch(() => undefined);
    if (answer?.kind !== 'failed' || answer.code !== 'journal_corrupt') return;
    throw new ExchangeError(answer.code, answer.message);
  }

  #make(): Promise<void> {
    this.#running = this.#run()
      .then((answer) => {
        if (answer.kind === 'failed') throw new Error(answer.message);
        if (answer.kind === 'made') {
          this.#newest = answer.seq;
          this.#tried = answer.seq;
        }
      })
      .catch((error: unknown) => {
        this.#options.log(`no snapshot could be made: ${lineOf(error)}`);
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #run(prove?: Head): Promise<SnapshotAnswer> {
    const { folder, journal } = this.#options;
    const { port1, port2 } = new MessageChannel();
    await journal.lend(port1);
    const workerData: SnapshotTask = {
      thread: 'snapshot',
      folder,
      port: port2,
      ...(prove === undefined ? {} : { prove }),
    };
    const worker = new Worker(workerFile, { workerData, transferList: [port2], name: 'snapshot' });
    return new Promise((made, failed) => {
      worker.on('message', made);
      worker.on('error', failed);
      worker.on('exit', () => failed(new Error('its thread ended')));
    });
  }
}
