import { bookChecksum, lotsOfQty, priceOfWire } from '@wattlot/client/frames';
import type { BookMessage, Instrument, Level } from '@wattlot/client/frames';
import { depthOf } from '@wattlot/core';
import type { Side, State } from '@wattlot/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { conflateBytes } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, carol, Listener, TestMarket } from '../testing.ts';

const { symbol } = defaultTerms;
const people = [alice, bob, carol];

function levelsOf(state: State, side: Side, depth: number): Level[] {
  return depthOf(state, symbol, side, depth).map(({ price, volume }) => ({ price, volume }));
}

/** A client's book: what a reader of the dialect's description would write. */
class TinyBook {
  readonly asks = new Map<number, number>();
  readonly bids = new Map<number, number>();
  seq = -1;
  readonly #instrument: Instrument;
  readonly #depth: number;

  constructor(instrument: Instrument, depth: number) {
    this.#instrument = instrument;
    this.#depth = depth;
  }

  apply(message: BookMessage): void {
    const [data] = message.data;
    if (data === undefined) throw new Error('a book message without a book');
    if (message.type === 'snapshot') {
      this.asks.clear();
      this.bids.clear();
    } else {
      expect(data.prev_seq).toBe(this.seq);
      expect(data.seq).toBeGreaterThan(data.prev_seq);
    }
    this.seq = data.seq;
    for (const [side, levels] of [
      [this.asks, data.asks],
      [this.bids, data.bids],
    ] as const) {
      for (const { price, qty } of levels) {
        if (qty === 0) side.delete(price);
        else side.set(price, qty);
      }
    }
    this.#cut(this.asks, 1);
    this.#cut(this.bids, -1);
    const { asks, bids } = this.levels();
    expect(bookChecksum(this.#instrument, asks, bids)).toBe(data.checksum);
  }

  levels(): { readonly asks: readonly Level[]; readonly bids: readonly Level[] } {
    const read = (side: ReadonlyMap<number, number>, sign: number): readonly Level[] =>
      [...side]
        .toSorted(([a], [b]) => sign * (a - b))
        .map(([price, qty]) => ({
          price: sure(priceOfWire(this.#instrument, price), 'price'),
          volume: sure(lotsOfQty(this.#instrument, qty), 'volume'),
        }));
    return { asks: read(this.asks, 1), bids: read(this.bids, -1) };
  }

  #cut(side: Map<number, number>, sign: number): void {
    const sorted = [...side.keys()].toSorted((a, b) => sign * (a - b));
    for (const price of sorted.slice(this.#depth)) side.delete(price);
  }
}

function instrumentIn(market: TestMarket): Instrument {
  return sure(market.feed.market(symbol), 'market').instrument;
}

const wish = fc.record({
  who: fc.nat(2),
  side: fc.constantFrom('ask', 'bid'),
  price: fc.integer({ min: 90, max: 125 }),
  volume: fc.integer({ min: 1, max: 6 }),
  cancel: fc.nat(9),
  together: fc.boolean(),
});

test('a client that folds the book messages has the book, at every depth and after every commit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 20, maxLength: 60 }), async (wishes) => {
      const market = await new TestMarket().open();
      const instrument = instrumentIn(market);
      const followers = [10, 25].map((depth) => {
        const listener = new Listener();
        market.feed.market(symbol)?.followBook(listener, depth);
        return { depth, listener, book: new TinyBook(instrument, depth) };
      });
      const check = (): void => {
        for (const { depth, listener, book } of followers) {
          for (const message of listener.take()) book.apply(message as BookMessage);
          const { asks, bids } = book.levels();
          expect(asks).toEqual(levelsOf(market.state, 'ask', depth));
          expect(bids).toEqual(levelsOf(market.state, 'bid', depth));
        }
      };
      check();
      let work: Promise<unknown>[] = [];
      for (const { who, side, price, volume, cancel, together } of wishes) {
        const participant = people[who] ?? alice;
        work.push(market.place(participant, side, { price, volume }));
        const open = market.feed.ordersOf(participant).find(({ view }) => view.status === 'open');
        if (cancel < 4 && open !== undefined) {
          const { order } = open.view;
          work.push(market.submit({ kind: 'order.cancel', participant, order }));
        }
        if (together) continue;
        await Promise.all(work);
        work = [];
        check();
      }
      await Promise.all(work);
      check();
    }),
    { numRuns: 40 },
  );
});

/** A market with so many asks from 100 up and a reader of this depth, who is sent one better ask, which then goes. @returns what the reader was sent both times. */
async function comeAndGo(levels: number, depth: number): Promise<readonly unknown[]> {
  const market = await new TestMarket().open();
  for (let price = 100; price < 100 + levels; price += 1) {
    await market.place(alice, 'ask', { price, volume: 1 });
  }
  const listener = new Listener();
  market.feed.market(symbol)?.followBook(listener, depth);
  listener.take();
  const sent: unknown[] = [];
  const look = (): void => {
    for (const { type, data } of listener.take()) {
      const asks = (data as BookMessage['data'])[0]?.asks.map(({ price, qty }) => [price, qty]);
      sent.push([type, asks]);
    }
  };
  const [best] = await market.place(bob, 'ask', { price: 99, volume: 2 });
  look();
  const order = best?.kind === 'order.placed' ? best.view.order : undefined;
  await market.submit({ kind: 'order.cancel', participant: bob, order: sure(order, 'order') });
  look();
  return sent;
}

test('a level that comes back into the depth is sent, one that is pushed out is not', async () => {
  expect(await comeAndGo(102, 100)).toEqual([
    ['update', [[99, 0.02]]],
    [
      'update',
      [
        [99, 0],
        [199, 0.01],
      ],
    ],
  ]);
});

test('a shallow book is sent whole when a level goes, and when a side that is not full gets one', async () => {
  const whole = (from: number, count: number): unknown =>
    Array.from({ length: count }, (_, index) => [from + index, 0.01]);
  expect(await comeAndGo(12, 10)).toEqual([
    ['update', [[99, 0.02]]],
    ['snapshot', whole(100, 10)],
  ]);
  expect(await comeAndGo(3, 10)).toEqual([
    ['snapshot', [[99, 0.02], ...(whole(100, 3) as unknown[])]],
    ['snapshot', whole(100, 3)],
  ]);
});

test('numbers have all the digits of their precision, as the checksum is over digits', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 120, volume: 10 });
  const listener = new Listener();
  market.feed.market(symbol)?.followBook(listener, 10);
  market.feed.market(symbol)?.level3.follow(listener, 10);
  const [book, orders] = listener.frames;
  expect(book).toContain('"asks":[{"price":120,"qty":0.10}]');
  expect(orders).toContain('"limit_price":120,"order_qty":0.10,');
});

test('the last delete of a book is a snapshot, because its checksum is 0', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  const listener = new Listener();
  market.feed.market(symbol)?.followBook(listener, 10);
  listener.take();
  await market.submit({ kind: 'order.cancel', participant: alice, order: 'O1' as never });
  const [message, ...more] = listener.take();
  expect(more).toEqual([]);
  expect(message).toMatchObject({ type: 'snapshot', data: [{ asks: [], bids: [], checksum: 0 }] });
});

test('a slow reader of the book misses updates and then gets the whole book', async () => {
  const market = await new TestMarket().open();
  const [slow, quick] = [new Listener(), new Listener()];
  market.feed.market(symbol)?.followBook(slow, 10);
  market.feed.market(symbol)?.followBook(quick, 10);
  slow.take();
  quick.take();
  slow.buffered = conflateBytes + 1;
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  slow.buffered = conflateBytes;
  await market.place(alice, 'ask', { price: 101, volume: 1 });
  market.feed.catchUp();
  expect(slow.take()).toEqual([]);
  expect(quick.take()).toHaveLength(2);
  slow.buffered = 0;
  market.feed.catchUp();
  const book = new TinyBook(instrumentIn(market), 10);
  for (const message of slow.take()) book.apply(message as BookMessage);
  await market.place(alice, 'ask', { price: 102, volume: 1 });
  for (const message of slow.take()) book.apply(message as BookMessage);
  expect(book.levels().asks.map(({ price }) => price)).toEqual([100, 101, 102]);
});
