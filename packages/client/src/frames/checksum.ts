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
  let text = '';
  for (const side of [asks, bids]) {
    for (const level of side.slice(0, checksumDepth)) {
      text += digits(level.price * instrument.priceUnitsPerStep);
      text += digits(level.volume * instrument.qtyUnitsPerLot);
    }
  }
  return crc32(text);
}
