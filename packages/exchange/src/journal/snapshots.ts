/** Sees to it that there is a recent snapshot: every so many entries, and when an exchange stops. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { ExchangeError, lineOf } from '../errors.ts';
import type { LedgerAsset } from '../feed/instrument.ts';
import type { Head } from './head.ts';
import type { SnapshotAnswer, SnapshotTask } from './snapshot-thread.ts';
import { workerFile } from './sqlite.ts';
import type { DiskJournal } from './sqlite.ts';

/** Entries from one snapshot to the next, at least: after a crash a start replays fewer, in half a second to a second. */
const entriesBetween = 20_000;

/**
 * Bytes of a snapshot for which the next one waits an entry more. To read, fold and write all of it costs 30 to 40 ns a byte, and to replay an entry some 15 µs: with this a
 * large market spends no more on its snapshots than on the replays that they are made by. At 10,000 orders a second one of 70 MB was made each two seconds, and took half a core.
 */
const bytesAnEntry = 400;

/** But never more entries than this: a start replays them in a few seconds. */
const entriesBetweenMax = 100_000;

/** Entries that are worth a snapshot when an exchange stops: fewer are replayed in less time than a thread takes to start. */
const entriesAtStop = 2_000;

/** What snapshots are made of. */
export interface SnapshotsOptions {
  /** The journal's. */
  readonly folder: string;
  readonly journal: DiskJournal;
  /** Those of the ledger that its entries name. */
  readonly assets: () => readonly LedgerAsset[];
  /** Of the newest snapshot, from which the journal was proved; undefined when all of it was. */
  readonly newest: Head | undefined;
  readonly log: (line: string) => void;
  /** Default: see above. */
  readonly between?: number;
  readonly atStop?: number;
}

/** Starts a thread for each snapshot, one at a time. A snapshot that fails is told of and does no harm. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #between: number;
  /** Of the newest snapshot. */
  #bytes = 0;
  #newest: number;
  /** When to try next: after a failure not at once. */
  #due: number;
  #running: Promise<void> | undefined;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#newest = options.newest?.seq ?? 0;
    this.#between = options.between ?? entriesBetween;
    this.#due = this.#newest + this.#between;
  }

  /** Told after each commit. Takes no time. */
  committed(seq: number): void {
    if (seq < this.#due || this.#running !== undefined) return;
    this.#due = seq + this.#step;
    void this.#make();
  }

  /** Makes a last one, if it is worth it. To be called when nothing is written any more and before the journal is closed. */
  async close(): Promise<void> {
    await this.#running;
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

  /** Entries until the next. */
  get #step(): number {
    return Math.max(this.#between, Math.min(this.#bytes / bytesAnEntry, entriesBetweenMax));
  }

  #make(): Promise<void> {
    this.#running = this.#run()
      .then((answer) => {
        if (answer.kind === 'failed') throw new Error(answer.message);
        if (answer.kind === 'made') {
          this.#newest = answer.seq;
          this.#bytes = answer.bytes;
          this.#due = answer.seq + this.#step;
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
    const { folder, journal, assets } = this.#options;
    const { port1, port2 } = new MessageChannel();
    await journal.lend(port1);
    const workerData: SnapshotTask = {
      thread: 'snapshot',
      folder,
      port: port2,
      assets: assets(),
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
