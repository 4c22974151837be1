import { messageSchemas } from '@wattlot/client/frames';
import type { OhlcMessage, TickerMessage } from '@wattlot/client/frames';
import type { Phase } from '@wattlot/core';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { candlesMax, candlesShownMax, conflateBytes } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, Listener, TestMarket } from '../testing.ts';
import { candleIntervals } from './candle-fold.ts';
import type { MarketFeed } from './market-feed.ts';

const { symbol } = defaultTerms;

/** 2023-11-15 00:00 UTC: a day begins, so that every interval does. */
const midnight = 1_700_006_400_000_000;

async function open(): Promise<{ market: TestMarket; feed: MarketFeed }> {
  const market = new TestMarket();
  market.clock.micros = midnight;
  await market.open();
  return { market, feed: sure(market.feed.market(symbol), 'market') };
}

/** Trades `volume` lots at a price, at a minute of the day. */
async function trade(
  market: TestMarket,
  minute: number,
  price: number,
  volume: number,
): Promise<void> {
  market.clock.micros = midnight + minute * 60_000_000;
  await market.place(alice, 'ask', { price, volume });
  await market.place(bob, 'bid', { price, volume });
}

function ohlc(listener: Listener): readonly string[] {
  const check = Compile(messageSchemas.ohlc);
  return listener.take().map((message) => {
    expect(check.Errors(message)).toEqual([]);
    const { type, data } = message as OhlcMessage;
    const candles = data.map(
      (candle) =>
        `${candle.interval_begin.slice(11, 16)}/${candle.interval} ${candle.open} ${candle.high} ${candle.low} ${candle.close} v${candle.volume} w${candle.vwap} n${candle.trades}`,
    );
    return [type, ...candles].join(' | ');
  });
}

test('candles of each interval hold what traded in it, and nothing holds none', async () => {
  const { market, feed } = await open();
  const [minutes, fives] = [new Listener(), new Listener()];
  feed.candles.follow(minutes, 1);
  feed.candles.follow(fives, 5);
  expect(ohlc(minutes)).toEqual(['snapshot']);
  await trade(market, 0, 100, 1);
  await trade(market, 0.5, 120, 1);
  await trade(market, 3, 90, 2);
  await trade(market, 5, 110, 1);
  expect(ohlc(minutes)).toEqual([
    'update | 00:00/1 100 100 100 100 v0.01 w100 n1',
    'update | 00:00/1 100 120 100 120 v0.02 w110 n2',
    'update | 00:03/1 90 90 90 90 v0.02 w90 n1',
    'update | 00:05/1 110 110 110 110 v0.01 w110 n1',
  ]);
  expect(ohlc(fives).at(-1)).toBe('update | 00:05/5 110 110 110 110 v0.01 w110 n1');
  for (const interval of candleIntervals) {
    const later = new Listener();
    feed.candles.follow(later, interval);
    expect(ohlc(later)[0]?.startsWith(`snapshot | 00:00/${interval} 100 `)).toBe(true);
  }
  const late = new Listener();
  feed.candles.follow(late, 1440, 'filled');
  expect(ohlc(late)).toEqual(['snapshot | 00:00/1440 100 120 90 110 v0.05 w102 n4']);
  feed.candles.leave(minutes, 1);
  await trade(market, 6, 100, 1);
  expect(ohlc(minutes)).toEqual([]);
  expect(ohlc(late)).toEqual(['update | 00:00/1440 100 120 90 100 v0.06 w101.66666667 n5']);
});

test('trades of several minutes in one commit are told together', async () => {
  const { market, feed } = await open();
  const listener = new Listener();
  await market.place(alice, 'ask', { price: 100, volume: 2 });
  feed.candles.follow(listener, 1, false);
  market.journal.isHeld = true;
  // The first goes alone; the other two wait for it and are one commit.
  const wishes = [market.order(bob, 'bid', { price: 90, volume: 1 })];
  wishes.push(market.order(bob, 'bid', { price: 100, volume: 1 }));
  wishes.push(market.order(bob, 'bid', { price: 100, volume: 1 }));
  const all: Promise<unknown>[] = [];
  for (const wish of wishes) {
    all.push(market.submit(wish));
    market.clock.micros += 60_000_000;
    await Promise.resolve();
  }
  market.journal.isHeld = false;
  market.journal.release();
  await Promise.all(all);
  expect(ohlc(listener)).toEqual([
    'update | 00:01/1 100 100 100 100 v0.01 w100 n1 | 00:02/1 100 100 100 100 v0.01 w100 n1',
  ]);
});

test('old candles are forgotten, and a first message has the newest', async () => {
  const { market, feed } = await open();
  for (let minute = 0; minute < candlesMax + 10; minute += 1) {
    feed.candles.fold({
      ...(await sample(market)),
      at: (midnight + minute * 60_000_000) as never,
    });
  }
  expect(feed.candles.candles(1)).toHaveLength(candlesMax);
  expect(feed.candles.candles(60)).toHaveLength(Math.ceil((candlesMax + 10) / 60));
  const listener = new Listener();
  feed.candles.follow(listener, 1);
  expect((listener.take()[0] as OhlcMessage).data).toHaveLength(candlesShownMax);
});

async function sample(market: TestMarket): Promise<Parameters<MarketFeed['candles']['fold']>[0]> {
  const known = samples.get(market);
  if (known !== undefined) return known;
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  const events = await market.place(bob, 'bid', { price: 100, volume: 1 });
  const made = sure(
    events.find((event) => event.kind === 'trade.made'),
    'a trade',
  );
  samples.set(market, made.trade);
  return made.trade;
}
const samples = new WeakMap<TestMarket, Parameters<MarketFeed['candles']['fold']>[0]>();

function quotes(listener: Listener): TickerMessage['data'] {
  const check = Compile(messageSchemas.ticker);
  return listener.take().flatMap((message) => {
    expect(check.Errors(message)).toEqual([]);
    return (message as TickerMessage).data;
  });
}

test('the ticker tells the best prices with each change, or each trade, and 24 hours', async () => {
  const { market, feed } = await open();
  const [bbo, trades] = [new Listener(), new Listener()];
  const now = market.clock.now();
  feed.ticker.follow(bbo, 'bbo', { now });
  feed.ticker.follow(trades, 'trades', { now });
  const none = { bid: 0, ask: 0, last: 0, volume: 0, vwap: 0, low: 0, high: 0, change: 0 };
  expect(quotes(bbo)).toMatchObject([none]);
  expect(quotes(trades)).toMatchObject([{ symbol, change_pct: 0 }]);
  await market.place(alice, 'ask', { price: 110, volume: 2 });
  await market.place(bob, 'bid', { price: 90, volume: 3 });
  // Behind the best: no news.
  await market.place(bob, 'bid', { price: 80, volume: 3 });
  expect(quotes(bbo)).toMatchObject([
    { bid: 0, bid_qty: 0, ask: 110, ask_qty: 0.02 },
    { bid: 90, bid_qty: 0.03, ask: 110 },
  ]);
  expect(quotes(trades)).toEqual([]);
  await trade(market, 1, 100, 1);
  await trade(market, 60, 105, 3);
  const [, second] = quotes(trades);
  expect(second).toMatchObject({
    last: 105,
    volume: 0.04,
    vwap: 103.75,
    low: 100,
    high: 105,
    change: 5,
    change_pct: 5,
    bid: 90,
  });
  // A day later the first trade is out of the 24 hours.
  const later = (midnight + (24 * 60 + 2) * 60_000_000) as typeof now;
  expect(feed.ticker.quote(later)).toMatchObject({ last: 105, volume: 0.03, low: 105, change: 0 });
  const muchLater = (midnight + 3 * 24 * 60 * 60_000_000) as typeof now;
  expect(feed.ticker.quote(muchLater)).toMatchObject({ last: 105, volume: 0, high: 0 });
});

test('a slow reader of ticker and candles misses some and then gets all', async () => {
  const { market, feed } = await open();
  const slow = new Listener();
  feed.ticker.follow(slow, 'trades', undefined);
  feed.candles.follow(slow, 1, false);
  slow.buffered = conflateBytes + 1;
  await trade(market, 1, 100, 1);
  await trade(market, 2, 101, 1);
  expect(slow.frames).toEqual([]);
  slow.buffered = 0;
  await trade(market, 3, 102, 1);
  expect(slow.frames).toEqual([]);
  market.feed.catchUp();
  expect(slow.take()).toMatchObject([
    { channel: 'ohlc', type: 'snapshot', data: [{ open: 100 }, { open: 101 }, { open: 102 }] },
    { channel: 'ticker', data: [{ last: 102 }] },
  ]);
});

test('a change of phase is told in channel instrument and to whoever follows the system', async () => {
  const { market } = await open();
  const listener = new Listener();
  const told: string[] = [];
  const tell = (system: string): void => void told.push(system);
  market.feed.followInstruments(listener);
  market.feed.system.follow(tell);
  listener.take();
  const change = (phase: Phase): Promise<unknown> =>
    market.submit({ kind: 'market.phase', market: symbol, phase });
  for (const phase of ['post_only', 'pre_open', 'cancel_only', 'halted'] as const) {
    await change(phase);
  }
  expect(market.feed.system.now).toBe('maintenance');
  market.feed.system.leave(tell);
  await change('continuous');
  expect(told).toEqual(['post_only', 'cancel_only', 'maintenance']);
  expect(market.feed.system.now).toBe('online');
  const statuses = listener
    .take()
    .map(({ data }) => (data as { pairs: { status: string }[] }).pairs.map(({ status }) => status));
  expect(statuses).toEqual([
    ['post_only'],
    ['limit_only'],
    ['cancel_only'],
    ['maintenance'],
    ['online'],
  ]);
});
