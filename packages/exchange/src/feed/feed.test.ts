import { messageSchemas } from '@wattlot/client/frames';
import type { ExecutionsMessage } from '@wattlot/client/frames';
import { apply, createState } from '@wattlot/core';
import type { MarketTerms } from '@wattlot/core';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { doneOrdersMax, finalLotsMax, tapeMax } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, carol, findAsset, Listener, offerOf, TestMarket } from '../testing.ts';
import { Feed } from './feed.ts';
import { instrumentOf, pairOf } from './instrument.ts';

const { symbol } = defaultTerms;

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

test('a subscriber that comes later is shown each lot of a trade that has settled', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 2 });
  await market.place(bob, 'bid', { price: 100, volume: 2 });
  const txids = ['e', 'f'].map((digit) => digit.repeat(64));
  await market.advance({
    settled: [0, 1].map((lot) => ({
      order: 'O1' as never,
      lot,
      trade: 'T1' as never,
      txid: txids[lot] as never,
    })),
  });
  for (const participant of [alice, bob]) {
    expect(tradesShown(market.feed, participant)).toMatchObject([
      {
        settlement: 'settled',
        txid: txids[0],
        lots: [
          { lot_id: 'O1:0', state: 'settled', txid: txids[0] },
          { lot_id: 'O1:1', state: 'settled', txid: txids[1] },
        ],
      },
    ]);
  }
});

test('of many settled lots the newest are shown one by one, of older trades the settlement', async () => {
  const market = await new TestMarket().open();
  const txid = 'f'.repeat(64);
  const volume = 250;
  const count = finalLotsMax / volume + 2;
  for (let number = 1; number <= count; number += 1) {
    await market.place(alice, 'ask', { price: 1, volume });
    await market.place(bob, 'bid', { price: 1, volume });
    const [order, trade] = [`O${number * 2 - 1}` as never, `T${number}` as never];
    const lots = Array.from({ length: volume }, (_, lot) => lot);
    await market.advance({
      settled: lots.map((lot) => ({ order, lot, trade, txid: txid as never })),
    });
  }
  for (const participant of [alice, bob]) {
    const trades = tradesShown(market.feed, participant);
    expect(trades.map(({ lots }) => lots?.length)).toEqual([
      0,
      0,
      ...Array.from({ length: finalLotsMax / volume }, () => volume),
    ]);
    for (const trade of trades) expect(trade).toMatchObject({ settlement: 'settled', txid });
  }
});

function tradesShown(feed: Feed, participant: typeof alice): ExecutionsMessage['data'] {
  const listener = new Listener();
  feed.followPrivate('executions', participant, listener, true);
  feed.leavePrivate('executions', participant, listener);
  const reports = listener.take().flatMap(({ data }) => data as ExecutionsMessage['data']);
  return reports.filter(({ trade_id: trade }) => trade !== undefined);
}

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

test('after a start nobody is asked for a renewal before the other side had time to come back', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  market.feed.holdRenewals();
  const agent = new Listener();
  market.feed.followPrivate('agent', alice, agent, true);
  market.clock.micros += 60_000_000;
  await market.submit({ kind: 'time.tick' });
  expect(agent.take().flatMap(({ data }) => data)).toEqual([]);
  const { output } = offerOf('O1', 0);
  market.feed.askRenewals();
  expect(agent.take().flatMap(({ data }) => data)).toEqual([
    { kind: 'renewal.requested', order_id: 'O1', lots: [{ lot: 0, output }] },
  ]);
});

test('an agent whose order traded while it signed is told first which outputs it may renew', async () => {
  const market = await new TestMarket().open();
  await market.submit(market.order(bob, 'bid', { price: 100, volume: 3 }));
  await market.place(alice, 'ask', { price: 99, volume: 2 });
  const agent = new Listener();
  market.feed.followPrivate('agent', bob, agent, true);
  agent.take();
  const lots = [0, 1, 2].map((lot) => offerOf('O1', lot));
  await market.submit({
    kind: 'offers.deliver',
    participant: bob,
    order: 'O1' as never,
    lots,
  });
  expect(agent.take().flatMap(({ data }) => data)).toMatchObject([
    { kind: 'outputs.released', outputs: [lots[1]?.output, lots[2]?.output] },
    { kind: 'settlement.requested', lots: [{ lot: 0 }, { lot: 1 }] },
  ]);
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
  const state = createState();
  for (const entry of market.journal.entries) again.take([{ entry, events: apply(state, entry) }]);
  expect(views(again)).toEqual(views(market.feed));
});

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
  expect(pairOf(instrument)).not.toHaveProperty('gate_closure');
  const [from, to, gate] = [9e14, 9e14 + 36e8, 9e14 - 5] as const;
  const gated = { ...defaultTerms, delivery: { from, to, gate } } as MarketTerms;
  expect(pairOf(instrumentOf(gated, energy, ecoin))).toMatchObject({
    delivery_start: '1998-07-09T16:00:00.000000Z',
    delivery_end: '1998-07-09T17:00:00.000000Z',
    gate_closure: '1998-07-09T15:59:59.999995Z',
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
