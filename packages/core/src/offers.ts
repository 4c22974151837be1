/** `offers.deliver` and `offers.decline`: the wallet agent makes a pending order firm, or cannot. */
import type { Changes } from './changes.ts';
import type { LotOffer, OffersDecline, OffersDeliver } from './command.ts';
import { dropDeadline } from './deadline.ts';
import { matchIncoming, wouldTrade } from './match.ts';
import { cancelRemaining, openOrder, viewOfOrder } from './order.ts';
import type { RefusalCode } from './refusal.ts';
import type { Order, State } from './state.ts';

function pendingOrder(state: State, command: OffersDeliver | OffersDecline): Order | RefusalCode {
  if (!state.participants.has(command.participant)) return 'unknown_participant';
  const order = state.orders.get(command.order);
  if (order?.participant !== command.participant) return 'unknown_order';
  if (order.status === 'done') return 'order_done';
  if (order.status !== 'pending') return 'not_pending';
  return order;
}

/** True when the offers are for lots 0 to remaining − 1, each once. */
function areWanted(order: Order, lots: readonly LotOffer[]): boolean {
  return (
    lots.length === order.remaining &&
    lots.every(({ lot }) => lot < order.remaining) &&
    new Set(lots.map(({ lot }) => lot)).size === lots.length
  );
}

/** True when no output is named twice or stands for another lot. */
function areNew(state: State, lots: readonly LotOffer[]): boolean {
  return (
    lots.every(({ output }) => !state.outputs.has(output)) &&
    new Set(lots.map(({ output }) => output)).size === lots.length
  );
}

/**
 * The order is incoming now: it trades what the book has for it since it was placed, then the rest goes on the book behind all others at its
 * price. Refuses `unknown_participant`, `unknown_order`, `order_done`, `not_pending`, `lots_mismatch`, `output_reused`.
 */
export function deliverOffers(
  state: State,
  changes: Changes,
  command: OffersDeliver,
): RefusalCode | undefined {
  const order = pendingOrder(state, command);
  if (typeof order === 'string') return order;
  if (!areWanted(order, command.lots)) return 'lots_mismatch';
  if (!areNew(state, command.lots)) return 'output_reused';

  if (order.deadline !== undefined) dropDeadline(state.deadlines, order.deadline);
  order.deadline = undefined;
  const { market, side, price } = order;
  if (order.postOnly && wouldTrade(market.book, side, price)) {
    cancelRemaining(state, changes, order, 'would_trade');
    return undefined;
  }
  const stopped = matchIncoming(state, changes, order);
  if (order.remaining === 0) return undefined;
  if (stopped !== undefined) {
    cancelRemaining(state, changes, order, stopped);
    return undefined;
  }
  const lots = command.lots
    .filter(({ lot }) => lot < order.remaining)
    .map(({ lot, output, offer }): LotOffer => ({ lot, output, offer }))
    .toSorted((a, b) => a.lot - b.lot);
  openOrder(state, changes, order, lots);
  changes.events.push({ kind: 'order.opened', view: viewOfOrder(order), lots });
  return undefined;
}

/** Cancels the order. Refuses as `offers.deliver` does. */
export function declineOffers(
  state: State,
  changes: Changes,
  command: OffersDecline,
): RefusalCode | undefined {
  const order = pendingOrder(state, command);
  if (typeof order === 'string') return order;
  cancelRemaining(state, changes, order, 'offers_declined');
  return undefined;
}
