/** What a day has come to at one entry: the core's state, the feed and the stories of one participant's orders; and how that is kept and brought back. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createState, restorePieces, statePieces } from '@wattlot/core';
import type { Address, Command, Entry, Instant, State } from '@wattlot/core';
import { ExchangeError, lineOf } from '../errors.ts';
import { Feed } from '../feed/feed.ts';
import type { KeptPast } from '../feed/past.ts';
import { applyStored } from '../journal/offline.ts';
import type { Applied } from '../sequencer.ts';
import { assetIn } from './assets.ts';
import { Stories } from './stories.ts';
import type { KeptStories } from './stories.ts';

/** A day at one entry, packed. */
export interface Checkpoint {
  readonly seq: number;
  readonly at: Instant | undefined;
  readonly state: readonly Buffer[];
  readonly feed: Buffer;
  readonly stories: KeptStories;
  readonly bytes: number;
}

/** The texts are full of digits and names that repeat: the fastest level makes them a fifth. */
const packing = { level: 1 };

function pack(text: string): Buffer {
  return deflateRawSync(text, packing);
}

function unpack(packed: Buffer): string {
  return inflateRawSync(packed).toString();
}

function* unpacked(pieces: readonly Buffer[]): Generator<string, void, undefined> {
  for (const piece of pieces) yield unpack(piece);
}

export class DayFolds {
  readonly state: State;
  readonly feed: Feed;
  readonly stories: Stories;
  /** The last entry taken in, and when it was; 0 and undefined before the first. */
  seq = 0;
  at: Instant | undefined;
  /** What the last entry asked for; undefined before the first, and after a checkpoint. */
  command: Command['kind'] | undefined;

  /** Of a state; without one, of nothing yet. */
  constructor(whose: Address | undefined, state: State = createState(), kept?: KeptStories) {
    this.state = state;
    this.feed = new Feed((name) => assetIn(state, name));
    this.stories = new Stories(whose, state, kept);
  }

  /** Applies an entry; the feed is told by `tell`. @throws ExchangeError `journal_corrupt` */
  apply(entry: Entry): Applied {
    const applied = { entry, events: applyStored(this.state, entry) };
    this.stories.fold(this.state, applied);
    this.seq = entry.seq;
    this.at = entry.at;
    this.command = entry.command.kind;
    return applied;
  }

  /** Takes what was applied to the feed and to those who follow it. @throws ExchangeError `ledger_mismatch` */
  tell(batch: readonly Applied[]): void {
    try {
      this.feed.take(batch);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ExchangeError('ledger_mismatch', `without its ledger ${lineOf(error)}`);
    }
  }

  /** Packs it all, a piece at a time. Nothing may be applied before the end, and all that was has been told. */
  *save(): Generator<void, Checkpoint, undefined> {
    const state: Buffer[] = [];
    for (const piece of statePieces(this.state)) {
      state.push(pack(piece));
      yield;
    }
    const text = JSON.stringify(this.feed.keep(this.state));
    yield;
    const feed = pack(text);
    const bytes = state.reduce((sum, { length }) => sum + length, feed.length);
    const { seq, at } = this;
    return { seq, at, state, feed, stories: this.stories.save(), bytes };
  }

  /** Brings back what was packed, a piece at a time. */
  static *load(
    whose: Address | undefined,
    { seq, at, state, feed, stories }: Checkpoint,
  ): Generator<void, DayFolds, undefined> {
    const folds = new DayFolds(whose, yield* restorePieces(unpacked(state)), stories);
    folds.seq = seq;
    folds.at = at;
    // The text is this program's own.
    const past: KeptPast = JSON.parse(unpack(feed));
    yield;
    folds.feed.begin(past, folds.state);
    yield;
    return folds;
  }
}
