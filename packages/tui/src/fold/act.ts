/** What each action does to the state, and what it asks of the world. Pure. */
import type { Side } from '@wattlot/core';
import { cancel, cancelHere, stopSigning } from './act-cancel.ts';
import { go, replay, scrollWhy, typeWhere, why } from '../replay/act.ts';
import { actOperator } from '../operator/act.ts';
import { listWithRows } from '../operator/lists.ts';
import {
  askAmount,
  chooseCommand,
  confirmAmount,
  moveAmountField,
  moveInList,
  nextMarket,
  openScreen,
  scrollMax,
  typeText,
  withFilter,
} from './act-screens.ts';
import { amend, arm, changeKind, changeUntil, confirm, open } from '../order/act.ts';
import { size, stepPrice, withTicket } from '../order/act.ts';
import { bestOf } from '../market/book.ts';
import { commandsOf } from '../keymap/commands.ts';
import { copyRow } from './copy.ts';
import { moveCursor, recentre } from '../market/ladder.ts';
import { footRows, headRows } from './layout.ts';
import { cancelWaitMs } from '../limits.ts';
import { withNotice } from './notices.ts';
import { helpScrollMax } from '../panes/help.ts';
import { marketOf, sightOf, withoutOverlay } from './state.ts';
import type { State } from './state.ts';
import type { Action } from '../keymap/action.ts';
import type { Effect, Moment, Step } from './messages.ts';
import { t } from '../text/language.ts';
import { eraseCharacter, moveField, togglePostOnly, typeCharacter } from '../order/ticket.ts';
import { liveOrders } from './view.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

/** `steps` up: to higher prices, or to rows higher in the list. */
function move(state: State, steps: number): State {
  if (state.screen !== 'ladder' || state.pane === 'orders') return moveInList(state, steps);
  const sight = sightOf(state);
  const { cursor } = state.ladder;
  if (sight === undefined || cursor === undefined) return state;
  const price = cursor + steps * sight.instrument.tick;
  return { ...state, ladder: moveCursor(state.ladder, sight, price) };
}

function page(state: State, direction: 1 | -1): State {
  const ofScreen = state.rows - headRows - footRows;
  const rows = state.screen === 'ladder' ? (sightOf(state)?.rows ?? 2) : ofScreen;
  return move(state, direction * Math.max(1, Math.floor(rows / 2)));
}

function toBest(state: State, side: Side): State {
  if (state.screen !== 'ladder' || state.pane === 'orders') {
    return moveInList(state, side === 'ask' ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER);
  }
  const sight = sightOf(state);
  if (sight === undefined) return state;
  const best = bestOf(marketOf(state)?.book, side) ?? sight.reference;
  return { ...state, ladder: moveCursor(state.ladder, sight, best) };
}

function close(state: State): State {
  const { overlay, ticket, ...rest } = state;
  if (overlay !== undefined) {
    const below = ticket === undefined ? rest : { ...rest, ticket };
    return overlay.kind === 'filter' ? withFilter(below, '') : below;
  }
  const closed: State = rest;
  return ticket?.phase.kind === 'editing' || ticket?.phase.kind === 'lost'
    ? closed
    : withNotice(
        closed,
        'plain',
        t(state.language, 'Ticket closed; the order stays on its way, news of it will show here'),
      );
}

function quit(state: State): Step {
  const isAsked = state.overlay?.kind === 'quit' || state.overlay?.kind === 'leaving';
  // What is seen of a recorded day was over long ago.
  const isOver = state.replay !== undefined;
  if (isAsked || isOver || liveOrders(state.view).length === 0) {
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

function scroll(state: State, by: number): State {
  if (state.overlay?.kind === 'why') return scrollWhy(state, by);
  if (state.overlay?.kind !== 'help') {
    return { ...state, scroll: Math.min(scrollMax(state), Math.max(0, state.scroll + by)) };
  }
  const { filter: text, scroll: from } = state.overlay;
  const most = helpScrollMax(state, text, state.rows - headRows - footRows);
  const to = Math.min(most, Math.max(0, from + by));
  return { ...state, overlay: { kind: 'help', filter: text, scroll: to } };
}

function typed(state: State, change: (text: string) => string): State {
  return state.overlay?.kind === 'go' ? typeWhere(state, change) : typeText(state, change);
}

/** Runs the chosen command as its key would; but a command never sends an order without its ticket. */
function run(state: State, moment: Moment): Step {
  if (state.overlay?.kind !== 'palette') return only(state);
  const binding = commandsOf(state)[state.overlay.index];
  const below = withoutOverlay(state);
  // Nobody orders without the ladder in sight.
  const isElsewhere = binding?.context === 'ladder' && below.screen !== 'ladder';
  const closed = isElsewhere ? openScreen(below, 'ladder').state : below;
  const [key] = binding?.keys ?? [];
  if (binding === undefined || key === undefined) return only(closed);
  const reason = binding.disabled?.(closed);
  if (reason !== undefined) {
    return only(withNotice(closed, 'plain', `${t(state.language, binding.help)}: ${reason}`));
  }
  const action = binding.act(key);
  const { armedUntil: _gone, ...safe } = closed;
  return act(action.kind === 'open' ? safe : closed, action, moment);
}

/** Where a filter of the operator's lists leaves nothing in the one that keys act on, they act on the one where it found something. */
function withFound(state: State): State {
  const { operator, screen } = state;
  if (operator === undefined || screen !== 'operator') return state;
  return { ...state, operator: { ...operator, list: listWithRows(state, operator.list) } };
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
      return open(state, action, moment);
    case 'type':
      return only(withTicket(state, (ticket) => typeCharacter(ticket, action.character)));
    case 'erase':
      return only(withTicket(state, eraseCharacter));
    case 'field':
      return only(withTicket(state, (ticket) => moveField(ticket, action.by)));
    case 'step-price':
      return only(stepPrice(state, action.by));
    case 'amend':
      return amend(state, moment);
    case 'order-kind':
      return only(changeKind(state));
    case 'until':
      return only(changeUntil(state));
    case 'post-only':
      return only(withTicket(state, togglePostOnly));
    case 'confirm':
      return confirm(state);
    case 'close':
      return only(close(state));
    case 'cancel':
      return cancelHere(state);
    case 'stop':
      return state.replay === undefined ? stopSigning(state) : replay(state, { kind: 'stop' });
    case 'cancel-market':
      return cancel(state, liveOrders(state.view, state.symbol), 'in this market');
    case 'cancel-all':
      return cancel(state, liveOrders(state.view), 'everywhere');
    case 'screen':
      return openScreen(state, action.screen);
    case 'market':
      return only(nextMarket(state, action.by));
    case 'arm':
      return only(arm(state));
    case 'palette':
      return only({ ...state, overlay: { kind: 'palette', filter: '', index: 0 } });
    case 'choose':
      return only(chooseCommand(state, action.by, commandsOf(state).length));
    case 'run':
      return run(state, moment);
    case 'filter-list':
      return only({ ...state, overlay: { kind: 'filter' } });
    case 'keep-filter':
      return only(withFound(withoutOverlay(state)));
    case 'ask-amount':
      return only(askAmount(state, action.request, moment));
    case 'amount-field':
      return only(moveAmountField(state));
    case 'amount-confirm':
      return confirmAmount(state);
    case 'operator':
      return actOperator(state, action.action);
    case 'hide':
      return only({ ...state, areAmountsHidden: !state.areAmountsHidden });
    case 'copy':
      return copyRow(state);
    case 'chart':
      return only({ ...state, isLineChart: !state.isLineChart });
    case 'help':
      return only({ ...state, overlay: { kind: 'help', filter: '', scroll: 0 } });
    case 'filter':
      return only(typed(state, (text) => text + action.character));
    case 'unfilter':
      return only(typed(state, (text) => [...text].slice(0, -1).join('')));
    case 'scroll':
      return only(scroll(state, action.by));
    case 'replay':
      return replay(state, action.command);
    case 'ask-where':
      return only({ ...state, overlay: { kind: 'go', text: '' } });
    case 'go':
      return go(state);
    case 'why':
      return why(state);
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
