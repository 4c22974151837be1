/** The whole terminal as a fold: a state and one input give the next state and what is to be done. Time and chance come with the moment. */
import type { ClientEvent, Outcome } from '@wattlot/client';
import { refusalErrors } from '@wattlot/client/frames';
import type { OrderId } from '@wattlot/core';
import { act } from './act.ts';
import { bindingOf, contextOf } from './keymap/index.ts';
import type { Key } from './keys.ts';
import { resizeLadder, settleLadder } from './ladder.ts';
import { newsOf, orderText, withNotice } from './notices.ts';
import { marketOf, sightOf } from './state.ts';
import type { Input, Moment, State, Step } from './state.ts';
import { printable } from './text/printable.ts';
import { priceOf, volumeOf } from './ticket.ts';
import type { Ticket, TicketPhase } from './ticket.ts';
import { foldEvent } from './view.ts';
import type { Market } from './view.ts';
import { refusalText } from './words.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

function onKey(state: State, key: Key, moment: Moment): Step {
  if (key === 'paste') {
    return only(withNotice(state, 'plain', 'Pasted text is ignored: orders are typed by hand'));
  }
  const binding = bindingOf(contextOf(state), key);
  if (binding === undefined) {
    const isStray = contextOf(state) === 'ticket' && key.length === 1;
    return only(
      isStray ? withNotice(state, 'plain', `${key}: a ticket is open; Esc closes it`) : state,
    );
  }
  const reason = binding.disabled?.(state);
  if (reason !== undefined) return only(withNotice(state, 'plain', `${binding.label}: ${reason}`));
  return act(state, binding.act(key), moment);
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
  isDiscreet: boolean,
): string {
  const price = priceOf(market.instrument, ticket);
  if (price === undefined) return `your ${ticket.side}`;
  const order = { side: ticket.side, price };
  return orderText(market.instrument, order, volumeOf(ticket) ?? 0, isDiscreet);
}

function onPlaced(
  state: State,
  clientOrderId: string,
  outcome: Outcome<{ readonly order: OrderId }>,
  moment: Moment,
): State {
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
      const saying = (isDiscreet: boolean): string => {
        const what = typed === undefined ? 'your order' : ticketText(typed, isDiscreet);
        return `Accepted: ${what}; the wallet signs it`;
      };
      return withNotice(closed, 'plain', saying(false), saying(true));
    }
    case 'no': {
      const refusal = refusalText(outcome.error);
      const open = withPhase(state, clientOrderId, { kind: 'editing', refusal }, moment);
      return withNotice(open, 'bad', `Refused: ${refusal}`);
    }
    case 'unknown': {
      const open = withPhase(state, clientOrderId, { kind: 'unknown' }, moment);
      const text = `No answer (${printable(outcome.reason)}): asked again when LIVE, cannot double`;
      return withNotice(open, 'bad', text);
    }
  }
}

function onCancelled(state: State, order: OrderId, outcome: Outcome<null>): Step {
  const { overlay } = state;
  const told = cancelNotice(state, order, outcome);
  if (overlay?.kind !== 'leaving') return only(told);
  const waiting = overlay.waiting.filter((one) => one !== order || outcome.kind === 'unknown');
  return {
    state: { ...told, overlay: { ...overlay, waiting } },
    effects: waiting.length === 0 ? [{ kind: 'leave' }] : [],
  };
}

function nameOf({ view }: State, id: OrderId, isDiscreet: boolean): string {
  const order = view.orders.get(id);
  const instrument = order === undefined ? undefined : view.markets.get(order.symbol)?.instrument;
  if (order === undefined || instrument === undefined) return 'order';
  const lots = order.remaining > 0 ? order.remaining : order.volume;
  return orderText(instrument, order, lots, isDiscreet);
}

function cancelNotice(before: State, order: OrderId, outcome: Outcome<null>): State {
  if (outcome.kind === 'yes') return before;
  const names = [nameOf(before, order, false), nameOf(before, order, true)] as const;
  // It was done before the cancel came: what it was asked for is so.
  if (outcome.kind === 'no' && outcome.error === refusalErrors.unknown_order) {
    const [text, discreet] = names.map((name) => `Already done or cancelled: your ${name}`);
    return withNotice(before, 'plain', text ?? '', discreet);
  }
  const cancelling = new Set(before.cancelling);
  cancelling.delete(order);
  const [text, discreet] = names.map((name) =>
    outcome.kind === 'no'
      ? `Your ${name} is not cancelled: ${refusalText(outcome.error)}`
      : `No answer about your ${name}: press x again when LIVE`,
  );
  return withNotice({ ...before, cancelling }, 'bad', text ?? '', discreet);
}

/** News of own orders, unless they are the exchange's list of what there is. */
function withNews(before: State, after: State, event: ClientEvent): State {
  if (event.kind !== 'orders' || event.snapshot) return after;
  let state = after;
  for (const order of event.orders) {
    const market = after.view.markets.get(order.symbol);
    if (market === undefined) continue;
    const past = before.view.orders.get(order.order);
    const discreet = newsOf(market.instrument, past, order, true);
    for (const [index, { tone, text }] of newsOf(market.instrument, past, order).entries()) {
      state = withNotice(state, tone, text, discreet[index]?.text);
    }
  }
  return state;
}

function onEvent(state: State, event: ClientEvent, moment: Moment): State {
  const view = foldEvent(state.view, event, moment.now);
  const first = state.symbol ?? view.markets.keys().next().value;
  const folded = { ...state, view, ...(first === undefined ? {} : { symbol: first }) };
  if (event.kind === 'reconciled') {
    return onPlaced(folded, event.clientOrderId, event.outcome, moment);
  }
  return withNews(state, folded, event);
}

function onTick(state: State, offsetMinutes: number): Step {
  const ticked = { ...state, offsetMinutes };
  const isOver = state.overlay?.kind === 'leaving' && state.now >= state.overlay.until;
  return isOver ? { state: ticked, effects: [{ kind: 'leave' }] } : only(ticked);
}

function onResize(before: State, columns: number, rows: number): State {
  const state = { ...before, columns, rows };
  const [was, is] = [sightOf(before), sightOf(state)];
  if (was === undefined || is === undefined) return state;
  return { ...state, ladder: resizeLadder(state.ladder, was, is) };
}

function take(state: State, input: Input, moment: Moment): Step {
  switch (input.kind) {
    case 'key':
      return onKey(state, input.key, moment);
    case 'event':
      return only(onEvent(state, input.event, moment));
    case 'placed':
      return only(onPlaced(state, input.clientOrderId, input.outcome, moment));
    case 'cancelled':
      return onCancelled(state, input.order, input.outcome);
    case 'tick':
      return onTick(state, input.offsetMinutes);
    case 'resize':
      return only(onResize(state, input.columns, input.rows));
  }
}

/** The next state. Whatever changed, the ladder's cursor and rows fit the book and the window again. */
export function step(before: State, input: Input, moment: Moment): Step {
  const { state, effects } = take({ ...before, now: moment.now }, input, moment);
  const sight = sightOf(state);
  if (sight === undefined) return { state, effects };
  // While a ticket is open, nothing may move the prices under it but its own keys.
  const ladder = settleLadder(
    state.ticket === undefined ? state.ladder : { ...state.ladder, follows: false },
    sight,
  );
  return { state: { ...state, ladder: { ...ladder, follows: state.ladder.follows } }, effects };
}
