/**
 * A journal on a disk that is made up, for simulations: in memory, with a crash as a real disk has it. A batch is on its way until it is synced; a crash leaves
 * all that was synced and, of what was on its way, so many batches from the first as chance has it, each whole: a commit of SQLite is all or none.
 */
import type { Entry, Seq } from '@wattlot/core';
import { ExchangeError } from '../errors.ts';
import { exactSeq } from '../exact.ts';
import { decodeEntries, encodeEntries } from './entries.ts';
import { emptyHead, nextHead } from './head.ts';
import type { Head } from './head.ts';
import type { Journal } from './journal.ts';
import type { Row } from './proof.ts';

/** One synced batch, with the journal's chain up to it. */
export interface SyncedRow extends Row {
  readonly head: Head;
}

/** What outlives the process. */
export class JournalDisk {
  readonly #synced: SyncedRow[] = [];
  #underWay: Row[] = [];

  /** All that a crash in this moment would leave for certain. */
  get rows(): readonly SyncedRow[] {
    return this.#synced;
  }

  get head(): Head {
    return this.#synced.at(-1)?.head ?? emptyHead;
  }

  /** The last entry that was handed over, synced or not. */
  get last(): number {
    return this.#underWay.at(-1)?.last ?? this.head.seq;
  }

  write(row: Row): void {
    this.#underWay.push(row);
  }

  /** The first batch under way is there for good. */
  sync(): void {
    const row = this.#underWay.shift();
    if (row === undefined) return;
    this.#synced.push({ ...row, head: nextHead(this.head, row.last, row.entries) });
  }

  /** A fault to be found: the last batch that was synced is not there any more. */
  forget(): void {
    this.#synced.pop();
  }

  /** The process is gone. @param keep how many of the batches under way made it, 0 to `most`. */
  crash(keep: (most: number) => number): void {
    for (let left = keep(this.#underWay.length); left > 0; left -= 1) this.sync();
    this.#underWay = [];
  }
}

/** How a disk behaves. */
export interface DiskManners {
  /** Calls `then` once the disk has done its work on a batch. */
  readonly work: (then: () => void) => void;
  /** Asked once a batch: whether the disk reports an error instead of a sync. */
  readonly fails: () => boolean;
  /** A fault to be found: batches are reported as synced before they are. */
  readonly isEarly?: boolean;
}

/** Opens the journal on a disk, with all that is synced there. */
export function openSimulatedJournal(disk: JournalDisk, manners: DiskManners): Journal {
  return new SimulatedJournal(disk, manners);
}

class SimulatedJournal implements Journal {
  readonly #disk: JournalDisk;
  readonly #manners: DiskManners;
  #head: Seq;
  #failure: ExchangeError | undefined;
  /** Done when all batches before are. */
  #turn: Promise<void> = Promise.resolve();

  constructor(disk: JournalDisk, manners: DiskManners) {
    this.#disk = disk;
    this.#manners = manners;
    this.#head = exactSeq(disk.head.seq);
  }

  get head(): Seq {
    return this.#head;
  }

  async append(batch: readonly Entry[]): Promise<void> {
    const first = batch[0]?.seq;
    const last = batch.at(-1)?.seq;
    if (first === undefined || last === undefined) return;
    if (this.#failure !== undefined) throw this.#failure;
    if (first !== this.#disk.last + 1) throw this.#fail(`${first} is not the next entry`);
    this.#disk.write({ first, last, entries: encodeEntries(batch) });
    const before = this.#turn;
    const synced = before.then(() => this.#sync());
    this.#turn = synced.catch(() => undefined);
    if (this.#manners.isEarly !== true) await synced;
    this.#head = exactSeq(Math.max(this.#head, last));
  }

  async *read(from: Seq): AsyncGenerator<readonly Entry[], void, undefined> {
    await Promise.resolve();
    for (const { first, last, entries } of this.#disk.rows.slice()) {
      if (last < from) continue;
      const decoded = decodeEntries(entries, first, last);
      yield decoded.slice(Math.max(0, from - first));
    }
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#fail('the journal is closed');
  }

  #sync(): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#failure !== undefined) {
        failed(this.#failure);
        return;
      }
      this.#manners.work(() => {
        if (this.#manners.fails()) {
          failed(this.#fail('the disk reports an error'));
          return;
        }
        this.#disk.sync();
        done();
      });
    });
  }

  /** The first failure is the last: what the disk says after an error cannot be believed. */
  #fail(message: string): ExchangeError {
    this.#failure ??= new ExchangeError('journal_io', message);
    return this.#failure;
  }
}
