import { expect, test } from 'vitest';
import { amount, instrument, lots, price } from '../testing.ts';
import { bookChecksum } from './checksum.ts';
import type { Level } from './checksum.ts';
import type { Instrument } from './instrument.ts';

function level(wirePrice: number, qty: number): Level {
  return { price: price(wirePrice), volume: lots(qty) };
}

test('the example that the dialect publishes has its checksum', () => {
  // A book of BTC/USD: one decimal in the price, eight in the quantity.
  const bitcoin: Instrument = { ...instrument, pricePrecision: 1, qtyPrecision: 8, lot: amount(1) };
  const asks = [
    level(452852, 100000),
    level(452864, 154571953),
    level(452866, 154571109),
    level(452896, 154560911),
    level(452902, 15890660),
    level(452918, 154553491),
    level(452947, 4454749),
    level(452961, 35380000),
    level(452975, 9945542),
    level(452995, 18772827),
  ];
  const bids = [
    level(452835, 10000000),
    level(452834, 154582015),
    level(452821, 10000000),
    level(452810, 10000000),
    level(452803, 154592586),
    level(452790, 7990000),
    level(452776, 3310103),
    level(452775, 30000000),
    level(452773, 154602737),
    level(452766, 15445238),
  ];
  expect(bookChecksum(bitcoin, asks, bids)).toBe(3310070434);
});

test('of an empty book it is 0', () => {
  expect(bookChecksum(instrument, [], [])).toBe(0);
});

test('each side, price, volume and order of levels counts; the eleventh level does not', () => {
  const asks = Array.from({ length: 11 }, (_, index) => level(200 + index, 5));
  const bids = Array.from({ length: 11 }, (_, index) => level(199 - index, 7));
  const right = bookChecksum(instrument, asks, bids);
  expect(bookChecksum(instrument, asks.slice(0, 10), bids.slice(0, 10))).toBe(right);
  expect(bookChecksum(instrument, asks.slice(0, 9), bids)).not.toBe(right);
  expect(bookChecksum(instrument, asks.with(9, level(209, 6)), bids)).not.toBe(right);
  expect(bookChecksum(instrument, asks, bids.with(0, level(198, 7)))).not.toBe(right);
  expect(bookChecksum(instrument, asks.toReversed(), bids)).not.toBe(right);
  expect(bookChecksum(instrument, bids, asks)).not.toBe(right);
});
