/** The order being typed: a plain value, changed by pure functions. Its client order id is made when it opens, so that a retry cannot double the order. */
import type { OwnOrder } from '@wattlot/client';
import { priceOfWire } from '@wattlot/client/frames';
import type { Instrument } from '@wattlot/client/frames';
import { toLots } from '@wattlot/core';
import type { Lots, OrderId, Price, Side } from '@wattlot/core';
import { fieldCharactersMax } from '../limits.ts';
import { kindOf, nextKind, nextUntil, untilChoices } from './order-kind.ts';
import type { LocalTime, OrderKind } from './order-kind.ts';
import { priceText } from '../text/number.ts';

/** `until`: there with `gtd` only. */
export type TicketField = 'volume' | 'confirm' | 'price' | 'until';

/**
 * `editing`: a person types; `refusal` is what was said to the attempt before. `sending`: on its way. `unknown`: the connection was lost before the
 * answer; the client asks again under the same id. `lost`: it asked, and what the exchange shows does not say that it was carried out.
 */
export type TicketPhase =
  | { readonly kind: 'editing'; readonly refusal?: string }
  | { readonly kind: 'sending' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'lost'; readonly reason: string };

export interface Ticket {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly volumeText: string;
  /** In ecoin per unit of energy, as on the screen. */
  readonly priceText: string;
  readonly kind: OrderKind;
  /** Of `gtd`: the digits of the time of day at which it ends, four when it is whole. */
  readonly untilText: string;
  /** The limit to go back to from a market order, whose price is its protection. */
  readonly limitText?: string;
  readonly postOnly: boolean;
  readonly field: TicketField;
  /** The next character typed replaces the field. */
  readonly isFresh: boolean;
  readonly phase: TicketPhase;
  /** The order that it changes; left out: it places a new one. */
  readonly amends?: OrderId;
}

export interface NewTicket {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly volume: number;
  readonly price: number;
  readonly kind: OrderKind;
}

export function openTicket(instrument: Instrument, wish: NewTicket): Ticket {
  return {
    clientOrderId: wish.clientOrderId,
    side: wish.side,
    volumeText: String(wish.volume),
    priceText: priceText(instrument, wish.price),
    kind: wish.kind,
    untilText: '',
    postOnly: false,
    field: 'volume',
    isFresh: true,
    phase: { kind: 'editing' },
  };
}

/** The ticket that changes an order, filled with it. Its id is never sent: an amendment is known by its order. */
export function amendTicket(
  instrument: Instrument,
  order: OwnOrder,
  clientOrderId: string,
): Ticket {
  const { side, volume, price, postOnly } = order;
  const ticket = openTicket(instrument, {
    clientOrderId,
    side,
    volume,
    price,
    kind: kindOf(order),
  });
  return { ...ticket, postOnly, amends: order.order };
}

function fieldsIn({ kind, amends }: Ticket): readonly TicketField[] {
  const fields: readonly TicketField[] = ['volume', 'confirm', 'price'];
  return kind === 'gtd' && amends === undefined ? [...fields, 'until'] : fields;
}

/** The next field, or the one before. */
export function moveField(ticket: Ticket, by: 1 | -1): Ticket {
  const fields = fieldsIn(ticket);
  const index = (fields.indexOf(ticket.field) + by + fields.length) % fields.length;
  return { ...ticket, field: fields[index] ?? 'volume', isFresh: true };
}

function withText(ticket: Ticket, change: (text: string) => string): Ticket {
  // Whoever types while Confirm has the focus means the volume.
  if (ticket.field === 'price') {
    return { ...ticket, priceText: change(ticket.priceText), isFresh: false };
  }
  if (ticket.field === 'until') {
    return { ...ticket, untilText: change(ticket.untilText), isFresh: false };
  }
  return { ...ticket, field: 'volume', volumeText: change(ticket.volumeText), isFresh: false };
}

/** Hours and minutes. */
const clockDigits = 4;

/** A digit or a dot typed into the field. A dot in the lots is shown and stands against the order: left out, 1.5 would be 15. */
export function typeCharacter(ticket: Ticket, character: string): Ticket {
  if (character === '.' && ticket.field === 'until') return ticket;
  const isFresh = ticket.isFresh || ticket.field === 'confirm';
  return withText(ticket, (text) => {
    const next = (isFresh ? '' : text) + character;
    return next.length > (ticket.field === 'until' ? clockDigits : fieldCharactersMax)
      ? text
      : next;
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

/** Another kind of order. `protection`: the price that a market order gets; the limit comes back when it is none any more. */
export function cycleKind(ticket: Ticket, time: LocalTime, protection: string): Ticket {
  const { limitText, ...rest } = ticket;
  const kind = nextKind(ticket.kind);
  const limit = limitText ?? ticket.priceText;
  const [inAnHour = ''] = untilChoices(time);
  const untilText = kind === 'gtd' && ticket.untilText === '' ? inAnHour : ticket.untilText;
  const field = ticket.field === 'until' ? 'volume' : ticket.field;
  const next: Ticket = { ...rest, kind, untilText, field, priceText: limit };
  return kind === 'market' ? { ...next, priceText: protection, limitText: limit } : next;
}

/** The next of the ends that are offered for a `gtd` order. */
export function cycleUntil(ticket: Ticket, time: LocalTime): Ticket {
  return { ...ticket, untilText: nextUntil(ticket.untilText, time), isFresh: true };
}

export function togglePostOnly(ticket: Ticket): Ticket {
  return { ...ticket, postOnly: !ticket.postOnly };
}
