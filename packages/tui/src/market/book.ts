/** Questions to a book as it is shown. */
import type { BookView, QueueView } from '@wattlot/client';
import type { Instrument } from '@wattlot/client/frames';
import type { OrderId, Side } from '@wattlot/core';

/** The best price of a side. */
export function bestOf(book: BookView | undefined, side: Side): number | undefined {
  return (side === 'ask' ? book?.asks : book?.bids)?.[0]?.price;
}

/** Where a price lies in the book: whoever wants to trade up or down to it meets this side. */
export function sideOf(book: BookView | undefined, price: number): Side | undefined {
  const ask = bestOf(book, 'ask');
  const bid = bestOf(book, 'bid');
  if (ask !== undefined && price >= ask) return 'ask';
  return bid !== undefined && price <= bid ? 'bid' : undefined;
}

/** What one gets by trading against a side from its best price to a limit. */
export interface Reach {
  readonly lots: number;
  /** Σ lots × price, in ecoin's smallest units. */
  readonly cost: number;
}

/** All that rests on `side` at `limit` or better, at most `lotsMax` of it. */
export function reach(
  book: BookView | undefined,
  side: Side,
  limit: number,
  lotsMax = Number.MAX_SAFE_INTEGER,
): Reach {
  let lots = 0;
  let cost = 0;
  for (const { price, volume } of (side === 'ask' ? book?.asks : book?.bids) ?? []) {
    if (side === 'ask' ? price > limit : price < limit) break;
    const taken = Math.min(volume, lotsMax - lots);
    lots += taken;
    cost += taken * price;
    if (lots === lotsMax) break;
  }
  return { lots, cost };
}

/** `reach` without what some own orders have on the book, as far as their places in it are known: nobody trades with themselves. */
export function reachOfOthers(
  { book, queue }: { readonly book?: BookView; readonly queue?: QueueView },
  side: Side,
  limit: number,
  own: ReadonlySet<OrderId>,
): Reach {
  const all = reach(book, side, limit);
  let { lots, cost } = all;
  for (const { price, orders } of (side === 'ask' ? queue?.asks : queue?.bids) ?? []) {
    if (side === 'ask' ? price > limit : price < limit) break;
    for (const { order, volume } of orders) {
      if (!own.has(order)) continue;
      lots -= volume;
      cost -= volume * price;
    }
  }
  // The queue and the book come in messages of their own; one may be ahead of the other.
  return { lots: Math.max(0, lots), cost: Math.max(0, cost) };
}

/** The lowest and highest price on the tick, both within the band. */
export function bandOf({ tick, priceFloor, priceCap }: Instrument): { low: number; high: number } {
  return { low: Math.ceil(priceFloor / tick) * tick, high: Math.floor(priceCap / tick) * tick };
}

/** The price on the tick and in the band that is nearest to `price` from below. */
export function onTick(instrument: Instrument, price: number): number {
  const { low, high } = bandOf(instrument);
  const rounded = Math.floor(price / instrument.tick) * instrument.tick;
  return Math.min(high, Math.max(low, rounded));
}

/** Around which price a ladder is looked at: the middle of the book, or what comes nearest to one. */
export function referencePrice(
  instrument: Instrument,
  book: BookView | undefined,
  last: number | undefined,
): number {
  const bid = bestOf(book, 'bid');
  const ask = bestOf(book, 'ask');
  if (bid !== undefined && ask !== undefined) return onTick(instrument, (bid + ask) / 2);
  const { low, high } = bandOf(instrument);
  return onTick(instrument, bid ?? ask ?? last ?? (low + high) / 2);
}
