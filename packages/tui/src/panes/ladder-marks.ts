/** The marks beside a ladder's numbers: one's own lots, and bars. */
import type { OwnOrder } from '@wattlot/client';
import type { Side } from '@wattlot/core';
import { padEnd, padStart } from '../text/line.ts';
import { placeOf } from '../market/place.ts';
import type { Glyphs } from '../theme.ts';
import type { Market } from '../fold/view.ts';

/** One's own lots at a price: open ones with a star, with a tilde while any of them waits for the wallet. */
export interface Mine {
  readonly lots: number;
  readonly isWaiting: boolean;
  /** Lots of others that trade before the first of them; undefined while that is not known, or none of them is on the book. */
  readonly ahead?: number;
}

/** Own lots of one side by price. */
export function mineBy(
  market: Market,
  orders: readonly OwnOrder[],
  side: Side,
): ReadonlyMap<number, Mine> {
  const mine = new Map<number, Mine>();
  for (const order of orders) {
    if (order.side !== side || order.remaining === 0) continue;
    const before = mine.get(order.price);
    const ahead = Math.min(before?.ahead ?? Infinity, placeOf(market, order)?.ahead ?? Infinity);
    mine.set(order.price, {
      ...(ahead === Infinity ? {} : { ahead }),
      lots: (before?.lots ?? 0) + order.remaining,
      isWaiting: order.status === 'pending' || (before?.isWaiting ?? false),
    });
  }
  return mine;
}

/** `hidden` stands for the number where it may not be seen. */
export function mineText(mine: Mine | undefined, hidden?: string): string {
  return mine === undefined ? '' : `${hidden ?? mine.lots}${mine.isWaiting ? '~' : '*'}`;
}

/** `+12`: that many lots stand in front of them, in `room` cells; empty where it has none. */
export function aheadText(mine: Mine | undefined, room: number): string {
  const text = mine?.ahead === undefined ? '' : `+${mine.ahead}`;
  return text.length <= room ? text : '';
}

/** A bar of half cells; it grows away from the price. */
export function barText(side: Side, share: number, width: number, glyphs: Glyphs): string {
  const half = side === 'bid' ? glyphs.bidBarHalf : glyphs.askBarHalf;
  const halves = Math.max(1, Math.round(share * width * 2));
  const bar = glyphs.bar.repeat(halves >> 1);
  const rest = halves % 2 === 1 ? half || glyphs.bar : '';
  return side === 'bid' ? padStart(rest + bar, width) : padEnd(bar + rest, width);
}
