/** What a ticket is looked at with: the market, what is owned, the time; and what its order would find on the book. */
import type { OrderWish, OwnOrder } from '@wattlot/client';
import { oppositeOf } from '@wattlot/core';
import { farRatio } from '../limits.ts';
import { bestOf, reach } from '../market/book.ts';
import { placeOf } from '../market/place.ts';
import type { LocalTime } from './order-kind.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { ecoinText, ecoinUnit } from '../text/number.ts';
import { liveOrders } from '../fold/view.ts';
import type { Market, View } from '../fold/view.ts';

export interface TicketContext extends LocalTime {
  readonly market: Market;
  readonly view: View;
  readonly language: Language;
  /** Whether what is owned may not be named. */
  readonly isDiscreet?: boolean;
}

/** What a ticket in a market is looked at with. */
export function contextIn(state: State, market: Market): TicketContext {
  const { view, language, areAmountsHidden: isDiscreet, now, offsetMinutes } = state;
  return { market, view, language, isDiscreet, now, offsetMinutes };
}

/** Own open orders on the other side that an order would meet. */
function ownMet({ view }: TicketContext, { side, symbol, price }: Sent): readonly OwnOrder[] {
  const sign = side === 'bid' ? 1 : -1;
  return liveOrders(view, symbol).filter(
    (own) => own.side !== side && own.status === 'open' && sign * (price - own.price) >= 0,
  );
}

type Sent = Pick<OrderWish, 'side' | 'symbol' | 'price'>;

/** What an order would find at once: lots of others, up to where one of its owner's stands. */
export interface Found {
  readonly lots: number;
  /** What those cost, in ecoin's smallest units. */
  readonly cost: number;
  /** The price of the own order that stops it: the core cancels what is left then, rather than trade with its owner. Undefined when none does. */
  readonly stopsAt?: number;
  /** Lots of others at that price that stand in front of the own ones; all of them while the places are not known. */
  readonly beside: number;
}

/** What `volume` lots would find on the book as it is shown. */
export function findsIn(context: TicketContext, sent: Sent, volume: number): Found {
  const { book } = context.market;
  const other = oppositeOf(sent.side);
  const sign = sent.side === 'bid' ? 1 : -1;
  const own = ownMet(context, sent);
  if (own.length === 0) return { ...reach(book, other, sent.price, volume), beside: 0 };
  const first = sign * Math.min(...own.map(({ price }) => sign * price));
  const found = reach(book, other, first - sign, volume);
  if (found.lots === volume) return { ...found, beside: 0 };
  const level = reach(book, other, first).lots - reach(book, other, first - sign).lots;
  const there = own.filter(({ price }) => price === first);
  const mine = there.reduce((sum, { remaining }) => sum + remaining, 0);
  const others = Math.max(0, level - mine);
  const ahead = there.map((one) => placeOf(context.market, one)?.ahead ?? others);
  return { ...found, stopsAt: first, beside: Math.min(...ahead) };
}

/** Whether an order takes a far worse price than any that it meets: a digit too many, perhaps. */
export function isFar(
  { market }: TicketContext,
  { side, price, type }: Pick<OrderWish, 'side' | 'price' | 'type'>,
): boolean {
  const best = bestOf(market.book, oppositeOf(side));
  if (best === undefined || type === 'market') return false;
  return side === 'bid' ? price > best * farRatio : price * farRatio < best;
}

/** That all of it trades at once, and for how much. `cost`: in ecoin's smallest units. */
export function atOnce({ market: { instrument }, language }: TicketContext, cost: number): string {
  const sum = { cost: ecoinText(instrument, cost), unit: ecoinUnit(instrument) };
  return t(language, 'trades at once for {cost} {unit}', sum);
}
