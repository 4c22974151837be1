/** What stands against an order, said while it is typed: the exchange's own rules (docs/matching.md), as far as they can be told from here. */
import type { OrderWish } from '@wattlot/client';
import { wireOfPrice } from '@wattlot/client/frames';
import { limits } from '@wattlot/core';
import type { Phase, Side } from '@wattlot/core';
import { isGateClosed } from '../market/gate.ts';
import { rests, untilOf } from './order-kind.ts';
import type { OrderKind } from './order-kind.ts';
import { countedIn, t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { ecoinText, ecoinUnit, energyText, energyUnit, priceText } from '../text/number.ts';
import { priceOf, volumeOf } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { findsIn } from './ticket-context.ts';
import type { TicketContext } from './ticket-context.ts';
import { freeOf, liveOrders } from '../fold/view.ts';

const closedPhases: Readonly<Partial<Record<Phase, Message>>> = {
  cancel_only: 'the market takes cancels only',
  halted: 'the market is halted: wait',
  closed: 'the market has closed',
};

/** Why the market takes no order of this kind at present. */
function phaseProblem(
  { market, language, now }: TicketContext,
  kind: OrderKind,
): string | undefined {
  if (isGateClosed(market, now)) return t(language, 'the gate has closed');
  const { phase = 'continuous' } = market.instrument;
  const closed = closedPhases[phase];
  if (closed !== undefined) return t(language, closed);
  if (phase === 'pre_open' && (!rests(kind) || kind === 'whole')) {
    return t(language, 'not open yet: gtc or gtd only (t)');
  }
  return phase === 'post_only' && !rests(kind)
    ? t(language, 'nothing trades yet: gtc or gtd (t)')
    : undefined;
}

/** What is wrong with the number of lots that is typed. */
export function volumeProblem(
  { market: { instrument }, language }: TicketContext,
  ticket: Ticket,
): string | undefined {
  const volume = volumeOf(ticket);
  if (ticket.volumeText.includes('.')) return t(language, 'whole lots only: no dot');
  if (volume === undefined || volume === 0) return t(language, 'type 1 lot or more');
  return volume > instrument.volumeMax
    ? t(language, 'at most {n} lots an order', { n: instrument.volumeMax })
    : undefined;
}

/** What is wrong with the price that is typed. */
export function priceProblem(
  { market: { instrument }, language }: TicketContext,
  ticket: Ticket,
): string | undefined {
  const { tick, priceFloor, priceCap } = instrument;
  const price = priceOf(instrument, ticket);
  const step = wireOfPrice(instrument, tick);
  if (price === undefined) return t(language, 'type a price in steps of {step}', { step });
  if (price < priceFloor || price > priceCap) {
    const floor = wireOfPrice(instrument, priceFloor);
    const cap = wireOfPrice(instrument, priceCap);
    return t(language, 'price must be {floor} to {cap}', { floor, cap });
  }
  return price % tick === 0
    ? undefined
    : t(language, 'price must be a multiple of {step}', { step });
}

/** What is wrong with what is typed and chosen, whatever is owned and on the book. */
export function typedProblem(ticket: Ticket, context: TicketContext): string | undefined {
  const { language } = context;
  const { kind, postOnly, untilText } = ticket;
  const wrong =
    phaseProblem(context, kind) ?? volumeProblem(context, ticket) ?? priceProblem(context, ticket);
  if (wrong !== undefined) return wrong;
  if (kind === 'gtd' && untilOf(untilText, context) === undefined) {
    return t(language, 'type a time of day, such as 1830');
  }
  return postOnly && !rests(kind)
    ? t(language, 'post-only has to rest: t or p changes')
    : undefined;
}

/** Why `more` beyond what is held already is not there, in ecoin's or energy's smallest units. `perLot`: what a lot of it takes. */
export function fundsProblem(
  { market: { instrument }, view, language, isDiscreet = false }: TicketContext,
  side: Side,
  { more, perLot }: { readonly more: number; readonly perLot: number },
): string | undefined {
  const isBid = side === 'bid';
  const free = freeOf(view, isBid ? instrument.quote : instrument.base);
  if (free === undefined || more <= Math.max(0, free)) return undefined;
  const unit = isBid ? ecoinUnit(instrument) : energyUnit(instrument);
  if (isDiscreet) return t(language, 'not enough {unit} free', { unit });
  const amount = isBid ? ecoinText(instrument, free) : energyText(instrument, free);
  const lots = countedIn(language, Math.max(0, Math.floor(free / perLot)), 'lot');
  return t(language, 'only {amount} {unit} free: {lots}', { amount, unit, lots });
}

function countProblem({ view, language }: TicketContext, wish: OrderWish): string | undefined {
  const live = liveOrders(view);
  if (live.length >= limits.openOrdersMax) {
    return t(language, 'you have {n} live orders: no more', { n: live.length });
  }
  const whole = live.filter((order) => order.whole === true).length;
  return wish.whole === true && whole >= limits.wholeOrdersMax
    ? t(language, 'you have {n} all-or-none orders: no more', { n: whole })
    : undefined;
}

/** Why an order whose owner stands first on the other side, or that must not trade, cannot come in at its price. */
export function crossingProblem(
  context: TicketContext,
  wish: Pick<OrderWish, 'side' | 'symbol' | 'price' | 'postOnly'>,
  volume: number,
): string | undefined {
  const { market, language } = context;
  const { phase = 'continuous' } = market.instrument;
  // Before the opening a book may cross, and nothing trades while it shrinks.
  if (phase === 'pre_open' || phase === 'cancel_only') return undefined;
  const { lots, stopsAt, beside } = findsIn(context, wish, volume);
  const meets = lots > 0 || stopsAt !== undefined;
  if (meets && wish.postOnly) return t(language, 'post-only, but it would trade');
  if (meets && phase === 'post_only') return t(language, 'nothing trades yet, and it would');
  if (lots + beside > 0 || stopsAt === undefined) return undefined;
  const price = priceText(market.instrument, stopsAt);
  return t(language, 'meets your own order at {price}', { price });
}

/** Why an order that is typed well cannot be placed. */
export function placeProblem(context: TicketContext, wish: OrderWish): string | undefined {
  const { side, volume, price } = wish;
  const perLot = side === 'bid' ? price : context.market.instrument.lot;
  return (
    countProblem(context, wish) ??
    fundsProblem(context, side, { more: volume * perLot, perLot }) ??
    crossingProblem(context, wish, volume)
  );
}
