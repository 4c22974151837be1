/** Cancelling: one order, those of a market, all of them. Never asks, works in every state. */
import type { OwnOrder } from '@wattlot/client';
import { cancelTargets } from '../keymap/binding.ts';
import { orderText, withNotice } from './notices.ts';
import { isInOrders } from './state.ts';
import type { State } from './state.ts';
import type { Effect, Step } from './messages.ts';
import { countedIn, t } from '../text/language.ts';
import { priceText } from '../text/number.ts';

/** Which of one's orders. */
export type CancelScope = 'in this market' | 'everywhere' | { readonly price: string };

function sayingOf(
  state: State,
  orders: readonly OwnOrder[],
  scope: CancelScope,
): readonly string[] {
  const { language, view } = state;
  const [sole] = orders;
  const instrument = sole === undefined ? undefined : view.markets.get(sole.symbol)?.instrument;
  if (orders.length === 1 && sole !== undefined && instrument !== undefined) {
    return [false, true].map((isDiscreet) =>
      t(language, 'Cancelling your {order}', {
        order: orderText({ instrument, isDiscreet, language }, sole, sole.remaining),
      }),
    );
  }
  const count = countedIn(language, orders.length, 'order');
  if (scope === 'everywhere') return [t(language, 'Cancelling {count} everywhere', { count })];
  if (scope === 'in this market') {
    return [t(language, 'Cancelling {count} in this market', { count })];
  }
  return [t(language, 'Cancelling {count} at {price}', { count, price: scope.price })];
}

/** Asks for the cancel of these orders and says so. */
export function cancel(state: State, orders: readonly OwnOrder[], scope: CancelScope): Step {
  const effects = orders.map(({ order }): Effect => ({ kind: 'cancel', order }));
  const cancelling = new Set([...state.cancelling, ...orders.map(({ order }) => order)]);
  const [text = '', discreet = text] = sayingOf(state, orders, scope);
  return { state: withNotice({ ...state, cancelling }, 'plain', text, discreet), effects };
}

/** Cancels what the cursor or the selection stands on. */
export function cancelHere(state: State): Step {
  const targets = cancelTargets(state);
  const [first] = targets;
  const market = first === undefined ? undefined : state.view.markets.get(first.symbol);
  if (first === undefined || market === undefined) return { state, effects: [] };
  // The selection stays with its order, whatever place the list gives it.
  const held = isInOrders(state) ? { ...state, selected: first.order } : state;
  return cancel(held, targets, { price: priceText(market.instrument, first.price) });
}

/** Cancels the order that the wallet is signing: it signs no further, and what it has signed is worth nothing any more. */
export function stopSigning(state: State): Step {
  const { signing, view } = state;
  if (signing === undefined) return { state, effects: [] };
  const own = view.orders.get(signing.order);
  const market = own === undefined ? undefined : view.markets.get(own.symbol);
  if (own !== undefined && market !== undefined) {
    return cancel(state, [own], { price: priceText(market.instrument, own.price) });
  }
  // The exchange has not told of it yet.
  const cancelling = new Set([...state.cancelling, signing.order]);
  return {
    state: { ...state, cancelling },
    effects: [{ kind: 'cancel', order: signing.order }],
  };
}
