/** The order being typed: a plain value, changed by pure functions. Its client order id is made when it opens, so that a retry cannot double the order. */
import type { OrderWish } from '@wattlot/client';
import { priceOfWire, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument } from '@wattlot/client/frames';
import { oppositeOf, toLots } from '@wattlot/core';
import type { WishTimeInForce } from '@wattlot/client';
import type { Lots, Price, Side } from '@wattlot/core';
import { reach } from './book.ts';
import { fieldCharactersMax } from './limits.ts';
import {
  ecoinText,
  ecoinUnit,
  energyOfLotsText,
  energyText,
  energyUnit,
  priceText,
} from './text/number.ts';
import { t } from './text/language.ts';
import type { Language } from './text/language.ts';
import { freeOf, liveOrders } from './view.ts';
import type { Market, View } from './view.ts';

export type TicketField = 'volume' | 'confirm' | 'price';

/**
 * `editing`: a person types; `refusal` is what was said to the attempt before. `sending`: on its way. `unknown`: the connection was lost before the
 * answer; the client asks again under the same id.
 */
export type TicketPhase =
  | { readonly kind: 'editing'; readonly refusal?: string }
  | { readonly kind: 'sending' }
  | { readonly kind: 'unknown' };

export interface Ticket {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly volumeText: string;
  /** In ecoin per unit of energy, as on the screen. */
  readonly priceText: string;
  readonly timeInForce: WishTimeInForce;
  readonly postOnly: boolean;
  readonly field: TicketField;
  /** The next character typed replaces the field. */
  readonly isFresh: boolean;
  readonly phase: TicketPhase;
}

export interface NewTicket {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly volume: number;
  readonly price: number;
  readonly timeInForce: WishTimeInForce;
}

export function openTicket(instrument: Instrument, wish: NewTicket): Ticket {
  return {
    clientOrderId: wish.clientOrderId,
    side: wish.side,
    volumeText: String(wish.volume),
    priceText: priceText(instrument, wish.price),
    timeInForce: wish.timeInForce,
    postOnly: false,
    field: 'volume',
    isFresh: true,
    phase: { kind: 'editing' },
  };
}

const fields: readonly TicketField[] = ['volume', 'confirm', 'price'];

/** The next field, or the one before. */
export function moveField(ticket: Ticket, by: 1 | -1): Ticket {
  const index = (fields.indexOf(ticket.field) + by + fields.length) % fields.length;
  return { ...ticket, field: fields[index] ?? 'volume', isFresh: true };
}

function withText(ticket: Ticket, change: (text: string) => string): Ticket {
  // Whoever types while Confirm has the focus means the volume.
  if (ticket.field === 'price') {
    return { ...ticket, priceText: change(ticket.priceText), isFresh: false };
  }
  return { ...ticket, field: 'volume', volumeText: change(ticket.volumeText), isFresh: false };
}

/** A digit, or the dot of a price, typed into the field. */
export function typeCharacter(ticket: Ticket, character: string): Ticket {
  if (character === '.' && ticket.field !== 'price') return ticket;
  const isFresh = ticket.isFresh || ticket.field === 'confirm';
  return withText(ticket, (text) => {
    const next = (isFresh ? '' : text) + character;
    return next.length > fieldCharactersMax ? text : next;
  });
}

export function eraseCharacter(ticket: Ticket): Ticket {
  return withText(ticket, (text) => (ticket.isFresh ? '' : text.slice(0, -1)));
}

/** The whole number of lots that is typed; undefined when it is none. */
export function volumeOf({ volumeText }: Ticket): Lots | undefined {
  return /^\d+$/.test(volumeText) ? toLots(Number(volumeText)) : undefined;
}

/** The price that is typed, tick and band not looked at; undefined when it is none. */
export function priceOf(instrument: Instrument, ticket: Ticket): Price | undefined {
  if (!/^\d+(\.\d+)?$/.test(ticket.priceText)) return undefined;
  return priceOfWire(instrument, Number(ticket.priceText));
}

export function stepVolume(ticket: Ticket, by: number): Ticket {
  const volume = Math.max(1, (volumeOf(ticket) ?? 0) + by);
  return { ...ticket, volumeText: String(volume), isFresh: true };
}

export function withPrice(ticket: Ticket, instrument: Instrument, price: number): Ticket {
  return { ...ticket, priceText: priceText(instrument, price), isFresh: true };
}

export function cycleTimeInForce(ticket: Ticket): Ticket {
  const timeInForce = ticket.timeInForce === 'gtc' ? 'ioc' : 'gtc';
  // An order that must trade at once cannot be one that must not.
  return { ...ticket, timeInForce, postOnly: timeInForce === 'gtc' && ticket.postOnly };
}

export function togglePostOnly(ticket: Ticket): Ticket {
  const postOnly = !ticket.postOnly;
  return { ...ticket, postOnly, timeInForce: postOnly ? 'gtc' : ticket.timeInForce };
}

/** What a ticket would do. `problem`: it cannot be sent, and what to do about it. `note`: it can, and what a person should know. */
export interface Preview {
  readonly energy: string;
  readonly cost: string;
  readonly problem?: string;
  readonly note?: string;
  readonly wish?: OrderWish;
}

export interface TicketContext {
  readonly market: Market;
  readonly view: View;
  readonly language: Language;
  /** Whether what is owned may not be named. */
  readonly isDiscreet?: boolean;
}

function volumeProblem(
  { market: { instrument }, language }: TicketContext,
  ticket: Ticket,
): string | undefined {
  const volume = volumeOf(ticket);
  if (volume === undefined || volume === 0) return t(language, 'type 1 lot or more');
  if (volume > instrument.volumeMax) {
    return t(language, 'at most {n} lots an order', { n: instrument.volumeMax });
  }
  return undefined;
}

function priceProblem(
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

function fundsProblem(
  { market: { instrument }, view, language, isDiscreet = false }: TicketContext,
  { side, volume, price }: OrderWish,
): string | undefined {
  if (side === 'bid') {
    const free = freeOf(view, instrument.quote);
    if (free === undefined || volume * price <= free) return undefined;
    const unit = ecoinUnit(instrument);
    return isDiscreet
      ? t(language, 'not enough {unit} free', { unit })
      : t(language, 'only {amount} {unit} free', { amount: ecoinText(instrument, free), unit });
  }
  const free = freeOf(view, instrument.base);
  if (free === undefined || volume * instrument.lot <= free) return undefined;
  const unit = energyUnit(instrument);
  return isDiscreet
    ? t(language, 'not enough {unit} free', { unit })
    : t(language, 'only {amount} {unit} free', { amount: energyText(instrument, free), unit });
}

/** The best own order on the other side that this one would meet: the core cancels what is left then, rather than trade with its owner. */
function ownInTheWay({ view }: TicketContext, wish: OrderWish): number | undefined {
  const sign = wish.side === 'bid' ? 1 : -1;
  const met = liveOrders(view, wish.symbol)
    .filter(({ side, status, price }) => {
      return side !== wish.side && status === 'open' && sign * (wish.price - price) >= 0;
    })
    .map(({ price }) => sign * price);
  return met.length === 0 ? undefined : sign * Math.min(...met);
}

function tradeNote(context: TicketContext, wish: OrderWish): string {
  const { instrument, book } = context.market;
  const { language } = context;
  const own = ownInTheWay(context, wish);
  const better = own === undefined ? 0 : own - (wish.side === 'bid' ? 1 : -1);
  const ahead = reach(book, oppositeOf(wish.side), better, wish.volume).lots;
  if (own !== undefined && ahead < wish.volume) {
    return t(language, 'stops at your own order at {price}', { price: priceText(instrument, own) });
  }
  const { lots } = reach(book, oppositeOf(wish.side), wish.price, wish.volume);
  const rest = wish.volume - lots;
  if (wish.timeInForce === 'ioc') {
    if (lots === 0) return t(language, 'would be cancelled: no match');
    return rest === 0
      ? t(language, 'trades at once')
      : t(language, '{lots} trade now, {rest} cancelled', { lots, rest });
  }
  if (lots === 0) return t(language, 'waits on the book');
  return rest === 0
    ? t(language, 'trades at once')
    : t(language, '{lots} trade now, {rest} wait', { lots, rest });
}

function crosses({ market: { book } }: TicketContext, wish: OrderWish): boolean {
  return reach(book, oppositeOf(wish.side), wish.price, 1).lots > 0;
}

/** What the ticket means right now, and what stands against sending it: the first thing that does. */
export function previewOf(ticket: Ticket, context: TicketContext): Preview {
  const { instrument } = context.market;
  const volume = volumeOf(ticket);
  const price = priceOf(instrument, ticket);
  const energy = volume === undefined ? '-' : energyOfLotsText(instrument, volume);
  const cost =
    volume === undefined || price === undefined ? '-' : ecoinText(instrument, volume * price);
  const typed = volumeProblem(context, ticket) ?? priceProblem(context, ticket);
  if (typed !== undefined) return { energy, cost, problem: typed };
  const wish: OrderWish = {
    clientOrderId: ticket.clientOrderId,
    symbol: instrument.symbol,
    side: ticket.side,
    price: price ?? instrument.priceFloor,
    volume: volume ?? instrument.volumeMax,
    timeInForce: ticket.timeInForce,
    postOnly: ticket.postOnly,
  };
  const funds = fundsProblem(context, wish);
  if (funds !== undefined) return { energy, cost, problem: funds };
  if (wish.postOnly && crosses(context, wish)) {
    return { energy, cost, problem: t(context.language, 'post-only, but it would trade') };
  }
  if (context.view.connection.state !== 'live') {
    return { energy, cost, problem: t(context.language, 'not connected: wait for LIVE') };
  }
  return { energy, cost, wish, note: tradeNote(context, wish) };
}
