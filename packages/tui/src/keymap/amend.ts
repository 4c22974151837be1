/** Which own order `e` would change, and why it would change none. */
import type { OwnOrder } from '@wattlot/client';
import { selectedOrder } from '../fold/lists.ts';
import { isInOrders, marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { liveOrders } from '../fold/view.ts';
import { cannotOpen, isSent } from './binding.ts';

/** Own live orders that `e` would change, those that are being cancelled left out: the one selected in the list, or all at the cursor's price, the first placed first. */
export function amendTargets(state: State): readonly OwnOrder[] {
  const { symbol, ladder, view, cancelling } = state;
  if (isInOrders(state)) {
    const order = selectedOrder(state);
    return order === undefined || order.status === 'done' || cancelling.has(order.order)
      ? []
      : [order];
  }
  if (symbol === undefined) return [];
  return liveOrders(view, symbol).filter(
    ({ price, order }) => price === ladder.cursor && !cancelling.has(order),
  );
}

export function nothingToAmend(state: State): string | undefined {
  const refusal = cannotOpen(state);
  if (refusal !== undefined) return refusal;
  if (amendTargets(state).length > 0) return undefined;
  const { language, ladder } = state;
  if (isInOrders(state)) {
    return selectedOrder(state) === undefined
      ? t(language, 'you have no order')
      : t(language, 'the selected order is done: nothing is left to change');
  }
  const market = marketOf(state);
  if (market === undefined || ladder.cursor === undefined) {
    return t(language, 'you have no live order');
  }
  const price = priceText(market.instrument, ladder.cursor);
  return t(language, 'you have no live order at {price}', { price });
}

/** An amendment changes lots and price; all else of the order stays. */
export function fixedKind(state: State): string | undefined {
  const sent = isSent(state);
  if (sent !== undefined || state.ticket?.amends === undefined) return sent;
  return t(state.language, 'only lots and price of an order can be changed');
}

export function withoutEnd(state: State): string | undefined {
  const fixed = fixedKind(state);
  if (fixed !== undefined || state.ticket?.kind === 'gtd') return fixed;
  return t(state.language, 'only a gtd order has an end: t chooses it');
}
