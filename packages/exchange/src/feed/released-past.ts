/**
 * Outputs that a participant's orders did not need in the end, as `keepReleased` keeps them, for a past that is folded: found again by the order, which knows its own, and so
 * without a map of thousands of orders.
 */
import type { LotOffer, Output } from '@wattlot/core';
import { releasedOutputsMax } from '../limits.ts';

/** The outputs of one order; none once they were forgotten. */
export interface ReleasedOrder {
  readonly number: number;
  outputs: readonly Output[];
}

/** Places of those that were forgotten, after which the list is made anew. */
const slack = 256;

/** One participant's. */
export class ReleasedPast {
  /** Oldest first. */
  #orders: ReleasedOrder[] = [];
  /** All before are forgotten. */
  #first = 0;
  #count = 0;

  /**
   * Notes that these lots' outputs are not needed, and forgets those of the oldest orders when there are too many.
   * @param known what this returned for the order before.
   */
  add(known: ReleasedOrder | undefined, number: number, lots: readonly LotOffer[]): ReleasedOrder {
    const outputs = lots.map(({ output }) => output);
    let own = known;
    if (own === undefined || own.outputs.length === 0) own = this.#push(number, outputs);
    else own.outputs = [...own.outputs, ...outputs];
    this.#count += outputs.length;
    while (this.#count > releasedOutputsMax) {
      const oldest = this.#orders[this.#first];
      if (oldest === undefined || oldest === own) break;
      this.#count -= oldest.outputs.length;
      oldest.outputs = [];
      this.#first += 1;
    }
    if (this.#first > slack && this.#first > this.#orders.length / 2) {
      this.#orders.splice(0, this.#first);
      this.#first = 0;
    }
    return own;
  }

  /** Has those of an order as they were kept. */
  restore(number: number, outputs: readonly Output[]): ReleasedOrder {
    this.#count += outputs.length;
    return this.#push(number, outputs);
  }

  /** By order, oldest first. */
  keep(): readonly ReleasedOrder[] {
    return this.#orders.slice(this.#first);
  }

  #push(number: number, outputs: readonly Output[]): ReleasedOrder {
    const own = { number, outputs };
    this.#orders.push(own);
    return own;
  }
}
