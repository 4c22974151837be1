/** A book in ordinary JavaScript: objects, a `Map` of orders, a sorted array of levels. The streams' reference, and a yardstick in the bench. */

interface TidyOrder {
  readonly operation: number;
  readonly level: TidyLevel;
  volume: number;
  previous: TidyOrder | undefined;
  next: TidyOrder | undefined;
}

interface TidyLevel {
  readonly price: number;
  first: TidyOrder | undefined;
  last: TidyOrder | undefined;
}

interface TidyPlacement {
  readonly isAsk: boolean;
  readonly price: number;
  readonly volume: number;
}

type OnFill = (resting: number, lots: number, isGone: boolean) => void;

/** Levels lie in ascending order of price on both sides. */
export class TidyBook {
  readonly #orders = new Map<number, TidyOrder>();
  readonly #asks: TidyLevel[] = [];
  readonly #bids: TidyLevel[] = [];

  get size(): number {
    return this.#orders.size;
  }

  /** Trades what it can and rests the remainder. @returns the remainder. */
  place(operation: number, { isAsk, price, volume }: TidyPlacement, onFill: OnFill): number {
    const others = isAsk ? this.#bids : this.#asks;
    let left = volume;
    while (left > 0) {
      const level = isAsk ? others.at(-1) : others[0];
      if (level === undefined || (isAsk ? level.price < price : level.price > price)) break;
      left = this.#take(level, left, onFill);
      if (level.first !== undefined) break;
      if (isAsk) others.pop();
      else others.shift();
    }
    if (left > 0) this.#rest(operation, { isAsk, price, volume: left });
    return left;
  }

  #take(level: TidyLevel, volume: number, onFill: OnFill): number {
    let left = volume;
    for (let order = level.first; order !== undefined && left > 0; order = level.first) {
      const lots = Math.min(left, order.volume);
      left -= lots;
      order.volume -= lots;
      onFill(order.operation, lots, order.volume === 0);
      if (order.volume > 0) break;
      this.#unlink(order);
    }
    return left;
  }

  #rest(operation: number, { isAsk, price, volume }: TidyPlacement): void {
    const levels = isAsk ? this.#asks : this.#bids;
    const index = indexOf(levels, price);
    let level = levels[index];
    if (level?.price !== price) {
      level = { price, first: undefined, last: undefined };
      levels.splice(index, 0, level);
    }
    const order: TidyOrder = { operation, level, volume, previous: level.last, next: undefined };
    if (level.last === undefined) level.first = order;
    else level.last.next = order;
    level.last = order;
    this.#orders.set(operation, order);
  }

  #unlink(order: TidyOrder): void {
    const { level, previous, next } = order;
    if (previous === undefined) level.first = next;
    else previous.next = next;
    if (next === undefined) level.last = previous;
    else next.previous = previous;
    this.#orders.delete(order.operation);
  }

  /** Takes a resting order off. */
  cancel(operation: number): void {
    const order = this.#orders.get(operation);
    if (order === undefined) throw new Error(`operation ${operation} does not rest`);
    this.#unlink(order);
    const { level } = order;
    if (level.first !== undefined) return;
    for (const levels of [this.#asks, this.#bids]) {
      const index = indexOf(levels, level.price);
      if (levels[index] === level) levels.splice(index, 1);
    }
  }
}

function indexOf(levels: readonly TidyLevel[], price: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((levels[middle]?.price ?? 0) < price) low = middle + 1;
    else high = middle;
  }
  return low;
}
