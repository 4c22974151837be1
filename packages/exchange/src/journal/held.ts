/** A journal that is held for reading: it is proved once, and then read from any entry on as often as wanted. Nothing of it is touched. */
import { Worker } from 'node:worker_threads';
import { ExchangeError } from '../errors.ts';
import { decodeEntries } from './entries.ts';
import { explain, holdDatabase, proveHeld, witnessOf } from './proof.ts';
import type { HeldDatabase, ProvedRow } from './proof.ts';
import { workerFile } from './sqlite.ts';
import type { StructureAnswer, StructureTask } from './structure-thread.ts';
import { readWitness } from './witness.ts';
import type { Entry } from '@wattlot/core';

/** While it is open, no exchange can take the journal's folder. */
export class HeldJournal {
  readonly #folder: string;
  readonly #held: HeldDatabase | undefined;

  /** @throws ExchangeError `folder_locked` when another process has it; `journal_corrupt` or `journal_io`. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#held = this.#explained(() => holdDatabase(folder));
  }

  /** The last entry, as the head witness has it: exact but for one commit that may have come after it. */
  get witnessed(): number {
    return this.#explained(() => readWitness(witnessOf(this.#folder)))?.seq ?? 0;
  }

  /**
   * Proves the structure of the database in a thread of its own, because it takes long and cannot be done in parts.
   * @returns the proof, which rejects with ExchangeError as `proveJournal`; and what ends the thread before that.
   */
  proveStructure(): { readonly proof: Promise<void>; readonly end: () => void } {
    const workerData: StructureTask = { thread: 'structure', folder: this.#folder };
    const worker = new Worker(workerFile, { workerData, name: 'structure' });
    const proof = new Promise<void>((proved, failed) => {
      worker.on('message', (answer: StructureAnswer) => {
        if (answer.kind === 'whole') proved();
        else failed(new ExchangeError(answer.code, answer.message));
      });
      worker.on('error', (error) => failed(explain(error, this.#folder, 'journal_io')));
      worker.on('exit', () => {
        failed(explain(new Error('its thread ended'), this.#folder, 'journal_io'));
      });
    });
    return { proof, end: () => void worker.terminate() };
  }

  /** As `proveJournal`, from the first entry on, but for the structure. */
  *prove(): Generator<ProvedRow, void, undefined> {
    try {
      yield* proveHeld(this.#held, this.#folder, undefined, true);
    } catch (error) {
      throw explain(error, this.#folder);
    }
  }

  /** The entries from `seq` on, a commit at a time, the first one without what comes before `seq`. To be used once all of it has been proved. */
  *read(seq: number): Generator<readonly Entry[], void, undefined> {
    const { database } = this.#held ?? {};
    if (database === undefined) return;
    try {
      const begin = database
        .prepare('SELECT first FROM journal WHERE first <= ? ORDER BY first DESC LIMIT 1')
        .get(seq);
      const rows = database.prepare(
        'SELECT first, last, entries FROM journal WHERE first >= ? ORDER BY first',
      );
      for (const { first, last, entries } of rows.iterate(Number(begin?.['first'] ?? seq))) {
        const all = decodeEntries(String(entries), Number(first), Number(last));
        yield Number(first) < seq ? all.slice(seq - Number(first)) : all;
      }
    } catch (error) {
      throw explain(error, this.#folder);
    }
  }

  close(): void {
    this.#held?.close();
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explain(error, this.#folder);
    }
  }
}
