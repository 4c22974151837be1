/**
 * The resting orders of one market, by price and then time.
 *
 * Layout: each side is an array of levels; a level is a price, its volume, and a queue of the volumes that rest there, by order. The queue is a
 * `Map`, which keeps the order of insertion and finds an order anywhere in it at once.
 *
 * Invariants, at rest and between any two calls:
 * - `asks` ascends and `bids` descends strictly by price: index 0 is the best level, and a price occurs once;
 * - a queue runs from the oldest order to the youngest; a smaller volume keeps its place, and nothing else changes a place;
 * - every volume is at least 1, a level's volume is the sum of its queue, and an empty level is gone.
 * That the sides do not cross is the promise of matching (match.ts), not of the book.
 *
 * The book knows order ids and volumes and nothing else. Finding a level is a binary search, a new or emptied level moves the rest of its
 * side's array; everything else takes constant time. This is the plain model: a faster book has to do as it does.
 */
import { assert, exactLots } from './exact.ts';
import type { Side } from './market.ts';
import type { Lots, OrderId, Price } from './units.ts';

interface Level {
  readonly price: Price;
  volume: Lots;
  readonly queue: Map<OrderId, Lots>;
}

/** The resting orders of one market. Changed only by `rest` and `reduce`. */
export interface Book {
  readonly asks: Level[];
  readonly bids: Level[];
}

/** Where an order rests. */
export interface Place {
  readonly order: OrderId;
  readonly side: Side;
  readonly price: Price;
}

/** One level as others see it: the volume that rests at a price. */
export interface DepthLevel {
  readonly price: Price;
  readonly volume: Lots;
}

/** A book where nothing rests. */
export function createBook(): Book {
  return { asks: [], bids: [] };
}

function levelsOf(book: Book, side: Side): Level[] {
  return side === 'ask' ? book.asks : book.bids;
}

/** True when `price` is nearer to trading than `other` on this side: lower for an ask, higher for a bid. */
export function isBetter(side: Side, price: Price, other: Price): boolean {
  return side === 'ask' ? price < other : price > other;
}

/** The index of the level at `price`, or of the one that a new level at `price` would push back. */
function indexOf(levels: readonly Level[], side: Side, price: Price): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const level = levels[middle];
    assert(level !== undefined, 'a search left the book');
    if (isBetter(side, level.price, price)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function levelAt(book: Book, side: Side, price: Price): Level | undefined {
  const levels = levelsOf(book, side);
  const level = levels[indexOf(levels, side, price)];
  return level?.price === price ? level : undefined;
}

/** Puts an order behind all others at its price. @throws Error when it rests there already or has no volume. */
export function rest(book: Book, { order, side, price }: Place, volume: Lots): void {
  assert(volume > 0, `${order} has nothing to rest`);
  const levels = levelsOf(book, side);
  const index = indexOf(levels, side, price);
  let level = levels[index];
  if (level?.price !== price) {
    level = { price, volume: exactLots(0), queue: new Map() };
    levels.splice(index, 0, level);
  }
  assert(!level.queue.has(order), `${order} rests twice`);
  level.queue.set(order, volume);
  level.volume = exactLots(level.volume + volume);
}

/** Takes `volume` off an order, which keeps its place; at 0 the order leaves, and its level with it when it was the last. */
export function reduce(book: Book, { order, side, price }: Place, volume: Lots): void {
  const levels = levelsOf(book, side);
  const index = indexOf(levels, side, price);
  const level = levels[index];
  const held = level?.price === price ? level.queue.get(order) : undefined;
  assert(level !== undefined && held !== undefined, `${order} does not rest at ${price}`);
  assert(volume > 0 && volume <= held, `${volume} lots cannot leave ${order}`);
  if (volume === held) level.queue.delete(order);
  else level.queue.set(order, exactLots(held - volume));
  level.volume = exactLots(level.volume - volume);
  if (level.volume === 0) levels.splice(index, 1);
}

/** The price at which the side would trade first. @returns undefined when nothing rests there. */
export function bestPrice(book: Book, side: Side): Price | undefined {
  return levelsOf(book, side)[0]?.price;
}

/** The order that would trade first: the oldest at the best price. @returns undefined when nothing rests there. */
export function firstOrder(book: Book, side: Side): OrderId | undefined {
  const level = levelsOf(book, side)[0];
  if (level === undefined) return undefined;
  for (const order of level.queue.keys()) return order;
  return undefined;
}

/** The volume that rests at one price, 0 when none does. */
export function volumeAt(book: Book, side: Side, price: Price): Lots {
  return levelAt(book, side, price)?.volume ?? exactLots(0);
}

/** The best `levels` levels of a side, best first. */
export function depth(book: Book, side: Side, levels: number): readonly DepthLevel[] {
  return levelsOf(book, side)
    .slice(0, Math.max(0, levels))
    .map(({ price, volume }) => ({ price, volume }));
}

/** Every resting order of a side with its volume, in the order in which they would trade. */
export function* queueOf(
  book: Book,
  side: Side,
): Generator<{ readonly order: OrderId; readonly price: Price; readonly volume: Lots }> {
  for (const { price, queue } of levelsOf(book, side)) {
    for (const [order, volume] of queue) yield { order, price, volume };
  }
}

/** What of the invariants above does not hold, one line each; empty when the book is sound. */
export function auditBook(book: Book): readonly string[] {
  const wrong: string[] = [];
  for (const side of ['ask', 'bid'] as const) {
    let last: Price | undefined;
    for (const { price, volume, queue } of levelsOf(book, side)) {
      if (last !== undefined && !isBetter(side, last, price)) {
        wrong.push(`${side} level ${price} stands behind ${last}`);
      }
      last = price;
      let sum = 0;
      for (const [order, held] of queue) {
        if (!Number.isSafeInteger(held) || held < 1) wrong.push(`${order} rests with ${held} lots`);
        sum += held;
      }
      if (sum !== volume) wrong.push(`${side} level ${price} says ${volume} lots and has ${sum}`);
      if (queue.size === 0) wrong.push(`${side} level ${price} is empty`);
    }
  }
  const ask = bestPrice(book, 'ask');
  const bid = bestPrice(book, 'bid');
  if (ask !== undefined && bid !== undefined && bid >= ask) {
    wrong.push(`the book is crossed: bid ${bid}, ask ${ask}`);
  }
  return wrong;
}
