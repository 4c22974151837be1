/**
 * Which ranks of one side of a price ladder hold orders: one bit a rank, and above it bits that say in which words bits are set, twice. Rank 0 is
 * the best price that the market allows on that side, so the best level is always the lowest bit. Finding the next one after any rank takes at
 * most seven words, whatever lies between.
 */

/** Where the bits of a side lie in the book's words. */
export interface Bits {
  /** One bit a rank. */
  readonly low: number;
  /** One bit a word of `low`. */
  readonly middle: number;
  /** One bit a word of `middle`. */
  readonly high: number;
  /** Words of `high`. */
  readonly highCount: number;
}

/** Ranks that three storeys of bits are used for: four words of the highest, looked through one by one. */
export const ranksMax: number = 4 * 32 * 32 * 32;

/** Words that the bits of `ranks` ranks take. */
export function wordsOfBits(ranks: number): number {
  const low = Math.ceil(ranks / 32);
  const middle = Math.ceil(low / 32);
  return low + middle + Math.ceil(middle / 32);
}

/** Lays out the bits of `ranks` ranks from word `base` on. */
export function layBits(base: number, ranks: number): Bits {
  const low = Math.ceil(ranks / 32);
  const middle = Math.ceil(low / 32);
  return {
    low: base,
    middle: base + low,
    high: base + low + middle,
    highCount: Math.ceil(middle / 32),
  };
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Sets the bit of a rank. */
export function setBit(words: Int32Array, { low, middle, high }: Bits, rank: number): void {
  const word = rank >>> 5;
  const group = word >>> 5;
  words[low + word] = (words[low + word] ?? 0) | (1 << (rank & 31));
  words[middle + group] = (words[middle + group] ?? 0) | (1 << (word & 31));
  words[high + (group >>> 5)] = (words[high + (group >>> 5)] ?? 0) | (1 << (group & 31));
}

/** Clears the bit of a rank. */
export function clearBit(words: Int32Array, { low, middle, high }: Bits, rank: number): void {
  const word = rank >>> 5;
  const rest = (words[low + word] ?? 0) & ~(1 << (rank & 31));
  words[low + word] = rest;
  if (rest !== 0) return;
  const group = word >>> 5;
  const restOfGroup = (words[middle + group] ?? 0) & ~(1 << (word & 31));
  words[middle + group] = restOfGroup;
  if (restOfGroup !== 0) return;
  words[high + (group >>> 5)] = (words[high + (group >>> 5)] ?? 0) & ~(1 << (group & 31));
}

/** Bits of `word` above bit `bit`: of bit 31, none, as −2 shifted by 31 leaves no bit. */
function above(word: number, bit: number): number {
  return word & (-2 << bit);
}

/** The lowest rank above `rank` whose bit is set; −1 when there is none. */
export function nextBit(words: Int32Array, bits: Bits, rank: number): number {
  const { low, middle, high, highCount } = bits;
  const word = rank >>> 5;
  const near = above(words[low + word] ?? 0, rank & 31);
  if (near !== 0) return (word << 5) + lowestBit(near);
  let group = word >>> 5;
  let found = above(words[middle + group] ?? 0, word & 31);
  if (found === 0) {
    let top = group >>> 5;
    let tops = above(words[high + top] ?? 0, group & 31);
    while (tops === 0) {
      top += 1;
      if (top >= highCount) return -1;
      tops = words[high + top] ?? 0;
    }
    group = (top << 5) + lowestBit(tops);
    found = words[middle + group] ?? 0;
  }
  const at = (group << 5) + lowestBit(found);
  return (at << 5) + lowestBit(words[low + at] ?? 0);
}
