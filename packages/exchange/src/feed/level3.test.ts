import { lotsOfQty, messageSchemas, ordersChecksum, priceOfWire } from '@wattlot/client/frames';
import type { Instrument, Level3Message } from '@wattlot/client/frames';
import { openTrades, orderOf, queueOf } from '@wattlot/core';
import type { OrderId, OrderView } from '@wattlot/core';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { exactLots, sure } from '../exact.ts';
import { conflateBytes } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, carol, findAsset, Listener, offerOf, TestMarket } from '../testing.ts';
import { Feed } from './feed.ts';
import { level3Depths } from './level3.ts';
import type { Level3Depth } from './level3.ts';

const { symbol } = defaultTerms;
const people = [alice, bob, carol];
const schema = Compile(messageSchemas.level3);

type Row = Level3Message['data'][number]['asks'][number];

/** A client's orders: what a reader of the dialect's description would write. */
class TinyOrders {
  readonly asks = new Map<string, Row>();
  readonly bids = new Map<string, Row>();
  seq = -1;
  readonly #instrument: Instrument;
  readonly #depth: number;

  constructor(instrument: Instrument, depth: number) {
    this.#instrument = instrument;
    this.#depth = depth;
  }

  apply(message: Level3Message): void {
    expect(schema.Errors(message)).toEqual([]);
    const data = sure(message.data[0], 'data');
    if (message.type === 'snapshot') {
      this.asks.clear();
      this.bids.clear();
    } else {
      expect(data.prev_seq).toBe(this.seq);
      expect(data.seq).toBeGreaterThan(data.prev_seq);
    }
    this.seq = data.seq;
    for (const [side, rows] of [
      [this.asks, data.asks],
      [this.bids, data.bids],
    ] as const) {
      for (const row of rows) {
        const isKnown = side.has(row.order_id);
        expect(isKnown, JSON.stringify(row)).toBe(row.event === 'modify' || row.event === 'delete');
        if (row.event === 'delete') side.delete(row.order_id);
        else side.set(row.order_id, row);
      }
    }
    this.#cut(this.asks, 1);
    this.#cut(this.bids, -1);
    const [asks, bids] = [this.levels('ask'), this.levels('bid')].map((levels) =>
      levels.map((rows) =>
        rows.map((row) => ({
          price: sure(priceOfWire(this.#instrument, row.limit_price), 'price'),
          volume: sure(lotsOfQty(this.#instrument, row.order_qty), 'volume'),
        })),
      ),
    );
    expect(ordersChecksum(this.#instrument, asks ?? [], bids ?? [])).toBe(data.checksum);
  }

  /** The orders by level, each in the order of places. */
  levels(side: 'ask' | 'bid'): readonly (readonly Row[])[] {
    const [rows, sign] = side === 'ask' ? [this.asks, 1] : [this.bids, -1];
    const prices = new Map<number, Row[]>();
    for (const row of rows.values()) {
      prices.set(row.limit_price, [...(prices.get(row.limit_price) ?? []), row]);
    }
    return [...prices]
      .toSorted(([a], [b]) => sign * (a - b))
      .map(([, level]) => level.toSorted((a, b) => a.place - b.place));
  }

  #cut(side: Map<string, Row>, sign: number): void {
    const prices = [...new Set([...side.values()].map((row) => row.limit_price))];
    const gone = new Set(prices.toSorted((a, b) => sign * (a - b)).slice(this.#depth));
    for (const [id, row] of side) if (gone.has(row.limit_price)) side.delete(id);
  }
}

/** Delivers what an order waits for, if it waits for anything. */
async function firmUp(market: TestMarket, order: OrderId): Promise<void> {
  const pending = market.feed.pendingOf(order);
  if (pending === undefined) return;
  const { participant } = pending.view;
  const lots = pending.lots.map((lot) => offerOf(order, lot));
  await market.submit({ kind: 'offers.deliver', participant, order, lots });
}

/** Lets all settlements become overdue and the ledger show that these trades' lots were renewed: they come back to their orders. */
async function renew(market: TestMarket): Promise<void> {
  market.clock.advance(6_000);
  await market.submit({ kind: 'time.tick' });
  const lost = openTrades(market.state).flatMap(({ resting, lots }) =>
    lots
      .filter(({ state }) => state === 'overdue')
      .map(({ lot }) => ({ order: resting.order, lot, txid: 'e'.repeat(64) as never })),
  );
  await market.advance({ lost });
}

const step = fc.record({
  who: fc.nat(2),
  side: fc.constantFrom('ask', 'bid'),
  price: fc.integer({ min: 90, max: 113 }),
  volume: fc.integer({ min: 1, max: 5 }),
  next: fc.constantFrom(
    'rest',
    'rest',
    'wait',
    'cancel',
    'grow',
    'shrink',
    'move',
    'renew',
    'spend',
  ),
  pick: fc.nat(100),
});

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

async function take(market: TestMarket, wish: Step): Promise<void> {
  const { who, side, price, volume, next, pick } = wish;
  const participant = people[who] ?? alice;
  const { events } = await market.submit(market.order(participant, side, { price, volume }));
  const placed = events.find((event) => event.kind === 'order.placed');
  if (next !== 'wait' && placed !== undefined) await firmUp(market, placed.view.order);
  const live = market.feed
    .ordersOf(participant)
    .map(({ view }) => view)
    .filter(({ status }) => status !== 'done');
  const view: OrderView | undefined = live[pick % Math.max(1, live.length)];
  if (next === 'renew') await renew(market);
  if (view === undefined) return;
  const { order } = view;
  if (next === 'cancel') await market.submit({ kind: 'order.cancel', participant, order });
  const amend = (to: {
    volume?: OrderView['volume'];
    price?: OrderView['price'];
  }): Promise<unknown> => market.submit({ kind: 'order.amend', participant, order, ...to });
  if (next === 'grow') await amend({ volume: exactLots(view.volume + 2) });
  if (next === 'shrink') await amend({ volume: exactLots(Math.max(1, view.volume - 1)) });
  if (next === 'move') await amend({ price: (view.price + 1) as OrderView['price'] });
  if (next === 'spend') {
    const lot = market.feed.ladderOf(order) === undefined ? undefined : 0;
    if (lot !== undefined) {
      await market.advance({ lost: [{ order, lot, txid: 'd'.repeat(64) as never }] });
    }
  }
  if (pick % 3 > 0) for (const each of live) await firmUp(market, each.order);
}

function queueIn(market: TestMarket, side: 'ask' | 'bid', depth: Level3Depth): unknown {
  const levels = new Map<number, unknown[]>();
  for (const { order, price, volume, whole } of queueOf(market.state, symbol, side)) {
    if (whole) continue;
    levels.set(price, [...(levels.get(price) ?? []), { order, volume }]);
  }
  return [...levels.values()].slice(0, depth);
}

test('a client that folds the messages has every order in its place, through amendments and lots that come back', async () => {
  let returned = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const market = await new TestMarket().open();
      const feed = sure(market.feed.market(symbol), 'market');
      const followers = level3Depths.map((depth) => {
        const listener = new Listener();
        feed.level3.follow(listener, depth);
        return { depth, listener, orders: new TinyOrders(feed.instrument, depth) };
      });
      for (const wish of steps) {
        await take(market, wish);
        for (const { depth, listener, orders } of followers) {
          for (const message of listener.take()) orders.apply(message as Level3Message);
          for (const side of ['ask', 'bid'] as const) {
            const shown = orders.levels(side).map((rows) =>
              rows.map(({ order_id: order, order_qty: qty }) => ({
                order,
                volume: lotsOfQty(feed.instrument, qty),
              })),
            );
            expect(shown).toEqual(queueIn(market, side, depth));
          }
        }
      }
      expect(market.failures).toEqual([]);
      returned += market.journal.entries.filter(
        ({ command }) => command.kind === 'ledger.advance' && command.lost.length > 0,
      ).length;
    }),
    { numRuns: 60 },
  );
  expect(returned).toBeGreaterThan(0);
});

test('an order that grows goes behind the others, and one whose lots come back is in front of them again', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 2 });
  await market.place(carol, 'ask', { price: 100, volume: 1 });
  const listener = new Listener();
  market.feed.market(symbol)?.level3.follow(listener, 10);
  const rows = (): unknown =>
    listener
      .take()
      .flatMap((message) => (message as Level3Message).data)
      .map(({ asks }) =>
        asks.map((row) => `${row.event ?? 'is'} ${row.order_id} ${row.order_qty} @${row.place}`),
      );
  expect(rows()).toEqual([['is O1 0.02 @1', 'is O2 0.01 @2']]);
  await market.place(bob, 'bid', { price: 100, volume: 2 });
  expect(rows()).toEqual([['delete O1 0 @1']]);
  await renew(market);
  await firmUp(market, 'O1' as OrderId);
  expect(rows()).toEqual([['add O1 0.02 @1']]);
  await market.submit({
    kind: 'order.amend',
    participant: alice,
    order: 'O1' as OrderId,
    volume: exactLots(3),
  });
  expect(rows()).toEqual([['delete O1 0 @1', 'add O1 0.02 @3']]);
  await market.submit({
    kind: 'order.amend',
    participant: carol,
    order: 'O2' as OrderId,
    volume: exactLots(1),
  });
  expect(rows()).toEqual([]);
  expect(orderOf(market.state, 'O1' as OrderId)).toMatchObject({ remaining: 3 });
});

test('a feed that begins in the middle goes on as if nothing had been', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 30 }),
      fc.array(step, { minLength: 5, maxLength: 15 }),
      async (before, after) => {
        const market = await new TestMarket().open();
        for (const wish of before) await take(market, wish);
        const begun = new Feed(findAsset);
        begun.begin(JSON.parse(JSON.stringify(market.feed.keep(market.state))), market.state);
        expect(begun.keep(market.state)).toEqual(market.feed.keep(market.state));
        const [own, other] = [new Listener(), new Listener()];
        for (const [each, listener] of [
          [market.feed, own],
          [begun, other],
        ] as const) {
          const one = sure(each.market(symbol), 'market');
          one.level3.follow(listener, 100);
          one.followBook(listener, 100);
          one.followTape(listener, true);
          one.candles.follow(listener, 5);
          one.ticker.follow(listener, 'trades', { now: market.clock.now() });
        }
        expect(other.take()).toEqual(own.take());
        // The one that began is given what the other is given.
        const taken = market.feed.take.bind(market.feed);
        market.feed.take = (batch) => {
          taken(batch);
          begun.take(batch);
        };
        for (const wish of after) await take(market, wish);
        expect(other.take()).toEqual(own.take());
      },
    ),
    { numRuns: 15 },
  );
});

test('the last order of a book goes by a snapshot; nobody is told whose an order is', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  const [listener, slow] = [new Listener(), new Listener()];
  for (const each of [listener, slow]) market.feed.market(symbol)?.level3.follow(each, 100);
  expect(listener.frames.join()).not.toContain(alice);
  listener.take();
  slow.take();
  slow.buffered = conflateBytes + 1;
  await market.submit({ kind: 'order.cancel', participant: alice, order: 'O1' as OrderId });
  const empty = { type: 'snapshot', data: [{ asks: [], bids: [], checksum: 0 }] };
  expect(listener.take()).toMatchObject([empty]);
  expect(slow.take()).toEqual([]);
  slow.buffered = 0;
  market.feed.catchUp();
  expect(slow.take()).toMatchObject([empty]);
});

test('the checksum is the one of a worked example', () => {
  // By hand: asks 100 at 0.02 and 0.01, bids 99 at 0.30: "100" "2" "100" "1" "99" "30".
  const market = new TestMarket();
  return market.open().then(() => {
    const { instrument } = sure(market.feed.market(symbol), 'market');
    const order = (price: number, volume: number): { price: never; volume: never } => ({
      price: price as never,
      volume: volume as never,
    });
    const asks = [[order(100, 2), order(100, 1)]];
    expect(ordersChecksum(instrument, asks, [[order(99, 30)]])).toBe(crcOf('100210019930'));
  });
});

/** CRC-32 as its definition says, bit by bit. */
function crcOf(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
