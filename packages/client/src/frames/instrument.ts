/** One market as the wire describes it, and the exact way between its lots and prices and the wire's decimals. */
import { toLots, toPrice } from '@wattlot/core';
import type { Amount, Delivery, Lots, MarketSymbol, Price } from '@wattlot/core';
import { fromUnits, toUnits } from './decimal.ts';

/**
 * A quantity on the wire is `lots × qtyUnitsPerLot × 10^−qtyPrecision` of the base asset; a price is
 * `price × priceUnitsPerStep × 10^−pricePrecision` of the quote asset per unit of the base asset.
 */
export interface Instrument {
  readonly symbol: MarketSymbol;
  readonly base: string;
  readonly quote: string;
  readonly qtyPrecision: number;
  readonly qtyUnitsPerLot: number;
  readonly pricePrecision: number;
  readonly priceUnitsPerStep: number;
  /** In ecoin's smallest units per lot. */
  readonly tick: Price;
  readonly priceFloor: Price;
  readonly priceCap: Price;
  readonly volumeMax: Lots;
  /** Smallest units of the base asset in a lot. */
  readonly lot: Amount;
  /** Decimals of the base asset and of the quote asset on the ledger. */
  readonly basePrecision: number;
  readonly quotePrecision: number;
  /** When it is delivered and until when it is traded; left out by a market without an end of its own. */
  readonly delivery?: Delivery;
}

/** @returns undefined when `qty` is no whole number of lots or is negative. */
export function lotsOfQty(instrument: Instrument, qty: number): Lots | undefined {
  const units = toUnits(qty, instrument.qtyPrecision);
  return units === undefined ? undefined : toLots(units / instrument.qtyUnitsPerLot);
}

export function qtyOfLots(instrument: Instrument, volume: Lots): number {
  return fromUnits(volume * instrument.qtyUnitsPerLot, instrument.qtyPrecision);
}

/** @returns undefined when `price` is no whole number of ecoin's smallest units per lot or not positive. */
export function priceOfWire(instrument: Instrument, price: number): Price | undefined {
  const units = toUnits(price, instrument.pricePrecision);
  return units === undefined ? undefined : toPrice(units / instrument.priceUnitsPerStep);
}

export function wireOfPrice(instrument: Instrument, price: Price): number {
  return fromUnits(price * instrument.priceUnitsPerStep, instrument.pricePrecision);
}
