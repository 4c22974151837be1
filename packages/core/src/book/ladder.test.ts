import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { clearBit, layBits, nextBit, ranksMax, setBit, wordsOfBits } from './ladder.ts';
import type { Bits } from './ladder.ts';

/** The bits of one side with nothing else in front or behind. */
function emptySide(ranks: number): { words: Int32Array; bits: Bits } {
  return { words: new Int32Array(wordsOfBits(ranks)), bits: layBits(0, ranks) };
}

/** Every rank whose bit is set, as the ladder finds them, rank 0 aside: there is no rank in front of it. */
function walk(words: Int32Array, bits: Bits): number[] {
  const found: number[] = [];
  for (let rank = nextBit(words, bits, 0); rank >= 0; rank = nextBit(words, bits, rank)) {
    found.push(rank);
  }
  return found;
}

/** Ranks of which many share a word, a group of words or a group of groups, at both ends of each. */
const edges = fc
  .tuple(
    fc.constantFrom(0, 1, 3),
    fc.constantFrom(0, 1, 31),
    fc.constantFrom(0, 1, 31),
    fc.constantFrom(0, 1, 31),
  )
  .map(([top, group, word, bit]) => ((top * 32 + group) * 32 + word) * 32 + bit);

test.each([
  [1, 3],
  [32, 3],
  [33, 4],
  [1_024, 34],
  [1_025, 36],
  [32_768, 1_057],
  [32_769, 1_060],
  [ranksMax, 4_096 + 128 + 4],
])('the bits of %i ranks take %i words', (ranks, words) => {
  expect(wordsOfBits(ranks)).toBe(words);
  const { low, middle, high, highCount } = layBits(100, ranks);
  expect(low).toBe(100);
  expect([middle - low, high - middle, highCount]).toEqual([
    Math.ceil(ranks / 32),
    Math.ceil(ranks / 1_024),
    Math.ceil(ranks / 32_768),
  ]);
  expect(high + highCount).toBe(100 + words);
});

test('no ranks take no words', () => {
  expect(wordsOfBits(0)).toBe(0);
});

test('a bit that stands alone is found from far away, and not once it is cleared', () => {
  for (const rank of [1, 31, 32, 1_023, 1_024, 32_767, 32_768, 70_000, ranksMax - 1]) {
    const { words, bits } = emptySide(ranksMax);
    setBit(words, bits, rank);
    expect(nextBit(words, bits, 0)).toBe(rank);
    expect(nextBit(words, bits, rank - 1)).toBe(rank);
    expect(nextBit(words, bits, rank)).toBe(-1);
    clearBit(words, bits, rank);
    expect(nextBit(words, bits, 0)).toBe(-1);
    expect([...new Set(words)]).toEqual([0]);
  }
});

test('clearing a bit hides no other one, however near', () => {
  for (const near of [1, 32, 1_024, 32_768]) {
    const { words, bits } = emptySide(ranksMax);
    const [one, other] = [66_560, 66_560 + near];
    setBit(words, bits, one);
    setBit(words, bits, other);
    expect(walk(words, bits)).toEqual([one, other]);
    clearBit(words, bits, one);
    expect(walk(words, bits)).toEqual([other]);
    setBit(words, bits, one);
    clearBit(words, bits, other);
    expect(walk(words, bits)).toEqual([one]);
  }
});

test('the ranks found are those that were set, in order, from any rank on; two sides do not meet', () => {
  const step = fc.record({ rank: edges, isSet: fc.boolean(), isSecond: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), edges, (steps, from) => {
      const size = wordsOfBits(ranksMax);
      const words = new Int32Array(8 + 2 * size);
      const sides = [layBits(8, ranksMax), layBits(8 + size, ranksMax)] as const;
      const held = [new Set<number>(), new Set<number>()] as const;
      for (const { rank, isSet, isSecond } of steps) {
        const side = isSecond ? 1 : 0;
        if (isSet) {
          setBit(words, sides[side], rank);
          held[side].add(rank);
        } else if (held[side].delete(rank)) clearBit(words, sides[side], rank);
        for (const each of [0, 1] as const) {
          const ranks = [...held[each]].toSorted((a, b) => a - b);
          expect(walk(words, sides[each])).toEqual(ranks.filter((one) => one > 0));
          expect(nextBit(words, sides[each], from)).toBe(ranks.find((one) => one > from) ?? -1);
        }
      }
      expect(words.subarray(0, 8).every((word) => word === 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
