/** The worst price that a market order takes: as the exchange would choose it, but shown before anything is sent. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bandOf } from '../market/book.ts';
import { protectionShare } from '../limits.ts';
import type { Market } from '../fold/view.ts';

/**
 * The price at which the book as it is shown would fill so many lots, and a share of it more; where it has fewer lots, from its last level on. Within the
 * band; without a book the end of the band at which nothing trades.
 */
export function protectionOf(
  { instrument, book }: Market,
  { side, volume }: { readonly side: Side; readonly volume: number },
): number {
  const { low, high } = bandOf(instrument);
  const levels = (oppositeOf(side) === 'ask' ? book?.asks : book?.bids) ?? [];
  let left = volume;
  let worst: number | undefined;
  for (const level of levels) {
    worst = level.price;
    left -= level.volume;
    if (left <= 0) break;
  }
  if (worst === undefined) return side === 'bid' ? low : high;
  const more = Math.ceil((worst * protectionShare) / instrument.tick) * instrument.tick;
  return Math.min(high, Math.max(low, side === 'bid' ? worst + more : worst - more));
}
