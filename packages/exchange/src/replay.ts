/** What an exchange folds from its journal: the state, the feed's past, the counts. At a start they come from the newest snapshot and the entries after it. */
import { createState, lastSeq, ledgerHeight, packedState, restore } from '@wattlot/core';
import type { Entry, Event, Instant, LedgerAdvance, State } from '@wattlot/core';
import { ExchangeError, lineOf } from './errors.ts';
import { exactSeq, sure } from './exact.ts';
import type { Feed } from './feed/feed.ts';
import { FeedPast, noPast } from './feed/past.ts';
import type { KeptPast } from './feed/past.ts';
import type { Journal } from './journal/journal.ts';
import { applyStored } from './journal/offline.ts';
import type { StoredEntry } from './journal/packing.ts';
import { sectionOf, stateSection } from './journal/snapshot.ts';
import type { Section, Snapshot } from './journal/snapshot.ts';
import type { EntryReader } from './journal/sqlite.ts';
import type { LedgerPort } from './ledger-port.ts';
import { named } from './settler.ts';
import { StatsCounter } from './stats.ts';
import type { Stats } from './stats.ts';

/** What the feed needs besides the state. The version goes up with any change of what the text says or of how it is made. */
export const feedSection = { name: 'feed', version: 3 } as const;

const countsSection = { name: 'counts', version: 1 } as const;

/** What a snapshot has to hold to be of use. */
export const wantedSections: readonly { readonly name: string; readonly version: number }[] = [
  stateSection,
  feedSection,
  countsSection,
];

type Block = Pick<LedgerAdvance, 'height' | 'moves'>;

type Counts = Pick<Stats, 'orders' | 'trades' | 'lots' | 'settled' | 'lotsSettled'>;

interface KeptCounts {
  readonly counts: Counts;
  readonly block: Block | undefined;
}

/** The market's counts since the first entry of the journal, whether it was read from there or not. */
export class CountsSince {
  readonly #counter = new StatsCounter();
  readonly #before: Counts;

  constructor(before: Counts) {
    this.#before = before;
  }

  /** As `StatsCounter.fold`. */
  fold(event: Event, now?: Instant): number | undefined {
    return this.#counter.fold(event, now);
  }

  /** The numbers now. */
  read(): Stats {
    const [before, since] = [this.#before, this.#counter.read()];
    return {
      orders: before.orders + since.orders,
      trades: before.trades + since.trades,
      lots: before.lots + since.lots,
      settled: before.settled + since.settled,
      lotsSettled: before.lotsSettled + since.lotsSettled,
      settleMs: since.settleMs,
    };
  }
}

const noCounts: Counts = { orders: 0, trades: 0, lots: 0, settled: 0, lotsSettled: 0 };

/** The folds of one journal, as of one entry. */
export class Folds {
  readonly state: State;
  readonly stats: CountsSince;
  readonly #past: FeedPast;
  #block: Block | undefined;

  /** @param snapshot one that is whole and has the wanted sections; without it nothing has been folded yet. */
  constructor(snapshot?: Snapshot) {
    if (snapshot === undefined) {
      this.state = createState();
      this.#past = new FeedPast(noPast, this.state);
      this.stats = new CountsSince(noCounts);
      return;
    }
    const text = (section: { readonly name: string; readonly version: number }): string =>
      sectionOf(snapshot, section) ?? '';
    this.state = restore(text(stateSection));
    // These texts are this program's own: their hashes have been compared.
    const past: KeptPast = JSON.parse(text(feedSection));
    this.#past = new FeedPast(past, this.state);
    const { counts, block }: KeptCounts = JSON.parse(text(countsSection));
    this.stats = new CountsSince(counts);
    this.#block = block;
  }

  /** Takes in one commit. @throws ExchangeError `journal_corrupt` when an entry cannot be applied. */
  take(entries: readonly (Entry | StoredEntry)[]): void {
    for (const entry of entries) {
      const events = applyStored(this.state, entry);
      this.#past.take({ entry, events });
      for (const event of events) this.stats.fold(event);
      const { command } = entry;
      if (command.kind !== 'ledger.advance' || command.height !== ledgerHeight(this.state))
        continue;
      this.#block = { height: command.height, moves: command.moves };
    }
  }

  /**
   * Makes of a feed that has taken in nothing one that has taken in every entry up to here.
   * @throws ExchangeError `ledger_mismatch` when it does not know an asset: the chain is another one.
   */
  begin(feed: Feed): void {
    try {
      feed.begin(this.#past.keep(), this.state);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const what = `the chain is not the one that the journal followed: ${lineOf(error)}`;
      throw new ExchangeError('ledger_mismatch', what, { cause: error });
    }
  }

  /** The last block that the journal followed. */
  get block(): Block | undefined {
    return this.#block;
  }

  /** Everything, for a snapshot. */
  sections(): readonly Section[] {
    const { settleMs: _latencies, ...counts } = this.stats.read();
    const kept: KeptCounts = { counts, block: this.#block };
    return [
      { ...stateSection, text: packedState(this.state) },
      { ...feedSection, text: JSON.stringify(this.#past.keep()) },
      { ...countsSection, text: JSON.stringify(kept) },
    ];
  }
}

/** Folds a journal while it is proved, from the newest snapshot if the journal goes on from there. What went wrong is told at the end: the proof comes first. */
export class Reading implements EntryReader {
  readonly #newest: Snapshot | undefined;
  #kept: { readonly folds: Folds } | { readonly error: unknown } | undefined;
  #folds: Folds | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(newest: Snapshot | undefined) {
    this.#newest = newest;
  }

  /** Takes up the snapshot while the journal is still looked at: whether it is of this journal is seen in `begin`, and until then nothing is said of it. */
  start(): void {
    const newest = this.#newest;
    if (newest === undefined) return;
    try {
      this.#kept = { folds: new Folds(newest) };
    } catch (error) {
      this.#kept = { error };
    }
  }

  begin(from: number): void {
    const kept = from === this.#newest?.head.seq ? this.#kept : { folds: new Folds() };
    this.#kept = undefined;
    if (kept !== undefined && 'error' in kept) this.fail(kept.error);
    else this.#folds = kept?.folds;
  }

  take(entries: readonly StoredEntry[]): void {
    this.#try(() => this.#folds?.take(entries));
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Once the journal is open. @throws whatever happened on the way, such as ExchangeError `journal_corrupt`. */
  get folds(): Folds {
    if (this.#failure !== undefined) throw this.#failure.error;
    return sure(this.#folds, 'a journal');
  }

  #try(work: () => void): void {
    if (this.#failure !== undefined) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }
}

/**
 * Brings the folds up to the journal's head.
 * @throws ExchangeError `journal_corrupt` when an entry cannot be applied; `ledger_mismatch` when the chain is not the one that the journal followed.
 */
export async function catchUp(journal: Journal, ledger: LedgerPort, folds: Folds): Promise<void> {
  const next = exactSeq(lastSeq(folds.state) + 1);
  for await (const entries of journal.read(next)) folds.take(entries);
  const { block } = folds;
  if (block !== undefined) await requireSame(ledger, block);
}

/** The chain has to hold the last block that the journal knows, with the same content. */
async function requireSame(ledger: LedgerPort, { height, moves }: Block): Promise<void> {
  const isThere = height <= ledger.height;
  const found = isThere ? JSON.stringify(named(await ledger.movesAt(height))) : '';
  if (found === JSON.stringify(moves)) return;
  const what = isThere
    ? `block ${height} of the chain is not the one that the journal followed`
    : `the journal followed the chain to block ${height}, the chain ends at ${ledger.height}`;
  throw new ExchangeError('ledger_mismatch', what);
}
