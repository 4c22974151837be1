/** A market as the wire describes it: the exact decimals that its lots and prices have. */
import { fromUnits, qtyOfLots, timeText, unitsText, wireOfPrice } from '@wattlot/client/frames';
import type { AssetDescription, Instrument, PairDescription } from '@wattlot/client/frames';
import type { Lots, MarketTerms, Price } from '@wattlot/core';

/** What of a ledger's asset the wire needs. */
export interface LedgerAsset {
  readonly name: string;
  /** Raw units in one: a power of ten. */
  readonly multiple: number;
  /** The ledger's own id: 32 hexadecimal digits. */
  readonly id: string;
}

/** Decimals that a number of the wire may have. */
const precisionMax = 8;

/**
 * The instrument of a market over two assets of the ledger.
 * @throws RangeError when a lot or a price has no exact decimal: such a market cannot be traded on this wire.
 */
export function instrumentOf(
  terms: MarketTerms,
  base: LedgerAsset,
  quote: LedgerAsset,
): Instrument {
  const basePrecision = precisionOf(base);
  const quotePrecision = precisionOf(quote);
  const lot = BigInt(terms.lot);
  const qty = decimalOf(lot, 10n ** BigInt(basePrecision));
  // A price of 1 is one smallest unit of the quote asset for a lot: so many quote units for a unit of the base asset.
  const price = decimalOf(10n ** BigInt(basePrecision), 10n ** BigInt(quotePrecision) * lot);
  if (qty === undefined || price === undefined) {
    throw new RangeError(`market ${terms.symbol} has no exact decimals for its lot and its prices`);
  }
  const { symbol, tick, priceFloor, priceCap, volumeMax, delivery } = terms;
  return {
    symbol,
    base: base.name,
    quote: quote.name,
    qtyPrecision: qty.precision,
    qtyUnitsPerLot: qty.units,
    pricePrecision: price.precision,
    priceUnitsPerStep: price.units,
    tick,
    priceFloor,
    priceCap,
    volumeMax,
    lot: terms.lot,
    basePrecision,
    quotePrecision,
    ...(delivery === undefined ? {} : { delivery }),
  };
}

function precisionOf({ name, multiple }: LedgerAsset): number {
  const precision = Math.round(Math.log10(multiple));
  if (10 ** precision !== multiple || precision > precisionMax) {
    throw new RangeError(`asset ${name} has ${multiple} units in one: not a power of ten to 10^8`);
  }
  return precision;
}

/** `numerator / denominator` as the shortest exact decimal. @returns undefined when it has none of at most 8 places. */
function decimalOf(
  numerator: bigint,
  denominator: bigint,
): { readonly units: number; readonly precision: number } | undefined {
  for (let precision = 0; precision <= precisionMax; precision += 1) {
    const scaled = numerator * 10n ** BigInt(precision);
    if (scaled % denominator !== 0n) continue;
    const units = Number(scaled / denominator);
    return Number.isSafeInteger(units) ? { units, precision } : undefined;
  }
  return undefined;
}

/** The instrument in the words of the wire. `status`: what the market allows. */
export function pairOf(instrument: Instrument, status = 'online'): PairDescription {
  const increment = fromUnits(instrument.qtyUnitsPerLot, instrument.qtyPrecision);
  return {
    symbol: instrument.symbol,
    base: instrument.base,
    quote: instrument.quote,
    status,
    price_increment: wireOfPrice(instrument, instrument.tick),
    price_precision: instrument.pricePrecision,
    qty_increment: increment,
    qty_precision: instrument.qtyPrecision,
    qty_min: increment,
    qty_max: qtyOfLots(instrument, instrument.volumeMax),
    price_floor: wireOfPrice(instrument, instrument.priceFloor),
    price_cap: wireOfPrice(instrument, instrument.priceCap),
    lot: {
      base_units: instrument.lot,
      qty_units: instrument.qtyUnitsPerLot,
      price_units: instrument.priceUnitsPerStep,
      volume_max: instrument.volumeMax,
      tick: instrument.tick,
      price_floor: instrument.priceFloor,
      price_cap: instrument.priceCap,
    },
    ...deliveryFields(instrument),
  };
}

/** A market's delivery in the words of the wire; no fields for a market without. */
export function deliveryFields({
  delivery,
}: Instrument): Pick<PairDescription, 'delivery_start' | 'delivery_end' | 'gate_closure'> {
  if (delivery === undefined) return {};
  return {
    delivery_start: timeText(delivery.from),
    delivery_end: timeText(delivery.to),
    gate_closure: timeText(delivery.gate),
  };
}

/** The asset in the words of the wire. */
export function assetOf(asset: LedgerAsset): AssetDescription {
  const precision = precisionOf(asset);
  return {
    id: asset.name,
    status: 'enabled',
    precision,
    precision_display: precision,
    ledger_id: asset.id,
  };
}

/** Raw units of an asset as the wire's decimal. */
export function wireAmount(asset: LedgerAsset, raw: number): number {
  return fromUnits(raw, precisionOf(asset));
}

/** A price as JSON, with all the digits of its precision. */
export function priceText(instrument: Instrument, price: Price): string {
  return unitsText(price * instrument.priceUnitsPerStep, instrument.pricePrecision);
}

/** A quantity as JSON, with all the digits of its precision; `0` for none, which stands for a level or an order that is gone. */
export function qtyText(instrument: Instrument, volume: Lots): string {
  return volume === 0
    ? '0'
    : unitsText(volume * instrument.qtyUnitsPerLot, instrument.qtyPrecision);
}
