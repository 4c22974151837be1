/** The marks beside a ladder's numbers: one's own lots, and bars. */
import type { OwnOrder } from '@wattlot/client';
import type { Side } from '@wattlot/core';
import { padEnd, padStart } from '../text/line.ts';
import type { Glyphs } from '../theme.ts';

/** One's own lots at a price: open ones with a star, with a tilde while any of them waits for the wallet. */
export interface Mine {
  readonly lots: number;
  readonly isWaiting: boolean;
}

/** Own lots of one side by price. */
export function mineBy(orders: readonly OwnOrder[], side: Side): ReadonlyMap<number, Mine> {
  const mine = new Map<number, Mine>();
  for (const order of orders) {
    if (order.side !== side || order.remaining === 0) continue;
    const before = mine.get(order.price);
    mine.set(order.price, {
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

/** A bar of half cells; it grows away from the price. */
export function barText(side: Side, share: number, width: number, glyphs: Glyphs): string {
  const half = side === 'bid' ? glyphs.bidBarHalf : glyphs.askBarHalf;
  const halves = Math.max(1, Math.round(share * width * 2));
  const bar = glyphs.bar.repeat(halves >> 1);
  const rest = halves % 2 === 1 ? half || glyphs.bar : '';
  return side === 'bid' ? padStart(rest + bar, width) : padEnd(bar + rest, width);
}
