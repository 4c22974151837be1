/** Numbers as a person reads them. A market's whole numbers become decimals here and nowhere else. */
import { unitsText } from '@wattlot/client/frames';
import type { Instrument } from '@wattlot/client/frames';
import { printable } from './printable.ts';

/** What stands where a sum has left the safe integers. */
const tooLarge = '(too large)';

function decimal(units: number, precision: number): string {
  return Number.isSafeInteger(units) ? unitsText(units, precision) : tooLarge;
}

/** A price per unit of energy, such as `149`. */
export function priceText(instrument: Instrument, price: number): string {
  return decimal(price * instrument.priceUnitsPerStep, instrument.pricePrecision);
}

/** Half of a sum of two prices, with one more decimal than a price: `150.0`. */
export function midText(instrument: Instrument, bidPlusAsk: number): string {
  return decimal(bidPlusAsk * instrument.priceUnitsPerStep * 5, instrument.pricePrecision + 1);
}

/** The price that some lots have on average, with one more decimal than a price where it is not a price itself: `163`, `163.4`. */
export function averageText(instrument: Instrument, value: number, lots: number): string {
  if (lots <= 0) return '-';
  if (value % lots === 0) return priceText(instrument, value / lots);
  const tenths = Math.round((value * instrument.priceUnitsPerStep * 10) / lots);
  return decimal(tenths, instrument.pricePrecision + 1);
}

/** The energy in a number of lots, without its unit: `0.20`. */
export function energyOfLotsText(instrument: Instrument, lots: number): string {
  return decimal(lots * instrument.qtyUnitsPerLot, instrument.qtyPrecision);
}

/** An amount of the energy asset, from its smallest units. */
export function energyText(instrument: Instrument, amount: number): string {
  return decimal(amount, instrument.basePrecision);
}

/** An amount of the payment asset, from its smallest units. */
export function ecoinText(instrument: Instrument, amount: number): string {
  return decimal(amount, instrument.quotePrecision);
}

/** `kWh` for the asset of energy, whose one unit is one kilowatt-hour; the asset's own name otherwise. */
export function energyUnit({ base }: Instrument): string {
  return ['kwh', 'energy'].includes(base.toLowerCase()) ? 'kWh' : printable(base, 8);
}

/** The payment asset's name, in lower case. */
export function ecoinUnit({ quote }: Instrument): string {
  return printable(quote, 8).toLowerCase();
}

/** A day's time `14:09:31` of `ms` since 1970 UTC, at `offsetMinutes` east of UTC. */
export function timeText(ms: number, offsetMinutes: number): string {
  const instant = new Date(ms + offsetMinutes * 60_000);
  return Number.isNaN(instant.getTime()) ? '--:--:--' : instant.toISOString().slice(11, 19);
}

/** A day `2026-07-14` of `ms` since 1970 UTC, at `offsetMinutes` east of UTC. */
export function dateText(ms: number, offsetMinutes: number): string {
  const instant = new Date(ms + offsetMinutes * 60_000);
  return Number.isNaN(instant.getTime()) ? '----------' : instant.toISOString().slice(0, 10);
}

/** `1 order`, `2 orders`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A count with its thousands apart, the same in every language: `12,345`. */
export function groupedText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
