/** The private channels against the dialect's published conventions, by the client of wire-client.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listOf, messagesUntil, timePattern, WireClient } from './wire-client.ts';
import type { Fields } from './wire-client.ts';
import { openWireMarket, symbol } from './wire-trader.ts';
import type { WireTrader } from './wire-trader.ts';

let url: string;
let maker: WireTrader;
let taker: WireTrader;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ url, maker, taker, end } = await openWireMarket());
}, 120_000);
afterAll(() => end(), 60_000);

/** Both of the maker's offers are in the book: their owner's agent has signed them. */
async function untilTwoRest(): Promise<void> {
  const client = await WireClient.open(url);
  await client.must('subscribe', { channel: 'book', symbol: [symbol] });
  const rows = new Set<unknown>();
  while (rows.size < 2) {
    const { data } = await client.channel('book');
    for (const item of listOf(data)) for (const row of listOf(item['asks'])) rows.add(row['price']);
  }
  client.close();
}

test('executions are numbered, never mix trades with states, and tell filled after the last trade', async () => {
  const executions = await taker.follow(url, 'executions');
  await maker.place({ side: 'sell', price: 120, lots: 1 });
  await maker.place({ side: 'sell', price: 121, lots: 2 });
  await untilTwoRest();
  const { id, own } = await taker.place({ side: 'buy', price: 125, lots: 3, ioc: true });
  const messages = await messagesUntil(
    executions,
    'executions',
    (item) => item['order_id'] === id && item['exec_type'] === 'filled',
  );
  expect(messages.map(({ sequence }) => sequence)).toEqual(
    messages.map((_, index) => String(index + 1)),
  );
  expect(messages.map(({ type }) => type)).toEqual(
    messages.map((_, index) => (index === 0 ? 'snapshot' : 'update')),
  );
  for (const { data } of messages) {
    const kinds = listOf(data).map(({ exec_type: type }) => type === 'trade');
    expect(new Set(kinds).size).toBeLessThanOrEqual(1);
  }
  const items = messages
    .flatMap(({ data }) => listOf(data))
    .filter((item) => item['order_id'] === id);
  const types = items.map(({ exec_type: type }) => type).filter((type) => type !== 'status');
  expect(types.slice(-3)).toEqual(['trade', 'trade', 'filled']);
  const trades = items.filter(({ exec_type: type }) => type === 'trade');
  expect(trades).toMatchObject([
    { last_price: '120', last_qty: '0.01', cost: '1.2', cum_qty: '0.01', liquidity_ind: 't' },
    { last_price: '121', last_qty: '0.02', cost: '2.42', cum_qty: '0.03', cum_cost: '3.62' },
  ]);
  for (const trade of trades) {
    expect(trade).toMatchObject({
      cl_ord_id: own,
      symbol,
      side: 'buy',
      order_type: 'limit',
      fees: [],
    });
    expect(trade['trade_id']).toMatch(/^\d+$/);
    expect(trade['timestamp']).toMatch(timePattern);
  }
  expect(new Set(items.map(({ exec_id: one }) => one)).size).toBe(items.length);
  expect(items.at(-1)).toMatchObject({ order_status: 'filled', order_qty: '0.03' });
  executions.close();
});

const snapshots: readonly (readonly [params: object, orders: boolean, trades: boolean])[] = [
  [{}, true, false],
  [{ snapshot: true }, true, true],
  [{ snap_trades: true }, true, true],
  [{ snap_orders: true, snap_trades: true }, true, true],
  [{ snap_orders: true, snap_trades: false }, true, false],
  [{ snap_orders: false, snap_trades: true }, false, true],
  [{ snapshot: false, snap_orders: true }, true, false],
];

test.each(snapshots)('executions begin with what %j asks for', async (params, orders, trades) => {
  const executions = await taker.follow(url, 'executions', params);
  const { type, sequence, data } = await executions.channel('executions');
  expect([type, sequence]).toEqual(['snapshot', '1']);
  const isTrade = (item: Fields): boolean => item['trade_id'] !== undefined;
  expect(listOf(data).some((item) => !isTrade(item))).toBe(orders);
  expect(listOf(data).some(isTrade)).toBe(trades);
  executions.close();
});

test.each([{ snapshot: false }, { snap_orders: false, snap_trades: false }])(
  'with %j executions begin with what is new, as the first of their numbers',
  async (params) => {
    const executions = await taker.follow(url, 'executions', params);
    const { id } = await taker.place({ side: 'buy', price: 3, lots: 1 });
    // What still settles may be told before it, or with it.
    const messages = await messagesUntil(
      executions,
      'executions',
      (item) => item['order_id'] === id,
    );
    expect(messages[0]).toMatchObject({ type: 'update', sequence: '1' });
    const own = listOf(messages.at(-1)?.['data']).find((item) => item['order_id'] === id);
    expect(own).toMatchObject({ exec_type: 'pending_new' });
    await taker.cancel(id);
    executions.close();
  },
);

test('balances tell all assets with their wallets, and then each that changes', async () => {
  const balances = await taker.follow(url, 'balances');
  const snapshot = await balances.channel('balances');
  expect(snapshot).toMatchObject({ type: 'snapshot', sequence: '1' });
  const items = listOf(snapshot['data']);
  expect(new Set(items.map(({ asset }) => asset))).toEqual(new Set(['ecoin', 'energy']));
  for (const { balance, wallets } of items) {
    expect(wallets).toEqual([{ type: 'spot', id: 'main', balance }]);
  }
  const { id } = await taker.place({ side: 'buy', price: 50, lots: 2 });
  const messages = await messagesUntil(
    balances,
    'balances',
    ({ asset, hold }) => asset === 'ecoin' && Number(hold) >= 1,
  );
  expect(messages.map(({ type }) => type)).toEqual(messages.map(() => 'update'));
  expect(messages.map(({ sequence }) => sequence)).toEqual(
    messages.map((_, index) => String(index + 2)),
  );
  await taker.cancel(id);
  balances.close();
});
