/** `order.cancel` and its kin: a participant takes back what of its orders has not traded. Lots that are matched settle on. */
import type { Changes } from '../changes.ts';
import type { OrderCancel, OrderCancelAll, OrderCancelAllAfter } from '../command.ts';
import { addDeadline, dropDeadline } from '../deadline.ts';
import type { CancelReason } from '../event.ts';
import { exactInstant } from '../exact.ts';
import { knownOrder } from '../known.ts';
import { cancelRemaining, viewOfOrder } from '../order.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Market, Order, State } from '../state.ts';

function mayCancel({ phase }: Market): boolean {
  return phase !== 'halted' && phase !== 'closed';
}

/**
 * Cancels what remains of a live order; says again that one was cancelled so. Refuses `unknown_participant`, `unknown_order`, `order_done`,
 * `phase_forbids`.
 */
export function cancelOrder(
  state: State,
  changes: Changes,
  command: OrderCancel,
): RefusalCode | undefined {
  if (!state.participants.has(command.participant)) return 'unknown_participant';
  const order = knownOrder(state, command.order);
  if (order?.participant.address !== command.participant) return 'unknown_order';
  if (order.status === 'done') {
    if (order.ended !== 'requested') return 'order_done';
    changes.events.push({ kind: 'order.repeated', order: order.id, view: viewOfOrder(order) });
    return undefined;
  }
  if (!mayCancel(order.market)) return 'phase_forbids';
  cancelRemaining(state, changes, order, 'requested');
  return undefined;
}

/** Cancels these live orders in the order of their acceptance. */
export function cancelEach(
  state: State,
  changes: Changes,
  orders: Iterable<Order>,
  reason: CancelReason,
): void {
  for (const order of [...orders].toSorted((a, b) => a.number - b.number)) {
    cancelRemaining(state, changes, order, reason);
  }
}

/**
 * Cancels every live order of the participant, in one market or all; in all, those in markets whose phase forbids it stay. Refuses
 * `unknown_participant`, `unknown_market`, `phase_forbids` (of the market named).
 */
export function cancelAllOrders(
  state: State,
  changes: Changes,
  command: OrderCancelAll,
): RefusalCode | undefined {
  const participant = state.participants.get(command.participant);
  if (participant === undefined) return 'unknown_participant';
  let orders = [...participant.live];
  if (command.market !== undefined) {
    const market = state.markets.get(command.market);
    if (market === undefined) return 'unknown_market';
    if (!mayCancel(market)) return 'phase_forbids';
    orders = orders.filter((order) => order.market === market);
  }
  orders = orders.filter(({ market }) => mayCancel(market));
  cancelEach(state, changes, orders, 'requested');
  return undefined;
}

/** Sets the participant's dead man's switch anew, or off. Refuses `unknown_participant`. */
export function cancelAllAfter(
  state: State,
  changes: Changes,
  command: OrderCancelAllAfter,
): RefusalCode | undefined {
  const participant = state.participants.get(command.participant);
  if (participant === undefined) return 'unknown_participant';
  const { address } = participant;
  if (participant.switchDue !== undefined) dropDeadline(state.deadlines, participant.switchDue);
  participant.switchDue = undefined;
  if (command.timeout === 0) {
    changes.events.push({ kind: 'cancel_all_after.set', participant: address });
    return undefined;
  }
  const deadline = exactInstant(state.at + command.timeout);
  const due = { kind: 'switch' as const, participant };
  participant.switchDue = addDeadline(state.deadlines, deadline, due);
  changes.events.push({ kind: 'cancel_all_after.set', participant: address, deadline });
  return undefined;
}
