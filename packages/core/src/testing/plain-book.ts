/**
 * The book as docs/matching.md says it, in one array of objects that is filtered and sorted for every question. It answers as `Book` does and shares
 * no code with it: tests give both the same commands and compare everything.
 */
import type { SelfTrade, Side } from '../market.ts';
import { toLots } from '../units.ts';
import type { Lots, Price } from '../units.ts';

interface Resting {
  readonly slot: number;
  readonly side: Side;
  readonly price: Price;
  readonly whole: boolean;
  readonly selfTrade: SelfTrade;
  volume: number;
  owner: number;
  place: number;
}

/** What became of one resting order in a match. */
export interface PlainOutcome {
  readonly kind: 'fill' | 'self cancel';
  readonly place: number;
  readonly volume: number;
  readonly price: number;
}

function lots(value: number): Lots {
  const volume = toLots(value);
  if (volume === undefined) throw new Error(`${value} lots`);
  return volume;
}

/** A book for reading. */
export class PlainBook {
  outcomes: PlainOutcome[] = [];
  stopped = false;
  lastPlace = 0;
  #orders: Resting[] = [];
  #slots = 0;

  /** The orders of a side in the order of trading. */
  #row(side: Side): Resting[] {
    return this.#orders
      .filter((order) => order.side === side)
      .toSorted((a, b) => {
        const byPrice = side === 'ask' ? a.price - b.price : b.price - a.price;
        return byPrice === 0 ? a.place - b.place : byPrice;
      });
  }

  /** The orders with which one of `side` could trade at its limit, in the order of trading. */
  #facing(side: Side, limit: Price): Resting[] {
    return side === 'bid'
      ? this.#row('ask').filter(({ price }) => price <= limit)
      : this.#row('bid').filter(({ price }) => price >= limit);
  }

  #ordinary(side: Side): Resting[] {
    return this.#row(side).filter(({ whole }) => !whole);
  }

  #in(slot: number): Resting {
    const found = this.#orders.find((order) => order.slot === slot);
    if (found === undefined) throw new Error(`nobody rests in slot ${slot}`);
    return found;
  }

  #leave(gone: Resting): void {
    this.#orders = this.#orders.filter((order) => order !== gone);
  }

  match(side: Side, limit: Price, volume: Lots, owner: number, selfTrade: SelfTrade): Lots {
    this.outcomes = [];
    this.stopped = false;
    let left: number = volume;
    for (const resting of this.#facing(side, limit)) {
      const { place, price } = resting;
      if (left === 0) break;
      if (resting.whole && resting.volume > left) continue;
      if (resting.owner === owner) {
        if (selfTrade !== 'cancel_incoming') {
          this.outcomes.push({ kind: 'self cancel', place, volume: resting.volume, price });
          this.#leave(resting);
        }
        if (selfTrade === 'cancel_resting') continue;
        this.stopped = true;
        break;
      }
      const taken = Math.min(left, resting.volume);
      left -= taken;
      resting.volume -= taken;
      this.outcomes.push({ kind: 'fill', place, volume: taken, price });
      if (resting.volume === 0) this.#leave(resting);
    }
    return lots(left);
  }

  wouldFill(side: Side, limit: Price, volume: Lots, owner: number, selfTrade: SelfTrade): boolean {
    let left: number = volume;
    for (const resting of this.#facing(side, limit)) {
      if (left === 0) break;
      if (resting.whole && resting.volume > left) continue;
      if (resting.owner !== owner) left -= Math.min(left, resting.volume);
      else if (selfTrade !== 'cancel_resting') return false;
    }
    return left === 0;
  }

  matchWhole(side: Side, limit: Price, volume: Lots, owner: number, selfTrade: SelfTrade): boolean {
    this.outcomes = [];
    this.stopped = false;
    const fills = this.wouldFill(side, limit, volume, owner, selfTrade);
    if (fills) this.match(side, limit, volume, owner, selfTrade);
    return fills;
  }

  wouldTrade(side: Side, limit: Price, volume: Lots): boolean {
    return this.#facing(side, limit).some((resting) => !resting.whole || resting.volume <= volume);
  }

  #put(order: Omit<Resting, 'slot'>): number {
    const slot = this.#slots;
    this.#slots += 1;
    this.#orders.push({ ...order, slot });
    return slot;
  }

  rejoin(side: Side, price: Price, volume: Lots, owner: number, place: number): number {
    return this.#put({
      side,
      price,
      volume,
      owner,
      place,
      whole: false,
      selfTrade: 'cancel_incoming',
    });
  }

  rest(side: Side, price: Price, volume: Lots, owner: number): number {
    this.lastPlace += 1;
    return this.rejoin(side, price, volume, owner, this.lastPlace);
  }

  rejoinWhole(
    side: Side,
    price: Price,
    volume: Lots,
    owner: number,
    selfTrade: SelfTrade,
    place: number,
  ): number {
    return this.#put({ side, price, volume, owner, place, whole: true, selfTrade });
  }

  restWhole(side: Side, price: Price, volume: Lots, owner: number, selfTrade: SelfTrade): number {
    this.lastPlace += 1;
    return this.rejoinWhole(side, price, volume, owner, selfTrade, this.lastPlace);
  }

  grow(slot: number, volume: Lots): void {
    this.#in(slot).volume += volume;
  }

  reduce(slot: number, volume: Lots): void {
    const order = this.#in(slot);
    order.volume -= volume;
    if (order.volume === 0) this.#leave(order);
  }

  toBack(slot: number): number {
    this.lastPlace += 1;
    this.#in(slot).place = this.lastPlace;
    return this.lastPlace;
  }

  setOwner(slot: number, owner: number): void {
    this.#in(slot).owner = owner;
  }

  firingWhole(): number {
    const wholes = this.#orders.filter(({ whole }) => whole).toSorted((a, b) => a.place - b.place);
    for (const { side, price, volume, owner, selfTrade, slot } of wholes) {
      if (this.wouldFill(side, price, lots(volume), owner, selfTrade)) return slot;
    }
    return -1;
  }

  bestPrice(side: Side): Price | undefined {
    return this.#ordinary(side)[0]?.price;
  }

  firstSlot(side: Side): number {
    return this.#ordinary(side)[0]?.slot ?? -1;
  }

  volumeAtPrice(side: Side, price: Price): Lots {
    return lots(
      this.#ordinary(side)
        .filter((order) => order.price === price)
        .reduce((sum, { volume }) => sum + volume, 0),
    );
  }

  depth(side: Side, levels: number): { price: Price; volume: Lots; orders: number }[] {
    const row = this.#ordinary(side);
    return [...new Set(row.map(({ price }) => price))].slice(0, levels).map((price) => ({
      price,
      volume: this.volumeAtPrice(side, price),
      orders: row.filter((order) => order.price === price).length,
    }));
  }

  queue(side: Side): number[] {
    return this.#row(side).map(({ slot }) => slot);
  }

  costOf(
    side: Side,
    wanted: Lots,
  ): { readonly volume: Lots; readonly cost: number; readonly worst: Price | undefined } {
    let left: number = wanted;
    let cost = 0;
    let worst: Price | undefined;
    for (const { price, volume } of this.#ordinary(side)) {
      if (left === 0) break;
      const taken = Math.min(left, volume);
      [left, cost, worst] = [left - taken, cost + taken * price, price];
    }
    return { volume: lots(wanted - left), cost, worst };
  }

  priceOf(slot: number): Price {
    return this.#in(slot).price;
  }

  volumeOf(slot: number): Lots {
    return lots(this.#in(slot).volume);
  }

  sideOf(slot: number): Side {
    return this.#in(slot).side;
  }

  ownerOf(slot: number): number {
    return this.#in(slot).owner;
  }

  placeOf(slot: number): number {
    return this.#in(slot).place;
  }

  isWhole(slot: number): boolean {
    return this.#in(slot).whole;
  }

  selfTradeOf(slot: number): SelfTrade | undefined {
    const { whole, selfTrade } = this.#in(slot);
    return whole ? selfTrade : undefined;
  }

  get orderCount(): number {
    return this.#orders.length;
  }

  wholeCount(side: Side): number {
    return this.#row(side).filter(({ whole }) => whole).length;
  }

  levelCount(side: Side): number {
    return this.depth(side, Infinity).length;
  }
}
