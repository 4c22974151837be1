/** What each action does to the state, and what it asks of the world. Pure. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from './book.ts';
import { cancelTargets } from './keymap/binding.ts';
import { moveCursor, recentre } from './ladder.ts';
import { footRows, headRows } from './layout.ts';
import { cancelWaitMs, filterCharactersMax } from './limits.ts';
import { orderText, withNotice } from './notices.ts';
import { helpScrollMax } from './panes/help.ts';
import { marketOf, sightOf } from './state.ts';
import type { Action, Effect, Moment, State, Step } from './state.ts';
import { counted, priceText } from './text/number.ts';
import {
  cycleTimeInForce,
  eraseCharacter,
  moveField,
  openTicket,
  previewOf,
  priceOf,
  stepVolume,
  togglePostOnly,
  typeCharacter,
  volumeOf,
  withPrice,
} from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { listedOrders, liveOrders } from './view.ts';
import type { OwnOrder } from '@wattlot/client';

function only(state: State): Step {
  return { state, effects: [] };
}

function moveSelection(state: State, rows: number): State {
  if (state.symbol === undefined) return state;
  const listed = listedOrders(state.view, state.symbol);
  const index = Math.max(
    0,
    listed.findIndex(({ order }) => order === state.selected),
  );
  const next = listed[Math.min(listed.length - 1, Math.max(0, index - rows))];
  return next === undefined ? state : { ...state, selected: next.order };
}

/** `steps` up: to higher prices, or to orders higher in the list. */
function move(state: State, steps: number): State {
  if (state.pane === 'orders') return moveSelection(state, steps);
  const sight = sightOf(state);
  const { cursor } = state.ladder;
  if (sight === undefined || cursor === undefined) return state;
  const price = cursor + steps * sight.instrument.tick;
  return { ...state, ladder: moveCursor(state.ladder, sight, price) };
}

function page(state: State, direction: 1 | -1): State {
  const rows = sightOf(state)?.rows ?? 2;
  return move(state, direction * Math.max(1, Math.floor(rows / 2)));
}

function toBest(state: State, side: Side): State {
  if (state.pane === 'orders') {
    return moveSelection(
      state,
      side === 'ask' ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER,
    );
  }
  const sight = sightOf(state);
  if (sight === undefined) return state;
  const best = bestOf(marketOf(state)?.book, side) ?? sight.reference;
  return { ...state, ladder: moveCursor(state.ladder, sight, best) };
}

function open(state: State, side: Side, at: 'cursor' | 'best', moment: Moment): State {
  const market = marketOf(state);
  if (market === undefined) return state;
  const best = at === 'best' ? bestOf(market.book, oppositeOf(side)) : undefined;
  const price = best ?? state.ladder.cursor;
  if (price === undefined) return state;
  const ticket = openTicket(market.instrument, {
    clientOrderId: moment.mintClientOrderId(),
    side,
    volume: Math.min(state.lots, market.instrument.volumeMax),
    price,
    timeInForce: at === 'best' ? 'ioc' : 'gtc',
  });
  return { ...state, ticket };
}

function withTicket(state: State, change: (ticket: Ticket) => Ticket): State {
  return state.ticket === undefined ? state : { ...state, ticket: change(state.ticket) };
}

function size(state: State, by: number): State {
  if (state.ticket?.field === 'price') return stepPrice(state, by);
  if (state.ticket !== undefined) return withTicket(state, (ticket) => stepVolume(ticket, by));
  const most = marketOf(state)?.instrument.volumeMax ?? Number.MAX_SAFE_INTEGER;
  return { ...state, lots: Math.min(most, Math.max(1, state.lots + by)) };
}

function stepPrice(state: State, by: number): State {
  const sight = sightOf(state);
  if (sight === undefined || state.ticket === undefined) return state;
  const { instrument } = sight;
  const from = priceOf(instrument, state.ticket) ?? state.ladder.cursor ?? sight.reference;
  const ladder = moveCursor(state.ladder, sight, from + by * instrument.tick);
  const price = ladder.cursor ?? from;
  return withTicket({ ...state, ladder }, (ticket) => withPrice(ticket, instrument, price));
}

function confirm(state: State): Step {
  const market = marketOf(state);
  const { ticket, view } = state;
  if (market === undefined || ticket === undefined) return only(state);
  const isDiscreet = state.areAmountsHidden;
  const preview = previewOf(ticket, { market, view, isDiscreet });
  const { wish, problem = 'this order cannot be sent' } = preview;
  if (wish === undefined) return only(withNotice(state, 'bad', `Not sent: ${problem}`));
  return {
    state: {
      ...state,
      lots: volumeOf(ticket) ?? state.lots,
      ticket: { ...ticket, phase: { kind: 'sending' } },
    },
    effects: [{ kind: 'place', wish }],
  };
}

function close(state: State): State {
  const { overlay, ticket, ...rest } = state;
  if (overlay !== undefined) return ticket === undefined ? rest : { ...rest, ticket };
  const closed: State = rest;
  return ticket?.phase.kind === 'editing'
    ? closed
    : withNotice(
        closed,
        'plain',
        'Ticket closed; the order stays on its way, news of it will show here',
      );
}

function cancel(state: State, orders: readonly OwnOrder[], what: string): Step {
  const effects = orders.map(({ order }): Effect => ({ kind: 'cancel', order }));
  const cancelling = new Set([...state.cancelling, ...orders.map(({ order }) => order)]);
  const [sole] = orders;
  const instrument =
    sole === undefined ? undefined : state.view.markets.get(sole.symbol)?.instrument;
  const saying = (isDiscreet: boolean): string =>
    orders.length !== 1 || sole === undefined || instrument === undefined
      ? `Cancelling ${counted(orders.length, 'order')} ${what}`
      : `Cancelling your ${orderText(instrument, sole, sole.remaining, isDiscreet)}`;
  return {
    state: withNotice({ ...state, cancelling }, 'plain', saying(false), saying(true)),
    effects,
  };
}

function cancelHere(state: State): Step {
  const targets = cancelTargets(state);
  const market = marketOf(state);
  const price = targets[0]?.price;
  if (market === undefined || price === undefined) return only(state);
  // The selection stays with its order, whatever place the list gives it.
  const [first] = targets;
  const isListed = state.pane === 'orders' && first !== undefined;
  const held = isListed ? { ...state, selected: first.order } : state;
  return cancel(held, targets, `at ${priceText(market.instrument, price)}`);
}

function quit(state: State): Step {
  const isAsked = state.overlay?.kind === 'quit' || state.overlay?.kind === 'leaving';
  if (isAsked || liveOrders(state.view).length === 0) {
    return { state, effects: [{ kind: 'leave' }] };
  }
  return only({ ...state, overlay: { kind: 'quit' } });
}

function quitCancelling(state: State): Step {
  const waiting = liveOrders(state.view).map(({ order }) => order);
  return {
    state: { ...state, overlay: { kind: 'leaving', waiting, until: state.now + cancelWaitMs } },
    effects: waiting.map((order): Effect => ({ kind: 'cancel', order })),
  };
}

function filter(state: State, change: (text: string) => string): State {
  if (state.overlay?.kind !== 'help') return state;
  const text = change(state.overlay.filter).slice(0, filterCharactersMax);
  return { ...state, overlay: { kind: 'help', filter: text, scroll: 0 } };
}

function scroll(state: State, by: number): State {
  if (state.overlay?.kind !== 'help') return state;
  const { filter: text, scroll: from } = state.overlay;
  const most = helpScrollMax(text, state.rows - headRows - footRows);
  const to = Math.min(most, Math.max(0, from + by));
  return { ...state, overlay: { kind: 'help', filter: text, scroll: to } };
}

function nextPane(state: State, pane: State['pane'] | 'next'): State {
  const other = state.pane === 'ladder' ? 'orders' : 'ladder';
  return { ...state, pane: pane === 'next' ? other : pane };
}

/** Carries out an action that its binding has not disabled. */
export function act(state: State, action: Action, moment: Moment): Step {
  switch (action.kind) {
    case 'move':
      return only(move(state, action.by));
    case 'page':
      return only(page(state, action.direction));
    case 'best':
      return only(toBest(state, action.side));
    case 'recentre': {
      const sight = sightOf(state);
      return only(sight === undefined ? state : { ...state, ladder: recentre(sight) });
    }
    case 'focus':
      return only(nextPane(state, action.pane));
    case 'size':
      return only(size(state, action.by));
    case 'open':
      return only(open(state, action.side, action.at, moment));
    case 'type':
      return only(withTicket(state, (ticket) => typeCharacter(ticket, action.character)));
    case 'erase':
      return only(withTicket(state, eraseCharacter));
    case 'field':
      return only(withTicket(state, (ticket) => moveField(ticket, action.by)));
    case 'step-price':
      return only(stepPrice(state, action.by));
    case 'time-in-force':
      return only(withTicket(state, cycleTimeInForce));
    case 'post-only':
      return only(withTicket(state, togglePostOnly));
    case 'confirm':
      return confirm(state);
    case 'close':
      return only(close(state));
    case 'cancel':
      return cancelHere(state);
    case 'cancel-market':
      return cancel(state, liveOrders(state.view, state.symbol), 'in this market');
    case 'cancel-all':
      return cancel(state, liveOrders(state.view), 'everywhere');
    case 'hide':
      return only({ ...state, areAmountsHidden: !state.areAmountsHidden });
    case 'help':
      return only({ ...state, overlay: { kind: 'help', filter: '', scroll: 0 } });
    case 'filter':
      return only(filter(state, (text) => text + action.character));
    case 'unfilter':
      return only(filter(state, (text) => text.slice(0, -1)));
    case 'scroll':
      return only(scroll(state, action.by));
    case 'repaint':
      return { state, effects: [{ kind: 'repaint' }] };
    case 'quit':
      return quit(state);
    case 'quit-keep':
      return { state, effects: [{ kind: 'leave' }] };
    case 'quit-cancel':
      return quitCancelling(state);
  }
}
