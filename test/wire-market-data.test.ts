/** The public channels against the dialect's published conventions, by the client of wire-client.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  checksumOf,
  fieldsOf,
  GuideBook,
  listOf,
  textOf,
  timePattern,
  WireClient,
} from './wire-client.ts';
import type { Fields } from './wire-client.ts';
import { openWireMarket, symbol } from './wire-trader.ts';
import type { WireTrader } from './wire-trader.ts';

let url: string;
let maker: WireTrader;
let taker: WireTrader;
let end: () => Promise<void>;
const clients: WireClient[] = [];
beforeAll(async () => {
  ({ url, maker, taker, end } = await openWireMarket());
  // More levels a side than the smallest depth and the checksum have; quantities with a zero at their end and without.
  for (let level = 0; level < 12; level += 1) {
    await maker.place({ side: 'sell', price: 120 + level, lots: 1 + (level % 3) * 9 });
    await maker.place({ side: 'buy', price: 110 - level, lots: 2 + (level % 2) * 8 });
  }
  const whole = new GuideBook(await follow({ channel: 'book', depth: 1000 }), 'book', 1000);
  await whole.until((book) => book.rows('asks').length + book.rows('bids').length === 24);
}, 120_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await end();
}, 60_000);

/** Opens a connection that follows a channel of the market. */
async function follow(params: Readonly<Record<string, unknown>>): Promise<WireClient> {
  const client = await WireClient.open(url);
  clients.push(client);
  await client.must('subscribe', { symbol: [symbol], ...params });
  return client;
}

/** The maker rests an order to sell, and the taker takes it. @returns the price's digits. */
async function trade(price: number, lots: number, more: object = {}): Promise<string> {
  const book = new GuideBook(await follow({ channel: 'book' }), 'book', 10);
  await maker.place({ side: 'sell', price, lots });
  await book.until(() => book.rows('asks')[0]?.[0] === String(price));
  const words = await taker.words({ side: 'buy', price, lots, ioc: true });
  await taker.client.must('add_order', { ...words, ...more, symbol, token: taker.token });
  return String(price);
}

test('the worked example of the published guide has its checksum', () => {
  const asks = [
    ['45285.2', '0.00100000'],
    ['45286.4', '1.54571953'],
    ['45286.6', '1.54571109'],
    ['45289.6', '1.54560911'],
    ['45290.2', '0.15890660'],
    ['45291.8', '1.54553491'],
    ['45294.7', '0.04454749'],
    ['45296.1', '0.35380000'],
    ['45297.5', '0.09945542'],
    ['45299.5', '0.18772827'],
  ] as const;
  const bids = [
    ['45283.5', '0.10000000'],
    ['45283.4', '1.54582015'],
    ['45282.1', '0.10000000'],
    ['45281.0', '0.10000000'],
    ['45280.3', '1.54592586'],
    ['45279.0', '0.07990000'],
    ['45277.6', '0.03310103'],
    ['45277.5', '0.30000000'],
    ['45277.3', '1.54602737'],
    ['45276.6', '0.15445238'],
  ] as const;
  expect(checksumOf([...asks, ...bids])).toBe('3310070434');
});

test('instruments begin with all assets and pairs, whose increments fit their precisions', async () => {
  const client = await WireClient.open(url);
  clients.push(client);
  await client.must('subscribe', { channel: 'instrument' });
  const { type, data } = await client.channel('instrument');
  expect(type).toBe('snapshot');
  const { assets, pairs } = fieldsOf(data);
  for (const asset of listOf(assets)) {
    expect(asset).toMatchObject({ id: expect.stringMatching(/./) as string, status: 'enabled' });
    expect(Number(asset['precision_display'])).toBeLessThanOrEqual(Number(asset['precision']));
  }
  const [pair, ...others] = listOf(pairs);
  expect(others).toEqual([]);
  expect(pair).toMatchObject({ symbol, status: 'online' });
  const ids = listOf(assets).map(({ id }) => id);
  expect(ids).toHaveLength(2);
  expect(ids).toContain(pair?.['base']);
  expect(ids).toContain(pair?.['quote']);
  for (const kind of ['price', 'qty']) {
    const increment = textOf(pair?.[`${kind}_increment`]);
    const [, decimals = ''] = increment.split('.');
    expect(decimals.length).toBeLessThanOrEqual(Number(pair?.[`${kind}_precision`]));
    expect(Number(increment)).toBeGreaterThan(0);
  }
  const least = Number(pair?.['qty_min']) / Number(pair?.['qty_increment']);
  expect([Number.isInteger(least), least >= 1]).toEqual([true, true]);
});

test.each([10, 25, 100, 500, 1000])(
  'a book %i deep is the exchange’s after every message, by the digits as they came',
  async (depth) => {
    const client = await follow({ channel: 'book', depth });
    const book = new GuideBook(client, 'book', depth);
    const first = (side: 'asks' | 'bids'): string | undefined => book.rows(side)[0]?.join();
    await book.until(() => true);
    expect(book.types).toEqual(['snapshot']);
    expect([book.rows('asks').length, book.rows('bids').length]).toEqual(
      depth === 10 ? [10, 10] : [12, 12],
    );
    const ask = await maker.place({ side: 'sell', price: 118, lots: 10 });
    await book.until(() => first('asks') === '118,0.10');
    const bid = await maker.place({ side: 'buy', price: 111, lots: 3 });
    await book.until(() => first('bids') === '111,0.03');
    await maker.cancel(ask.id);
    await book.until(() => first('asks') === '120,0.01');
    await maker.cancel(bid.id);
    await book.until(() => first('bids') === '110,0.02');
    if (depth > 10) expect(new Set(book.types.slice(1))).toEqual(new Set(['update']));
    const fresh = new GuideBook(await follow({ channel: 'book', depth }), 'book', depth);
    await fresh.until(() => true);
    for (const side of ['asks', 'bids'] as const) expect(book.rows(side)).toEqual(fresh.rows(side));
    expect(fresh.rows('asks', 3)).toEqual([
      ['120', '0.01'],
      ['121', '0.10'],
      ['122', '0.19'],
    ]);
  },
);

test.each([10, 100, 1000])(
  'single orders %i levels deep are proven too, and nobody’s',
  async (depth) => {
    const client = await follow({ channel: 'level3', depth });
    const { data } = await client.channel('level3');
    const [item] = listOf(data);
    expect(item).toMatchObject({ symbol });
    for (const row of listOf(item?.['asks'])) {
      const fields = ['limit_price', 'order_id', 'order_qty', 'place', 'timestamp'];
      expect(Object.keys(row).toSorted()).toEqual(fields);
      expect(row['timestamp']).toMatch(timePattern);
    }
    const orders = new GuideBook(await follow({ channel: 'level3', depth }), 'level3', depth);
    await orders.until(() => true);
    const [one, two] = [
      await maker.place({ side: 'sell', price: 118, lots: 4 }),
      await maker.place({ side: 'sell', price: 118, lots: 10 }),
    ];
    const best = (): string => orders.rows('asks', 1).join(' ');
    await orders.until(() => best().split(' ').toSorted().join(' ') === '118,0.04 118,0.10');
    const { client: connection, token } = maker;
    await connection.must('amend_order', { order_id: two.id, order_qty: 0.06, token });
    await orders.until(() => best().includes('118,0.06'));
    await maker.cancel(one.id);
    await orders.until(() => best() === '118,0.06');
    await maker.cancel(two.id);
    await orders.until(() => best() === '120,0.01');
    const events: unknown[] = [];
    for (;;) {
      const { type, data: changes } = await client.channel('level3');
      const rows = listOf(changes).flatMap((change) => listOf(change['asks']));
      const own = rows.filter((row) => row['order_id'] === two.id);
      if (type === 'update')
        for (const row of rows) expect(row['event']).toMatch(/^(add|modify|delete)$/);
      events.push(...own.map(({ event }) => event));
      if (own.some(({ event }) => event === 'delete')) break;
    }
    expect(events).toEqual(['add', 'modify', 'delete']);
  },
);

test('trades are told as they are made, by limit and by market orders, and the newest to whoever comes', async () => {
  const client = await follow({ channel: 'trade', snapshot: true });
  expect(await client.channel('trade')).toMatchObject({ type: 'snapshot', data: [] });
  await trade(115, 3);
  const limit = await client.channel('trade');
  expect(limit['type']).toBe('update');
  const [told] = listOf(limit['data']);
  const fields = ['ord_type', 'price', 'qty', 'side', 'symbol', 'timestamp', 'trade_id'];
  expect(Object.keys(fieldsOf(told)).toSorted()).toEqual(fields);
  expect(told).toMatchObject({ symbol, side: 'buy', price: '115', qty: '0.03', ord_type: 'limit' });
  expect(told?.['timestamp']).toMatch(timePattern);
  await trade(116, 2, { order_type: 'market' });
  const [market] = listOf((await client.channel('trade'))['data']);
  expect(market).toMatchObject({ price: '116', qty: '0.02', ord_type: 'market' });
  const ids = [told, market].map((row) => Number(row?.['trade_id']));
  expect(Number(ids[1])).toBeGreaterThan(Number(ids[0]));
  const late = await follow({ channel: 'trade' });
  const { type, data } = await late.channel('trade');
  expect([type, listOf(data).length]).toEqual(['snapshot', 2]);
});

const tickerNumbers = ['bid', 'bid_qty', 'ask', 'ask_qty', 'last', 'volume', 'vwap', 'low', 'high'];

test('a ticker follows the best prices or the trades, as asked', async () => {
  const [bbo, trades] = [
    await follow({ channel: 'ticker', event_trigger: 'bbo' }),
    await follow({ channel: 'ticker', event_trigger: 'trades' }),
  ];
  for (const client of [bbo, trades]) {
    const { type, data } = await client.channel('ticker');
    expect(type).toBe('snapshot');
    for (const name of [...tickerNumbers, 'change', 'change_pct']) {
      expect(listOf(data)[0]?.[name]).toMatch(/^-?\d+(\.\d+)?$/);
    }
  }
  const isAt = (ask: string) => (item: Fields) => item['ask'] === ask;
  const { id } = await maker.place({ side: 'sell', price: 118, lots: 1 });
  expect(await bbo.item('ticker', isAt('118'))).toMatchObject({ bid: '110', ask_qty: '0.01' });
  await maker.cancel(id);
  await bbo.item('ticker', isAt('120'));
  // A change of the best prices is no trade.
  await trades.settle();
  expect(trades.rest('ticker')).toEqual([]);
  const price = await trade(117, 4);
  const update = await trades.item('ticker', ({ last }) => last === price);
  expect(Number(update['high'])).toBeGreaterThanOrEqual(117);
});

test('candles are whole ones, told again with each trade', async () => {
  const client = await follow({ channel: 'ohlc', interval: 1440 });
  await client.channel('ohlc');
  await trade(119, 5);
  const { type, data } = await client.channel('ohlc');
  expect(type).toBe('update');
  const [candle] = listOf(data);
  expect(candle).toMatchObject({ symbol, interval: '1440', close: '119' });
  for (const name of ['interval_begin', 'timestamp']) expect(candle?.[name]).toMatch(timePattern);
  const [low, open, high] = ['low', 'open', 'high'].map((name) => Number(candle?.[name]));
  expect([Number(low) <= Number(open), Number(open) <= Number(high)]).toEqual([true, true]);
  expect(Number(candle?.['trades'])).toBeGreaterThanOrEqual(1);
});

test('what was unsubscribed tells nothing more', async () => {
  const client = await follow({ channel: 'book', depth: 25 });
  await client.must('subscribe', { channel: 'ticker', symbol: [symbol], event_trigger: 'bbo' });
  await client.must('unsubscribe', { channel: 'book', symbol: [symbol], depth: 25 });
  await client.settle();
  const before = client.rest('book').length;
  const { id } = await maker.place({ side: 'sell', price: 118, lots: 1 });
  await client.item('ticker', ({ ask }) => ask === '118');
  await client.settle();
  expect(client.rest('book')).toHaveLength(before);
  await maker.cancel(id);
});
