/** The whole terminal as a fold: a state and one input give the next state and what is to be done. Time and chance come with the moment. */
import type { ClientEvent } from '@wattlot/client';
import { act } from './act.ts';
import { onReplay, onStory } from '../replay/act.ts';
import { isWithin } from '../keymap/binding.ts';
import type { KeyContext } from '../keymap/binding.ts';
import { bindingOf, contextOf } from '../keymap/index.ts';
import { labelOf } from '../keymap/labels.ts';
import type { Key } from '../screen/keys.ts';
import { resizeLadder, settleLadder } from '../market/ladder.ts';
import { awaitsEcoin, onEcoinRequests } from '../wallet/ecoin-requests.ts';
import { barRowsOf } from './layout.ts';
import { operatorAwayReadMs, walletReadMs } from '../limits.ts';
import { withLog } from './log.ts';
import type { LogEntry } from './log.ts';
import { newsOf, withHint, withNotice, withoutHints } from './notices.ts';
import { onAmended, onAnswered, onCancelled, onPlaced } from './outcomes.ts';
import {
  onOperated,
  onOperatorFault,
  onReading,
  readOperatorInTime,
} from '../operator/outcomes.ts';
import { onProgress } from './signing.ts';
import { sightOf, timeOf } from './state.ts';
import { withArrival, withSuspension } from './standing.ts';
import type { State } from './state.ts';
import type { Effect, Input, Moment, Step } from './messages.ts';
import { countedIn, t } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import { connectionWord, foldEvent } from './view.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

/** What a key that means nothing is told. */
function strayText(
  { language, ...state }: State,
  context: KeyContext,
  key: Key,
): string | undefined {
  if (context === 'ticket') {
    return key.length === 1
      ? t(language, '{key}: a ticket is open; Esc closes it', { key })
      : undefined;
  }
  const help = state.keymap.find(({ id }) => id === 'help')?.label ?? '?';
  return isWithin(context, 'screens')
    ? t(language, '{key}: no key here; {help} lists them', { key: labelOf(key), help })
    : undefined;
}

function onKey(before: State, key: Key, moment: Moment): Step {
  const state = withoutHints(before);
  if (key === 'paste') {
    const text = t(state.language, 'Pasted text is ignored: orders are typed by hand');
    return only(withHint(state, text));
  }
  const context = contextOf(state);
  const binding = bindingOf(state.keymap, context, key);
  if (binding === undefined) {
    const text = strayText(state, context, key);
    return only(text === undefined ? state : withHint(state, text));
  }
  const reason = binding.disabled?.(state);
  if (reason !== undefined) return only(withHint(state, `${binding.label}: ${reason}`));
  return act(state, binding.act(key), moment);
}

/** News of own orders, unless they are the exchange's list of what there is. */
function withNews(before: State, after: State, event: ClientEvent): State {
  if (event.kind !== 'orders' || event.snapshot) return after;
  let state = after;
  for (const order of event.orders) {
    const market = after.view.markets.get(order.symbol);
    if (market === undefined) continue;
    const past = before.view.orders.get(order.order);
    const wording = { instrument: market.instrument, isDiscreet: false, language: after.language };
    const discreet = newsOf({ ...wording, isDiscreet: true }, past, order);
    for (const [index, { tone, text }] of newsOf(wording, past, order).entries()) {
      state = withNotice(state, tone, text, discreet[index]?.text);
    }
  }
  return state;
}

/** What everybody's trades and the connection add to the log. */
function logged(before: State, after: State, event: ClientEvent): State {
  const { language, view } = after;
  const now = timeOf(after);
  if (event.kind === 'trades' && !event.snapshot) {
    const entries = event.trades.flatMap((trade): LogEntry[] => {
      const instrument = view.markets.get(trade.symbol)?.instrument;
      if (instrument === undefined) return [];
      const text = t(language, '{market}: {side} {lots} at {price}', {
        market: printable(trade.symbol, 24),
        side: t(language, trade.side === 'bid' ? 'bought' : 'sold'),
        lots: countedIn(language, trade.volume, 'lot'),
        price: priceText(instrument, trade.price),
      });
      return [{ source: 'market', tone: 'plain', text, discreet: text, at: now }];
    });
    return withLog(after, ...entries);
  }
  if (event.kind !== 'connection') return after;
  const { state, reason } = view.connection;
  const was = before.view.connection;
  if (state === was.state && reason === was.reason) return after;
  // Each channel that comes is no news of its own.
  if (view.connection.loaded !== undefined && was.loaded !== undefined) return after;
  const word = connectionWord(view.connection);
  const text = word === 'LIVE' ? word : `${word} ${reason}`;
  const tone = word === 'LIVE' ? 'good' : word === 'WAIT' ? 'plain' : 'bad';
  return withLog(after, { source: 'link', tone, text, discreet: text, at: now });
}

/** Whoever loses the connection is SAFE when it comes back. */
function disarmed(state: State): State {
  if (state.armedUntil === undefined || state.view.connection.state === 'live') return state;
  const { armedUntil: _gone, ...safe } = state;
  return withNotice(safe, 'bad', t(state.language, 'SAFE: the connection was lost'));
}

function onEvent(state: State, event: ClientEvent, moment: Moment): State {
  const view = foldEvent(state.view, event, moment.now);
  const first = state.symbol ?? view.markets.keys().next().value;
  const folded = { ...state, view, ...(first === undefined ? {} : { symbol: first }) };
  if (event.kind === 'reconciled') {
    const { clientOrderId, outcome } = event;
    return onPlaced(folded, { clientOrderId, outcome, isLast: true }, moment);
  }
  if (event.kind === 'amendment') return onAmended(folded, event.order, event.outcome, true);
  const news = withNews(state, disarmed(logged(state, folded, event)), event);
  return withArrival(withSuspension(state, news, event));
}

function onTick(before: State, offsetMinutes: number): Step {
  const state = expired({ ...before, offsetMinutes });
  if (state.overlay?.kind === 'leaving' && state.now >= state.overlay.until) {
    return { state, effects: [{ kind: 'leave' }] };
  }
  if (state.operator !== undefined) return readOperatorInTime(state);
  const isInSight = state.screen === 'wallet' && !state.isReadOnly;
  // Whoever waits for ecoin is told wherever he looks.
  const every = isInSight ? walletReadMs : awaitsEcoin(state) ? operatorAwayReadMs : undefined;
  const since = state.now - (state.walletAskedAt ?? -Infinity);
  if (every === undefined || since < every) return only(state);
  return { state: { ...state, walletAskedAt: state.now }, effects: [{ kind: 'read-wallet' }] };
}

/** ARMED ends by itself. */
function expired(state: State): State {
  if (state.armedUntil === undefined || state.now < state.armedUntil) return state;
  const { armedUntil: _gone, ...safe } = state;
  return withNotice(safe, 'plain', t(state.language, 'SAFE: each order asks first'));
}

function onWallet(state: State, input: Extract<Input, { readonly kind: 'wallet' }>): State {
  const { walletFault: _gone, ...rest } = state;
  return { ...rest, wallet: input.summary };
}

function onResize(before: State, columns: number, rows: number): State {
  const barRows = barRowsOf(rows, before.replay !== undefined);
  const state = { ...before, columns, rows: rows - barRows, barRows };
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
      return only(onPlaced(state, input, moment));
    case 'amended':
      return only(onAmended(state, input.order, input.outcome));
    case 'cancelled':
      return onCancelled(state, input.order, input.outcome);
    case 'progress':
      return only(onProgress(state, input.progress));
    case 'wallet':
      return only(onWallet(state, input));
    case 'wallet-fault':
      return only({ ...state, walletFault: printable(input.reason) });
    case 'answered':
      return onAnswered(state, input);
    case 'replay':
      return onReplay(state, input.told);
    case 'story':
      return only(onStory(state, input));
    case 'account':
      return only({ ...state, name: printable(input.name, 32), isReadOnly: input.isReadOnly });
    case 'ecoin-requests':
      return only(onEcoinRequests(state, input.requests));
    case 'operator':
      return only(onReading(state, input.reading));
    case 'operator-fault':
      return only(onOperatorFault(state, input.reason));
    case 'operated':
      return onOperated(state, input);
    case 'tick':
      return onTick(state, input.offsetMinutes);
    case 'resize':
      return only(onResize(state, input.columns, input.rows));
  }
}

/** Whoever looks at another market wants to know the places of the orders there, his own among them. */
function followed(before: State, { symbol }: State): readonly Effect[] {
  if (symbol === undefined || symbol === before.symbol) return [];
  return [{ kind: 'follow-queue', symbol }];
}

/** The next state. Whatever changed, the ladder's cursor and rows fit the book and the window again. */
export function step(before: State, input: Input, moment: Moment): Step {
  const taken = take({ ...before, now: moment.now }, input, moment);
  const { state } = taken;
  const effects = [...taken.effects, ...followed(before, state)];
  const sight = sightOf(state);
  if (sight === undefined) return { state, effects };
  // While a ticket is open, nothing may move the prices under it but its own keys.
  const ladder = settleLadder(
    state.ticket === undefined ? state.ladder : { ...state.ladder, follows: false },
    sight,
  );
  return { state: { ...state, ladder: { ...ladder, follows: state.ladder.follows } }, effects };
}
