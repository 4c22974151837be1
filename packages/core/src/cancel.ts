/** `order.cancel`: a participant takes back what of an order has not traded. Lots that are matched settle on. */
import type { Changes } from './changes.ts';
import type { OrderCancel } from './command.ts';
import { cancelRemaining } from './order.ts';
import type { RefusalCode } from './refusal.ts';
import type { State } from './state.ts';

/** Cancels what remains. Refuses `unknown_participant`, `unknown_order` (also when the order is long over), `order_done`. */
export function cancelOrder(
  state: State,
  changes: Changes,
  command: OrderCancel,
): RefusalCode | undefined {
  if (!state.participants.has(command.participant)) return 'unknown_participant';
  const order = state.orders.get(command.order);
  if (order?.participant !== command.participant) return 'unknown_order';
  if (order.status === 'done') return 'order_done';
  cancelRemaining(state, changes, order, 'requested');
  return undefined;
}
