/**
 * What limit orders and cancels alone cost: the records, the ladder and the bits of the core's book, and none of its features (no owners, no whole
 * orders, no places, no sparse levels), but with its checks. Only for the bench.
 */
import { assert } from '../../packages/core/src/exact.ts';
import {
  clearBit,
  layBits,
  nextBit,
  setBit,
  wordsOfBits,
} from '../../packages/core/src/book/ladder.ts';
import type { Bits } from '../../packages/core/src/book/ladder.ts';

/** Limits and cancels. Sides are 1 for asks and 0 for bids. */
export class BareBook {
  outcomes: Float64Array = new Float64Array(3 * 4_096);
  outcomeCount = 0;
  count = 0;
  readonly #ranks: number;
  readonly #bits: readonly [Bits, Bits];
  readonly #levelBase: number;
  readonly #poolBase: number;
  #words: Int32Array;
  #wide: Float64Array;
  #free = 0;
  #unused: number;
  #bestBid = 0;
  #bestAsk = 0;

  constructor(cap: number) {
    this.#ranks = cap;
    const words = wordsOfBits(cap);
    this.#bits = [layBits(8, cap), layBits(8 + words, cap)];
    this.#levelBase = 8 * (1 + Math.ceil((2 * words) / 8));
    this.#poolBase = this.#levelBase + 16 * cap;
    this.#unused = this.#poolBase;
    const buffer = new ArrayBuffer(4 * (this.#poolBase + 512));
    this.#words = new Int32Array(buffer);
    this.#wide = new Float64Array(buffer);
  }

  match(isAsk: number, limit: number, volume: number): number {
    const words = this.#words;
    const wide = this.#wide;
    let { outcomes } = this;
    let at = 0;
    let left = volume;
    let level = isAsk === 1 ? this.#bestBid : this.#bestAsk;
    while (left > 0 && level !== 0) {
      const price = wide[(level >> 1) + 3] ?? 0;
      if (isAsk === 1 ? price < limit : price > limit) break;
      let order = words[level] ?? 0;
      let sum = wide[(level >> 1) + 2] ?? 0;
      let orders = words[level + 2] ?? 0;
      while (order !== 0 && left > 0) {
        const held = words[order] ?? 0;
        const taken = held < left ? held : left;
        if (at === outcomes.length) outcomes = this.#growOutcomes();
        outcomes[at] = (order - this.#poolBase) >> 3;
        outcomes[at + 1] = taken;
        outcomes[at + 2] = price;
        at += 3;
        left -= taken;
        sum -= taken;
        if (taken < held) {
          words[order] = held - taken;
          break;
        }
        const next = words[order + 1] ?? 0;
        words[order] = 0;
        words[order + 1] = this.#free;
        this.#free = order;
        orders -= 1;
        this.count -= 1;
        order = next;
      }
      words[level] = order;
      words[level + 2] = orders;
      wide[(level >> 1) + 2] = sum;
      if (order === 0) {
        words[level + 1] = 0;
        level = this.#drop(level, 1 - isAsk);
      } else words[order + 2] = 0;
    }
    this.outcomeCount = at / 3;
    return left;
  }

  #growOutcomes(): Float64Array {
    const grown = new Float64Array(2 * this.outcomes.length);
    grown.set(this.outcomes);
    this.outcomes = grown;
    return grown;
  }

  rest(isAsk: number, price: number, volume: number): number {
    assert(volume > 0 && volume <= 0x7fff_ffff, 'too many lots for a record');
    let order = this.#free;
    if (order === 0) {
      order = this.#unused;
      if (order + 8 > this.#words.length) this.#grow();
      this.#unused = order + 8;
    } else this.#free = this.#words[order + 1] ?? 0;
    const words = this.#words;
    const rank = isAsk === 1 ? price - 1 : this.#ranks - price;
    assert(rank >= 0 && rank < this.#ranks, 'the price is beyond the book');
    const level = this.#levelBase + ((isAsk * this.#ranks + rank) << 3);
    if (words[level] === 0) {
      words[level + 3] = (rank << 1) | isAsk;
      this.#wide[(level >> 1) + 3] = price;
      setBit(words, this.#bits[isAsk === 1 ? 1 : 0], rank);
      if (isAsk === 1) {
        if (this.#bestAsk === 0 || level < this.#bestAsk) this.#bestAsk = level;
      } else if (this.#bestBid === 0 || level < this.#bestBid) this.#bestBid = level;
    }
    const tail = words[level + 1] ?? 0;
    words[order] = volume;
    words[order + 1] = 0;
    words[order + 2] = tail;
    words[order + 3] = level;
    words[level + 1] = order;
    if (tail === 0) words[level] = order;
    else words[tail + 1] = order;
    words[level + 2] = (words[level + 2] ?? 0) + 1;
    this.#wide[(level >> 1) + 2] = (this.#wide[(level >> 1) + 2] ?? 0) + volume;
    this.count += 1;
    return (order - this.#poolBase) >> 3;
  }

  cancel(slot: number): void {
    const words = this.#words;
    const order = this.#poolBase + (slot << 3);
    assert(slot >= 0 && (words[order] ?? 0) > 0, 'nobody rests in the slot');
    const level = words[order + 3] ?? 0;
    const next = words[order + 1] ?? 0;
    const previous = words[order + 2] ?? 0;
    if (previous === 0) words[level] = next;
    else words[previous + 1] = next;
    if (next === 0) words[level + 1] = previous;
    else words[next + 2] = previous;
    words[level + 2] = (words[level + 2] ?? 0) - 1;
    this.#wide[(level >> 1) + 2] = (this.#wide[(level >> 1) + 2] ?? 0) - (words[order] ?? 0);
    words[order] = 0;
    words[order + 1] = this.#free;
    this.#free = order;
    this.count -= 1;
    if (words[level] === 0) this.#drop(level, (words[level + 3] ?? 0) & 1);
  }

  #drop(level: number, isAsk: number): number {
    const best = isAsk === 1 ? this.#bestAsk : this.#bestBid;
    const rank = (this.#words[level + 3] ?? 0) >> 1;
    const bits = this.#bits[isAsk === 1 ? 1 : 0];
    clearBit(this.#words, bits, rank);
    if (level !== best) return best;
    const next = nextBit(this.#words, bits, rank);
    const after = next < 0 ? 0 : this.#levelBase + ((isAsk * this.#ranks + next) << 3);
    if (isAsk === 1) this.#bestAsk = after;
    else this.#bestBid = after;
    return after;
  }

  #grow(): void {
    const buffer = new ArrayBuffer(4 * (2 * this.#words.length - this.#poolBase));
    const words = new Int32Array(buffer);
    words.set(this.#words);
    this.#words = words;
    this.#wide = new Float64Array(buffer);
  }
}
