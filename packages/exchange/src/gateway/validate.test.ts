/** Requests that are only looked at: the answer is that of the request itself, and nothing happens. */
import { stateText } from '@wattlot/core';
import { beforeEach, expect, test } from 'vitest';
import { alice, TestMarket } from '../testing.ts';
import { Desk } from './desk.ts';
import type { DeskRequest } from './desk.ts';
import type { Outcome } from './posting.ts';

const symbol = 'KWH/ECOIN';
const order = { symbol, order_type: 'limit', side: 'buy', order_qty: 0.05, limit_price: 10 };

let market: TestMarket;
let desk: Desk;
let ids: number;
beforeEach(async () => {
  market = await new TestMarket().open();
  ids = 0;
  const { sequencer, feed, clock } = market;
  desk = new Desk({
    sequencer,
    feed,
    sessions: { find: () => alice } as never,
    deliveries: {} as never,
    now: () => clock.micros / 1000,
    wallNow: clock.now,
    newId: () => `made-${(ids += 1)}`,
  });
});

function ask(method: DeskRequest['method'], params: object): Promise<Outcome> {
  const request = { method, params: { token: 'x', ...params } } as DeskRequest;
  return new Promise((respond) => desk.handle(request, respond));
}

test('an order that is only looked at gets the answer of a real one, and nothing is journaled or remembered', async () => {
  const before = market.journal.head;
  const text = stateText(market.state);
  const kinds: readonly (readonly [object, string | undefined])[] = [
    [{}, undefined],
    [{ cl_ord_id: 'mine' }, undefined],
    [{ order_qty: 0.001 }, 'EGeneral:Invalid arguments:order_qty'],
    [{ order_qty: 0 }, 'EOrder:Order minimum not met'],
    [{ order_qty: 100 }, 'EOrder:Invalid order:Invalid arguments:volume above qty_max'],
    [{ limit_price: 0.5 }, 'EOrder:Invalid price'],
    [{ order_qty: 10, limit_price: 1000.0001 }, 'EOrder:Invalid price'],
    [{ order_type: 'market', post_only: true }, 'EGeneral:Invalid arguments:order type'],
    [{ symbol: 'X/Y' }, 'EQuery:Unknown asset pair'],
    [{ deadline: '2020-01-01T00:00:00Z' }, 'EService:Deadline elapsed'],
  ];
  for (const [more, error] of kinds) {
    const said = await ask('add_order', { ...order, ...more, validate: true });
    expect(said, JSON.stringify(more)).toEqual(error === undefined ? { result: more } : { error });
  }
  expect(market.journal.head).toBe(before);
  expect(stateText(market.state)).toBe(text);
  for (const [more, error] of kinds) {
    const said = await ask('add_order', { ...order, ...more });
    expect('error' in said ? said.error : undefined, JSON.stringify(more)).toBe(error);
  }
});

test('a batch that is only looked at says what would become of each of its orders', async () => {
  const before = market.journal.head;
  const { symbol: _, ...one } = order;
  const orders = [one, { ...one, cl_ord_id: 'b', order_qty: 10, limit_price: 1000 }, one];
  const said = await ask('batch_add', { symbol, validate: true, orders: [...orders] });
  expect(said).toEqual({ result: [{}, { cl_ord_id: 'b' }, {}] });
  await market.submit(market.order(alice, 'bid', { price: 1000, volume: 999 }));
  const poor = await ask('batch_add', { symbol, validate: true, orders: [...orders] });
  expect(poor).toMatchObject({
    result: [
      {},
      {
        error: 'EOrder:Insufficient funds (insufficient user funds)',
        cl_ord_id: expect.any(String),
      },
      {},
    ],
  });
  expect(market.journal.head).toBe(before + 1);
});

test('an amendment that is only looked at leaves the order as it is', async () => {
  const placed = await ask('add_order', { ...order, cl_ord_id: 'mine' });
  const { order_id: id } = 'result' in placed ? (placed.result as { order_id: string }) : {};
  const before = market.journal.head;
  const text = stateText(market.state);
  const look = (more: object): Promise<Outcome> =>
    ask('amend_order', { order_id: id, validate: true, ...more });
  expect(await look({ limit_price: 11 })).toEqual({ result: { order_id: id } });
  expect(await look({ limit_price: 0.5 })).toEqual({ error: 'EOrder:Invalid price' });
  expect(await look({ order_qty: 100 })).toEqual({
    error: 'EOrder:Invalid order:Invalid arguments:volume above qty_max',
  });
  expect(await look({ order_id: 'O99', limit_price: 11 })).toEqual({
    error: 'EOrder:Unknown order',
  });
  expect(market.journal.head).toBe(before);
  expect(stateText(market.state)).toBe(text);
});

test('what it was looked at against is on disk before anybody hears of it', async () => {
  market.journal.isHeld = true;
  const rich = market.order(alice, 'bid', { price: 1000, volume: 999 });
  market.sequencer.post(rich, () => undefined);
  await Promise.resolve();
  let said: Outcome | undefined;
  const poor = { ...order, order_qty: 9.99, limit_price: 1000, validate: true };
  void ask('add_order', poor).then((outcome) => (said = outcome));
  await new Promise((turn) => setImmediate(turn));
  expect(said).toBeUndefined();
  market.journal.isHeld = false;
  market.journal.release();
  await new Promise((turn) => setImmediate(turn));
  expect(said).toEqual({ error: 'EOrder:Insufficient funds' });
});

test('an order in the commit that halts its market is not told that the market is online', async () => {
  market.sequencer.post(
    { kind: 'market.phase', market: symbol as never, phase: 'halted' },
    () => 0,
  );
  const said = await Promise.all([ask('add_order', order), ask('add_order', order)]);
  expect(said).toEqual([1, 2].map(() => ({ error: 'EService:Market in another phase' })));
  const mode = 'EService:Market in maintenance mode';
  expect(await ask('add_order', order)).toEqual({ error: mode });
});
