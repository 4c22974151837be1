/**
 * Requests and answers against the dialect's published conventions, by a client that shares no code with ours. The
 * channels: wire-private.test.ts, wire-market-data.test.ts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  expectEnvelope,
  fieldsOf,
  listOf,
  messagesUntil,
  textOf,
  timePattern,
  WireClient,
} from './wire-client.ts';
import type { Fields } from './wire-client.ts';
import { openWireMarket, symbol } from './wire-trader.ts';
import type { WireTrader } from './wire-trader.ts';

let url: string;
let taker: WireTrader;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ url, taker, end } = await openWireMarket());
}, 120_000);
afterAll(() => end(), 60_000);

/** A connection of its own for one test. */
async function connected<T>(work: (client: WireClient) => Promise<T>): Promise<T> {
  const client = await WireClient.open(url);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

test('whoever connects is told the status', () =>
  connected(async (client) => {
    const { type, data, ...others } = await client.channel('status');
    expect([type, Object.keys(others)]).toEqual(['update', ['channel']]);
    const [status, ...more] = listOf(data);
    expect(more).toEqual([]);
    expect(status).toEqual({
      system: 'online',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      api_version: 'v2',
      connection_id: expect.stringMatching(/^\d+$/) as string,
    });
  }));

test('a ping is answered with its id and the times, and without an id if it has none', () =>
  connected(async (client) => {
    for (const id of [7, undefined]) {
      client.send({ method: 'ping', ...(id === undefined ? {} : { req_id: id }) });
      const pong = await client.next(({ method }) => method === 'pong');
      expect(pong['req_id']).toBe(id === undefined ? undefined : String(id));
      for (const name of ['time_in', 'time_out']) expect(pong[name]).toMatch(timePattern);
      expect(textOf(pong['time_out']) >= textOf(pong['time_in'])).toBe(true);
    }
  }));

test('silence is filled with heartbeats, which are nothing else', () =>
  connected(async (client) => {
    await client.must('subscribe', { channel: 'trade', symbol: [symbol] });
    expect(await client.channel('heartbeat')).toEqual({ channel: 'heartbeat' });
  }));

const followed: readonly (readonly [params: object, result: object])[] = [
  [
    { channel: 'book', symbol: [symbol] },
    { channel: 'book', symbol, depth: '10', snapshot: true },
  ],
  [
    { channel: 'book', symbol: [symbol], depth: 500 },
    { channel: 'book', symbol, depth: '500' },
  ],
  [
    { channel: 'level3', symbol: [symbol], depth: 100 },
    { channel: 'level3', depth: '100' },
  ],
  [
    { channel: 'trade', symbol: [symbol], snapshot: false },
    { channel: 'trade', snapshot: false },
  ],
  [
    { channel: 'ticker', symbol: [symbol] },
    { channel: 'ticker', event_trigger: 'trades' },
  ],
  [
    { channel: 'ticker', symbol: [symbol], event_trigger: 'bbo' },
    { channel: 'ticker', symbol, event_trigger: 'bbo', snapshot: true },
  ],
  [
    { channel: 'ohlc', symbol: [symbol], interval: 5 },
    { channel: 'ohlc', symbol, interval: '5' },
  ],
  [
    { channel: 'instrument', snapshot: true },
    { channel: 'instrument', snapshot: true },
  ],
];

test.each(followed)('subscribe %j is acknowledged, and so is its end', (params, result) =>
  connected(async (client) => {
    expect(await client.must('subscribe', params)).toMatchObject(result);
    const { channel } = params as { readonly channel: string };
    expect(await client.must('unsubscribe', params)).toMatchObject({ channel });
  }),
);

test('several symbols have an answer each, which names the symbol whether it succeeds or not', () =>
  connected(async (client) => {
    for (const method of ['subscribe', 'unsubscribe']) {
      const params = { channel: 'ticker', symbol: [symbol, 'BTC/USD', 'ETH/USD'] };
      const replies = await client.asks(method, params, 3);
      const [good, ...bad] = replies.toSorted((one) => (one['success'] === true ? -1 : 1));
      expect(good).toMatchObject({ success: true, result: { channel: 'ticker', symbol } });
      const error = 'EQuery:Unknown asset pair';
      expect(bad).toMatchObject([
        { success: false, error, symbol: 'BTC/USD' },
        { success: false, error, symbol: 'ETH/USD' },
      ]);
    }
  }));

const invalid = 'EGeneral:Invalid arguments';
const refusals: readonly (readonly [method: string, params: object, error: string])[] = [
  ['subscribe', { channel: 'book', symbol: [symbol], depth: 7 }, `${invalid}:depth`],
  ['subscribe', { channel: 'level3', symbol: [symbol], depth: 25 }, `${invalid}:depth`],
  ['subscribe', { channel: 'ohlc', symbol: [symbol], interval: 2 }, `${invalid}:interval`],
  ['subscribe', { channel: 'ticker', symbol: [symbol], event_trigger: 'x' }, invalid],
  ['subscribe', { channel: 'ticker' }, `${invalid}:symbol`],
  ['subscribe', { channel: 'weather', symbol: [symbol] }, `${invalid}:channel`],
  ['subscribe', { channel: 'executions' }, 'ESession:Invalid session'],
  ['subscribe', { channel: 'balances', token: 'nobody' }, 'ESession:Invalid session'],
  ['buy_everything', {}, 'EGeneral:Unknown method'],
  ['cancel_all', {}, `${invalid}:token`],
];

test.each(refusals)('%s %j is refused', (method, params, error) =>
  connected(async (client) => {
    const reply = await client.ask(method, params);
    expect(reply['success']).toBe(false);
    expect(textOf(reply['error']).startsWith(error)).toBe(true);
  }),
);

const order = { order_type: 'limit', side: 'buy', limit_price: 10, order_qty: 0.05, symbol };
const orderRefusals: readonly (readonly [method: string, params: object, error: string])[] = [
  ['add_order', { ...order, symbol: 'BTC/USD' }, 'EQuery:Unknown asset pair'],
  ['add_order', { ...order, limit_price: 5_000 }, 'EOrder:Invalid price'],
  ['add_order', { ...order, limit_price: 10.001 }, 'EOrder:Invalid price'],
  ['add_order', { ...order, limit_price: undefined }, 'EOrder:Invalid price'],
  ['add_order', { ...order, order_qty: 0.001 }, `${invalid}:order_qty`],
  ['add_order', { ...order, order_qty: 9.99, limit_price: 1000 }, 'EOrder:Insufficient funds'],
  ['add_order', { ...order, side: 'up' }, `${invalid}:side`],
  ['add_order', { ...order, time_in_force: 'ioc', post_only: true }, `${invalid}:order type`],
  ['add_order', { ...order, trigger_price: 9 }, `${invalid}:trigger_price`],
  ['add_order', { ...order, deadline: '2020-01-01T00:00:00Z' }, 'EService:Deadline elapsed'],
  ['batch_add', { symbol, orders: [order] }, `${invalid}:orders`],
  ['amend_order', { order_id: 'O999999', order_qty: 0.01 }, 'EOrder:Unknown order'],
  ['amend_order', { cl_ord_id: 'no-such-order', order_qty: 0.01 }, 'EOrder:Unknown order'],
  ['cancel_order', { order_id: ['O999999'] }, 'EOrder:Unknown order'],
  ['cancel_order', { cl_ord_id: ['no-such-order'] }, 'EOrder:Unknown order'],
  ['cancel_order', {}, `${invalid}:order_id`],
  ['cancel_order', { order_id: 'O1' }, `${invalid}:order_id`],
  ['batch_cancel', { orders: ['O999999'] }, 'EOrder:Unknown order'],
  ['cancel_all', { symbol: 'BTC/USD' }, 'EQuery:Unknown asset pair'],
  ['cancel_all_orders_after', { timeout: -1 }, `${invalid}:timeout`],
];

test.each(orderRefusals)('%s %j is refused by the string that libraries know', async (...row) => {
  const [method, params, error] = row;
  const reply = await taker.client.ask(method, { ...params, token: taker.token });
  expect(reply['success']).toBe(false);
  expect(textOf(reply['error'])).toContain(error);
});

test('a request without an id is answered without one, and what nobody knows is passed over', () =>
  connected(async (client) => {
    const params = { channel: 'trade', symbol: [symbol], colour: 'blue' };
    client.send({ method: 'subscribe', params, userref: { any: ['thing'] } });
    const reply = await client.next(({ method }) => method === 'subscribe');
    expectEnvelope(reply, 'subscribe');
    expect(reply).toMatchObject({ success: true, result: { channel: 'trade', symbol } });
    expect(reply).not.toHaveProperty('req_id');
    for (const text of ['{}', '[]', '{"method":7}']) {
      client.send(JSON.parse(text) as object);
      const refused = await client.next(({ success }) => success === false);
      expectEnvelope(refused, 'unknown');
    }
  }));

test('an order that is only validated is answered and not placed', async () => {
  const executions = await taker.follow(url, 'executions');
  const reply = await taker.client.ask('add_order', {
    ...order,
    cl_ord_id: 'looked-at',
    validate: true,
    token: taker.token,
  });
  expect(reply).toMatchObject({ success: true, result: { cl_ord_id: 'looked-at' } });
  expect(reply['result']).not.toHaveProperty('order_id');
  const { id } = await taker.place({ side: 'buy', price: 9, lots: 1 });
  await executions.item('executions', ({ order_id: told }) => told === id);
  expect(JSON.stringify(executions.rest('executions'))).not.toContain('looked-at');
  await taker.cancel(id);
  executions.close();
});

test('of a batch each order is placed or refused by itself, by the same strings as alone', async () => {
  const { client, token } = taker;
  const poor = { ...order, order_qty: 9.99, limit_price: 1_000 };
  const alone = await client.ask('add_order', { ...poor, token });
  const words = await taker.words({ side: 'buy', price: 6, lots: 1 });
  const orders = [words, { ...poor, cl_ord_id: 'poor' }];
  const { result } = await client.ask('batch_add', { symbol, orders, token });
  const [good, bad] = listOf(result);
  expect(good).toMatchObject({ cl_ord_id: words['cl_ord_id'] });
  expect(bad).toEqual({ cl_ord_id: 'poor', error: alone['error'] });
  await taker.cancel(textOf(good?.['order_id']));
});

/** Places some orders that rest where nobody trades. */
async function restSome(count: number): Promise<readonly { id: string; own: string }[]> {
  const placed = [];
  for (let index = 0; index < count; index += 1) {
    placed.push(await taker.place({ side: 'buy', price: 2 + index, lots: 2 }));
  }
  return placed;
}

test('cancels by a list of either kind of id have one answer an id, all with the request’s own id', async () => {
  const [one, two, three, four] = await restSome(4);
  const { client, token } = taker;
  const byId = await client.asks('cancel_order', { order_id: [one?.id, two?.id], token }, 2);
  expect(byId.map(({ result }) => fieldsOf(result)['order_id'])).toEqual([one?.id, two?.id]);
  const unknown = 'no-such-order';
  const own = { cl_ord_id: [three?.own, unknown, four?.own], token };
  const byOwn = await client.asks('cancel_order', own, 3);
  const [bad, ...good] = byOwn.toSorted((reply) => (reply['success'] === true ? 1 : -1));
  expect(bad).toMatchObject({ success: false, error: 'EOrder:Unknown order' });
  const ids = good.map(({ result }) => fieldsOf(result)['cl_ord_id']);
  expect(ids).toEqual([three?.own, four?.own]);
});

test('an order is amended under its id, and batches and all are taken back in one answer', async () => {
  const { client, token } = taker;
  const [one, two, three] = await restSome(3);
  const executions = await taker.follow(url, 'executions');
  const amended = await client.must('amend_order', { order_id: one?.id, order_qty: 0.01, token });
  expect(amended).toMatchObject({ order_id: one?.id });
  expect(amended['amend_id']).toMatch(/./);
  const told = await executions.item('executions', ({ exec_type: type }) => type === 'amended');
  expect(told).toMatchObject({ order_id: one?.id, order_qty: '0.01' });
  const orders = [one?.id, two?.own];
  const batch = await client.ask('batch_cancel', { orders, token });
  expect(batch).toMatchObject({ success: true, orders_cancelled: '2' });
  const placed = await Promise.all(
    [4, 5].map((price) => taker.words({ side: 'buy', price, lots: 1 })),
  );
  const added = await client.ask('batch_add', { symbol, orders: placed, token });
  expect(listOf(added['result']).map((row) => row['cl_ord_id'])).toEqual(
    placed.map((words) => words['cl_ord_id']),
  );
  for (const row of listOf(added['result'])) expect(row['order_id']).toMatch(/^O\d+$/);
  expect(await client.must('cancel_all', { token })).toEqual({ count: '3' });
  const open = new Set([three?.id, ...listOf(added['result']).map((row) => row['order_id'])]);
  while (open.size > 0) {
    const gone = ({ exec_type: type }: Fields): boolean => type === 'canceled';
    const messages = await messagesUntil(executions, 'executions', gone);
    for (const { data } of messages) {
      for (const item of listOf(data).filter(gone)) open.delete(item['order_id']);
    }
  }
  expect(await client.must('cancel_all', { token })).toEqual({ count: '0' });
  executions.close();
});

test('the dead man’s switch says when it will cancel, cancels then, and is switched off by 0', async () => {
  const { client, token } = taker;
  const executions = await taker.follow(url, 'executions', { snapshot: false });
  const [one] = await restSome(1);
  const set = await client.must('cancel_all_orders_after', { timeout: 60, token });
  const [from, to] = [set['currentTime'], set['triggerTime']].map((time) =>
    Date.parse(textOf(time)),
  );
  expect(Number(to) - Number(from)).toBe(60_000);
  const off = await client.must('cancel_all_orders_after', { timeout: 0, token });
  expect(off['triggerTime']).toBe('0');
  await client.must('cancel_all_orders_after', { timeout: 1, token });
  const gone = await executions.item(
    'executions',
    (item) => item['order_id'] === one?.id && item['exec_type'] === 'canceled',
  );
  expect(gone).toMatchObject({ order_status: 'canceled' });
  executions.close();
});
