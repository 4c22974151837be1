/**
 * The exchange's book feed against the client's own reader and against one written from the dialect's published guide alone: whatever is missed, conflated or
 * asked for anew, each has the exchange's book after every message that reaches it.
 */
import { crc32 } from 'node:zlib';
import { toAsset } from '@wattlot/core';
import type { Instant, Lots, Price, Side } from '@wattlot/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FeedView } from '../packages/client/src/feed-view.ts';
import { readFrame } from '../packages/client/src/wire.ts';
import { instrumentOf } from '../packages/exchange/src/feed/instrument.ts';
import { MarketFeed } from '../packages/exchange/src/feed/market-feed.ts';
import { conflateBytes } from '../packages/exchange/src/limits.ts';
import { defaultTerms } from '../packages/exchange/src/terms.ts';
import { findAsset, Listener, TestMarket } from '../packages/exchange/src/testing.ts';

const { symbol } = defaultTerms;
const depths = [10, 25, 100, 500, 1000] as const;

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

/** Levels of a side as text, best first, to be compared. */
type Rows = readonly (readonly [price: number, lots: number])[];

interface Sides {
  readonly asks: Rows;
  readonly bids: Rows;
}

/** What the exchange has after an entry. */
type History = ReadonlyMap<number, Sides>;

function top({ asks, bids }: Sides, depth: number): Sides {
  return { asks: asks.slice(0, depth), bids: bids.slice(0, depth) };
}

/** A reader of one depth. */
interface Reader {
  /** Forgets its book, as it does before it subscribes. */
  forget(): void;
  /** Takes one frame. @returns its book and the entry that it goes up to. */
  take(frame: string): { readonly seq: number; readonly book: Sides };
}

/** The one that terminal, agents and bots use. */
function ownReader(depth: number, instruments: string): Reader {
  const view = new FeedView(depth);
  const apply = (frame: string): ReturnType<FeedView['apply']> => {
    const read = readFrame(frame);
    if (read.kind !== 'message') throw new Error(`no message: ${frame}`);
    const folded = view.apply(read.message);
    expect(folded.faults).toEqual([]);
    return folded;
  };
  apply(instruments);
  const rows = (levels: readonly { price: Price; volume: Lots }[]): Rows =>
    levels.map(({ price, volume }) => [price, volume]);
  return {
    forget: () => view.forget({ channel: 'book', symbol }),
    take: (frame) => {
      const [event] = apply(frame).events;
      if (event?.kind !== 'book') throw new Error(`no book came of ${frame}`);
      const { asks, bids, seq } = event.book;
      return { seq, book: { asks: rows(asks), bids: rows(bids) } };
    },
  };
}

type Texts = Map<string, string>;

/**
 * The published guide: numbers are read as the text that they are, all changes of a message in turn, quantity 0 deletes, the book is cut to its depth, and then
 * the digits are summed up.
 */
function guideReader(depth: number): Reader {
  let [asks, bids]: [Texts, Texts] = [new Map(), new Map()];
  const sorted = (side: Texts, sign: number): [string, string][] =>
    [...side].toSorted(([one], [other]) => sign * (Number(one) - Number(other))).slice(0, depth);
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
  const rows = (levels: [string, string][]): Rows =>
    levels.map(([price, qty]) => [Number(price), Math.round(Number(qty) * 100)]);
  return {
    forget: () => {
      [asks, bids] = [new Map(), new Map()];
    },
    take: (frame) => {
      // A number in quotes keeps its digits.
      const quoted = frame.replaceAll(/"(price|qty)":([\d.]+)/g, '"$1":"$2"');
      const message = JSON.parse(quoted) as {
        type: string;
        data: [
          Record<'asks' | 'bids', { price: string; qty: string }[]> &
            Record<'checksum' | 'seq', number>,
        ];
      };
      const [data] = message.data;
      if (message.type === 'snapshot') [asks, bids] = [new Map(), new Map()];
      for (const [side, changes] of [
        [asks, data.asks],
        [bids, data.bids],
      ] as const) {
        for (const { price, qty } of changes) {
          if (Number(qty) === 0) side.delete(price);
          else side.set(price, qty);
        }
      }
      const [best, other] = [sorted(asks, 1), sorted(bids, -1)];
      [asks, bids] = [new Map(best), new Map(other)];
      const text = [...best.slice(0, 10), ...other.slice(0, 10)].flat().map(digits).join('');
      expect(crc32(text)).toBe(data.checksum);
      return { seq: data.seq, book: { asks: rows(best), bids: rows(other) } };
    },
  };
}

/** One subscriber with both readers. */
class Follower {
  readonly listener = new Listener();
  readonly depth: number;
  readonly #market: MarketFeed;
  readonly #readers: readonly Reader[];
  #book: Sides = { asks: [], bids: [] };
  isSubscribed = false;

  constructor(market: MarketFeed, depth: number, instruments: string) {
    this.depth = depth;
    this.#market = market;
    this.#readers = [ownReader(depth, instruments), guideReader(depth)];
  }

  subscribe(): void {
    for (const reader of this.#readers) reader.forget();
    this.#market.followBook(this.listener, this.depth);
    this.isSubscribed = true;
  }

  unsubscribe(): void {
    this.#market.leaveBook(this.listener);
    this.isSubscribed = false;
  }

  /** Reads all that has come. After each message its book is the one that the exchange had then. */
  read(history: History): void {
    for (const frame of this.listener.frames.splice(0)) {
      for (const reader of this.#readers) {
        const { seq, book } = reader.take(frame);
        expect(book, frame).toEqual(top(sure(history.get(seq)), this.depth));
        this.#book = book;
      }
    }
  }

  expectCurrent(now: Sides): void {
    expect(this.#book).toEqual(top(now, this.depth));
  }
}

/** The levels of a market by price, changed at will. */
class Levels {
  readonly #sides = { ask: new Map<number, number>(), bid: new Map<number, number>() };

  set(side: Side, price: number, volume: number): void {
    if (volume === 0) this.#sides[side].delete(price);
    else this.#sides[side].set(price, volume);
  }

  get(): Sides {
    const { ask, bid } = this.#sides;
    return {
      asks: [...ask].toSorted(([one], [other]) => one - other),
      bids: [...bid].toSorted(([one], [other]) => other - one),
    };
  }
}

/** Prices of bids end where those of asks begin. */
const middle = 500;

const change = fc.record({
  side: fc.constantFrom<Side>('ask', 'bid'),
  /** Steps from the middle, mostly few, so that levels come and go at the top. */
  away: fc.oneof(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 450 })),
  volume: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 120 })),
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 8 }),
    }),
  },
  // A whole side goes, or many levels at once.
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      side: fc.constantFrom<Side>('ask', 'bid'),
      from: fc.nat(30),
      to: fc.integer({ min: 1, max: 450 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('slow' as const),
      who: fc.nat(9),
      isSlow: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), who: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read' as const), who: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('second' as const) }) },
);

test('from any prefix of the feed, however conflated, a client has the exchange’s book, at every depth', async () => {
  const instruments = new Listener();
  (await new TestMarket().open()).feed.followInstruments(instruments);
  const instrument = instrumentOf(
    defaultTerms,
    sure(findAsset('energy')),
    sure(findAsset('ecoin')),
  );
  expect(toAsset('energy')).toBe(defaultTerms.energy);
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 50 }), fc.nat(450), (steps, filled) => {
      const at = 1_700_000_000_000_000 as Instant;
      const market = new MarketFeed(instrument, at);
      const levels = new Levels();
      const history = new Map<number, Sides>([[0, levels.get()]]);
      let seq = 0;
      const commit = (changes: readonly { side: Side; away: number; volume: number }[]): void => {
        seq += 1;
        for (const { side, away, volume } of changes) {
          const price = side === 'ask' ? middle + away : middle - 1 - away;
          levels.set(side, price, volume);
          const level = {
            kind: 'level.changed',
            market: symbol,
            side,
            price: price as Price,
            volume: volume as Lots,
          } as const;
          market.fold(level, seq, at);
        }
        history.set(seq, levels.get());
        market.publish();
      };
      commit(
        (['ask', 'bid'] as const).flatMap((side) =>
          Array.from({ length: filled }, (_, away) => ({ side, away, volume: 1 + (away % 30) })),
        ),
      );
      const [first] = instruments.frames;
      const followers = depths.flatMap((depth) =>
        [1, 2].map(() => new Follower(market, depth, sure(first))),
      );
      for (const follower of followers) follower.subscribe();
      const followerOf = (who: number): Follower => sure(followers[who]);
      for (const each of steps) {
        if (each.kind === 'commit') commit(each.changes);
        else if (each.kind === 'sweep') {
          const { side, from, to } = each;
          commit(
            Array.from({ length: Math.max(0, to - from) }, (_, index) => ({
              side,
              away: from + index,
              volume: 0,
            })),
          );
        } else if (each.kind === 'slow')
          followerOf(each.who).listener.buffered = each.isSlow ? conflateBytes + 1 : 0;
        else if (each.kind === 'read') followerOf(each.who).read(history);
        else if (each.kind === 'second') market.catchUp();
        else {
          const follower = followerOf(each.who);
          follower.read(history);
          if (follower.isSubscribed) follower.unsubscribe();
          else follower.subscribe();
        }
        for (const { listener, depth } of followers) {
          for (const frame of listener.frames)
            seen.add(`${depth} ${/"type":"(\w+)"/.exec(frame)?.[1]}`);
        }
      }
      for (const follower of followers) {
        follower.listener.buffered = 0;
        if (!follower.isSubscribed) follower.subscribe();
      }
      market.catchUp();
      for (const follower of followers) {
        follower.read(history);
        follower.expectCurrent(levels.get());
      }
    }),
    { numRuns: 25 },
  );
  // Nothing of this was asked in vain.
  expect([...seen].toSorted()).toEqual(
    depths.flatMap((depth) => [`${depth} snapshot`, `${depth} update`]).toSorted(),
  );
});
