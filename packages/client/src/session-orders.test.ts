/** Own orders: what is told of them, and what becomes of requests that were lost. */
import { expect, test } from 'vitest';
import { wishResendMsMax } from './limits.ts';
import { Script, topicsOf } from './session-testing.ts';
import * as wire from './testing.ts';
import { report } from './testing.ts';

test('reports fold into one order with its trades and the state of their lots', () => {
  const script = new Script().live();
  script.news();
  const txid = 'f'.repeat(64);
  const traded = {
    order_status: 'partially_filled',
    cum_qty: 0.02,
    trade_id: 4,
    last_qty: 0.02,
    last_price: 148,
    liquidity_ind: 't',
  } as const;
  script.receive(
    wire.executionsFrame('update', 2, [report()]),
    wire.executionsFrame('update', 3, [
      report({
        ...traded,
        exec_type: 'trade',
        settlement: 'requested',
        lots: [
          { lot_id: 'O9/0', state: 'requested' },
          { lot_id: 'O9/1', state: 'requested' },
        ],
      }),
    ]),
    wire.executionsFrame('update', 4, [
      report({
        ...traded,
        exec_type: 'status',
        lots: [{ lot_id: 'O9/1', state: 'settled', txid }],
      }),
    ]),
    wire.executionsFrame('update', 5, [
      report({
        exec_type: 'canceled',
        order_status: 'canceled',
        cum_qty: 0.02,
        cancelled_qty: 0.03,
        reason: 'offers_late',
      }),
    ]),
  );
  const told = script.news().flatMap((event) => (event.kind === 'orders' ? event.orders : []));
  expect(told.map(({ status, filled }) => [status, filled])).toEqual([
    ['pending', 0],
    ['pending', 2],
    ['pending', 2],
    ['done', 2],
  ]);
  expect(told.at(-1)).toMatchObject({
    order: 'O1',
    clientOrderId: 'a1',
    side: 'bid',
    price: 149,
    volume: 5,
    cancelled: 3,
    remaining: 0,
    reason: 'offers_late',
    trades: [
      {
        trade: 'T4',
        price: 148,
        volume: 2,
        resting: false,
        settlement: 'requested',
        lots: [
          { lot: 'O9/0', state: 'requested' },
          { lot: 'O9/1', state: 'settled', txid },
        ],
      },
    ],
  });
});

test('a gap in the reports asks for the own orders again, and the snapshot replaces them', () => {
  const script = new Script().live([report()]);
  script.news();
  script.receive(wire.executionsFrame('update', 3, [report({ order_id: 'O2' })]));
  expect(script.session.state).toBe('stale');
  expect(topicsOf(script.acknowledge())).toEqual([
    'unsubscribe executions',
    'subscribe executions',
  ]);
  script.receive(wire.executionsFrame('update', 4, [report({ order_id: 'O3' })]));
  script.news();
  script.receive(wire.executionsFrame('snapshot', 1, [report({ order_id: 'O2', cl_ord_id: 'b' })]));
  expect(script.news()).toEqual([
    { kind: 'orders', snapshot: true, orders: [expect.objectContaining({ order: 'O2' })] },
    { kind: 'connection', state: 'live' },
  ]);
});

test.each([
  ['more filled than ordered', { cum_qty: 0.06 }],
  ['an unknown market', { symbol: 'KWH/EURO' }],
  ['no order id', { order_id: '\u001b[2J' }],
  ['a part of a lot', { cum_qty: 0.015 }],
  ['a trade without a price', { trade_id: 1, last_qty: 0.01, liquidity_ind: 'm' as const }],
])('a report with %s is not believed', (_, change) => {
  const script = new Script().live();
  script.news();
  script.receive(wire.executionsFrame('update', 2, [report(change)]));
  expect(script.news().map(({ kind }) => kind)).toEqual(['connection']);
  expect(script.session.state).toBe('stale');
});

test('a refusal reaches the asker as printable text', () => {
  const script = new Script().live();
  script.look();
  script.place();
  const [frame] = script.look();
  expect(frame).toMatchObject({
    method: 'add_order',
    params: { side: 'buy', order_qty: 0.05, limit_price: 149, cl_ord_id: 'a1', token: 'secret' },
  });
  if (frame !== undefined) script.reply(frame, undefined, 'EOrder:\u001b[31mno');
  expect(script.answers).toEqual([
    { key: 1, outcome: { kind: 'no', error: 'EOrder:\ufffd[31mno' } },
  ]);
});

test('what cannot be written is surely not done', () => {
  const script = new Script();
  script.place();
  expect(script.answers.splice(0)).toMatchObject([{ key: 1, outcome: { kind: 'no' } }]);
  script.open({});
  script.look();
  script.take(script.session.ask(2, { method: 'cancel_order', params: { order_id: ['O1'] } }, 0));
  expect(script.answers).toMatchObject([{ key: 2, outcome: { kind: 'no' } }]);
  expect(script.look()).toEqual([]);
});

test('an order lost with its connection is unknown, and is sent again once under the same id', () => {
  const script = new Script().live();
  script.look();
  script.place().lose();
  expect(script.answers).toMatchObject([{ key: 1, outcome: { kind: 'unknown' } }]);
  const first = script.look().find(({ method }) => method === 'add_order');
  script.now += 300;
  script.live();
  const again = script.look().filter(({ method }) => method === 'add_order');
  expect(again.map(({ params }) => params)).toEqual([first?.params]);
  script.news();
  const [second] = again;
  if (second !== undefined) script.reply(second, { order_id: 'O5', cl_ord_id: 'a1' });
  expect(script.news()).toEqual([
    { kind: 'reconciled', clientOrderId: 'a1', outcome: { kind: 'yes', value: { order: 'O5' } } },
  ]);
  script.lose().live();
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
});

test('an order that was sent again is not sent a third time while its answer is awaited', () => {
  const script = new Script().live();
  script.place().lose().look();
  script.live();
  expect(script.look().filter(({ method }) => method === 'add_order')).toHaveLength(1);
  script.tick(1_000).tick(1_000);
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
});

test('an order lost with its connection that the exchange lists is not sent again', () => {
  const script = new Script().live();
  script.place().lose().look();
  script.news();
  script.live([report({ order_id: 'O5' })]);
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
  expect(script.news()).toContainEqual({
    kind: 'reconciled',
    clientOrderId: 'a1',
    outcome: { kind: 'yes', value: { order: 'O5' } },
  });
});

test('an order that was lost long ago is not sent again, and its owner is told', () => {
  const script = new Script().live();
  script.place().lose().look();
  script.now += wishResendMsMax + 1;
  script.news();
  script.live();
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
  expect(script.news()).toContainEqual(
    expect.objectContaining({ kind: 'reconciled', clientOrderId: 'a1' }),
  );
});

test('a refusal for a passing reason says nothing about an earlier attempt', () => {
  const script = new Script().live();
  script.place(1).lose().look();
  // Not connected: nothing was written now, but the first attempt may stand.
  script.place(2);
  expect(script.answers.at(-1)).toMatchObject({ key: 2, outcome: { kind: 'unknown' } });
  script.live();
  const [again] = script.look().filter(({ method }) => method === 'add_order');
  script.news();
  if (again !== undefined) script.reply(again, undefined, 'EOrder:Rate limit exceeded');
  expect(script.news()).toEqual([]);
  script.tick(1_000);
  expect(script.look().filter(({ method }) => method === 'add_order')).toHaveLength(1);
});
