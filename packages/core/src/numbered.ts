/**
 * Things by their id, a letter and a number that counts up: orders and trades. A page for every so many numbers in a row, so that what an entry names lies beside what was named
 * just before it. In a map of ids each search reads the hash and the letters of strings that lie anywhere; with a hundred thousand orders at hand that was a sixth of a replay.
 *
 * A page goes with the last thing on it.
 */
import type { OrderId, TradeId } from './units.ts';

const pageBits = 6;
const pageLength = 1 << pageBits;

interface Page<T> {
  readonly things: (T | undefined)[];
  count: number;
}

/** A page with nothing on it. */
const nothings = Array.from<undefined>({ length: pageLength });

/** The number in an id. */
export function numberOfId(id: OrderId | TradeId): number {
  let number = 0;
  for (let index = 1; index < id.length; index += 1) {
    number = number * 10 + id.charCodeAt(index) - 0x30;
  }
  return number;
}

/** Things that are added in the order of their numbers, each once. */
export class Numbered<Id extends OrderId | TradeId, T> {
  /** In the order of their numbers. */
  readonly #pages = new Map<number, Page<T>>();
  /** The newest page, which stays while it is empty: what is added may be gone before the next comes. */
  #newest = -1;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  get(id: Id): T | undefined {
    return this.at(numberOfId(id));
  }

  /** As `get`, by the number in the id. */
  at(number: number): T | undefined {
    return this.#pages.get(pageOf(number))?.things[number % pageLength];
  }

  /** Puts it there under its id, whose number is the highest yet, or in the place of what has the id. */
  set(id: Id, thing: T): void {
    this.put(numberOfId(id), thing);
  }

  /** As `set`, by the number in the id. */
  put(number: number, thing: T): void {
    const page = this.#pageFor(pageOf(number));
    const index = number % pageLength;
    if (page.things[index] === undefined) {
      page.count += 1;
      this.#size += 1;
    }
    page.things[index] = thing;
  }

  /** Takes away what has this id, if anything has. */
  delete(id: Id): void {
    this.remove(numberOfId(id));
  }

  /** As `delete`, by the number in the id. */
  remove(number: number): void {
    const key = pageOf(number);
    const page = this.#pages.get(key);
    const index = number % pageLength;
    if (page?.things[index] === undefined) return;
    page.things[index] = undefined;
    page.count -= 1;
    this.#size -= 1;
    if (page.count === 0 && key !== this.#newest) this.#pages.delete(key);
  }

  #pageFor(key: number): Page<T> {
    let page = this.#pages.get(key);
    if (page !== undefined) return page;
    page = { things: nothings.slice(), count: 0 };
    this.#pages.set(key, page);
    if (key < this.#newest) return page;
    if (this.#pages.get(this.#newest)?.count === 0) this.#pages.delete(this.#newest);
    this.#newest = key;
    return page;
  }

  /** All of them, in the order of their numbers. */
  *values(): Generator<T, void, undefined> {
    for (const { things } of this.#pages.values()) {
      for (const thing of things) if (thing !== undefined) yield thing;
    }
  }
}

/** Numbers of 16 digits are told apart by arithmetic alone: bits would take what is left of them for a small one. */
function pageOf(number: number): number {
  return Math.floor(number / pageLength);
}
