/** The markets and assets as the exchange described them: what the decimals of all other messages mean. */
import { toAmount, toAsset, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Asset, Delivery, MarketSymbol } from '@wattlot/core';
import { wireOfPrice } from './frames/instrument.ts';
import type { ListedInstrument } from './events.ts';
import type { InstrumentMessage, PairDescription } from './frames/messages.ts';
import { phaseOfStatus } from './frames/phase.ts';
import { instantOfTime } from './frames/time.ts';
import { assetsMax, marketsMax } from './limits.ts';
import { printable } from './text.ts';

/** What is known; replaced as a whole by each message. */
export interface Catalog {
  readonly instruments: ReadonlyMap<MarketSymbol, ListedInstrument>;
  /** Decimals of each asset. */
  readonly precisions: ReadonlyMap<Asset, number>;
}

export const emptyCatalog: Catalog = { instruments: new Map(), precisions: new Map() };

/** Its delivery as a field, or no field for a market without. @returns undefined for half a delivery, and for one that the core would refuse. */
function deliveryOf(pair: PairDescription): { readonly delivery?: Delivery } | undefined {
  const { delivery_start: start, delivery_end: end, gate_closure: closure } = pair;
  if (start === undefined && end === undefined && closure === undefined) return {};
  const [from, to, gate] = [start, end, closure].map((text) =>
    text === undefined ? undefined : instantOfTime(text),
  );
  if (from === undefined || to === undefined || gate === undefined) return undefined;
  return from < to && gate <= to ? { delivery: { from, to, gate } } : undefined;
}

function instrumentOf(
  pair: PairDescription,
  precisions: ReadonlyMap<string, number>,
): ListedInstrument | undefined {
  const { lot } = pair;
  const symbol = toMarketSymbol(pair.symbol);
  const tick = toPrice(lot.tick);
  const priceFloor = toPrice(lot.price_floor);
  const priceCap = toPrice(lot.price_cap);
  const volumeMax = toLots(lot.volume_max);
  const baseUnits = toAmount(lot.base_units);
  const basePrecision = precisions.get(pair.base);
  const quotePrecision = precisions.get(pair.quote);
  if (symbol === undefined || tick === undefined || volumeMax === undefined) return undefined;
  if (priceFloor === undefined || priceCap === undefined || priceFloor > priceCap) return undefined;
  const delivery = deliveryOf(pair);
  if (delivery === undefined) return undefined;
  if (baseUnits === undefined || basePrecision === undefined || quotePrecision === undefined) {
    return undefined;
  }
  // The bounds of the core: no product of a price, a volume or a lot leaves the safe integers, on the wire's scale included.
  const products = [
    volumeMax * priceCap,
    volumeMax * baseUnits,
    volumeMax * lot.qty_units,
    priceCap * lot.price_units,
  ];
  if (!products.every(Number.isSafeInteger)) return undefined;
  const instrument: ListedInstrument = {
    symbol,
    base: pair.base,
    quote: pair.quote,
    qtyPrecision: pair.qty_precision,
    qtyUnitsPerLot: lot.qty_units,
    pricePrecision: pair.price_precision,
    priceUnitsPerStep: lot.price_units,
    tick,
    priceFloor,
    priceCap,
    volumeMax,
    lot: baseUnits,
    basePrecision,
    quotePrecision,
    phase: phaseOfStatus(pair.status),
    ...delivery,
  };
  // The decimals and the whole numbers say the same thing twice; they have to agree.
  const agree =
    wireOfPrice(instrument, priceFloor) === pair.price_floor &&
    wireOfPrice(instrument, priceCap) === pair.price_cap &&
    wireOfPrice(instrument, tick) === pair.price_increment;
  return agree ? instrument : undefined;
}

/**
 * The catalog after a message: a snapshot replaces it, an update adds to it or changes it.
 * @returns undefined when anything in the message contradicts itself or leaves the bounds.
 */
export function foldInstruments(before: Catalog, message: InstrumentMessage): Catalog | undefined {
  const base = message.type === 'snapshot' ? emptyCatalog : before;
  const precisions = new Map(base.precisions);
  for (const { id, precision } of message.data.assets) {
    const asset = toAsset(id);
    if (asset === undefined || printable(id) !== id) return undefined;
    precisions.set(asset, precision);
  }
  const instruments = new Map(base.instruments);
  for (const pair of message.data.pairs) {
    const instrument = instrumentOf(pair, precisions);
    if (instrument === undefined) return undefined;
    instruments.set(instrument.symbol, instrument);
  }
  if (precisions.size > assetsMax || instruments.size > marketsMax) return undefined;
  return { instruments, precisions };
}
