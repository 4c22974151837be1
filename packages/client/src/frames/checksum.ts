/** The checksum with which a client proves that its book is the server's. */
import { crc32 } from 'node:zlib';
import type { Lots, Price } from '@wattlot/core';
import { unitsText } from './decimal.ts';
import type { Instrument } from './instrument.ts';

export interface Level {
  readonly price: Price;
  readonly volume: Lots;
}

/** Levels a side that the checksum covers. */
const checksumDepth = 10;

function digits(units: number, precision: number): string {
  return unitsText(units, precision).replace('.', '').replace(/^0+/, '');
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
      text += digits(level.price * instrument.priceUnitsPerStep, instrument.pricePrecision);
      text += digits(level.volume * instrument.qtyUnitsPerLot, instrument.qtyPrecision);
    }
  }
  return crc32(text);
}
