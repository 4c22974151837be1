import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candlesOf, sparklineOf } from './candles.ts';
import { noonMs, trade } from '../testing/market.ts';

const arbitraryTrades = fc
  .array(
    fc.record({
      price: fc.integer({ min: 1, max: 1000 }),
      volume: fc.integer({ min: 1, max: 100 }),
      gap: fc.integer({ min: 0, max: 40_000_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let at = noonMs;
    const trades = steps.map(({ price, volume, gap }, index) => {
      at += gap;
      return trade(index + 1, 'bid', price, volume, at);
    });
    return trades.toReversed();
  });

describe('candles', () => {
  test('they fit their columns, are in order, and the last one closes at the last trade', () => {
    fc.assert(
      fc.property(arbitraryTrades, fc.integer({ min: 1, max: 80 }), (trades, columns) => {
        const { candles, seconds } = candlesOf(trades, columns);
        const first = candles[0]?.index ?? 0;
        const last = candles.at(-1);
        expect((last?.index ?? 0) - first).toBeLessThan(columns);
        expect(last?.close).toBe(trades[0]?.price);
        const indices = candles.map(({ index }) => index);
        expect(indices).toEqual([...new Set(indices)].toSorted((a, b) => a - b));
        for (const { open, high, low, close } of candles) {
          expect(low).toBeLessThanOrEqual(Math.min(open, close));
          expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
        }
        const inSight = trades.filter(({ at }) => Math.floor(at / 1e6 / seconds) >= first);
        const lots = candles.reduce((sum, { volume }) => sum + volume, 0);
        expect(lots).toBe(inSight.reduce((sum, { volume }) => sum + volume, 0));
      }),
    );
  });

  test('open, high, low and close are those of the trades in time', () => {
    const at = [150, 155, 148, 152].map((price, index) =>
      trade(index + 1, 'bid', price, 2, noonMs + index),
    );
    const { candles, seconds } = candlesOf(at.toReversed(), 10);
    expect(seconds).toBe(1);
    expect(candles).toMatchObject([{ open: 150, high: 155, low: 148, close: 152, volume: 8 }]);
  });

  test('no trades make no candles and no line', () => {
    expect(candlesOf([], 10).candles).toEqual([]);
    expect(sparklineOf([], 10)).toBe('');
  });
});

test('a sparkline keeps the price over spans without a trade', () => {
  const trades = [trade(2, 'bid', 200, 1, noonMs + 4000), trade(1, 'bid', 100, 1, noonMs)];
  expect(sparklineOf(trades, 10)).toBe('▁▁▁▁█');
  expect(sparklineOf([trade(1, 'bid', 100, 1)], 10)).toHaveLength(1);
});
