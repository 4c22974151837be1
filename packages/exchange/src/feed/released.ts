/** Outputs that orders did not need in the end: their owners' agents are told of them, also when they come back later. */
import type { Address, LotOffer, OrderId, Output } from '@wattlot/core';
import { releasedOutputsMax } from '../limits.ts';

/** The outputs of the newest orders, by owner. */
export type Released = Map<Address, Map<OrderId, readonly Output[]>>;

/** How many outputs each owner has there, as far as it is known: to add them up at each release was a twentieth of a replay. */
const counts = new WeakMap<ReadonlyMap<OrderId, readonly Output[]>, number>();

function countOf(own: ReadonlyMap<OrderId, readonly Output[]>): number {
  const known = counts.get(own);
  if (known !== undefined) return known;
  let count = 0;
  for (const outputs of own.values()) count += outputs.length;
  return count;
}

/** Notes that these lots' outputs are not needed, and forgets those of the oldest orders when there are too many. @returns all of the order's. */
export function keepReleased(
  released: Released,
  { participant, order }: { readonly participant: Address; readonly order: OrderId },
  lots: readonly LotOffer[],
): Output[] {
  let own = released.get(participant);
  if (own === undefined) released.set(participant, (own = new Map()));
  let count = countOf(own) + lots.length;
  const outputs = [...(own.get(order) ?? []), ...lots.map(({ output }) => output)];
  own.set(order, outputs);
  for (const [oldest, all] of own) {
    if (count <= releasedOutputsMax || oldest === order) break;
    own.delete(oldest);
    count -= all.length;
  }
  counts.set(own, count);
  return outputs;
}
