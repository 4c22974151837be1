/** The checksum with which a client proves that its book is the server's. */
import { crc32 } from 'node:zlib';
import type { Lots, Price } from '@wattlot/core';
import type { Instrument } from './instrument.ts';

export interface Level {
  readonly price: Price;
  readonly volume: Lots;
}

/** Levels a side that the checksum covers. */
const checksumDepth = 10;

/** Without its dot and its leading zeros a decimal is its number of units, at any precision; and 0 is nothing. */
function digits(units: number): string {
  return units === 0 ? '' : String(units);
}

/**
 * CRC32, unsigned, over the best 10 asks from low to high and then the best 10 bids from high to low: price then quantity, each at the
 * instrument's precision without its dot and leading zeros. Of an empty book it is 0.
 */
export function bookChecksum(
  instrument: Instrument,
  asks: readonly Level[],
  bids: readonly Level[],
): number {
  return checksumOf(instrument, [...asks.slice(0, checksumDepth), ...bids.slice(0, checksumDepth)]);
}

/**
 * The same over single orders: of each of those levels the orders in the order of their places.
 */
export function ordersChecksum(
  instrument: Instrument,
  asks: readonly (readonly Level[])[],
  bids: readonly (readonly Level[])[],
): number {
  const best = (levels: readonly (readonly Level[])[]): readonly Level[] =>
    levels.slice(0, checksumDepth).flat();
  return checksumOf(instrument, [...best(asks), ...best(bids)]);
}

function checksumOf(instrument: Instrument, levels: readonly Level[]): number {
  let text = '';
  for (const { price, volume } of levels) {
    text += digits(price * instrument.priceUnitsPerStep);
    text += digits(volume * instrument.qtyUnitsPerLot);
  }
  return crc32(text);
}
