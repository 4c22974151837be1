/** What a key is: data. And the reasons for which one can do nothing. */
import type { OwnOrder } from '@wattlot/client';
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from '../market/book.ts';
import type { Key } from '../screen/keys.ts';
import { selectedOrder } from '../fold/lists.ts';
import { isInOrders, marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Action } from './action.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { liveOrders } from '../fold/view.ts';

/** Where a key is pressed. `compact`: the window is too small to show what a key would do. */
export const keyContexts = [
  'ladder',
  'markets',
  'orders',
  'wallet',
  'log',
  'operator',
  'ticket',
  'amount',
  'decision',
  'opening',
  'filter',
  'palette',
  'go',
  'why',
  'help',
  'quit',
  'leaving',
  'compact',
] as const;
export type KeyContext = (typeof keyContexts)[number];

/** Where a binding holds: in one place, on the screens that are lists, on every screen that nothing lies over, on all that show a recorded day, or everywhere. */
export type KeyScope = KeyContext | 'lists' | 'screens' | 'replay' | 'any';

const lists: readonly KeyContext[] = ['markets', 'orders', 'wallet', 'log', 'operator'];

/** Whether a binding of this scope holds in a context. */
export function isWithin(context: KeyContext, scope: KeyScope): boolean {
  if (scope === 'any' || scope === context) return true;
  if (scope === 'lists') return lists.includes(context);
  if (scope === 'replay' && context === 'why') return true;
  const isScreen = context === 'ladder' || lists.includes(context);
  return isScreen && (scope === 'screens' || scope === 'replay');
}

/** Labels are the names of keys; all other texts are in English here and are translated where they are shown. */
export interface Binding {
  /** Unique, for tests, key files and documents. */
  readonly id: string;
  readonly context: KeyScope;
  readonly keys: readonly Key[];
  /** The keys as help shows them. */
  readonly label: string;
  /** A word or two for the footer; bindings without it are in the help only. */
  readonly crib?: Message;
  /** The keys as the footer shows them, where one entry stands for several bindings. */
  readonly cribLabel?: string | ((state: State) => string);
  /** One line for the help. */
  readonly help: Message;
  readonly act: (key: Key) => Action;
  /** Why it can do nothing right now; undefined when it can. */
  readonly disabled?: (state: State) => string | undefined;
  /** Takes every other character too: what is typed is text. */
  readonly takesText?: true;
}

/** The same action for each of a binding's keys. */
export function always(action: Action): () => Action {
  return () => action;
}

/** Own live orders that `x` would cancel, those that are being cancelled left out: the one selected in the list, or all at the cursor's price. */
export function cancelTargets(state: State): readonly OwnOrder[] {
  const { symbol, ladder, view, cancelling, screen } = state;
  if (isInOrders(state)) {
    const order = selectedOrder(state);
    return order === undefined || order.status === 'done' || cancelling.has(order.order)
      ? []
      : [order];
  }
  if (symbol === undefined || screen !== 'ladder') return [];
  return liveOrders(view, symbol).filter(
    ({ price, order }) => price === ladder.cursor && !cancelling.has(order),
  );
}

export function withoutMarket(state: State): string | undefined {
  return marketOf(state) === undefined ? t(state.language, 'there is no market yet') : undefined;
}

/** What has been cannot be traded in. */
export function isPast({ replay, language }: State): string | undefined {
  return replay === undefined
    ? undefined
    : t(language, 'this is a recorded day: nothing can be ordered or cancelled in it');
}

export function cannotOpen(state: State): string | undefined {
  const past = isPast(state);
  if (past !== undefined) return past;
  if (state.operator !== undefined) return t(state.language, 'the operator does not trade');
  if (state.isReadOnly) {
    return t(state.language, 'this terminal is read-only: start it with a key to trade');
  }
  return withoutMarket(state);
}

export function cannotTake(side: Side): (state: State) => string | undefined {
  return (state) => {
    const refusal = cannotOpen(state);
    if (refusal !== undefined) return refusal;
    const best = bestOf(marketOf(state)?.book, oppositeOf(side));
    if (best !== undefined) return undefined;
    return t(state.language, side === 'bid' ? 'there is no ask to lift' : 'there is no bid to hit');
  };
}

export function cannotArm(state: State): string | undefined {
  const refusal = cannotOpen(state);
  if (refusal !== undefined) return refusal;
  return state.view.connection.state === 'live'
    ? undefined
    : t(state.language, 'not connected: wait for LIVE');
}

function nothingInList(state: State): string {
  const { language, cancelling } = state;
  const order = selectedOrder(state);
  if (order === undefined) return t(language, 'you have no order');
  const { reason, remaining } = order;
  const isOver = order.status === 'done' && reason !== undefined && remaining === 0;
  if (isOver || cancelling.has(order.order)) return t(language, 'already cancelled');
  return t(language, 'the selected order is done: nothing is left to cancel');
}

export function nothingToCancel(state: State): string | undefined {
  const past = isPast(state);
  if (past !== undefined) return past;
  if (cancelTargets(state).length > 0) return undefined;
  if (isInOrders(state)) return nothingInList(state);
  const market = marketOf(state);
  const { ladder, symbol, view, language, screen } = state;
  if (screen !== 'ladder') return t(language, 'choose an order on the orders screen first');
  const { cursor } = ladder;
  if (liveOrders(view, symbol).some(({ price }) => price === cursor)) {
    return t(language, 'already cancelled');
  }
  if (market === undefined || cursor === undefined) return t(language, 'you have no live order');
  const price = priceText(market.instrument, cursor);
  return t(language, 'you have no live order at {price}', { price });
}

export function nothingLive(state: State): string | undefined {
  const past = isPast(state);
  if (past !== undefined) return past;
  return liveOrders(state.view).length > 0
    ? undefined
    : t(state.language, 'you have no live order');
}

export function isSent({ ticket, language }: State): string | undefined {
  if (ticket?.phase.kind === 'editing') return undefined;
  return ticket?.phase.kind === 'lost'
    ? t(language, 'Esc closes it: look at your orders before you send it anew')
    : t(language, 'the order is on its way; Esc hides it');
}

export function notOnConfirm(state: State): string | undefined {
  return (
    isSent(state) ??
    (state.ticket?.field === 'confirm'
      ? undefined
      : t(state.language, 'Tab to [Confirm], then Enter sends it'))
  );
}

export function notOnNumber(state: State): string | undefined {
  const isConfirm = state.ticket?.field === 'confirm';
  return (
    isSent(state) ??
    (isConfirm ? t(state.language, 'Tab to the lots or the price first') : undefined)
  );
}

export function amountNotOnConfirm({ overlay, language }: State): string | undefined {
  return overlay?.kind === 'amount' && overlay.isOnConfirm
    ? undefined
    : t(language, 'Tab to [Confirm], then Enter sends it');
}

export function cannotFilter({ screen, language }: State): string | undefined {
  return screen === 'ladder' || screen === 'wallet'
    ? t(language, 'this screen has no list to filter')
    : undefined;
}

export function cannotRequest(state: State): string | undefined {
  const past = isPast(state);
  if (past !== undefined) return past;
  return state.view.connection.state === 'live'
    ? cannotOpen(state)
    : t(state.language, 'not connected: wait for LIVE');
}

export function cannotIssue(state: State): string | undefined {
  const refusal = cannotOpen(state);
  if (refusal !== undefined) return refusal;
  if (state.wallet === undefined) {
    return (
      state.walletFault ?? t(state.language, 'the wallet is being read: once more in a moment')
    );
  }
  return state.wallet.meter === undefined
    ? t(state.language, 'this wallet has no meter of its own: another key issues its energy')
    : undefined;
}
