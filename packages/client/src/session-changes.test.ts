import { toInstant, toOrderId } from '@wattlot/core';
import type { OrderId } from '@wattlot/core';
import { expect, test } from 'vitest';
import type { OrderWish, OwnOrder } from './events.ts';
import { wishResendMsMax } from './limits.ts';
import type { Amendment } from './open-changes.ts';
import { Script, wish } from './session-testing.ts';
import * as wire from './testing.ts';
import { lots, price, report, sure, symbol } from './testing.ts';

const order: OrderId = sure(toOrderId('O1'));
const amendment: Amendment = { order, change: { price: price(148), volume: lots(6) } };
const rests = report({ exec_type: 'new', order_status: 'new' });
const amended = report({
  exec_type: 'amended',
  order_status: 'pending_new',
  limit_price: 148,
  order_qty: 0.06,
});
const over = report({ exec_type: 'canceled', order_status: 'canceled', cancelled_qty: 0.05 });

function amend(script: Script, wanted: Amendment = amendment): Script {
  return script.take(script.session.amend(7, wanted, script.now));
}

/** The requests of a method since the last look. */
function asked(script: Script, method: string): readonly unknown[] {
  return script
    .look()
    .filter((frame) => frame.method === method)
    .map(({ params }) => params);
}

test.each<[string, Partial<OrderWish>, object]>([
  ['a plain one', {}, { order_type: 'limit', time_in_force: 'gtc', post_only: false }],
  [
    'a market order with its protection',
    { type: 'market', timeInForce: 'ioc' },
    { order_type: 'market', limit_price: 149, time_in_force: 'ioc' },
  ],
  ['fill or kill', { timeInForce: 'fok' }, { time_in_force: 'fok' }],
  [
    'one that expires',
    { timeInForce: 'gtd', expiresAt: sure(toInstant(1_700_000_000_000_000)) },
    { time_in_force: 'gtd', expire_time: wire.time },
  ],
  ['all or none', { whole: true }, { all_or_none: true }],
  [
    'one that cancels the resting one',
    { selfTrade: 'cancel_resting' },
    { stp_type: 'cancel_oldest' },
  ],
  ['one that cancels itself', { selfTrade: 'cancel_incoming' }, { stp_type: 'cancel_newest' }],
  ['one that cancels both', { selfTrade: 'cancel_both' }, { stp_type: 'cancel_both' }],
])('a wish goes out in the words of the wire: %s', (_, change, words) => {
  const script = new Script().live();
  script.place(1, { ...wish, ...change });
  const [params] = asked(script, 'add_order');
  expect(params).toMatchObject({ cl_ord_id: 'a1', order_qty: 0.05, limit_price: 149, ...words });
  const plain = ['expire_time', 'all_or_none', 'stp_type'].filter((name) => !(name in words));
  for (const name of plain) expect(params).not.toHaveProperty(name);
});

test('an amendment names the order and what it shall be; an order that is not known is refused here', () => {
  const script = amend(new Script().live([rests]));
  const [frame] = script.look();
  expect(frame).toMatchObject({
    method: 'amend_order',
    params: { order_id: 'O1', order_qty: 0.06, limit_price: 148 },
  });
  script.reply(sure(frame), { amend_id: 'A9', order_id: 'O1' });
  expect(script.answers).toEqual([{ key: 7, outcome: { kind: 'yes', value: null } }]);
  amend(script, { ...amendment, order: sure(toOrderId('O2')) });
  expect(script.look()).toEqual([]);
  expect(script.answers.at(-1)?.outcome.kind).toBe('no');
});

test('an order may be amended as soon as it is placed, before its first report', () => {
  const script = new Script().live();
  script.place();
  script.reply(sure(script.look()[0]), { order_id: 'O1', cl_ord_id: 'a1' });
  expect(asked(amend(script), 'amend_order')).toHaveLength(1);
});

test('an amendment lost with its connection is found out by the order, and not sent again', () => {
  const script = amend(new Script().live([rests])).lose();
  expect(script.answers.at(-1)?.outcome.kind).toBe('unknown');
  script.news();
  script.reconnect([amended]);
  expect(asked(script, 'amend_order')).toEqual([]);
  expect(script.news()).toContainEqual({
    kind: 'amendment',
    ...amendment,
    outcome: { kind: 'yes', value: null },
  });
});

test('an amendment that the order does not show is sent again once, and its answer told', () => {
  const script = amend(new Script().live([rests])).lose();
  script.reconnect([rests]);
  const again = script.look().filter(({ method }) => method === 'amend_order');
  expect(again).toHaveLength(1);
  script.tick(500);
  expect(asked(script, 'amend_order')).toEqual([]);
  script.news();
  script.reply(sure(again[0]), undefined, 'EOrder:Insufficient funds');
  const outcome = { kind: 'no', error: 'EOrder:Insufficient funds' };
  expect(script.news()).toEqual([{ kind: 'amendment', ...amendment, outcome }]);
  // It is decided: the next connection asks for nothing.
  script.lose().reconnect([rests]);
  expect(asked(script, 'amend_order')).toEqual([]);
});

test('while an amendment is not decided the order takes no other', () => {
  const script = amend(new Script().live([rests])).lose();
  script.take(script.session.opened(script.now, { token: 'secret' })).look();
  amend(script);
  expect(script.look()).toEqual([]);
  expect(script.answers.at(-1)?.outcome).toMatchObject({ kind: 'no' });
});

test.each([
  ['an order that is over', over, 'no'],
  ['an order that ended by the amendment', { ...over, reason: 'amended' }, 'yes'],
])('an unknown amendment of %s is decided', (_, shown, kind) => {
  const script = amend(new Script().live([rests])).lose();
  script.reconnect([shown]);
  expect(asked(script, 'amend_order')).toEqual([]);
  expect(script.news()).toContainEqual(
    expect.objectContaining({ kind: 'amendment', outcome: expect.objectContaining({ kind }) }),
  );
});

test('an amendment of long ago is not sent again, and its owner is told', () => {
  const script = amend(new Script().live([rests])).lose();
  script.now += wishResendMsMax + 1;
  script.reconnect([rests]);
  expect(asked(script, 'amend_order')).toEqual([]);
  expect(script.news()).toContainEqual(
    expect.objectContaining({
      kind: 'amendment',
      outcome: expect.objectContaining({ kind: 'unknown' }),
    }),
  );
});

test('a cancel lost with its connection is sent again while the order lives, and not after', () => {
  const lost = (): Script => {
    const script = new Script().live([rests]);
    return script.take(script.session.cancel(8, order, script.now)).lose();
  };
  const alive = lost().reconnect([rests]);
  expect(asked(alive, 'cancel_order')).toMatchObject([{ order_id: ['O1'] }]);
  expect(asked(lost().reconnect([over]), 'cancel_order')).toEqual([]);
});

test('a lost cancel of all takes what was live then, one by one, and no order of later', () => {
  const other = report({ ...rests, order_id: 'O2', cl_ord_id: 'a2' });
  const later = report({ ...rests, order_id: 'O3', cl_ord_id: 'a3' });
  const script = new Script().live([rests, other]);
  // An order that is on its way goes as well: it is not sent again, and cancelled if it arrived.
  script.place(1, { ...wish, clientOrderId: 'a4' });
  script.place(2, { ...wish, clientOrderId: 'a5' });
  script.take(script.session.cancelAll(9, symbol, script.now));
  expect(asked(script, 'cancel_all')).toMatchObject([{ symbol }]);
  script.lose();
  script.reconnect([rests, later, report({ ...rests, order_id: 'O4', cl_ord_id: 'a4' })]);
  const frames = script.look();
  expect(frames.filter(({ method }) => method === 'add_order')).toEqual([]);
  const cancelled = frames.filter(({ method }) => method === 'cancel_order');
  expect(cancelled.map(({ params }) => params?.['order_id'])).toEqual([['O1'], ['O4']]);
  expect(script.news()).toContainEqual(
    expect.objectContaining({ kind: 'reconciled', clientOrderId: 'a5' }),
  );
});

test('a switch that was lost is not set again by itself', () => {
  const script = new Script().live();
  const request = { method: 'cancel_all_orders_after', params: { timeout: 30 } } as const;
  script.take(script.session.ask(1, request, script.now));
  expect(asked(script, request.method)).toMatchObject([{ timeout: 30 }]);
  script.lose().reconnect([]);
  expect(asked(script, request.method)).toEqual([]);
});

function ordersOf(script: Script): readonly OwnOrder[] {
  return script.news().flatMap((event) => (event.kind === 'orders' ? event.orders : []));
}

test('an own order shows its type, its expiry, and that it is all or none', () => {
  const script = new Script().live([
    report({ order_type: 'market', time_in_force: 'ioc' }),
    report({ order_id: 'O2', time_in_force: 'gtd', expire_time: wire.time, all_or_none: true }),
  ]);
  const [market, other] = ordersOf(script);
  expect(market).toMatchObject({ type: 'market', price: 149 });
  expect(other).toMatchObject({
    timeInForce: 'gtd',
    expiresAt: 1_700_000_000_000_000,
    whole: true,
  });
  expect(other).not.toHaveProperty('type');
});

test('an order that left the book for another price waits for its offers, and one whose lots came back lives again', () => {
  const script = new Script().live([
    report({ exec_type: 'new', order_status: 'partially_filled', cum_qty: 0.02 }),
  ]);
  expect(ordersOf(script)[0]?.status).toBe('open');
  const partial = { order_status: 'partially_filled', cum_qty: 0.02 } as const;
  const news = [
    [report({ ...partial, exec_type: 'amended', order_qty: 0.07 }), 'open'],
    [report({ ...partial, exec_type: 'amended', order_qty: 0.07, limit_price: 148 }), 'pending'],
    [report({ exec_type: 'filled', order_status: 'filled', cum_qty: 0.05 }), 'done'],
    [report({ ...partial, exec_type: 'restated' }), 'pending'],
    [
      report({ ...partial, exec_type: 'expired', order_status: 'expired', cancelled_qty: 0.03 }),
      'done',
    ],
  ] as const;
  for (const [index, [changed, status]] of news.entries()) {
    script.receive(wire.executionsFrame('update', index + 2, [changed]));
    expect(ordersOf(script)[0]?.status).toBe(status);
  }
});
