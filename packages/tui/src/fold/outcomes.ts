/** What the exchange answered to what was asked of it. */
import type { Outcome } from '@wattlot/client';
import { refusalErrors } from '@wattlot/client/frames';
import type { OrderId } from '@wattlot/core';
import { openScreen } from './act-screens.ts';
import { orderText, withNotice } from './notices.ts';
import type { Wording } from './notices.ts';
import { afterAnswer, afterYes, withoutAwaited } from './standing.ts';
import { marketOf } from './state.ts';
import type { State } from './state.ts';
import type { Input, Moment, Step } from './messages.ts';
import { t } from '../text/language.ts';
import { printable } from '../text/printable.ts';
import { priceOf, volumeOf } from '../order/ticket.ts';
import type { Ticket, TicketPhase } from '../order/ticket.ts';
import type { Market } from './view.ts';
import { refusalText } from '../text/words.ts';

/** An answer about an order that was sent. */
export interface Placed {
  readonly clientOrderId: string;
  readonly outcome: Outcome<{ readonly order: OrderId }>;
  readonly isLast?: boolean;
}

function only(state: State): Step {
  return { state, effects: [] };
}

/** The ticket that carried this id in its new phase; a refused id is spent, so a new one takes its place. */
function withPhase(state: State, clientOrderId: string, phase: TicketPhase, moment: Moment): State {
  const { ticket } = state;
  if (ticket?.clientOrderId !== clientOrderId) return state;
  const id = phase.kind === 'editing' ? moment.mintClientOrderId() : clientOrderId;
  return { ...state, ticket: { ...ticket, clientOrderId: id, phase } };
}

function withoutTicket(state: State, clientOrderId: string): State {
  if (state.ticket?.clientOrderId !== clientOrderId) return state;
  const { ticket: _gone, ...rest } = state;
  return rest;
}

function ticketText(
  { ticket, market }: { readonly ticket: Ticket; readonly market: Market },
  wording: Omit<Wording, 'instrument'>,
): string {
  const { instrument } = market;
  const price = priceOf(instrument, ticket);
  if (price === undefined) return t(wording.language, 'your order');
  const order = { side: ticket.side, price };
  return orderText({ ...wording, instrument }, order, volumeOf(ticket) ?? 0);
}

/** Nobody will ask about it any more. The ticket stays and says so, under the id that was sent: only a new ticket makes a new order. */
function withLostOrder(state: State, clientOrderId: string, told: string, moment: Moment): State {
  const reason = printable(told);
  const lost = withPhase(state, clientOrderId, { kind: 'lost', reason }, moment);
  return withNotice(lost, 'bad', t(state.language, 'Not on the book: {reason}', { reason }));
}

/** What became of an order. `isLast`: the client asks no more, whatever the outcome. */
export function onPlaced(
  before: State,
  { clientOrderId, outcome, isLast = false }: Placed,
  moment: Moment,
): State {
  const state = afterAnswer(before, outcome);
  switch (outcome.kind) {
    case 'yes': {
      const closed = withoutTicket(state, clientOrderId);
      const { order } = outcome.value;
      // Its own news may have come first, and says more.
      const isTold = (state.view.orders.get(order)?.status ?? 'pending') !== 'pending';
      if (isTold) return closed;
      const { ticket } = state;
      const market = marketOf(state);
      const isIts = ticket?.clientOrderId === clientOrderId;
      const typed = isIts && market !== undefined ? { ticket, market } : undefined;
      const { language } = state;
      const saying = (isDiscreet: boolean): string => {
        const what =
          typed === undefined
            ? t(language, 'your order')
            : ticketText(typed, { isDiscreet, language });
        return t(language, 'Accepted: {order}; the wallet signs it', { order: what });
      };
      return withNotice(closed, 'plain', saying(false), saying(true));
    }
    case 'no': {
      const refusal = refusalText(outcome.error, state.language);
      const open = withPhase(state, clientOrderId, { kind: 'editing', refusal }, moment);
      return withNotice(open, 'bad', t(state.language, 'Refused: {refusal}', { refusal }));
    }
    case 'unknown': {
      if (isLast) return withLostOrder(state, clientOrderId, outcome.reason, moment);
      const open = withPhase(state, clientOrderId, { kind: 'unknown' }, moment);
      const text = t(state.language, 'No answer ({reason}): asked again when LIVE, cannot double', {
        reason: printable(outcome.reason),
      });
      return withNotice(open, 'bad', text);
    }
  }
}

/** The ticket that changes this order and was sent, if it is open still. */
function sentAmendment({ ticket }: State, order: OrderId): Ticket | undefined {
  return ticket?.amends === order && ticket.phase.kind !== 'editing' ? ticket : undefined;
}

function amendedText(state: State, order: OrderId, isDiscreet: boolean): string {
  const ticket = sentAmendment(state, order);
  const market = marketOf(state);
  return ticket === undefined || market === undefined
    ? nameOf(state, order, isDiscreet)
    : ticketText({ ticket, market }, { isDiscreet, language: state.language });
}

/** What became of an amendment. A refused one leaves the order as it is. `isLast`: the client asks no more, whatever the outcome. */
export function onAmended(
  before: State,
  order: OrderId,
  outcome: Outcome<null>,
  isLast = false,
): State {
  const state = afterAnswer(before, outcome);
  const { language } = state;
  const ticket = sentAmendment(state, order);
  const within = (phase: TicketPhase): State =>
    ticket === undefined ? state : { ...state, ticket: { ...ticket, phase } };
  switch (outcome.kind) {
    case 'yes': {
      const [text, discreet] = [false, true].map((isDiscreet) =>
        t(language, 'Changed: {order}', { order: amendedText(state, order, isDiscreet) }),
      );
      const { ticket: _gone, ...closed } = state;
      return withNotice(ticket === undefined ? state : closed, 'good', text ?? '', discreet);
    }
    case 'no': {
      const refusal = refusalText(outcome.error, language);
      const text = t(language, 'Not changed: {refusal}', { refusal });
      return withNotice(within({ kind: 'editing', refusal }), 'bad', text);
    }
    case 'unknown': {
      const reason = printable(outcome.reason);
      return isLast
        ? withNotice(
            within({ kind: 'lost', reason }),
            'bad',
            t(language, 'Not known to be changed: {reason}', { reason }),
          )
        : withNotice(
            within({ kind: 'unknown' }),
            'bad',
            t(language, 'No answer ({reason}): asked again when LIVE, cannot double', { reason }),
          );
    }
  }
}

/** What became of a cancel; whoever waits for it to leave may go. */
export function onCancelled(state: State, order: OrderId, outcome: Outcome<null>): Step {
  const { overlay } = state;
  const told = cancelNotice(state, order, outcome);
  if (overlay?.kind !== 'leaving') return only(told);
  const waiting = overlay.waiting.filter((one) => one !== order || outcome.kind === 'unknown');
  return {
    state: { ...told, overlay: { ...overlay, waiting } },
    effects: waiting.length === 0 ? [{ kind: 'leave' }] : [],
  };
}

function nameOf({ view, language }: State, id: OrderId, isDiscreet: boolean): string {
  const order = view.orders.get(id);
  const instrument = order === undefined ? undefined : view.markets.get(order.symbol)?.instrument;
  if (order === undefined || instrument === undefined) return t(language, 'order');
  const lots = order.remaining > 0 ? order.remaining : order.volume;
  return orderText({ instrument, isDiscreet, language }, order, lots);
}

function cancelNotice(before: State, order: OrderId, outcome: Outcome<null>): State {
  if (outcome.kind === 'yes') return before;
  const { language } = before;
  const names = [nameOf(before, order, false), nameOf(before, order, true)] as const;
  // It was done before the cancel came: what it was asked for is so.
  if (outcome.kind === 'no' && outcome.error === refusalErrors.unknown_order) {
    const [text, discreet] = names.map((name) =>
      t(language, 'Already done or cancelled: your {order}', { order: name }),
    );
    return withNotice(before, 'plain', text ?? '', discreet);
  }
  const cancelling = new Set(before.cancelling);
  cancelling.delete(order);
  const [text, discreet] = names.map((name) =>
    outcome.kind === 'no'
      ? t(language, 'Not cancelled: {reason} ({order})', {
          order: name,
          reason: refusalText(outcome.error, language),
        })
      : t(language, 'No answer about your {order}: press x again when LIVE', { order: name }),
  );
  return withNotice({ ...before, cancelling }, 'bad', text ?? '', discreet);
}

/** What became of a request of the wallet screen. */
export function onAnswered(
  state: State,
  { request, outcome }: Extract<Input, { readonly kind: 'answered' }>,
): Step {
  const { language } = state;
  const say = (tone: 'good' | 'bad', text: string): State =>
    withNotice(state, tone, text, text, 'wallet');
  switch (outcome.kind) {
    case 'yes': {
      const text =
        request === 'ecoin'
          ? t(language, 'The operator has the request; ecoin comes when it is approved')
          : t(language, 'Issued; it shows after the next block');
      const told = afterYes(state, request, (to) => withNotice(to, 'good', text, text, 'wallet'));
      return state.screen === 'wallet' ? openScreen(told, 'wallet') : only(told);
    }
    case 'no':
      return only(
        withoutAwaited(
          say(
            'bad',
            t(language, 'Refused: {refusal}', { refusal: refusalText(outcome.error, language) }),
          ),
        ),
      );
    case 'unknown':
      return only(
        say('bad', t(language, 'No answer ({reason})', { reason: printable(outcome.reason) })),
      );
  }
}
