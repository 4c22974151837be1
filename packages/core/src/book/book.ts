/**
 * The resting orders of one market by price and then place, and the matching against them. It knows slots, owners, prices and volumes; no ids, no
 * accounts, no lots.
 *
 * Model. Each side is a row of levels, best first; a level is a queue of orders, earliest place first. An incoming order takes from the head of the
 * other side's best level until it is filled or its limit ends it. Whole orders stand apart, in a short list a side, and join the row only while an
 * order matches (wholes.ts): while there are none they cost one comparison. testing/plain-book.ts says the same in arrays of objects.
 *
 * Layout. One buffer, seen as 32-bit words and as 64-bit numbers; every record is 8 words (32 bytes, two to a cache line). Links are word offsets, 0
 * is none.
 *
 *     order   0 volume   1 next   2 previous   3 level   4 owner               6–7 place
 *     level   0 head     1 tail   2 orders     3 rank and side     4–5 volume 6–7 price
 *
 * First come the bits and the levels of the ladder (one record for each price and side, when the market has at most `ranksMax` prices), then a pool
 * of records, free ones linked by `next`; slot n is the n-th record of the pool. The pool grows fourfold when it is full. Without a ladder the levels
 * are records of the pool too, found by price in sparse.ts. Level sums are 64-bit numbers because a million orders of a million lots pass 2^31.
 *
 * Invariants, between any two calls:
 * - a level is on its side's row exactly while its queue is not empty; places ascend in a queue; sums and counts are those of the queue;
 * - `bestAsk` and `bestBid` of a side is its best level, 0 when the side is empty;
 * - the volume of a record is 0 exactly when its slot is free; the level of a whole order's record, which only keeps its slot, is 0.
 * That ordinary orders do not cross is the promise of the phases (apply.ts), not of the book.
 *
 * Why so: one array with fixed offsets beats several by a quarter, objects and maps by five to ten times, and nothing is allocated while orders come
 * and go, so nothing has to be collected (docs/benchmarks.md). Fields are private to the compiler only: with JavaScript's own private names V8 compiles this class
 * to code that is five times slower once an earlier book has been collected.
 */
import { assert } from '../exact.ts';
import type { SelfTrade, Side } from '../market.ts';
import type { Lots, Price } from '../units.ts';
import { auditBook } from './audit.ts';
import { clearBit, layBits, nextBit, ranksMax, setBit, wordsOfBits } from './ladder.ts';
import type { Bits } from './ladder.ts';
import { SparseLevels } from './sparse.ts';
import { WholeOrders } from './wholes.ts';
import type { WholeOrder } from './wholes.ts';

/**
 * Numbers of an outcome: the slot of a resting order, the lots of it that traded, the price. Lots below 0: so many had the order when it was taken off
 * because it is the incoming order's owner's.
 */
export const outcomeWords = 3;

/** Which prices a market has: multiples of `tick` from `floor` to `cap`. */
export interface PriceRange {
  readonly floor: Price;
  readonly cap: Price;
  readonly tick: Price;
}

/** One level as others see it. */
export interface BookLevel {
  readonly price: Price;
  readonly volume: Lots;
  readonly orders: number;
}

const recordWords = 8;
const slotsAtFirst = 64;
const outcomesAtFirst = 256;

// Words of an order.
const VOLUME = 0;
const NEXT = 1;
const PREVIOUS = 2;
const LEVEL = 3;
const OWNER = 4;
/** In 64-bit numbers. */
const PLACE = 3;
// Words of a level.
const HEAD = 0;
const TAIL = 1;
const ORDERS = 2;
const RANK = 3;
/** In 64-bit numbers. */
const SUM = 2;
const PRICE = 3;

const ask = 1;
const bid = 0;

/** The book computes with whole numbers of lots only, so that it is enough to see that none is below 0. */
function isVolume(value: number): value is Lots {
  return value >= 0;
}

function toVolume(value: number): Lots {
  assert(isVolume(value), 'the book has lost count of lots');
  return value;
}

function isPrice(value: number): value is Price {
  return value > 0;
}

function asPrice(value: number): Price {
  assert(isPrice(value), 'the book has lost a price');
  return value;
}

function sideOfNumber(side: number): Side {
  return side === ask ? 'ask' : 'bid';
}

/** The book of one market. */
export class Book {
  /** What the last match did, `outcomeWords` numbers each. Valid until the next match. Replaced when it grows. */
  outcomes: Float64Array = new Float64Array(outcomesAtFirst * outcomeWords);
  /** How many outcomes the last match had. */
  outcomeCount = 0;
  /** True when an order of the incoming order's own owner ended the last match. */
  stopped = false;
  /** The last place given. Set only when a book is restored. */
  lastPlace = 0;
  /** Resting orders looked at since the book was made, by matches and dry walks. */
  visited = 0;

  private readonly floor: number;
  private readonly tick: number;
  private readonly ranks: number;
  private readonly bits: readonly [Bits, Bits];
  private readonly sparse: readonly [SparseLevels, SparseLevels] | undefined;
  private readonly wholes: readonly [WholeOrders, WholeOrders];
  private readonly levelBase: number;
  private readonly poolBase: number;
  private words: Int32Array;
  private wide: Float64Array;
  /** The first free record. */
  private free = 0;
  /** The first record of the pool that has never been used. */
  private unused: number;
  private bestBid = 0;
  private bestAsk = 0;
  /** Ordinary orders. */
  private count = 0;
  private wholesOfBoth = 0;

  /** An empty book. A range of more than `ranksMax` prices is kept without a ladder. */
  constructor({ floor, cap, tick }: PriceRange) {
    const prices = Math.floor((cap - floor) / tick) + 1;
    const isSparse = prices > ranksMax;
    this.floor = floor;
    this.tick = tick;
    this.ranks = isSparse ? 0 : prices;
    this.sparse = isSparse ? [new SparseLevels(), new SparseLevels()] : undefined;
    this.wholes = [new WholeOrders(bid), new WholeOrders(ask)];
    // Record 0 is kept free: its offset means none.
    const bitWords = wordsOfBits(this.ranks);
    this.bits = [layBits(recordWords, this.ranks), layBits(recordWords + bitWords, this.ranks)];
    this.levelBase = recordWords * (1 + Math.ceil((2 * bitWords) / recordWords));
    this.poolBase = this.levelBase + 2 * this.ranks * recordWords;
    this.unused = this.poolBase;
    const buffer = new ArrayBuffer(4 * (this.poolBase + slotsAtFirst * recordWords));
    this.words = new Int32Array(buffer);
    this.wide = new Float64Array(buffer);
  }

  // Matching.

  /**
   * The incoming order takes up to `volume` lots from the other side, best price and earliest place first, at `limit` or better. `outcomes`,
   * `outcomeCount` and `stopped` tell what happened. @returns what it did not get.
   */
  match(side: Side, limit: Price, volume: Lots, owner: number, selfTrade: SelfTrade): Lots {
    const other = side === 'ask' ? bid : ask;
    const level = other === ask ? this.bestAsk : this.bestBid;
    this.outcomeCount = 0;
    this.stopped = false;
    if (this.wholesOfBoth > 0 && this.wholes[other].count > 0) {
      return toVolume(this.sweepWithWholes(other, limit, volume, owner, selfTrade));
    }
    if (level === 0) return volume;
    const price = this.wide[(level >> 1) + PRICE] ?? 0;
    if (other === ask ? price > limit : price < limit) return volume;
    return toVolume(this.sweep(other, limit, volume, owner, selfTrade));
  }

  /** As `match`, of all or nothing: changes nothing unless `wouldFill`. @returns whether it traded. */
  matchWhole(side: Side, limit: Price, volume: Lots, owner: number, selfTrade: SelfTrade): boolean {
    this.outcomeCount = 0;
    this.stopped = false;
    if (!this.wouldFill(side, limit, volume, owner, selfTrade)) return false;
    const left = this.match(side, limit, volume, owner, selfTrade);
    assert(left === 0, 'an order that would be filled was not');
    return true;
  }

  /**
   * Ordinary orders only: the hot path. What is read of a level is kept in locals while its queue is walked, and written back when that ends: because
   * the order is filled, the level is empty, or an order of the same owner comes next, which is handled apart.
   */
  private sweep(
    other: number,
    limit: number,
    volume: number,
    owner: number,
    selfTrade: SelfTrade,
  ): number {
    const words = this.words;
    const wide = this.wide;
    const base = this.poolBase;
    let outcomes = this.outcomes;
    let at = 0;
    let left = volume;
    let gone = 0;
    let level = other === ask ? this.bestAsk : this.bestBid;
    while (level !== 0) {
      const price = wide[(level >> 1) + PRICE] ?? 0;
      if (other === ask ? price > limit : price < limit) break;
      let order = words[level + HEAD] ?? 0;
      let orders = words[level + ORDERS] ?? 0;
      let sum = wide[(level >> 1) + SUM] ?? 0;
      let isOwn = false;
      while (order !== 0) {
        if (words[order + OWNER] === owner) {
          isOwn = true;
          break;
        }
        const held = words[order + VOLUME] ?? 0;
        const taken = held < left ? held : left;
        if (at === outcomes.length) outcomes = this.growOutcomes();
        outcomes[at] = (order - base) >> 3;
        outcomes[at + 1] = taken;
        outcomes[at + 2] = price;
        at += outcomeWords;
        sum -= taken;
        left -= taken;
        if (taken < held) {
          words[order + VOLUME] = held - taken;
          break;
        }
        const next = words[order + NEXT] ?? 0;
        words[order + VOLUME] = 0;
        words[order + NEXT] = this.free;
        this.free = order;
        orders -= 1;
        gone += 1;
        order = next;
        if (left === 0) break;
      }
      words[level + HEAD] = order;
      words[level + ORDERS] = orders;
      wide[(level >> 1) + SUM] = sum;
      if (order === 0) {
        words[level + TAIL] = 0;
        level = this.dropLevel(level, other);
      } else {
        words[order + PREVIOUS] = 0;
        if (isOwn && left > 0) {
          this.outcomeCount = at / outcomeWords;
          if (!this.meetOwn(order, price, selfTrade)) break;
          outcomes = this.outcomes;
          at = this.outcomeCount * outcomeWords;
          level = other === ask ? this.bestAsk : this.bestBid;
        }
      }
      if (left === 0) break;
    }
    if (!this.stopped) this.outcomeCount = at / outcomeWords;
    this.visited += at / outcomeWords;
    this.count -= gone;
    return left;
  }

  /** An incoming order comes to one of its own owner. @returns whether it goes on. */
  private meetOwn(order: number, price: number, selfTrade: SelfTrade): boolean {
    if (selfTrade === 'cancel_incoming') this.visited += 1;
    else {
      const held = this.words[order + VOLUME] ?? 0;
      this.note(order, 0 - held, price);
      this.leave(order);
    }
    this.stopped = selfTrade !== 'cancel_resting';
    return !this.stopped;
  }

  /** Takes order by order, from the levels or the whole ones, whichever comes first; passes by whole ones that are too large. */
  private sweepWithWholes(
    other: number,
    limit: number,
    volume: number,
    owner: number,
    selfTrade: SelfTrade,
  ): number {
    const wholes = this.wholes[other === ask ? ask : bid];
    let left = volume;
    let index = 0;
    for (;;) {
      if (left === 0) return 0;
      const order = this.firstOf(other);
      const whole = wholes.at(index);
      const isWhole = whole !== undefined && (order === 0 || this.isBefore(whole, order));
      if (!isWhole && order === 0) return left;
      this.visited += 1;
      const price = isWhole ? whole.price : this.priceOfOrder(order);
      if (other === ask ? price > limit : price < limit) return left;
      const held = isWhole ? whole.volume : (this.words[order + VOLUME] ?? 0);
      if (isWhole && held > left) {
        index += 1;
        continue;
      }
      const isOwn = owner === (isWhole ? whole.owner : this.words[order + OWNER]);
      if (isOwn && selfTrade === 'cancel_incoming') {
        this.stopped = true;
        return left;
      }
      const taken = isOwn ? held : Math.min(held, left);
      const record = isWhole ? this.offsetOf(whole.slot) : order;
      this.note(record, isOwn ? 0 - taken : taken, price);
      this.reduce(this.slotOf(record), toVolume(taken));
      if (!isOwn) left -= taken;
      if (isOwn && selfTrade === 'cancel_both') {
        this.stopped = true;
        return left;
      }
    }
  }

  /**
   * The dry walk: whether an all-or-none order would collect its volume, taking each order in the order of trading, passing by whole ones that do not
   * fit any more, and, when it cancels resting orders, those of its own owner. Looks at no more orders than its volume, its own ones and whole ones.
   */
  wouldFill(side: Side, limit: Price, volume: Lots, owner: number, selfTrade: SelfTrade): boolean {
    const other = side === 'ask' ? bid : ask;
    const wholes = this.wholes[other];
    const words = this.words;
    let left: number = volume;
    let order = this.firstOf(other);
    let index = 0;
    while (left > 0) {
      const whole = wholes.at(index);
      const isWhole = whole !== undefined && (order === 0 || this.isBefore(whole, order));
      if (!isWhole && order === 0) return false;
      this.visited += 1;
      const price = isWhole ? whole.price : this.priceOfOrder(order);
      if (other === ask ? price > limit : price < limit) return false;
      const held = isWhole ? whole.volume : (words[order + VOLUME] ?? 0);
      const isOwn = owner === (isWhole ? whole.owner : words[order + OWNER]);
      if (!isWhole || held <= left) {
        if (isOwn && selfTrade !== 'cancel_resting') return false;
        if (!isOwn) left -= Math.min(held, left);
      }
      if (isWhole) index += 1;
      else order = this.orderAfter(order, other);
    }
    return true;
  }

  /** True when there is a resting order with which an ordinary one would trade: of its own owner too; whole ones only when not larger than it. */
  wouldTrade(side: Side, limit: Price, volume: Lots): boolean {
    const other = side === 'ask' ? bid : ask;
    const best = other === ask ? this.bestAsk : this.bestBid;
    if (best !== 0) {
      const price = this.wide[(best >> 1) + PRICE] ?? 0;
      if (other === ask ? price <= limit : price >= limit) return true;
    }
    return this.wholes[other].some(
      (whole) =>
        whole.volume <= volume && (other === ask ? whole.price <= limit : whole.price >= limit),
    );
  }

  /** The earliest-placed whole order of either side that would be filled now as the incoming one; −1 when none would. */
  firingWhole(): number {
    if (this.wholesOfBoth === 0) return -1;
    let first: WholeOrder | undefined;
    for (const side of [ask, bid]) {
      const wholes = this.wholes[side === ask ? ask : bid];
      for (let index = 0; index < wholes.count; index += 1) {
        const whole = wholes.at(index);
        if (whole === undefined || (first !== undefined && first.place < whole.place)) continue;
        const { price, volume, owner, selfTrade } = whole;
        if (this.wouldFill(sideOfNumber(side), price, volume, owner, selfTrade)) first = whole;
      }
    }
    return first?.slot ?? -1;
  }

  // Resting and leaving.

  /** Rests an order behind all others at its price. @returns its slot, valid until the order leaves. */
  rest(side: Side, price: Price, volume: Lots, owner: number): number {
    const order = this.take(volume, owner);
    this.lastPlace += 1;
    this.wide[(order >> 1) + PLACE] = this.lastPlace;
    const number = side === 'ask' ? ask : bid;
    this.append(this.levelFor(number, price), order, volume);
    this.count += 1;
    return this.slotOf(order);
  }

  /** Rests an order that has been here before, in front of all later places at its price. Walks the queue from its nearer end. @returns its slot. */
  rejoin(side: Side, price: Price, volume: Lots, owner: number, place: number): number {
    const order = this.take(volume, owner);
    this.wide[(order >> 1) + PLACE] = place;
    const number = side === 'ask' ? ask : bid;
    const level = this.levelFor(number, price);
    this.insert(level, order, this.placeBefore(level, place), volume);
    this.count += 1;
    return this.slotOf(order);
  }

  /** Rests a whole order, with a new place. @returns its slot. */
  restWhole(side: Side, price: Price, volume: Lots, owner: number, selfTrade: SelfTrade): number {
    this.lastPlace += 1;
    return this.rejoinWhole(side, price, volume, owner, selfTrade, this.lastPlace);
  }

  /** Rests a whole order that has been here before. @returns its slot. */
  rejoinWhole(
    side: Side,
    price: Price,
    volume: Lots,
    owner: number,
    selfTrade: SelfTrade,
    place: number,
  ): number {
    const order = this.take(volume, owner);
    this.words[order + LEVEL] = 0;
    this.wholesOfBoth += 1;
    const slot = this.slotOf(order);
    const wholes = this.wholes[side === 'ask' ? ask : bid];
    wholes.add({ slot, side, price, volume, owner, selfTrade, place });
    return slot;
  }

  /** Gives an order that rests more lots. It keeps its place. */
  grow(slot: number, volume: Lots): void {
    const order = this.ordinary(slot);
    const level = this.words[order + LEVEL] ?? 0;
    this.words[order + VOLUME] = int32((this.words[order + VOLUME] ?? 0) + volume);
    this.wide[(level >> 1) + SUM] = (this.wide[(level >> 1) + SUM] ?? 0) + volume;
  }

  /** Takes lots off an order, which keeps its place; at 0 it leaves and its slot is free. A whole order can only leave. */
  reduce(slot: number, volume: Lots): void {
    const words = this.words;
    const order = this.offsetOf(slot);
    const held = words[order + VOLUME] ?? 0;
    assert(volume > 0 && volume <= held, 'an order loses more lots than it has');
    if (words[order + LEVEL] === 0) {
      assert(volume === held, 'a whole order lost a part');
      this.wholeAt(slot).remove(slot);
      this.wholesOfBoth -= 1;
      this.give(order);
      return;
    }
    if (volume === held) {
      this.leave(order);
      return;
    }
    const level = words[order + LEVEL] ?? 0;
    this.wide[(level >> 1) + SUM] = (this.wide[(level >> 1) + SUM] ?? 0) - volume;
    words[order + VOLUME] = held - volume;
  }

  /** Takes an order off. */
  cancel(slot: number): void {
    const order = this.offsetOf(slot);
    if (this.words[order + LEVEL] === 0) this.reduce(slot, this.volumeOf(slot));
    else this.leave(order);
  }

  /** Takes an ordinary order off its level, and the level off its row when it was the last. */
  private leave(order: number): void {
    const words = this.words;
    const level = words[order + LEVEL] ?? 0;
    const next = words[order + NEXT] ?? 0;
    const previous = words[order + PREVIOUS] ?? 0;
    if (previous === 0) words[level + HEAD] = next;
    else words[previous + NEXT] = next;
    if (next === 0) words[level + TAIL] = previous;
    else words[next + PREVIOUS] = previous;
    words[level + ORDERS] = (words[level + ORDERS] ?? 0) - 1;
    this.wide[(level >> 1) + SUM] =
      (this.wide[(level >> 1) + SUM] ?? 0) - (words[order + VOLUME] ?? 0);
    words[order + VOLUME] = 0;
    words[order + NEXT] = this.free;
    this.free = order;
    this.count -= 1;
    if (next === 0 && previous === 0) this.dropLevel(level, (words[level + RANK] ?? 0) & 1);
  }

  /** Puts an order behind all others at its price. @returns its new place. */
  toBack(slot: number): number {
    this.lastPlace += 1;
    const place = this.lastPlace;
    if (this.isWhole(slot)) {
      this.wholeAt(slot).move(slot, place);
      return place;
    }
    const order = this.ordinary(slot);
    const level = this.words[order + LEVEL] ?? 0;
    const volume = this.words[order + VOLUME] ?? 0;
    this.unlink(level, order);
    this.wide[(order >> 1) + PLACE] = place;
    this.wide[(level >> 1) + SUM] = (this.wide[(level >> 1) + SUM] ?? 0) - volume;
    this.append(level, order, volume);
    return place;
  }

  /** Gives an order to another owner. */
  setOwner(slot: number, owner: number): void {
    const order = this.offsetOf(slot);
    this.words[order + OWNER] = owner;
    if (this.isWhole(slot)) this.wholeAt(slot).setOwner(slot, owner);
  }

  // Reading.

  /** The best price of a side's ordinary orders. @returns undefined when there are none. */
  bestPrice(side: Side): Price | undefined {
    const level = side === 'ask' ? this.bestAsk : this.bestBid;
    return level === 0 ? undefined : asPrice(this.wide[(level >> 1) + PRICE] ?? 0);
  }

  /** The slot of a side's first ordinary order. @returns −1 when there is none. */
  firstSlot(side: Side): number {
    const order = this.firstOf(side === 'ask' ? ask : bid);
    return order === 0 ? -1 : this.slotOf(order);
  }

  /** The volume of ordinary orders at a price. */
  volumeAtPrice(side: Side, price: Price): Lots {
    const level = this.findLevel(side === 'ask' ? ask : bid, price);
    return toVolume(level === 0 ? 0 : (this.wide[(level >> 1) + SUM] ?? 0));
  }

  /** The best `levels` levels of ordinary orders, best first. Looks at no other. */
  depth(side: Side, levels: number): readonly BookLevel[] {
    const found: BookLevel[] = [];
    const number = side === 'ask' ? ask : bid;
    let level = side === 'ask' ? this.bestAsk : this.bestBid;
    while (level !== 0 && found.length < levels) {
      const [price, volume] = [this.wide[(level >> 1) + PRICE], this.wide[(level >> 1) + SUM]];
      const orders = this.words[level + ORDERS] ?? 0;
      found.push({ price: asPrice(price ?? 0), volume: toVolume(volume ?? 0), orders });
      level = this.levelAfter(level, number);
    }
    return found;
  }

  /** The slots of a side in the order of trading, whole ones among them. The book must not change before the reader is done. */
  *queue(side: Side): Generator<number, void, undefined> {
    const number = side === 'ask' ? ask : bid;
    const wholes = this.wholes[number];
    let order = this.firstOf(number);
    let index = 0;
    for (;;) {
      const whole = wholes.at(index);
      if (whole !== undefined && (order === 0 || this.isBefore(whole, order))) {
        index += 1;
        yield whole.slot;
      } else if (order === 0) return;
      else {
        yield this.slotOf(order);
        order = this.orderAfter(order, number);
      }
    }
  }

  /** What taking `wanted` lots of ordinary orders from a side would cost, as far as there are as many. Looks at no level beyond. */
  costOf(
    side: Side,
    wanted: Lots,
  ): { readonly volume: Lots; readonly cost: number; readonly worst: Price | undefined } {
    const number = side === 'ask' ? ask : bid;
    let level = side === 'ask' ? this.bestAsk : this.bestBid;
    let left: number = wanted;
    let cost = 0;
    let worst: Price | undefined;
    while (left > 0 && level !== 0) {
      const taken = Math.min(left, this.wide[(level >> 1) + SUM] ?? 0);
      worst = asPrice(this.wide[(level >> 1) + PRICE] ?? 0);
      cost += taken * worst;
      left -= taken;
      level = this.levelAfter(level, number);
    }
    return { volume: toVolume(wanted - left), cost, worst };
  }

  /** The price of an order. */
  priceOf(slot: number): Price {
    const whole = this.findWhole(slot);
    return whole === undefined ? asPrice(this.priceOfOrder(this.ordinary(slot))) : whole.price;
  }

  /** What an order has. */
  volumeOf(slot: number): Lots {
    return toVolume(this.words[this.offsetOf(slot)] ?? 0);
  }

  /** The side of an order. */
  sideOf(slot: number): Side {
    const whole = this.findWhole(slot);
    if (whole !== undefined) return whole.side;
    const level = this.words[this.ordinary(slot) + LEVEL] ?? 0;
    return sideOfNumber((this.words[level + RANK] ?? 0) & 1);
  }

  /** The owner of an order. */
  ownerOf(slot: number): number {
    return this.words[this.offsetOf(slot) + OWNER] ?? 0;
  }

  /** The place of an order: smaller is earlier. */
  placeOf(slot: number): number {
    const whole = this.findWhole(slot);
    return whole === undefined ? (this.wide[(this.ordinary(slot) >> 1) + PLACE] ?? 0) : whole.place;
  }

  /** What stands in front of an ordinary order at its price. Looks at each of these orders. */
  aheadOf(slot: number): { readonly volume: Lots; readonly orders: number } {
    let order = this.words[this.ordinary(slot) + PREVIOUS] ?? 0;
    let volume = 0;
    let orders = 0;
    while (order !== 0) {
      volume += this.words[order + VOLUME] ?? 0;
      orders += 1;
      order = this.words[order + PREVIOUS] ?? 0;
    }
    return { volume: toVolume(volume), orders };
  }

  /** True for a whole order. */
  isWhole(slot: number): boolean {
    return this.words[this.offsetOf(slot) + LEVEL] === 0;
  }

  /** The self-trade mode of a whole order; ordinary ones rest without one. */
  selfTradeOf(slot: number): SelfTrade | undefined {
    return this.findWhole(slot)?.selfTrade;
  }

  /** How many orders rest on both sides, whole ones among them. */
  get orderCount(): number {
    return this.count + this.wholesOfBoth;
  }

  /** How many whole orders rest on a side. */
  wholeCount(side: Side): number {
    return this.wholes[side === 'ask' ? ask : bid].count;
  }

  /** How many levels a side has. Its cost is that of counting them. */
  levelCount(side: Side): number {
    const number = side === 'ask' ? ask : bid;
    let count = 0;
    for (
      let level = number === ask ? this.bestAsk : this.bestBid;
      level !== 0;
      level = this.levelAfter(level, number)
    ) {
      count += 1;
    }
    return count;
  }

  /** What of the invariants does not hold, one line each. Its cost is that of the whole book. */
  audit(): readonly string[] {
    return auditBook(this, this.count, {
      words: this.words,
      wide: this.wide,
      poolBase: this.poolBase,
      unused: this.unused,
      free: this.free,
      levels: (side) => this.levelsOf(side),
    });
  }

  // Records.

  private slotOf(order: number): number {
    return (order - this.poolBase) >> 3;
  }

  /** @throws Error when nobody rests in the slot. */
  private offsetOf(slot: number): number {
    const order = this.poolBase + (slot << 3);
    // Beyond the records that have been used every volume is 0, and beyond the buffer there is none.
    assert(slot >= 0 && (this.words[order + VOLUME] ?? 0) > 0, 'nobody rests in the slot');
    return order;
  }

  private ordinary(slot: number): number {
    const order = this.offsetOf(slot);
    assert(this.words[order + LEVEL] !== 0, 'a whole order is not on a level');
    return order;
  }

  private findWhole(slot: number): WholeOrder | undefined {
    return this.isWhole(slot) ? this.wholeAt(slot).find(slot) : undefined;
  }

  private wholeAt(slot: number): WholeOrders {
    return this.wholes[ask].find(slot) === undefined ? this.wholes[bid] : this.wholes[ask];
  }

  /** A record that nobody uses. */
  private record(): number {
    let record = this.free;
    if (record !== 0) {
      this.free = this.words[record + NEXT] ?? 0;
      return record;
    }
    record = this.unused;
    if (record + recordWords > this.words.length) this.growPool();
    this.unused = record + recordWords;
    return record;
  }

  /** A record for an order. Its place and its links are not set. */
  private take(volume: number, owner: number): number {
    const order = this.record();
    const words = this.words;
    words[order + VOLUME] = int32(volume);
    words[order + OWNER] = owner;
    return order;
  }

  private give(record: number): void {
    this.words[record + VOLUME] = 0;
    this.words[record + NEXT] = this.free;
    this.free = record;
  }

  private growPool(): void {
    const slots = (this.words.length - this.poolBase) / recordWords;
    // Fourfold: the system gives pages when they are first written, so that what is not used costs nothing, and what is copied is touched again.
    const buffer = new ArrayBuffer(4 * (this.poolBase + 4 * slots * recordWords));
    const words = new Int32Array(buffer);
    words.set(this.words);
    this.words = words;
    this.wide = new Float64Array(buffer);
  }

  private note(order: number, lots: number, price: number): void {
    const at = this.outcomeCount * outcomeWords;
    if (at === this.outcomes.length) this.growOutcomes();
    const { outcomes } = this;
    outcomes[at] = (order - this.poolBase) >> 3;
    outcomes[at + 1] = lots;
    outcomes[at + 2] = price;
    this.outcomeCount += 1;
  }

  private growOutcomes(): Float64Array {
    const grown = new Float64Array(2 * this.outcomes.length);
    grown.set(this.outcomes);
    this.outcomes = grown;
    return grown;
  }

  // Queues.

  private append(level: number, order: number, volume: number): void {
    const words = this.words;
    const tail = words[level + TAIL] ?? 0;
    words[order + LEVEL] = level;
    words[order + NEXT] = 0;
    words[order + PREVIOUS] = tail;
    words[level + TAIL] = order;
    if (tail === 0) words[level + HEAD] = order;
    else words[tail + NEXT] = order;
    words[level + ORDERS] = (words[level + ORDERS] ?? 0) + 1;
    this.wide[(level >> 1) + SUM] = (this.wide[(level >> 1) + SUM] ?? 0) + volume;
  }

  /** Links an order in front of another one of its level; behind all when that is 0. */
  private insert(level: number, order: number, before: number, volume: number): void {
    if (before === 0) {
      this.append(level, order, volume);
      return;
    }
    const words = this.words;
    const previous = words[before + PREVIOUS] ?? 0;
    words[order + LEVEL] = level;
    words[order + NEXT] = before;
    words[order + PREVIOUS] = previous;
    words[before + PREVIOUS] = order;
    if (previous === 0) words[level + HEAD] = order;
    else words[previous + NEXT] = order;
    words[level + ORDERS] = (words[level + ORDERS] ?? 0) + 1;
    this.wide[(level >> 1) + SUM] = (this.wide[(level >> 1) + SUM] ?? 0) + volume;
  }

  /** The first order of a level with a later place; 0 when there is none. */
  private placeBefore(level: number, place: number): number {
    const [words, wide] = [this.words, this.wide];
    let [head, tail] = [words[level + HEAD] ?? 0, words[level + TAIL] ?? 0];
    if (tail === 0 || (wide[(tail >> 1) + PLACE] ?? 0) < place) return 0;
    for (;;) {
      if ((wide[(head >> 1) + PLACE] ?? 0) > place) return head;
      head = words[head + NEXT] ?? 0;
      const previous = words[tail + PREVIOUS] ?? 0;
      if (previous === 0 || (wide[(previous >> 1) + PLACE] ?? 0) < place) return tail;
      tail = previous;
    }
  }

  /** Takes an order out of its queue. Its level's sum is the caller's. */
  private unlink(level: number, order: number): void {
    const words = this.words;
    const [next, previous] = [words[order + NEXT] ?? 0, words[order + PREVIOUS] ?? 0];
    if (previous === 0) words[level + HEAD] = next;
    else words[previous + NEXT] = next;
    if (next === 0) words[level + TAIL] = previous;
    else words[next + PREVIOUS] = previous;
    words[level + ORDERS] = (words[level + ORDERS] ?? 0) - 1;
  }

  private firstOf(side: number): number {
    const level = side === ask ? this.bestAsk : this.bestBid;
    return level === 0 ? 0 : (this.words[level + HEAD] ?? 0);
  }

  private orderAfter(order: number, side: number): number {
    const next = this.words[order + NEXT] ?? 0;
    if (next !== 0) return next;
    const level = this.levelAfter(this.words[order + LEVEL] ?? 0, side);
    return level === 0 ? 0 : (this.words[level + HEAD] ?? 0);
  }

  private priceOfOrder(order: number): number {
    return this.wide[((this.words[order + LEVEL] ?? 0) >> 1) + PRICE] ?? 0;
  }

  /** True when the whole order comes before an ordinary one of its side. */
  private isBefore({ side, price, place }: WholeOrder, order: number): boolean {
    const other = this.priceOfOrder(order);
    if (price !== other) return side === 'ask' ? price < other : price > other;
    return place < (this.wide[(order >> 1) + PLACE] ?? 0);
  }

  // Levels.

  private rankOf(side: number, price: number): number {
    const steps = this.tick === 1 ? price - this.floor : (price - this.floor) / this.tick;
    return side === ask ? steps : this.ranks - 1 - steps;
  }

  private levelOfRank(side: number, rank: number): number {
    return this.levelBase + ((side * this.ranks + rank) << 3);
  }

  /** The level of a price, put on its side's row when it was empty. */
  private levelFor(side: number, price: number): number {
    if (this.sparse !== undefined) return this.sparseLevelFor(this.sparse, side, price);
    const rank = this.rankOf(side, price);
    assert(rank >= 0 && rank < this.ranks, 'the price is beyond the book');
    const level = this.levelOfRank(side, rank);
    if (this.words[level + HEAD] !== 0) return level;
    this.words[level + RANK] = (rank << 1) | side;
    this.wide[(level >> 1) + PRICE] = price;
    setBit(this.words, this.bits[side === ask ? ask : bid], rank);
    const best = side === ask ? this.bestAsk : this.bestBid;
    // Ranks ascend with offsets: of two levels of a side the better one lies in front.
    if (best === 0 || level < best) this.setBest(side, level);
    return level;
  }

  private sparseLevelFor(
    sparse: readonly [SparseLevels, SparseLevels],
    side: number,
    price: number,
  ): number {
    const levels = sparse[side === ask ? ask : bid];
    const key = side === ask ? -price : price;
    const known = levels.find(key);
    if (known !== 0) return known;
    const level = this.record();
    for (let word = 0; word < recordWords; word += 1) this.words[level + word] = 0;
    this.words[level + RANK] = side;
    this.wide[(level >> 1) + PRICE] = price;
    levels.addLevel(key, level);
    this.setBest(side, levels.best);
    return level;
  }

  /** The level of a price; 0 when nothing rests there. */
  private findLevel(side: number, price: number): number {
    if (this.sparse !== undefined) {
      return this.sparse[side === ask ? ask : bid].find(side === ask ? -price : price);
    }
    const rank = this.rankOf(side, price);
    if (!Number.isInteger(rank) || rank < 0 || rank >= this.ranks) return 0;
    const level = this.levelOfRank(side, rank);
    return this.words[level + HEAD] === 0 ? 0 : level;
  }

  private setBest(side: number, level: number): void {
    if (side === ask) this.bestAsk = level;
    else this.bestBid = level;
  }

  /** Takes an empty level off its side's row. @returns the best level then. */
  private dropLevel(level: number, side: number): number {
    const best = side === ask ? this.bestAsk : this.bestBid;
    if (this.sparse !== undefined) {
      const levels = this.sparse[side === ask ? ask : bid];
      const price = this.wide[(level >> 1) + PRICE] ?? 0;
      levels.dropLevel(side === ask ? -price : price);
      this.give(level);
      this.setBest(side, levels.best);
      return levels.best;
    }
    const rank = (this.words[level + RANK] ?? 0) >> 1;
    const bits = this.bits[side === ask ? ask : bid];
    clearBit(this.words, bits, rank);
    if (level !== best) return best;
    const next = nextBit(this.words, bits, rank);
    const after = next < 0 ? 0 : this.levelOfRank(side, next);
    this.setBest(side, after);
    return after;
  }

  /** The next worse level; 0 when there is none. */
  private levelAfter(level: number, side: number): number {
    if (this.sparse !== undefined) {
      const levels = this.sparse[side === ask ? ask : bid];
      const price = this.wide[(level >> 1) + PRICE] ?? 0;
      return levels.at(levels.indexOf(side === ask ? -price : price) - 1);
    }
    const rank = (this.words[level + RANK] ?? 0) >> 1;
    const next = nextBit(this.words, this.bits[side === ask ? ask : bid], rank);
    return next < 0 ? 0 : this.levelOfRank(side, next);
  }

  private *levelsOf(side: Side): Generator<number, void, undefined> {
    const number = side === 'ask' ? ask : bid;
    let level = number === ask ? this.bestAsk : this.bestBid;
    while (level !== 0) {
      yield level;
      level = this.levelAfter(level, number);
    }
  }
}

/** A volume as a record keeps it. @throws Error beyond 2^31 − 1 lots, or without any. */
function int32(volume: number): number {
  assert(volume > 0 && volume <= 0x7fff_ffff, 'an order has more lots than a record can keep');
  return volume;
}
