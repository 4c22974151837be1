/** The public HTTP functions of the dialect: all of it is what the feed knows. */
import {
  gatewayErrors,
  pairsPerCallMax,
  publicFunctions,
  qtyOfLots,
  timeText,
  unitsText,
} from '@wattlot/client/frames';
import type { Instrument, Level, PublicFunctionName, PublicQuery } from '@wattlot/client/frames';
import type { Instant, Price } from '@wattlot/core';
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { exactInstant, exactLots } from '../exact.ts';
import { candleIntervals } from '../feed/candle-fold.ts';
import type { Candle } from '../feed/candle-fold.ts';
import { averageOf } from '../feed/candles.ts';
import type { Summary } from '../feed/candles.ts';
import type { Feed } from '../feed/feed.ts';
import type { MarketFeed } from '../feed/market-feed.ts';
import { deliveryFields } from '../feed/instrument.ts';
import { pairStatusOf } from '../feed/system.ts';
import { dayBefore } from '../feed/ticker.ts';
import { bodyBytesMax, depthDefault, depthMax } from '../limits.ts';
import { Refused } from './calls.ts';
import { argumentError } from './faults.ts';
import type { Fault } from './faults.ts';

/** What the functions read. */
export interface PublicApiOptions {
  readonly feed: Feed;
  readonly now: () => Instant;
}

/** An answer: a result, or error strings of the wire. */
export interface Envelope {
  readonly error: readonly string[];
  readonly result?: unknown;
}

const microsPerDay = 86_400_000_000;

/** The envelope of a result. */
export function answer(result: unknown): Envelope {
  return { error: [], result };
}

/** The envelope of a refusal. */
export function refuse(error: string): Envelope {
  return { error: [error] };
}

type Functions = {
  readonly [Name in PublicFunctionName]: (query: PublicQuery<Name>) => Envelope;
};

/** Has bodies of the application handed over as text: forms, JSON, and those of which nothing is said, as some clients send their forms. */
export function takeText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const types = ['application/x-www-form-urlencoded', 'application/json'];
  const parse = { parseAs: 'string', bodyLimit: bodyBytesMax } as const;
  app.addContentTypeParser(types, parse, (_request, body, parsed) => parsed(null, body));
  app.addContentTypeParser('*', parse, ({ headers }, body, parsed) => {
    if (headers['content-type'] === undefined) return parsed(null, body);
    parsed(new Refused(415, gatewayErrors.invalidArguments));
  });
}

/** Adds `GET /0/public/…`, and the same by POST with the parameters in a form. */
export function addPublicApi(app: FastifyInstance, options: PublicApiOptions): void {
  const functions = functionsOf(options);
  for (const name of Object.keys(publicFunctions) as PublicFunctionName[]) {
    const schema = Compile<TSchema>(publicFunctions[name].query);
    // Each takes what its own schema has checked.
    const answerTo: (query: never) => Envelope = functions[name];
    const reply = (query: unknown): Envelope =>
      schema.Check(query) ? answerTo(query as never) : refuseFault(schema.Errors(query)[0]);
    app.get(`/0/public/${name}`, ({ query }) => reply(query));
    void app.register((scope, _options, done) => {
      takeText(scope);
      scope.post(`/0/public/${name}`, ({ query, body }) => {
        const form = new URLSearchParams(typeof body === 'string' ? body : '');
        return reply({ ...(query as object), ...Object.fromEntries(form) });
      });
      done();
    });
  }
}

/** The envelope for parameters that are not as their schema says: it names the first that is wrong or missing. */
export function refuseFault(fault: Fault | undefined): Envelope {
  return refuse(argumentError(fault, ''));
}

function functionsOf({ feed, now }: PublicApiOptions): Functions {
  const seconds = (): number => Math.floor(now() / 1_000_000);
  const withMarket = (pair: string, use: (market: MarketFeed) => Envelope): Envelope => {
    const market = feed.market(pair);
    return market === undefined ? refuse(gatewayErrors.unknownSymbol) : use(market);
  };
  /** Something about each market named, or about all, under the names that were asked for. */
  const each = (pairs: string | undefined, tell: (market: MarketFeed) => unknown): Envelope => {
    const names = pairs?.split(',') ?? feed.markets.map(({ instrument }) => instrument.symbol);
    const found: [string, unknown][] = [];
    for (const name of names.slice(0, pairsPerCallMax)) {
      const market = feed.market(name);
      if (market === undefined) return refuse(gatewayErrors.unknownSymbol);
      found.push([name, tell(market)]);
    }
    return answer(Object.fromEntries(found));
  };
  return {
    Time: () => answer({ unixtime: seconds(), rfc1123: new Date(seconds() * 1000).toUTCString() }),
    SystemStatus: () => answer({ status: feed.system.now, timestamp: timeText(now()) }),
    Assets: () => answer(Object.fromEntries(feed.markets.flatMap(assetsOf))),
    AssetPairs: ({ pair }) => each(pair, describe),
    Depth: ({ pair, count = String(depthDefault) }) =>
      withMarket(pair, (market) => answer({ [pair]: depthOf(market, Number(count)) })),
    Trades: ({ pair, since = '0', count = '1000' }) =>
      withMarket(pair, (market) => answer(tradesOf(market, pair, { since, count: Number(count) }))),
    Ticker: ({ pair }) => each(pair, (market) => tickerOf(market, now())),
    OHLC: ({ pair, interval = '1', since = '0' }) =>
      withMarket(pair, (market) => candlesOf(market, pair, { interval, since: Number(since) })),
  };
}

function priceText(instrument: Instrument, price: Price): string {
  return unitsText(price * instrument.priceUnitsPerStep, instrument.pricePrecision);
}

function volumeText(instrument: Instrument, lots: number): string {
  return unitsText(lots * instrument.qtyUnitsPerLot, instrument.qtyPrecision);
}

function depthOf({ instrument, mirror }: MarketFeed, count: number): unknown {
  const seconds = Math.floor(mirror.at / 1_000_000);
  const side = (levels: readonly Level[]): unknown =>
    levels
      .slice(0, Math.min(Math.max(1, count), depthMax))
      .map(({ price, volume }) => [
        priceText(instrument, price),
        volumeText(instrument, volume),
        seconds,
      ]);
  return { asks: side(mirror.asks), bids: side(mirror.bids) };
}

/** The dialect's `since` and `last` are nanoseconds, as text: too large for a number. */
function tradesOf(
  { instrument, tape }: MarketFeed,
  pair: string,
  { since, count }: { readonly since: string; readonly count: number },
): unknown {
  const { pricePrecision, qtyPrecision } = instrument;
  const after = tape.filter(({ timestamp }) => nanosOf(timestamp) > BigInt(since));
  // Those after `since` from the earliest on, so that nothing is passed over; without it the newest.
  const shown = since === '0' ? after.slice(-Math.max(1, count)) : after.slice(0, count);
  const trades = shown.map(({ price, qty, timestamp, side, ord_type: type, trade_id: id }) => [
    price.toFixed(pricePrecision),
    qty.toFixed(qtyPrecision),
    Number(nanosOf(timestamp) / 1_000n) / 1_000_000,
    side === 'buy' ? 'b' : 's',
    type === 'market' ? 'm' : 'l',
    '',
    id,
  ]);
  const newest = shown.at(-1);
  const last = newest === undefined ? since : String(nanosOf(newest.timestamp));
  return { [pair]: trades, last };
}

function nanosOf(timestamp: string): bigint {
  const micros = Number(timestamp.slice(20, 26));
  return BigInt(Date.parse(`${timestamp.slice(0, 19)}Z`)) * 1_000_000n + BigInt(micros) * 1_000n;
}

function tickerOf({ instrument, mirror, candles }: MarketFeed, now: Instant): unknown {
  const midnight = exactInstant(now - (now % microsPerDay));
  const [today, day] = [candles.since(midnight), candles.since(dayBefore(now))];
  const both = (tell: (sum: Summary) => string | number, none: string | number): unknown => [
    today === undefined ? none : tell(today),
    day === undefined ? none : tell(day),
  ];
  const price = (of: Price | undefined): string =>
    of === undefined ? '0' : priceText(instrument, of);
  const best = (level: Level | undefined): unknown => {
    const volume = level === undefined ? 0 : qtyOfLots(instrument, level.volume);
    return [price(level?.price), String(Math.floor(volume)), volume.toFixed(3)];
  };
  const newest = candles.lastTrade;
  return {
    a: best(mirror.asks[0]),
    b: best(mirror.bids[0]),
    c: [price(newest?.price), volumeText(instrument, exactLots(newest?.volume ?? 0))],
    v: both(({ volume }) => volumeText(instrument, volume), '0'),
    p: both(({ cost, volume }) => String(averageOf(instrument, cost, volume)), '0'),
    t: both(({ trades }) => trades, 0),
    l: both(({ low }) => price(low), '0'),
    h: both(({ high }) => price(high), '0'),
    o: price(today?.open ?? candles.last),
  };
}

function candlesOf(
  { instrument, candles }: MarketFeed,
  pair: string,
  { interval, since }: { readonly interval: string; readonly since: number },
): Envelope {
  const minutes = candleIntervals.find((each) => each === Number(interval));
  if (minutes === undefined) return refuse(`${gatewayErrors.invalidArguments}:interval`);
  const secondsOf = ({ begin }: Candle): number => begin / 1_000_000;
  const shown = candles.candles(minutes).filter((candle) => secondsOf(candle) > since);
  const rows = shown.map((candle) => [
    secondsOf(candle),
    priceText(instrument, candle.open),
    priceText(instrument, candle.high),
    priceText(instrument, candle.low),
    priceText(instrument, candle.close),
    String(averageOf(instrument, candle.cost, candle.volume)),
    volumeText(instrument, candle.volume),
    candle.trades,
  ]);
  // The newest candle still changes: the one before is where to go on.
  const before = shown.at(-2);
  return answer({ [pair]: rows, last: before === undefined ? since : secondsOf(before) });
}

function assetsOf({
  instrument: { symbol, base, quote, basePrecision, quotePrecision },
}: MarketFeed): readonly (readonly [string, unknown])[] {
  const [baseName, quoteName] = symbol.split('/');
  return [
    [base, describeAsset(baseName, basePrecision)],
    [quote, describeAsset(quoteName, quotePrecision)],
  ];
}

function describeAsset(altname: string | undefined, decimals: number): unknown {
  return {
    aclass: 'currency',
    altname,
    decimals,
    display_decimals: decimals,
    status: 'enabled',
  };
}

function describe({ instrument, phase }: MarketFeed): unknown {
  const { symbol, pricePrecision, qtyPrecision, qtyUnitsPerLot } = instrument;
  // Stock clients make the symbol of base and quote.
  const [base, quote] = symbol.split('/');
  return {
    altname: symbol,
    wsname: symbol,
    aclass_base: 'currency',
    base,
    aclass_quote: 'currency',
    quote,
    base_asset: instrument.base,
    quote_asset: instrument.quote,
    pair_decimals: pricePrecision,
    cost_decimals: instrument.quotePrecision,
    lot_decimals: qtyPrecision,
    lot_multiplier: 1,
    ordermin: unitsText(qtyUnitsPerLot, qtyPrecision),
    tick_size: unitsText(instrument.tick * instrument.priceUnitsPerStep, pricePrecision),
    fees: [[0, 0]],
    fees_maker: [[0, 0]],
    status: pairStatusOf(phase),
    ...deliveryFields(instrument),
  };
}
