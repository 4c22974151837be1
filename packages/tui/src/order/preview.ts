/** What a ticket would do right now, and what stands against sending it. */
import type { OrderChange, OrderWish } from '@wattlot/client';
import type { OrderId } from '@wattlot/core';
import { amendmentOf } from './amendment.ts';
import { fieldsOf, rests, untilOf } from './order-kind.ts';
import { placeProblem, typedProblem } from './problems.ts';
import { t } from '../text/language.ts';
import { ecoinText, energyOfLotsText, priceText } from '../text/number.ts';
import { priceOf, volumeOf } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { atOnce, findsIn, isFar } from './ticket-context.ts';
import type { TicketContext } from './ticket-context.ts';

/**
 * What a ticket would do. `problem`: it cannot be sent, and what to do about it. `note`: what a person should know. Exactly one of `wish` and `amendment` is
 * there when it can be sent; without a problem neither is when there is nothing to send.
 */
export interface Preview {
  readonly energy: string;
  readonly cost: string;
  readonly problem?: string;
  readonly note?: string;
  /** The price is so much worse than what it meets that it may be a slip of the finger. */
  readonly isFar?: boolean;
  readonly wish?: OrderWish;
  readonly amendment?: { readonly order: OrderId; readonly change: OrderChange };
}

/** What becomes of an order: what trades at once and for how much, and what is left. */
export function tradeNote(context: TicketContext, wish: OrderWish): string {
  const { language, market } = context;
  const { volume, timeInForce, type, whole = false } = wish;
  const { lots, cost, stopsAt } = findsIn(context, wish, volume);
  if (market.instrument.phase === 'pre_open') return t(language, 'waits for the opening');
  if (stopsAt !== undefined) {
    const price = priceText(market.instrument, stopsAt);
    return t(language, 'stops at your own order at {price}', { price });
  }
  if (lots === volume) {
    return atOnce(context, cost);
  }
  if (timeInForce === 'fok') {
    return t(language, 'would be cancelled: {lots} on offer', { lots });
  }
  if (timeInForce === 'ioc' || type === 'market') {
    if (lots === 0) return t(language, 'would be cancelled: no match');
    return t(language, '{lots} trade now, {rest} cancelled', { lots, rest: volume - lots });
  }
  if (whole || lots === 0) return t(language, 'waits on the book');
  return t(language, '{lots} trade now, {rest} wait', { lots, rest: volume - lots });
}

/** What the ticket means right now, and what stands against sending it: the first thing that does. */
export function previewOf(ticket: Ticket, context: TicketContext): Preview {
  const { instrument } = context.market;
  const volume = volumeOf(ticket);
  const price = priceOf(instrument, ticket);
  const sums = {
    energy: volume === undefined ? '-' : energyOfLotsText(instrument, volume),
    cost: volume === undefined || price === undefined ? '-' : ecoinText(instrument, volume * price),
  };
  const offline =
    context.view.connection.state === 'live'
      ? undefined
      : t(context.language, 'not connected: wait for LIVE');
  if (ticket.amends !== undefined) {
    const amendment = amendmentOf(ticket, ticket.amends, context);
    return offline === undefined || amendment.problem !== undefined
      ? { ...sums, ...amendment }
      : { ...sums, problem: offline };
  }
  const typed = typedProblem(ticket, context);
  if (typed !== undefined || volume === undefined || price === undefined) {
    return { ...sums, problem: typed ?? '' };
  }
  const wish: OrderWish = {
    clientOrderId: ticket.clientOrderId,
    symbol: instrument.symbol,
    side: ticket.side,
    price,
    volume,
    ...fieldsOf(ticket.kind, untilOf(ticket.untilText, context)),
    postOnly: ticket.postOnly && rests(ticket.kind),
  };
  const problem = placeProblem(context, wish) ?? offline;
  return problem === undefined
    ? {
        ...sums,
        wish,
        note: tradeNote(context, wish),
        ...(isFar(context, wish) && { isFar: true }),
      }
    : { ...sums, problem };
}
