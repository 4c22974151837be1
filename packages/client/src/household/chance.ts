/**
 * Seeded chance without a state: every draw is a hash of the seed and of what it is drawn for, so that any instant of any household can be asked
 * for in any order and always answers the same. The hash is MurmurHash3 (x86, 32 bits; Austin Appleby, public domain) over
 * seed and keys as 64-bit words, low half first.
 */

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

/**
 * 32 even bits for this seed and these keys. @returns a whole number from 0 to 2^32 − 1. Seed and keys are safe integers.
 */
export function bitsOf(seed: number, ...keys: readonly number[]): number {
  let hash = 0;
  let words = 0;
  for (const key of [seed, ...keys]) {
    hash = mix(mix(hash, key | 0), Math.floor(key / 0x1_0000_0000) | 0);
    words += 2;
  }
  hash ^= words * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** An even draw, above 0 and below 1. */
export function evenOf(seed: number, ...keys: readonly number[]): number {
  return (bitsOf(seed, ...keys) + 0.5) / 0x1_0000_0000;
}

/** An even draw between two bounds. */
export function betweenOf(
  bounds: { readonly least: number; readonly most: number },
  seed: number,
  ...keys: readonly number[]
): number {
  return bounds.least + (bounds.most - bounds.least) * evenOf(seed, ...keys);
}

/** A draw from the normal distribution with mean 0 and deviation 1 (Box and Muller). */
export function normalOf(seed: number, ...keys: readonly number[]): number {
  const radius = Math.sqrt(-2 * Math.log(evenOf(seed, ...keys, 1)));
  return radius * Math.cos(2 * Math.PI * evenOf(seed, ...keys, 2));
}

/**
 * Step `step` of an autoregressive process of order one, with mean 0 and deviation 1, whose neighbours correlate by `memory` (0 to below 1).
 * The sum is cut where less than 3 % of a shock is left, so that a step costs the same wherever it lies.
 */
export function driftOf(memory: number, seed: number, stream: number, step: number): number {
  const reach = memory === 0 ? 0 : Math.ceil(Math.log(0.03) / Math.log(memory));
  let sum = 0;
  let weight = 1;
  let squares = 0;
  for (let back = 0; back <= reach; back += 1) {
    sum += weight * normalOf(seed, stream, step - back);
    squares += weight * weight;
    weight *= memory;
  }
  return sum / Math.sqrt(squares);
}
