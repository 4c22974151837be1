/** The public HTTP functions of the dialect that need nothing but the feed: time, status, assets, markets, depth. */
import { unitsText } from '@wattlot/client/frames';
import type { Instrument, Level } from '@wattlot/client/frames';
import type { Instant } from '@wattlot/core';
import type { FastifyInstance } from 'fastify';
import { timeText } from '@wattlot/client/frames';
import type { Feed } from '../feed/feed.ts';

/** What the functions read. */
export interface PublicApiOptions {
  readonly feed: Feed;
  readonly now: () => Instant;
}

interface Envelope {
  readonly error: readonly string[];
  readonly result?: unknown;
}

const unknownPair: Envelope = { error: ['EQuery:Unknown asset pair'] };

/** Adds `GET /0/public/…`. */
export function addPublicApi(app: FastifyInstance, { feed, now }: PublicApiOptions): void {
  const path = '/0/public';
  app.get(`${path}/Time`, () => {
    const seconds = Math.floor(now() / 1_000_000);
    return answer({ unixtime: seconds, rfc1123: new Date(seconds * 1000).toUTCString() });
  });
  app.get(`${path}/SystemStatus`, () => answer({ status: 'online', timestamp: timeText(now()) }));
  app.get(`${path}/Assets`, () => answer(Object.fromEntries(assets(feed))));
  app.get<{ Querystring: { pair?: unknown } }>(`${path}/AssetPairs`, ({ query }) => {
    const asked = typeof query.pair === 'string' ? query.pair.split(',') : undefined;
    const names = asked ?? feed.markets.map(({ instrument }) => instrument.symbol);
    const pairs: [string, unknown][] = [];
    for (const name of names.slice(0, 100)) {
      const market = feed.market(name);
      if (market === undefined) return unknownPair;
      pairs.push([name, describe(market.instrument)]);
    }
    return answer(Object.fromEntries(pairs));
  });
  app.get<{ Querystring: { pair?: unknown; count?: unknown } }>(`${path}/Depth`, ({ query }) => {
    const market = typeof query.pair === 'string' ? feed.market(query.pair) : undefined;
    if (market === undefined) return unknownPair;
    const { instrument, mirror } = market;
    const asked = Number(query.count ?? 100);
    const count = Number.isInteger(asked) && asked >= 1 && asked <= 500 ? asked : 100;
    const seconds = Math.floor(mirror.at / 1_000_000);
    const side = (levels: readonly Level[]): unknown =>
      levels
        .slice(0, count)
        .map(({ price, volume }) => [
          unitsText(price * instrument.priceUnitsPerStep, instrument.pricePrecision),
          unitsText(volume * instrument.qtyUnitsPerLot, instrument.qtyPrecision),
          seconds,
        ]);
    return answer({ [instrument.symbol]: { asks: side(mirror.asks), bids: side(mirror.bids) } });
  });
}

function answer(result: unknown): Envelope {
  return { error: [], result };
}

function assets(feed: Feed): readonly (readonly [string, unknown])[] {
  return feed.markets.flatMap(({ instrument: { base, quote, basePrecision, quotePrecision } }) => [
    [base, describeAsset(base, basePrecision)] as const,
    [quote, describeAsset(quote, quotePrecision)] as const,
  ]);
}

function describeAsset(name: string, decimals: number): unknown {
  return { aclass: 'currency', altname: name, decimals, display_decimals: decimals };
}

function describe(instrument: Instrument): unknown {
  const { symbol, base, quote, pricePrecision, qtyPrecision, qtyUnitsPerLot } = instrument;
  return {
    altname: symbol,
    wsname: symbol,
    aclass_base: 'currency',
    base,
    aclass_quote: 'currency',
    quote,
    pair_decimals: pricePrecision,
    lot_decimals: qtyPrecision,
    cost_decimals: instrument.quotePrecision,
    lot_multiplier: 1,
    ordermin: unitsText(qtyUnitsPerLot, qtyPrecision),
    tick_size: unitsText(instrument.tick * instrument.priceUnitsPerStep, pricePrecision),
    fees: [[0, 0]],
    fees_maker: [[0, 0]],
    status: 'online',
  };
}
