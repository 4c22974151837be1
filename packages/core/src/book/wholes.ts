/** The whole orders of one side: few, so a list by price and place. */
import { assert } from '../exact.ts';
import type { SelfTrade, Side } from '../market.ts';
import type { Lots, Price } from '../units.ts';

/** A resting order that trades in full or not at all. */
export interface WholeOrder {
  readonly slot: number;
  readonly side: Side;
  readonly price: Price;
  readonly volume: Lots;
  readonly owner: number;
  readonly selfTrade: SelfTrade;
  readonly place: number;
}

/** The whole orders of one side, in the order in which they would trade. */
export class WholeOrders {
  readonly #isAsk: boolean;
  readonly #orders: WholeOrder[] = [];

  /** None yet. @param side 1 for asks, 0 for bids. */
  constructor(side: number) {
    this.#isAsk = side === 1;
  }

  /** How many there are. */
  get count(): number {
    return this.#orders.length;
  }

  /** The one at an index of the order of trading. */
  at(index: number): WholeOrder | undefined {
    return this.#orders[index];
  }

  /** The one in a slot. */
  find(slot: number): WholeOrder | undefined {
    return this.#orders.find((order) => order.slot === slot);
  }

  /** True when one of them is such. */
  some(isSuch: (order: WholeOrder) => boolean): boolean {
    return this.#orders.some(isSuch);
  }

  /** Adds one. */
  add(order: WholeOrder): void {
    const index = this.#orders.findIndex((other) => this.#isBefore(order, other));
    this.#orders.splice(index < 0 ? this.#orders.length : index, 0, order);
  }

  /** Takes out the one in a slot. */
  remove(slot: number): WholeOrder {
    const index = this.#orders.findIndex((order) => order.slot === slot);
    const [order] = index < 0 ? [] : this.#orders.splice(index, 1);
    assert(order !== undefined, 'the whole order is not there');
    return order;
  }

  /** Gives the one in a slot another place. */
  move(slot: number, place: number): void {
    this.add({ ...this.remove(slot), place });
  }

  /** Gives the one in a slot to another owner. */
  setOwner(slot: number, owner: number): void {
    this.add({ ...this.remove(slot), owner });
  }

  #isBefore(a: WholeOrder, b: WholeOrder): boolean {
    if (a.price !== b.price) return this.#isAsk ? a.price < b.price : a.price > b.price;
    return a.place < b.place;
  }
}
