/** What a key is: data. And the reasons for which one can do nothing. */
import type { OwnOrder } from '@wattlot/client';
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from '../book.ts';
import type { Key } from '../keys.ts';
import { marketOf } from '../state.ts';
import type { Action, State } from '../state.ts';
import { priceText } from '../text/number.ts';
import { listedOrders, liveOrders } from '../view.ts';

/** Where a key is pressed. `compact`: the window is too small to show what a key would do. */
export type KeyContext = 'market' | 'ticket' | 'help' | 'quit' | 'leaving' | 'compact';

export interface Binding {
  /** Unique, for tests and documents. */
  readonly id: string;
  readonly context: KeyContext | 'any';
  readonly keys: readonly Key[];
  /** The keys as help shows them. */
  readonly label: string;
  /** A word or two for the footer; bindings without it are in the help only. */
  readonly crib?: string;
  /** The keys as the footer shows them, where one entry stands for several bindings. */
  readonly cribLabel?: string;
  /** One line for the help. */
  readonly help: string;
  readonly act: (key: Key) => Action;
  /** Why it can do nothing right now; undefined when it can. */
  readonly disabled?: (state: State) => string | undefined;
}

/** The same action for each of a binding's keys. */
export function always(action: Action): () => Action {
  return () => action;
}

/** Own live orders that `x` would cancel, those that are being cancelled left out: the one selected in the list, or all at the cursor's price. */
export function cancelTargets(state: State): readonly OwnOrder[] {
  const { pane, selected, symbol, ladder, view, cancelling } = state;
  if (symbol === undefined) return [];
  if (pane === 'orders') {
    const listed = listedOrders(view, symbol);
    const order = listed.find(({ order: id }) => id === selected) ?? listed[0];
    return order === undefined || order.status === 'done' || cancelling.has(order.order)
      ? []
      : [order];
  }
  return liveOrders(view, symbol).filter(
    ({ price, order }) => price === ladder.cursor && !cancelling.has(order),
  );
}

export function withoutMarket(state: State): string | undefined {
  return marketOf(state) === undefined ? 'there is no market yet' : undefined;
}

export function cannotOpen(state: State): string | undefined {
  if (state.isReadOnly) return 'this terminal is read-only: start it with a key to trade';
  return withoutMarket(state);
}

export function cannotTake(side: Side): (state: State) => string | undefined {
  return (state) => {
    const refusal = cannotOpen(state);
    if (refusal !== undefined) return refusal;
    const best = bestOf(marketOf(state)?.book, oppositeOf(side));
    if (best !== undefined) return undefined;
    return side === 'bid' ? 'there is no ask to lift' : 'there is no bid to hit';
  };
}

export function nothingToCancel(state: State): string | undefined {
  if (cancelTargets(state).length > 0) return undefined;
  const market = marketOf(state);
  const { cursor } = state.ladder;
  const { selected, symbol, view, cancelling } = state;
  if (state.pane === 'orders') {
    const listed = symbol === undefined ? [] : listedOrders(view, symbol);
    const order = listed.find(({ order: id }) => id === selected) ?? listed[0];
    if (order === undefined) return 'you have no order';
    const { reason, remaining } = order;
    const isOver = order.status === 'done' && reason !== undefined && remaining === 0;
    if (isOver || cancelling.has(order.order)) return 'already cancelled';
    return 'the selected order is done: nothing is left to cancel';
  }
  if (liveOrders(view, symbol).some(({ price }) => price === cursor)) return 'already cancelled';
  if (market === undefined || cursor === undefined) return 'you have no live order';
  return `you have no live order at ${priceText(market.instrument, cursor)}`;
}

export function nothingLive(state: State): string | undefined {
  return liveOrders(state.view).length > 0 ? undefined : 'you have no live order';
}

export function isSent({ ticket }: State): string | undefined {
  return ticket?.phase.kind === 'editing' ? undefined : 'the order is on its way; Esc hides it';
}

export function notOnConfirm(state: State): string | undefined {
  return (
    isSent(state) ??
    (state.ticket?.field === 'confirm' ? undefined : 'Tab to [Confirm], then Enter sends it')
  );
}

export function notOnNumber(state: State): string | undefined {
  const isConfirm = state.ticket?.field === 'confirm';
  return isSent(state) ?? (isConfirm ? 'Tab to the lots or the price first' : undefined);
}
