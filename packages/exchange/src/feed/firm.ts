/**
 * The lots of one order that rest on the book, with what was signed of them: a list, ascending by index, because a map for each order is five times what one lot takes. Most orders have
 * one lot, and that is held without a list.
 */
import type { SettlementRequested } from '@wattlot/client/frames';
import type { LotOffer, OrderId, OrderView, Output } from '@wattlot/core';

/** A lot's rung: its index and signature script, hexadecimal, as an agent delivered it. */
export type Rung = NonNullable<SettlementRequested['lots'][number]['rung']>;

/** A rung found good, and the output that it gives. */
export interface HeldRung extends Rung {
  readonly lot: number;
  readonly output: Output;
}

/** Lots of an order that are signed to settle in one transaction, in the order of their indices there. */
export interface Ladder {
  readonly lots: readonly { readonly lot: number; readonly output: Output }[];
  /** Whether the agent has been asked and has said nothing yet. */
  isAwaited: boolean;
}

/** Of one order on the book. */
export interface OrderLadders {
  ladders: readonly Ladder[];
  /** Good ones, by lot. */
  readonly rungs: Map<number, HeldRung>;
}

/** What rests of each order. */
export type FirmLots = ReadonlyMap<OrderId, FirmOrder>;

/** So many are taken out one by one; more of them by going through the list once, as each one out moves all behind it. */
const fewLots = 8;

const nothing: LotOffer[] = [];

/** What rests of one order. */
export class FirmOrder {
  /** The order, as it was when lots of it became firm last. */
  view: OrderView;
  /** What its lots are signed for together; undefined until two of them rest. */
  ladders: OrderLadders | undefined = undefined;
  /** The only one, or a list; of an order of which nothing rests, an empty one that is never added to. */
  #lots: LotOffer | LotOffer[] = nothing;

  constructor(view: OrderView) {
    this.view = view;
  }

  /** How many. */
  get size(): number {
    return Array.isArray(this.#lots) ? this.#lots.length : 1;
  }

  /** The lot of this index, while it rests. */
  get(lot: number): LotOffer | undefined {
    const lots = this.#lots;
    const found = Array.isArray(lots) ? lots[placeOf(lots, lot)] : lots;
    return found?.lot === lot ? found : undefined;
  }

  /** All of them, ascending. Good until something changes. */
  values(): readonly LotOffer[] {
    return Array.isArray(this.#lots) ? this.#lots : [this.#lots];
  }

  /** Adds lots, in any order; one of an index that is there takes its place. */
  add(lots: readonly LotOffer[]): void {
    if (this.size === 0 && isAscending(lots)) {
      // A copy without room to grow.
      this.#set(lots.slice());
      return;
    }
    const all = this.size > 1 && Array.isArray(this.#lots) ? this.#lots : [...this.values()];
    for (const lot of lots) {
      const place = placeOf(all, lot.lot);
      all.splice(place, all[place]?.lot === lot.lot ? 1 : 0, lot);
    }
    this.#set(all);
  }

  /** These lots do not rest any more, those that did. */
  delete(lots: readonly number[]): void {
    const all = this.#lots;
    if (!Array.isArray(all)) {
      if (lots.includes(all.lot)) this.#lots = nothing;
    } else if (lots.length > fewLots) {
      const gone = new Set(lots);
      this.#set(all.filter(({ lot }) => !gone.has(lot)));
    } else {
      for (const lot of lots) {
        const place = placeOf(all, lot);
        if (all[place]?.lot === lot) all.splice(place, 1);
      }
      this.#set(all);
    }
  }

  #set(lots: LotOffer[]): void {
    const [first] = lots;
    this.#lots = lots.length === 1 && first !== undefined ? first : lots;
  }
}

/** Where the lot is in the list, or would be. */
function placeOf(lots: readonly LotOffer[], lot: number): number {
  let low = 0;
  let high = lots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lots[middle]?.lot ?? lot) < lot) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isAscending(lots: readonly LotOffer[]): boolean {
  let last = -1;
  for (const { lot } of lots) {
    if (lot <= last) return false;
    last = lot;
  }
  return true;
}
