/** The lots of one order that rest on the book, with what was signed of them: a list, ascending by index, because a map for each order is five times what one lot takes. */
import type { LotOffer, OrderId } from '@wattlot/core';

/** What rests of one order, to be read. */
export type FirmLotsOfOrder = Pick<FirmOrder, 'size' | 'get' | 'values'>;

/** What rests of each order. */
export type FirmLots = ReadonlyMap<OrderId, FirmLotsOfOrder>;

/** So many are taken out one by one; more of them by going through the list once, as each one out moves all behind it. */
const fewLots = 8;

/** The same, to be changed by its owner. */
export class FirmOrder {
  #lots: LotOffer[] = [];

  /** How many. */
  get size(): number {
    return this.#lots.length;
  }

  /** The lot of this index, while it rests. */
  get(lot: number): LotOffer | undefined {
    const found = this.#lots[this.#placeOf(lot)];
    return found?.lot === lot ? found : undefined;
  }

  /** All of them, ascending. Good until something changes. */
  values(): readonly LotOffer[] {
    return this.#lots;
  }

  /** Adds lots, in any order; one of an index that is there takes its place. */
  add(lots: readonly LotOffer[]): void {
    if (this.#lots.length === 0 && isAscending(lots)) {
      // A copy without room to grow.
      this.#lots = lots.slice();
      return;
    }
    for (const lot of lots) {
      const place = this.#placeOf(lot.lot);
      this.#lots.splice(place, this.#lots[place]?.lot === lot.lot ? 1 : 0, lot);
    }
  }

  /** These lots do not rest any more, those that did. */
  delete(lots: readonly number[]): void {
    if (lots.length > fewLots) {
      const gone = new Set(lots);
      this.#lots = this.#lots.filter(({ lot }) => !gone.has(lot));
      return;
    }
    for (const lot of lots) {
      const place = this.#placeOf(lot);
      if (this.#lots[place]?.lot === lot) this.#lots.splice(place, 1);
    }
  }

  /** Where the lot is in the list, or would be. */
  #placeOf(lot: number): number {
    let low = 0;
    let high = this.#lots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lots[middle]?.lot ?? lot) < lot) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isAscending(lots: readonly LotOffer[]): boolean {
  let last = -1;
  for (const { lot } of lots) {
    if (lot <= last) return false;
    last = lot;
  }
  return true;
}
