/**
 * What a day has come to at one entry: the core's state, what a feed would tell of the past and the stories of one participant's orders; and how that is kept and brought back. A feed is there
 * while somebody looks: it begins where the folds are, so that nothing of it is folded on a long way.
 */
import { createState, restorePieces, statePieces } from '@wattlot/core';
import type { Address, Command, Entry, Instant, State } from '@wattlot/core';
import { ExchangeError, lineOf } from '../errors.ts';
import { Feed } from '../feed/feed.ts';
import { FeedPast, noPast } from '../feed/past.ts';
import { applyStored } from '../journal/offline.ts';
import type { Applied } from '../sequencer.ts';
import { assetIn } from './assets.ts';
import { joinPast, pack, pastPieces, shownTo, unpack } from './pieces.ts';
import { Stories } from './stories.ts';
import type { KeptStories } from './stories.ts';

/** A day at one entry, packed. */
export interface Checkpoint {
  readonly seq: number;
  readonly at: Instant | undefined;
  readonly state: readonly Buffer[];
  readonly past: readonly Buffer[];
  readonly stories: KeptStories;
  readonly bytes: number;
}

function* unpacked(pieces: readonly Buffer[]): Generator<string, void, undefined> {
  for (const piece of pieces) yield unpack(piece);
}

export class DayFolds {
  readonly state: State;
  readonly stories: Stories;
  readonly #whose: Address | undefined;
  readonly #past: FeedPast;
  #feed: Feed | undefined;
  /** The last entry taken in, and when it was; 0 and undefined before the first. */
  seq = 0;
  at: Instant | undefined;
  /** What the last entry asked for; undefined before the first, and after a checkpoint. */
  command: Command['kind'] | undefined;

  /** Of a state and what was kept with it; without one, of nothing yet. */
  constructor(
    whose: Address | undefined,
    state: State = createState(),
    past: FeedPast = new FeedPast(noPast, state),
    stories?: KeptStories,
  ) {
    this.state = state;
    this.stories = new Stories(whose, state, stories);
    this.#whose = whose;
    this.#past = past;
  }

  /** What is told from here on, to everybody and to the one whose orders are shown. There between `beginFeed` and `endFeed`. */
  get feed(): Feed | undefined {
    return this.#feed;
  }

  /** Begins a feed if there is none, a piece at a time. Nothing may be applied before the end, and all that was has been told. @throws ExchangeError `ledger_mismatch` */
  *beginFeed(): Generator<void, Feed, undefined> {
    if (this.#feed !== undefined) return this.#feed;
    const feed = new Feed((name) => assetIn(this.state, name));
    const kept = yield* this.#past.keepSliced();
    const { past, own } = yield* shownTo(this.#whose, kept, this.state);
    const slices = feed.beginSliced(past, this.state, own);
    while (requireLedger(() => slices.next()).done !== true) yield;
    this.#feed = feed;
    return feed;
  }

  /** Nobody looks any more. */
  endFeed(): void {
    this.#feed = undefined;
  }

  /** Applies an entry; the feed is told by `tell`. @throws ExchangeError `journal_corrupt` */
  apply(entry: Entry): Applied {
    const applied = { entry, events: applyStored(this.state, entry) };
    this.#past.take(applied);
    this.stories.fold(this.state, applied);
    this.seq = entry.seq;
    this.at = entry.at;
    this.command = entry.command.kind;
    return applied;
  }

  /** Takes what was applied to the feed, if there is one, and to those who follow it. @throws ExchangeError `ledger_mismatch` */
  tell(batch: readonly Applied[]): void {
    requireLedger(() => this.#feed?.take(batch));
  }

  /** Packs it all, a piece at a time. Nothing may be applied before the end, and all that was has been told. */
  *save(): Generator<void, Checkpoint, undefined> {
    const state: Buffer[] = [];
    for (const piece of statePieces(this.state)) {
      state.push(pack(piece));
      yield;
    }
    const kept = yield* this.#past.keepSliced();
    const past: Buffer[] = [];
    for (const piece of pastPieces(kept)) {
      past.push(pack(piece));
      yield;
    }
    const bytes = [...state, ...past].reduce((sum, { length }) => sum + length, 0);
    const { seq, at } = this;
    return { seq, at, state, past, stories: this.stories.save(), bytes };
  }

  /** Brings back what was packed, a piece at a time. */
  static *load(
    whose: Address | undefined,
    { seq, at, state, past, stories }: Checkpoint,
  ): Generator<void, DayFolds, undefined> {
    const restored = yield* restorePieces(unpacked(state));
    yield;
    const kept = yield* joinPast(unpacked(past));
    const folded = yield* FeedPast.begin(kept, restored);
    const folds = new DayFolds(whose, restored, folded, stories);
    folds.seq = seq;
    folds.at = at;
    yield;
    return folds;
  }
}

function requireLedger<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ExchangeError('ledger_mismatch', `without its ledger ${lineOf(error)}`);
  }
}
