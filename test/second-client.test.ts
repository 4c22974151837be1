/**
 * A second stock client, unchanged but for its url: `kraken-api`, which shares no code with ccxt and does other things. It sends everything by POST, public functions too, as a form without
 * saying so in a header.
 */
import { startExchange } from '@wattlot/exchange';
import type { RunningExchange } from '@wattlot/exchange';
import KrakenClient from 'kraken-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person, TestSocket } from '../packages/exchange/src/gateway/testing.ts';
import { emptyFolder } from './run-wattlot.ts';

const pair = 'KWH/ECOIN';

let exchange: RunningExchange;
let client: KrakenClient;
let end: () => Promise<void>;
beforeAll(async () => {
  const { folder, remove } = await emptyFolder();
  exchange = await startExchange({ folder, host: '127.0.0.1', port: 0, policy: 'open' });
  end = async () => {
    await exchange.close();
    await remove();
  };
  const person = new Person(exchange);
  const authorization = `Bearer ${await person.join('stock')}`;
  const wish = { name: 'kraken-api', scopes: ['read', 'trade'] };
  const { body } = await person.post('/v1/create_api_key', wish, { authorization });
  const { key, secret } = body['result'] as { readonly key: string; readonly secret: string };
  client = new KrakenClient(key, secret, { url: exchange.url });
});
afterAll(() => end());

test('it reads the market', async () => {
  const time = await client.api('Time');
  expect(Math.abs(Number(time.result['unixtime']) - Date.now() / 1000)).toBeLessThan(60);
  expect(Object.keys((await client.api('Assets')).result)).toEqual(['energy', 'ecoin']);
  const { result: pairs } = await client.api('AssetPairs', { pair });
  expect(pairs[pair]).toMatchObject({ base: 'KWH', quote: 'ECOIN', ordermin: '0.01' });
  const { result: ticker } = await client.api('Ticker', { pair });
  expect(ticker[pair]).toMatchObject({ b: ['0', '0', '0.000'] });
  expect((await client.api('Depth', { pair, count: 10 })).result).toEqual({
    [pair]: { asks: [], bids: [] },
  });
  expect((await client.api('Trades', { pair })).result).toMatchObject({ [pair]: [] });
  expect((await client.api('OHLC', { pair, interval: 5 })).result).toMatchObject({ [pair]: [] });
});

test('it asks for what is its own, orders and takes back', async () => {
  expect((await client.api('Balance')).result).toEqual({ ecoin: '1000.00' });
  const order = { pair, type: 'buy', ordertype: 'limit', price: '10', volume: '0.05' };
  expect((await client.api('AddOrder', { ...order, validate: true })).result).toEqual({
    descr: { order: `buy 0.05 ${pair} @ limit 10` },
  });
  const { result: placed } = await client.api('AddOrder', order);
  const [id = ''] = placed['txid'] as readonly string[];
  const { result: orders } = await client.api('OpenOrders');
  expect(orders).toMatchObject({ open: { [id]: { vol: '0.05', descr: { type: 'buy', pair } } } });
  expect((await client.api('CancelOrder', { txid: id })).result).toEqual({ count: 1 });
  expect((await client.api('OpenOrders')).result).toEqual({ open: {} });
});

test('its errors are those that it knows', async () => {
  const order = { pair, type: 'buy', ordertype: 'limit', price: '10', volume: '0.05' };
  for (const [method, params, error] of [
    ['AddOrder', { ...order, price: '1000', volume: '9.99' }, 'Order:Insufficient funds'],
    ['AddOrder', { ...order, volume: '0.001' }, 'General:Invalid arguments:order_qty'],
    ['CancelOrder', { txid: 'O999' }, 'Order:Unknown order'],
    ['Depth', { pair: 'XXBTZUSD' }, 'Query:Unknown asset pair'],
    ['Depth', {}, 'General:Invalid arguments:pair'],
    ['TradeBalance', {}, 'General:Unknown method'],
  ] as const) {
    await expect(client.api(method, params), method).rejects.toThrow(error);
  }
  const { url } = exchange;
  const stranger = new KrakenClient('nobody', 'bm90aGluZw==', { url });
  await expect(stranger.api('Balance')).rejects.toThrow('API:Invalid key');
});

test('its token opens the private channels of the socket', async () => {
  const { result } = await client.api('GetWebSocketsToken');
  const socket = await new TestSocket(exchange.url).open();
  const params = { channel: 'executions', token: result['token'] };
  expect(await socket.ask({ method: 'subscribe', req_id: 1, params })).toMatchObject({
    success: true,
    result: { channel: 'executions' },
  });
  socket.close();
});
