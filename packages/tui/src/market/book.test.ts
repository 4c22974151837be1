import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onTick, reach, reachOfOthers, referencePrice } from './book.ts';
import { book, instrument, orderId, price, queueLevel, sketchBook } from '../testing/market.ts';

test('what can be traded up to a price is without the own orders there', () => {
  const queue = {
    symbol: sketchBook.symbol,
    asks: [
      queueLevel(151, [[1, 30]]),
      queueLevel(152, [
        [2, 15],
        [3, 25],
      ]),
      queueLevel(157, [[4, 80]]),
    ],
    bids: [
      queueLevel(149, [
        [5, 15],
        [6, 20],
      ]),
    ],
    seq: 1,
  };
  const market = { book: sketchBook, queue };
  // All or none, or waiting for the wallet: not on the book, whatever is open of it.
  const unseen = orderId(9);
  const own = new Set([orderId(2), orderId(4), orderId(6), unseen]);
  expect(reachOfOthers(market, 'ask', 152, own)).toEqual({ lots: 55, cost: 30 * 151 + 25 * 152 });
  expect(reachOfOthers(market, 'bid', 149, own)).toEqual({ lots: 15, cost: 15 * 149 });
  expect(reachOfOthers({ book: sketchBook }, 'bid', 149, own)).toEqual({
    lots: 35,
    cost: 35 * 149,
  });
});

test('reaching a price adds up every level up to it, at the level’s own price', () => {
  expect(reach(sketchBook, 'ask', 152)).toEqual({ lots: 70, cost: 30 * 151 + 40 * 152 });
  expect(reach(sketchBook, 'bid', 148)).toEqual({ lots: 47, cost: 35 * 149 + 12 * 148 });
  expect(reach(sketchBook, 'ask', 150)).toEqual({ lots: 0, cost: 0 });
});

test('no more is taken than is asked for', () => {
  expect(reach(sketchBook, 'ask', 1000, 31)).toEqual({ lots: 31, cost: 30 * 151 + 152 });
});

test('the ladder is looked at around the middle, or what comes nearest', () => {
  expect(referencePrice(instrument, sketchBook, 7)).toBe(150);
  expect(referencePrice(instrument, book([[149, 1]], []), 7)).toBe(149);
  expect(referencePrice(instrument, book([], [[151, 1]]), 7)).toBe(151);
  expect(referencePrice(instrument, book([], []), 7)).toBe(7);
  expect(referencePrice(instrument, undefined, undefined)).toBe(500);
});

test('a price on the tick stays within the band', () => {
  const coarse = { ...instrument, tick: price(7) };
  fc.assert(
    fc.property(fc.double({ min: -10, max: 2000, noNaN: true }), (value) => {
      const result = onTick(coarse, value);
      expect(result % 7).toBe(0);
      expect(result).toBeGreaterThanOrEqual(7);
      expect(result).toBeLessThanOrEqual(994);
    }),
  );
});
