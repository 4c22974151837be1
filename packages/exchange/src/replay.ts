/** What an exchange folds from its journal: the state, the feed, the counts. At a start they come from the newest snapshot and the entries after it. */
import { createState, ledgerHeight, restore, stateText } from '@wattlot/core';
import type { Entry, Event, Instant, LedgerAdvance, State } from '@wattlot/core';
import { ExchangeError, lineOf } from './errors.ts';
import { exactSeq } from './exact.ts';
import type { Journal } from './journal/journal.ts';
import { applyStored } from './journal/offline.ts';
import { sectionOf, stateSection } from './journal/snapshot.ts';
import type { Section, Snapshot } from './journal/snapshot.ts';
import type { LedgerPort } from './ledger-port.ts';
import type { Applied } from './sequencer.ts';
import { named } from './settler.ts';
import { StatsCounter } from './stats.ts';
import type { Stats } from './stats.ts';

/** The feed, as a fold. One that can be saved and loaded comes back from snapshots; one that cannot is folded from the first entry at each start. */
export interface FeedFold {
  take(batch: readonly Applied[]): void;
  /** All that it has folded and could not know from later entries. */
  save?(): string;
  /** Becomes what it was when the text was saved. Called at most once, before the first `take`. */
  load?(text: string): void;
}

/** Its text is the feed's own business: the version goes up with any change of it. */
export const feedSection = { name: 'feed', version: 1 } as const;

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
  readonly feed: FeedFold;
  readonly stats: CountsSince;
  #block: Block | undefined;

  /**
   * @param snapshot one that is whole and has the wanted sections; without it nothing has been folded yet.
   * @throws ExchangeError `ledger_mismatch` when the feed does not know an asset.
   */
  constructor(feed: FeedFold, snapshot?: Snapshot) {
    const text = (section: { readonly name: string; readonly version: number }): string =>
      snapshot === undefined ? '' : (sectionOf(snapshot, section) ?? '');
    this.feed = feed;
    if (snapshot === undefined || feed.load === undefined) {
      this.state = createState();
      this.stats = new CountsSince(noCounts);
      return;
    }
    this.state = restore(text(stateSection));
    asMismatch(() => feed.load?.(text(feedSection)));
    // The text is this program's own: its hash has been compared.
    const { counts, block }: KeptCounts = JSON.parse(text(countsSection));
    this.stats = new CountsSince(counts);
    this.#block = block;
  }

  /** Takes in one commit. @throws ExchangeError `journal_corrupt` when an entry cannot be applied; `ledger_mismatch` when the feed does not know an asset. */
  take(entries: readonly Entry[]): void {
    const batch = entries.map((entry) => ({ entry, events: applyStored(this.state, entry) }));
    asMismatch(() => this.feed.take(batch));
    for (const { entry, events } of batch) {
      const { command } = entry;
      for (const event of events) this.stats.fold(event);
      if (command.kind !== 'ledger.advance' || command.height !== ledgerHeight(this.state))
        continue;
      this.#block = { height: command.height, moves: command.moves };
    }
  }

  /** The last block that the journal followed. */
  get block(): Block | undefined {
    return this.#block;
  }

  /** Everything, for a snapshot. @returns undefined when the feed cannot be saved. */
  sections(): readonly Section[] | undefined {
    const feed = this.feed.save?.();
    if (feed === undefined || this.feed.load === undefined) return undefined;
    const { settleMs: _latencies, ...counts } = this.stats.read();
    const kept: KeptCounts = { counts, block: this.#block };
    return [
      { ...stateSection, text: stateText(this.state) },
      { ...feedSection, text: feed },
      { ...countsSection, text: JSON.stringify(kept) },
    ];
  }
}

/**
 * Brings the folds up to the journal's head.
 * @throws ExchangeError `journal_corrupt` when an entry cannot be applied; `ledger_mismatch` when the chain is not the one that the journal followed.
 */
export async function catchUp(
  journal: Journal,
  ledger: LedgerPort,
  folds: Folds,
  from = 1,
): Promise<void> {
  for await (const entries of journal.read(exactSeq(from))) folds.take(entries);
  const { block } = folds;
  if (block !== undefined) await requireSame(ledger, block);
}

/** The feed does not know an asset that the journal names: the chain is another one. */
function asMismatch(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const what = `the chain is not the one that the journal followed: ${lineOf(error)}`;
    throw new ExchangeError('ledger_mismatch', what, { cause: error });
  }
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
