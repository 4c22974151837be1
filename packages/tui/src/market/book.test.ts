import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onTick, reach, reachOfOthers, referencePrice } from './book.ts';
import { book, instrument, price, sketchBook } from '../testing/market.ts';

test('what can be traded up to a price is without the own orders there', () => {
  const own = [
    { side: 'ask', price: 152, remaining: 15 },
    { side: 'ask', price: 153, remaining: 5 },
    { side: 'bid', price: 149, remaining: 20 },
  ] as const;
  expect(reachOfOthers(sketchBook, 'ask', 152, own)).toEqual({
    lots: 55,
    cost: 30 * 151 + 25 * 152,
  });
  expect(reachOfOthers(sketchBook, 'bid', 149, own)).toEqual({ lots: 15, cost: 15 * 149 });
  const unseen = [{ side: 'ask', price: 151, remaining: 1_000 }] as const;
  expect(reachOfOthers(sketchBook, 'ask', 151, unseen)).toEqual({ lots: 0, cost: 0 });
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
