import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SparseLevels } from './sparse.ts';

/** Levels with these keys, added in this order; the level of key n is 1000 + n. */
function levelsOf(keys: readonly number[]): SparseLevels {
  const levels = new SparseLevels();
  for (const key of keys) levels.addLevel(key, 1_000 + key);
  return levels;
}

test('the best level is the one with the highest key, and none beyond the ends', () => {
  const levels = levelsOf([20, -10, 30]);
  expect(levels.best).toBe(1_030);
  expect([-1, 0, 1, 2, 3].map((index) => levels.at(index))).toEqual([0, 990, 1_020, 1_030, 0]);
  expect(new SparseLevels().best).toBe(0);
  expect(new SparseLevels().find(0)).toBe(0);
});

test('a level that was dropped is gone, the worst, the best and the last one too', () => {
  const levels = levelsOf([1, 2, 3]);
  levels.dropLevel(3);
  expect([levels.best, levels.at(2), levels.find(3), levels.find(2)]).toEqual([1_002, 0, 0, 1_002]);
  levels.dropLevel(1);
  expect([levels.best, levels.at(0), levels.at(1), levels.find(1)]).toEqual([1_002, 1_002, 0, 0]);
  levels.dropLevel(2);
  expect([levels.best, levels.at(0), levels.find(2)]).toEqual([0, 0, 0]);
});

test('a level that is not there cannot be dropped, and nothing is lost by trying', () => {
  const levels = levelsOf([1, 3]);
  for (const key of [0, 2, 4]) {
    expect(() => levels.dropLevel(key)).toThrow(`no level at ${key}`);
  }
  expect([levels.find(1), levels.find(3), levels.at(2)]).toEqual([1_001, 1_003, 0]);
});

test('keys are where a sorted list has them, whatever came and went, also beyond the first capacity', () => {
  const step = fc.record({ key: fc.integer({ min: -90, max: 90 }), isAdded: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 130 }),
      fc.array(step, { maxLength: 40, size: 'max' }),
      (start, steps) => {
        const first = Array.from({ length: start }, (_, index) => ((index * 37) % 131) - 65);
        const levels = levelsOf(first);
        const held = new Set(first);
        for (const { key, isAdded } of steps) {
          if (isAdded && !held.has(key)) levels.addLevel(key, 1_000 + key);
          if (isAdded) held.add(key);
          else if (held.delete(key)) levels.dropLevel(key);
        }
        const keys = [...held].toSorted((a, b) => a - b);
        for (let key = -91; key <= 91; key += 1) {
          const index = keys.findIndex((each) => each >= key);
          expect(levels.indexOf(key)).toBe(index < 0 ? keys.length : index);
          expect(levels.find(key)).toBe(held.has(key) ? 1_000 + key : 0);
        }
        expect(keys.map((_, index) => levels.at(index))).toEqual(keys.map((key) => 1_000 + key));
        expect(levels.at(keys.length)).toBe(0);
        expect(levels.best).toBe(keys.length === 0 ? 0 : 1_000 + (keys.at(-1) ?? 0));
      },
    ),
    { numRuns: 60 },
  );
});
