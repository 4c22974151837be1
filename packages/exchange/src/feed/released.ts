/** Outputs that orders did not need in the end: their owners' agents are told of them, also when they come back later. */
import type { Address, LotOffer, OrderId, Output } from '@wattlot/core';
import { releasedOutputsMax } from '../limits.ts';

/** The outputs of the newest orders, by owner. */
export type Released = Map<Address, Map<OrderId, readonly Output[]>>;

type Own = Map<OrderId, readonly Output[]>;

/** What is known of an owner's outputs without going through them: that was a twentieth of a replay. */
interface Known {
  /** How many there are. */
  count: number;
  /** Goes along the orders, oldest first. Begun anew each time it would pass by all that were forgotten since the map was last laid out. */
  orders: MapIterator<OrderId>;
  /** Where it is. */
  oldest: OrderId | undefined;
}

const knowledge = new WeakMap<Own, Known>();

function knownOf(own: Own): Known {
  let known = knowledge.get(own);
  if (known === undefined) {
    known = { count: 0, orders: own.keys(), oldest: undefined };
    for (const outputs of own.values()) known.count += outputs.length;
    knowledge.set(own, known);
  }
  return known;
}

/** Notes that these lots' outputs are not needed, and forgets those of the oldest orders when there are too many. @returns all of the order's. */
export function keepReleased(
  released: Released,
  { participant, order }: { readonly participant: Address; readonly order: OrderId },
  lots: readonly LotOffer[],
): Output[] {
  let own = released.get(participant);
  if (own === undefined) released.set(participant, (own = new Map()));
  const known = knownOf(own);
  const outputs = lots.map(({ output }) => output);
  const before = own.get(order);
  if (before !== undefined) outputs.unshift(...before);
  own.set(order, outputs);
  known.count += lots.length;
  while (known.count > releasedOutputsMax) {
    // There is always a next one: this order is in the map and is not passed by.
    known.oldest ??= known.orders.next().value;
    if (known.oldest === undefined || known.oldest === order) break;
    known.count -= own.get(known.oldest)?.length ?? 0;
    own.delete(known.oldest);
    known.oldest = undefined;
  }
  return outputs;
}
