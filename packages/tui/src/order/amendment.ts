/** What a ticket that changes an order would do: what is sent, and what becomes of the order's place in the queue. */
import type { OrderChange, OwnOrder } from '@wattlot/client';
import type { OrderId, Price } from '@wattlot/core';
import { isGateClosed } from '../market/gate.ts';
import { longPlace, placeOf } from '../market/place.ts';
import { crossingProblem, fundsProblem, priceProblem, volumeProblem } from './problems.ts';
import { t } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { priceOf, volumeOf } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { atOnce, findsIn, isFar } from './ticket-context.ts';
import type { TicketContext } from './ticket-context.ts';

/** What the order shall be. */
interface Wanted {
  readonly price: Price;
  readonly volume: number;
  /** Of `volume`, what may still trade. */
  readonly remaining: number;
}

function phaseProblem(
  { market, language, now }: TicketContext,
  order: OwnOrder,
  { price, remaining }: Wanted,
): string | undefined {
  const { phase = 'continuous' } = market.instrument;
  if (isGateClosed(market, now)) return t(language, 'the gate has closed');
  if (phase === 'halted') return t(language, 'the market is halted: wait');
  if (phase === 'closed') return t(language, 'the market has closed');
  const isSmaller = price === order.price && remaining <= order.remaining;
  return phase === 'cancel_only' && !isSmaller
    ? t(language, 'the market takes fewer lots only')
    : undefined;
}

/** Why the order cannot become that, in the order in which the exchange looks. */
function problemOf(context: TicketContext, order: OwnOrder, wanted: Wanted): string | undefined {
  const { language, market } = context;
  const { side, symbol, postOnly } = order;
  const { price, remaining } = wanted;
  const done = order.filled + order.cancelled;
  if (remaining < 0) return t(language, '{n} lots are done already', { n: done });
  const perLot = side === 'bid' ? price : market.instrument.lot;
  const before = order.remaining * (side === 'bid' ? order.price : perLot);
  const isMoved = price !== order.price && remaining > 0;
  return (
    phaseProblem(context, order, wanted) ??
    fundsProblem(context, side, { more: remaining * perLot - before, perLot }) ??
    (isMoved ? crossingProblem(context, { side, symbol, postOnly, price }, remaining) : undefined)
  );
}

/** What becomes of the order's place: it stays only with fewer lots at the same price. */
function noteOf(context: TicketContext, order: OwnOrder, wanted: Wanted): string {
  const { language, market } = context;
  const { price, remaining } = wanted;
  const at = { price: priceText(market.instrument, price) };
  if (remaining === 0) return t(language, 'cancels what is left of it');
  if (price === order.price) {
    if (order.status === 'pending') return t(language, 'no place yet: the wallet signs it');
    if (remaining > order.remaining) return t(language, 'goes to the back at {price}', at);
    const kept = t(language, 'keeps its place at {price}', at);
    const place = placeOf(market, order);
    return place === undefined ? kept : `${kept}: ${longPlace(place, language)}`;
  }
  if (market.instrument.phase === 'pre_open') return t(language, 'goes to the back at {price}', at);
  const { side, symbol } = order;
  const { lots, cost } = findsIn(context, { side, symbol, price }, remaining);
  if (lots === remaining) return atOnce(context, cost);
  return lots === 0 || order.whole === true
    ? t(language, 'goes to the back at {price}', at)
    : t(language, '{lots} trade now, {rest} to the back', { lots, rest: remaining - lots });
}

/** What stands against it, or what is sent; neither while nothing is changed. */
export interface Amended {
  readonly problem?: string;
  readonly note?: string;
  /** As in a preview. */
  readonly isFar?: boolean;
  readonly amendment?: { readonly order: OrderId; readonly change: OrderChange };
}

/** What a ticket means for the order that it changes. */
export function amendmentOf(ticket: Ticket, id: OrderId, context: TicketContext): Amended {
  const { market, language, view } = context;
  const order = view.orders.get(id);
  if (order === undefined || order.status === 'done') {
    return { problem: t(language, 'the order is done already') };
  }
  const volume = volumeOf(ticket);
  const price = priceOf(market.instrument, ticket);
  const typed = volumeProblem(context, ticket) ?? priceProblem(context, ticket);
  if (typed !== undefined || volume === undefined || price === undefined) {
    return { problem: typed ?? '' };
  }
  const remaining = volume - order.filled - order.cancelled;
  const wanted: Wanted = { price, volume, remaining };
  if (price === order.price && volume === order.volume) {
    return { note: t(language, 'change lots or price') };
  }
  const problem = problemOf(context, order, wanted);
  if (problem !== undefined) return { problem };
  const change: OrderChange = {
    ...(price === order.price ? {} : { price }),
    ...(volume === order.volume ? {} : { volume }),
  };
  const isSlip = price !== order.price && isFar(context, { side: order.side, price });
  return {
    note: noteOf(context, order, wanted),
    amendment: { order: id, change },
    ...(isSlip && { isFar: true }),
  };
}
