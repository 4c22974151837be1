/**
 * What is known of each order that is shown, as numbers in the page of its number: orders come and go by the million while a journal is read, so that nothing is made for one. A page goes
 * with the last of its orders.
 */
import type { FinalTrade } from './final-trades.ts';
import type { ReleasedOrder } from './released-past.ts';

const pageOrders = 256;
const pageNumbers = 3;

/** Pages that are kept for other orders: to make one takes as long as to note a thousand events. */
const sparePages = 16;

/** Orders with numbers in a row. */
export interface Page {
  /** In turns: when something was told last, when it got its place, and which. */
  readonly numbers: Float64Array;
  /** As the constants below say; 0 of an order that is not shown. */
  readonly facts: Uint32Array;
  /** The numbers that owner and market have here. */
  readonly owners: Uint32Array;
  readonly markets: Uint32Array;
  /** The newest of its trades that are final, which leads to the others. */
  readonly finals: (FinalTrade | undefined)[];
  readonly released: (ReleasedOrder | undefined)[];
  shown: number;
}

/** Bits of `facts`: shown, done, over, having a view of its own here; then the reason's number and how many of its trades are not final. */
export const shown = 1;
export const done = 2;
export const over = 4;
export const viewed = 8;
export const reasonShift = 4;
export const reasonMask: number = 15 << reasonShift;
export const openShift = 8;
export const oneOpen: number = 1 << openShift;

/** By arithmetic: bits would take what is left of a number above 32 of them for a small one. */
function pageOf(number: number): number {
  return Math.floor(number / pageOrders);
}

/** Where an order is in its page. */
export function indexOf(number: number): number {
  return number % pageOrders;
}

/** Where the numbers of an order begin in those of its page. */
export function numbersOf(number: number): number {
  return pageNumbers * indexOf(number);
}

/** The pages of all orders. */
export class OrderPages {
  readonly #pages = new Map<number, Page>();
  /** The last one that was made in their order: new orders come to it. */
  #newest = -1;
  /** Of which no order is shown any more, to be used again. */
  readonly #spare: Page[] = [];

  /** The page of an order, made when there is none. */
  of(number: number): Page {
    const at = pageOf(number);
    return this.#pages.get(at) ?? this.#make(at);
  }

  /** Shows an order of which nothing is known yet. */
  show(number: number, owner: number, market: number): Page {
    const page = this.of(number);
    const index = indexOf(number);
    page.owners[index] = owner;
    page.markets[index] = market;
    const from = numbersOf(number);
    page.numbers[from + 1] = 0;
    page.numbers[from + 2] = 0;
    page.shown += 1;
    return page;
  }

  /** Forgets all that is known of an order. */
  forget(number: number): void {
    const page = this.of(number);
    const index = indexOf(number);
    page.facts[index] = 0;
    page.finals[index] = undefined;
    page.released[index] = undefined;
    page.shown -= 1;
    const at = pageOf(number);
    if (page.shown > 0 || at >= this.#newest) return;
    this.#pages.delete(at);
    if (this.#spare.length < sparePages) this.#spare.push(page);
  }

  /** The numbers of the orders that are shown, ascending, by page. */
  *shown(): Generator<readonly number[], void, undefined> {
    const pages = [...this.#pages].toSorted(([a], [b]) => a - b);
    for (const [at, page] of pages) {
      if (page.shown === 0) continue;
      const numbers: number[] = [];
      for (let index = 0; index < pageOrders; index += 1) {
        if (page.facts[index] !== 0) numbers.push(at * pageOrders + index);
      }
      yield numbers;
    }
  }

  #make(at: number): Page {
    const page = this.#spare.pop() ?? {
      numbers: new Float64Array(pageNumbers * pageOrders),
      facts: new Uint32Array(pageOrders),
      owners: new Uint32Array(pageOrders),
      markets: new Uint32Array(pageOrders),
      finals: Array.from<FinalTrade | undefined>({ length: pageOrders }),
      released: Array.from<ReleasedOrder | undefined>({ length: pageOrders }),
      shown: 0,
    };
    this.#pages.set(at, page);
    this.#newest = Math.max(this.#newest, at);
    return page;
  }
}
