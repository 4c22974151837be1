import { bookChecksum, lotsOfQty, messageSchemas, priceOfWire } from '@wattlot/client/frames';
import type { BookMessage, ExecutionsMessage, Instrument, Level } from '@wattlot/client/frames';
import { depthOf } from '@wattlot/core';
import type { MarketTerms } from '@wattlot/core';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { conflateBytes, doneOrdersMax, tapeMax } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, carol, findAsset, Listener, offerOf, TestMarket } from '../testing.ts';
import { Feed } from './feed.ts';
import { instrumentOf, pairOf } from './instrument.ts';

const { symbol } = defaultTerms;
const people = [alice, bob, carol];

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
          expect(asks).toEqual(depthOf(market.state, symbol, 'ask', depth));
          expect(bids).toEqual(depthOf(market.state, symbol, 'bid', depth));
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

test('a level that comes back into the depth is sent, one that is pushed out is not', async () => {
  const market = await new TestMarket().open();
  for (let price = 100; price < 112; price += 1) {
    await market.place(alice, 'ask', { price, volume: 1 });
  }
  const listener = new Listener();
  market.feed.market(symbol)?.followBook(listener, 10);
  listener.take();
  const [best] = await market.place(bob, 'ask', { price: 99, volume: 2 });
  const sent = (): unknown =>
    listener.take().map(({ data }) => (data as BookMessage['data'])[0]?.asks);
  expect(sent()).toEqual([[{ price: 99, qty: 0.02 }]]);
  const order = best?.kind === 'order.placed' ? best.view.order : undefined;
  await market.submit({ kind: 'order.cancel', participant: bob, order: sure(order, 'order') });
  expect(sent()).toEqual([
    [
      { price: 99, qty: 0 },
      { price: 109, qty: 0.01 },
    ],
  ]);
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

test('an order is told from pending to settled, trades and states apart, filled on its own', async () => {
  const market = await new TestMarket().open();
  const [seller, buyer] = [new Listener(), new Listener()];
  await market.place(alice, 'ask', { price: 100, volume: 2 });
  await market.place(carol, 'ask', { price: 101, volume: 4 });
  market.feed.followPrivate('executions', alice, seller, true);
  market.feed.followPrivate('executions', bob, buyer, true);
  const told = (listener: Listener): unknown =>
    (listener.take() as unknown as ExecutionsMessage[]).map(({ data }) =>
      data.map((report) => `${report.exec_type} ${report.order_id} ${report.cum_qty}`),
    );
  expect(told(seller)).toEqual([['new O1 0']]);
  expect(told(buyer)).toEqual([[]]);
  await market.place(bob, 'bid', { price: 101, volume: 3 });
  expect(told(seller)).toEqual([['trade O1 0.02'], ['filled O1 0.02']]);
  expect(told(buyer)).toEqual([
    ['pending_new O3 0'],
    ['trade O3 0.02', 'trade O3 0.03'],
    ['filled O3 0.03'],
  ]);
  const txid = 'f'.repeat(64) as never;
  const lots = [{ lot: 0, txid }];
  await market.submit({ kind: 'settlement.submit', participant: bob, trade: 'T1' as never, lots });
  await market.advance({
    settled: [
      { order: 'O1' as never, lot: 0, trade: 'T1' as never, txid },
      { order: 'O1' as never, lot: 1, trade: 'T1' as never, txid },
    ],
  });
  const settlements = seller.take().flatMap(({ data }) => data as ExecutionsMessage['data']);
  expect(
    settlements.map(({ exec_type: type, trade_id: trade, settlement, txid: id, lots: all }) => ({
      type,
      trade,
      settlement,
      id,
      lots: all?.map(({ lot_id: lot, state }) => `${lot} ${state}`),
    })),
  ).toEqual([
    { type: 'status', trade: 1, settlement: 'requested', id: txid, lots: ['O1:0 submitted'] },
    {
      type: 'status',
      trade: 1,
      settlement: 'settled',
      id: txid,
      lots: ['O1:0 settled', 'O1:1 settled'],
    },
  ]);
});

test('a lot whose output is spent otherwise is taken back from both sides, with the reason', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 2 });
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  const listener = new Listener();
  market.feed.followPrivate('executions', alice, listener, false);
  const txid = 'e'.repeat(64) as never;
  await market.advance({
    lost: [
      { order: 'O1' as never, lot: 0, txid },
      { order: 'O1' as never, lot: 1, txid },
    ],
  });
  const reports = listener.take().flatMap(({ data }) => data as ExecutionsMessage['data']);
  expect(reports.at(-1)).toMatchObject({
    exec_type: 'canceled',
    order_status: 'canceled',
    reason: 'output_spent',
    cum_qty: 0,
    cancelled_qty: 0.02,
  });
  expect(reports.find(({ trade_id: trade }) => trade === 1)).toMatchObject({
    settlement: 'released',
  });
});

test('agents are asked again for what is open, and for nothing else', async () => {
  const market = await new TestMarket().open();
  await market.submit(market.order(carol, 'bid', { price: 50, volume: 2 }));
  await market.place(alice, 'ask', { price: 100, volume: 3 });
  await market.place(bob, 'bid', { price: 100, volume: 2 });
  const tasksOf = (who: typeof alice): unknown => {
    const listener = new Listener();
    market.feed.followPrivate('agent', who, listener, true);
    market.feed.leavePrivate('agent', who, listener);
    return listener.take()[0]?.['data'];
  };
  expect(tasksOf(alice)).toEqual([]);
  expect(tasksOf(carol)).toMatchObject([
    { kind: 'offers.requested', order_id: 'O1', lots: [0, 1] },
  ]);
  expect(tasksOf(bob)).toMatchObject([
    {
      kind: 'settlement.requested',
      trade_id: 'T1',
      order_id: 'O3',
      side: 'buy',
      price: 100,
      lots: [offerOf('O2', 0), offerOf('O2', 1)],
    },
  ]);
  const txid = 'f'.repeat(64) as never;
  await market.advance({
    settled: [{ order: 'O2' as never, lot: 0, trade: 'T1' as never, txid }],
  });
  expect(tasksOf(bob)).toMatchObject([{ lots: [offerOf('O2', 1)] }]);
  const agent = new Listener();
  market.feed.followPrivate('agent', alice, agent, true);
  agent.take();
  market.clock.micros += 60_000_000;
  await market.submit({ kind: 'order.cancel', participant: alice, order: 'O2' as never });
  const { output } = offerOf('O2', 1);
  expect(agent.take().flatMap(({ data }) => data)).toEqual([
    { kind: 'renewal.requested', order_id: 'O2', lots: [{ lot: 1, output }] },
    { kind: 'outputs.released', order_id: 'O2', outputs: [offerOf('O2', 2).output] },
  ]);
  expect(tasksOf(carol)).toEqual([]);
  expect(tasksOf(alice)).toHaveLength(2);
  await market.advance({ lost: [{ order: 'O2' as never, lot: 1, txid }] });
  expect(tasksOf(bob)).toEqual([]);
  expect(tasksOf(alice)).toMatchObject([{ kind: 'outputs.released' }]);
});

test('everything that is sent has the shape that the wire promises', async () => {
  const market = await new TestMarket().open();
  const listener = new Listener();
  market.feed.followInstruments(listener);
  market.feed.market(symbol)?.followBook(listener, 10);
  market.feed.market(symbol)?.followTape(listener, true);
  for (const channel of ['executions', 'balances', 'agent'] as const) {
    market.feed.followPrivate(channel, alice, listener, true);
  }
  await market.place(alice, 'ask', { price: 100, volume: 5 });
  await market.place(bob, 'bid', { price: 101, volume: 2 });
  await market.submit({ kind: 'order.cancel', participant: alice, order: 'O1' as never });
  market.feed.followPrivate('executions', alice, listener, true);
  const seen = new Set<string>();
  for (const message of listener.take()) {
    const channel = message['channel'] as keyof typeof messageSchemas;
    expect(Compile(messageSchemas[channel]).Errors(message)).toEqual([]);
    seen.add(`${channel} ${String(message['type'])}`);
  }
  expect([...seen].toSorted()).toEqual([
    'agent snapshot',
    'agent update',
    'balances snapshot',
    'balances update',
    'book snapshot',
    'book update',
    'executions snapshot',
    'executions update',
    'instrument snapshot',
    'trade snapshot',
    'trade update',
  ]);
});

test('the past that is shown stays bounded and comes back with the journal', async () => {
  const market = await new TestMarket().open();
  const txid = 'f'.repeat(64) as never;
  for (let number = 1; number <= tapeMax + 20; number += 1) {
    await market.place(alice, 'ask', { price: 100, volume: 1 });
    await market.place(bob, 'bid', { price: 100, volume: 1 });
    const [order, trade] = [`O${number * 2 - 1}` as never, `T${number}` as never];
    await market.advance({ settled: [{ order, lot: 0, trade, txid }] });
  }
  const views = (feed: Feed): unknown => {
    const listener = new Listener();
    feed.market(symbol)?.followBook(listener, 10);
    feed.market(symbol)?.followTape(listener, true);
    for (const channel of ['executions', 'balances', 'agent'] as const) {
      feed.followPrivate(channel, alice, listener, true);
    }
    return listener.take();
  };
  expect(market.feed.ordersOf(alice)).toHaveLength(doneOrdersMax);
  expect(market.feed.market(symbol)?.tape).toHaveLength(tapeMax);
  const again = new Feed(findAsset);
  const replayed = new TestMarket();
  for (const { command } of market.journal.entries) await replayed.submit(command);
  expect(replayed.journal.entries).toEqual(market.journal.entries);
  const events = await eventsOf(market);
  again.take(events);
  expect(views(again)).toEqual(views(market.feed));
});

async function eventsOf(market: TestMarket): Promise<Parameters<Feed['take']>[0]> {
  const { apply, createState } = await import('@wattlot/core');
  const state = createState();
  return market.journal.entries.map((entry) => ({ entry, events: apply(state, entry) }));
}

test('an instrument has exact decimals or is refused', () => {
  const energy = sure(findAsset('energy'), 'energy');
  const ecoin = sure(findAsset('ecoin'), 'ecoin');
  const instrument = instrumentOf(defaultTerms, energy, ecoin);
  expect(instrument).toMatchObject({
    qtyPrecision: 2,
    qtyUnitsPerLot: 1,
    pricePrecision: 0,
    priceUnitsPerStep: 1,
    basePrecision: 3,
    quotePrecision: 2,
  });
  expect(pairOf(instrument)).toMatchObject({
    price_increment: 1,
    qty_increment: 0.01,
    qty_max: 10,
  });
  const terms = (lot: number): MarketTerms => ({ ...defaultTerms, lot: lot as never });
  expect(instrumentOf(terms(250), energy, ecoin)).toMatchObject({
    qtyPrecision: 2,
    qtyUnitsPerLot: 25,
    pricePrecision: 2,
    priceUnitsPerStep: 4,
  });
  expect(() => instrumentOf(terms(3), energy, ecoin)).toThrow('no exact decimals');
  expect(() => instrumentOf(defaultTerms, { ...energy, multiple: 12 }, ecoin)).toThrow(
    'not a power of ten',
  );
});
