/**
 * The journal: every entry, in the one total order, on disk before anybody is told. A port, so that a replicated database can take its place.
 */
import type { Entry, Seq } from '@wattlot/core';

export interface Journal {
  /** The number of the last entry that is on disk; 0 when there is none. */
  readonly head: Seq;
  /**
   * Adds the entries that follow the head, all or none, and resolves when they are on disk. Batches go in the order of the calls.
   * @throws ExchangeError `journal_io` when the disk refused or refused before: nothing is acknowledged after that.
   */
  append(batch: readonly Entry[]): Promise<void>;
  /**
   * The entries from number `from` to the head, in order, some at a time.
   * @throws ExchangeError `journal_corrupt` when what was stored is not a run of entries.
   */
  read(from: Seq): AsyncGenerator<readonly Entry[], void, undefined>;
  /** Waits for the batches on their way and lets go of the folder. */
  close(): Promise<void>;
}
