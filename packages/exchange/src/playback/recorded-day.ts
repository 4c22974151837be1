/** A journal as a day to look back on: proved once, then read from anywhere; and an index that says when was which entry and who was there. */
import type { Address, Entry, Instant } from '@wattlot/core';
import { ExchangeError } from '../errors.ts';
import { exactInstant } from '../exact.ts';
import { HeldJournal } from '../journal/held.ts';
import { decodeEntries } from '../journal/entries.ts';
import { findJournal } from '../journal/offline.ts';
import { markEntries } from '../limits.ts';

/** How far the proof is. */
export interface ProofProgress {
  readonly entries: number;
  /** How many there will be; right but for a commit. */
  readonly of: number;
}

/** An entry that is found by its instant. */
interface Mark {
  readonly seq: number;
  readonly at: Instant;
}

/** What is looked for to know who was let in. */
const admission = '"kind":"participant.admit"';

/** One journal, held until it is closed. Nothing of it is touched. */
export class RecordedDay {
  readonly #journal: HeldJournal;
  /** Every so many entries, in order; the last one is the journal's last. */
  readonly #marks: Mark[] = [];
  readonly #participants = new Map<Address, string>();
  #from: Instant | undefined;

  /** @param folder of the data, the exchange or the journal. @throws ExchangeError `journal_io` when there is no journal; `folder_locked` when it is in use. */
  constructor(folder: string) {
    this.#journal = new HeldJournal(findJournal(folder));
  }

  /**
   * Proves the journal and reads what the index needs; yields after each commit. The structure of the database is proved in a thread meanwhile. To be run to its end before anything else.
   * @throws ExchangeError as `verifyJournal`.
   */
  async *prove(): AsyncGenerator<ProofProgress, void, undefined> {
    const structure = this.#journal.proveStructure();
    // It is asked for in the end, whatever else was found.
    structure.proof.catch(() => undefined);
    try {
      yield* this.#prove();
      await structure.proof;
    } catch (error) {
      // What is damaged at all is told first: of that comes the rest.
      await structure.proof;
      throw error;
    } finally {
      structure.end();
    }
  }

  *#prove(): Generator<ProofProgress, void, undefined> {
    const of = this.#journal.witnessed;
    let newest: Mark | undefined;
    for (const { first, last, entries } of this.#journal.prove()) {
      // A name may hold the text that is looked for: whoever has it is looked at in full.
      const isLooked = this.#from === undefined || entries.includes(admission);
      if (isLooked) this.#look(decodeEntries(entries, first, last));
      const lastLine = entries.slice(entries.lastIndexOf('\n') + 1);
      const [entry] = decodeEntries(lastLine, last, last);
      if (entry === undefined) throw new ExchangeError('journal_corrupt', `no entry ${last}`);
      newest = { seq: last, at: entry.at };
      const marked = this.#marks.at(-1)?.seq ?? 0;
      if (last - marked >= markEntries) this.#marks.push(newest);
      yield { entries: last, of: Math.max(of, last) };
    }
    if (newest === undefined) throw new ExchangeError('journal_io', 'the journal has no entry yet');
    if (this.#marks.at(-1) !== newest) this.#marks.push(newest);
  }

  #look(entries: readonly Entry[]): void {
    this.#from ??= entries[0]?.at;
    for (const { command } of entries) {
      if (command.kind !== 'participant.admit') continue;
      this.#participants.set(command.participant, command.name);
    }
  }

  /** The number of the last entry. */
  get last(): number {
    return this.#marks.at(-1)?.seq ?? 0;
  }

  /** The instant of the first entry and of the last. */
  get from(): Instant {
    return this.#from ?? exactInstant(0);
  }

  get to(): Instant {
    return this.#marks.at(-1)?.at ?? this.from;
  }

  /** Whose admission was asked for, under the newest name. */
  get participants(): ReadonlyMap<Address, string> {
    return this.#participants;
  }

  /** The number of the last entry that is not after an instant; 0 when all are. Reads a few hundred entries at most, or one commit. */
  seqAt(at: Instant): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const mark = this.#marks[middle];
      if (mark !== undefined && mark.at <= at) low = middle + 1;
      else high = middle;
    }
    let found = this.#marks[low - 1]?.seq ?? 0;
    if (low === this.#marks.length) return found;
    for (const entries of this.#journal.read(found + 1)) {
      for (const entry of entries) {
        if (entry.at > at) return found;
        found = entry.seq;
      }
    }
    return found;
  }

  /** The entries from `seq` on, one after the other. */
  *entries(seq: number): Generator<Entry, void, undefined> {
    for (const entries of this.#journal.read(seq)) yield* entries;
  }

  close(): void {
    this.#journal.close();
  }
}
