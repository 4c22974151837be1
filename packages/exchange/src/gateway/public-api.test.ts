import { publicFunctions } from '@wattlot/client/frames';
import type { PublicFunctionName } from '@wattlot/client/frames';
import { fastify } from 'fastify';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { defaultTerms } from '../terms.ts';
import { alice, bob, TestMarket } from '../testing.ts';
import { addPublicApi } from './public-api.ts';
import type { Envelope } from './public-api.ts';

const pair = defaultTerms.symbol;

/** A market with trades at 100 and 110, and the public functions on it. */
async function open(): Promise<{
  market: TestMarket;
  get: (name: PublicFunctionName, query?: Readonly<Record<string, string>>) => Promise<Envelope>;
}> {
  const market = new TestMarket();
  market.clock.micros = 1_700_006_400_000_000;
  await market.open();
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  market.clock.advance(120_000);
  await market.place(alice, 'ask', { price: 110, volume: 3 });
  await market.place(bob, 'bid', { price: 110, volume: 2 });
  await market.place(bob, 'bid', { price: 90, volume: 5 });
  const app = fastify();
  addPublicApi(app, { feed: market.feed, now: market.clock.now });
  const get: Awaited<ReturnType<typeof open>>['get'] = async (name, query = {}) => {
    const { body } = await app.inject({ url: `/0/public/${name}`, query });
    const answer = JSON.parse(body) as Envelope;
    if (answer.result !== undefined) {
      expect(Compile(publicFunctions[name].result).Errors(answer.result)).toEqual([]);
    }
    return answer;
  };
  return { market, get };
}

test('markets, assets and status are told in the dialect’s words', async () => {
  const { market, get } = await open();
  expect(await get('Time')).toEqual({
    error: [],
    result: { unixtime: 1_700_006_520, rfc1123: 'Wed, 15 Nov 2023 00:02:00 GMT' },
  });
  expect(await get('Assets')).toMatchObject({
    result: { energy: { decimals: 3, altname: 'KWH' }, ecoin: { decimals: 2 } },
  });
  expect(await get('AssetPairs')).toMatchObject({ result: { [pair]: { status: 'online' } } });
  await market.submit({ kind: 'market.phase', market: pair, phase: 'cancel_only' });
  expect(await get('AssetPairs', { pair })).toMatchObject({
    result: {
      [pair]: {
        wsname: pair,
        base: 'KWH',
        base_asset: 'energy',
        ordermin: '0.01',
        status: 'cancel_only',
      },
    },
  });
  expect(await get('SystemStatus')).toMatchObject({ result: { status: 'cancel_only' } });
});

test('book, trades, ticker and candles are told as decimal text', async () => {
  const { get } = await open();
  const seconds = 1_700_006_520;
  expect(await get('Depth', { pair })).toEqual({
    error: [],
    result: { [pair]: { asks: [['110', '0.01', seconds]], bids: [['90', '0.05', seconds]] } },
  });
  const { result } = await get('Trades', { pair });
  const begin = 1_700_006_400;
  expect(result).toEqual({
    [pair]: [
      ['100', '0.01', begin, 'b', 'l', '', 1],
      ['110', '0.02', seconds, 'b', 'l', '', 2],
    ],
    last: `${seconds}000000000`,
  });
  const since = `${begin}000000000`;
  expect(await get('Trades', { pair, since })).toMatchObject({
    result: { [pair]: [['110', '0.02', seconds, 'b', 'l', '', 2]] },
  });
  expect(await get('Trades', { pair, since: `${seconds}000000000` })).toMatchObject({
    result: { [pair]: [], last: `${seconds}000000000` },
  });
  expect(await get('Ticker', { pair })).toEqual({
    error: [],
    result: {
      [pair]: {
        a: ['110', '0', '0.010'],
        b: ['90', '0', '0.050'],
        c: ['110', '0.02'],
        v: ['0.03', '0.03'],
        p: ['106.66666667', '106.66666667'],
        t: [2, 2],
        l: ['100', '100'],
        h: ['110', '110'],
        o: '100',
      },
    },
  });
  expect(await get('OHLC', { pair })).toEqual({
    error: [],
    result: {
      [pair]: [
        [begin, '100', '100', '100', '100', '100', '0.01', 1],
        [seconds, '110', '110', '110', '110', '110', '0.02', 1],
      ],
      last: begin,
    },
  });
  expect(await get('OHLC', { pair, interval: '1440' })).toMatchObject({
    result: { [pair]: [[begin, '100', '110', '100', '110', '106.66666667', '0.03', 2]] },
  });
  expect(await get('OHLC', { pair, since: String(begin) })).toMatchObject({
    result: { [pair]: [[seconds, '110', '110', '110', '110', '110', '0.02', 1]] },
  });
});

test('what is wrong with a query is said', async () => {
  const { get } = await open();
  const bad: readonly (readonly [PublicFunctionName, Record<string, string>, string])[] = [
    ['AssetPairs', { pair: `${pair},X/Y` }, 'EQuery:Unknown asset pair'],
    ['Ticker', { pair: 'X/Y' }, 'EQuery:Unknown asset pair'],
    ['Depth', {}, 'EGeneral:Invalid arguments:pair'],
    ['Depth', { pair, count: '-1' }, 'EGeneral:Invalid arguments:count'],
    ['OHLC', { pair, interval: '7' }, 'EGeneral:Invalid arguments:interval'],
    ['OHLC', { pair, since: 'now' }, 'EGeneral:Invalid arguments:since'],
    ['Trades', { pair: 'X/Y' }, 'EQuery:Unknown asset pair'],
  ];
  for (const [name, query, error] of bad) {
    expect(await get(name, query), `${name} ${JSON.stringify(query)}`).toEqual({ error: [error] });
  }
});
