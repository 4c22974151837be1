/** Finding orders, whether they are over or not. */
import type { Order, OverOrder, State } from './state.ts';
import type { OrderId } from './units.ts';

/** An order that is live, unsettled, or over and still answered. @returns undefined for every other. */
export function knownOrder({ orders, over }: State, id: OrderId): Order | OverOrder | undefined {
  return orders.get(id) ?? over.get(id);
}

/** All of these, in the order of acceptance. */
export function* knownOrders({
  orders,
  over,
}: State): Generator<Order | OverOrder, void, undefined> {
  const ended = over.values();
  let next = ended.next().value;
  for (const order of orders.values()) {
    for (; next !== undefined && next.number < order.number; next = ended.next().value) yield next;
    yield order;
  }
  for (; next !== undefined; next = ended.next().value) yield next;
}
