import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { betweenOf, bitsOf, driftOf, evenOf, normalOf } from './chance.ts';

test('the hash is MurmurHash3 over 64-bit words', () => {
  // From a second implementation that gives the published 0x2362f9de for four zero bytes.
  expect(bitsOf(0)).toBe(1_669_671_676);
  expect(bitsOf(1, 2)).toBe(3_381_608_592);
  expect(bitsOf(7, -1, 1_613_343_600_000_000)).toBe(1_422_744_800);
});

test('a draw lies within its bounds and is the same each time', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (seed, key) => {
      const even = evenOf(seed, key);
      expect(even).toBeGreaterThan(0);
      expect(even).toBeLessThan(1);
      expect(evenOf(seed, key)).toBe(even);
      const between = betweenOf({ least: 5, most: 6 }, seed, key);
      expect(between).toBeGreaterThan(5);
      expect(between).toBeLessThan(6);
    }),
  );
});

test('other seeds and other keys give other draws', () => {
  const draws = new Set<number>();
  for (let seed = 0; seed < 30; seed += 1) {
    for (let key = 0; key < 30; key += 1) draws.add(bitsOf(seed, key));
  }
  expect(draws.size).toBe(900);
});

function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(squares) };
}

test('normal draws and drifts have mean 0 and deviation 1', () => {
  const steps = Array.from({ length: 20_000 }, (_, step) => step);
  const normal = momentsOf(steps.map((step) => normalOf(3, step)));
  expect(normal.mean).toBeCloseTo(0, 1);
  expect(normal.deviation).toBeCloseTo(1, 1);
  const drift = momentsOf(steps.map((step) => driftOf(0.8, 3, 9, step)));
  expect(Math.abs(drift.mean)).toBeLessThan(0.1);
  expect(drift.deviation).toBeCloseTo(1, 1);
});

test('neighbouring steps of a drift correlate by its memory', () => {
  const values = Array.from({ length: 20_000 }, (_, step) => driftOf(0.8, 3, 9, step));
  const products = values.slice(1).map((value, at) => value * (values[at] ?? 0));
  expect(momentsOf(products).mean).toBeCloseTo(0.8, 1);
});
