/** What a snapshot keeps of orders that are shown, beside what the core knows of them. */
import type {
  CancelReason,
  Instant,
  OrderFacts,
  OrderId,
  OrderView,
  Output,
  TradeId,
} from '@wattlot/core';
import type { Placed } from './queue.ts';
import type { TradeRecord } from './orders.ts';

/** What is kept of an order. */
export interface KeptOrder {
  readonly order: OrderId;
  readonly at: Instant;
  readonly reason?: CancelReason;
  /** When it got its place, and which; of an order that everybody sees rest or may see rest again. */
  readonly placedAt?: Instant;
  readonly place?: number;
  /** Those that are final, in the order of matching. */
  readonly trades?: readonly TradeRecord[];
  /** How it ended, of one that the core has forgotten. */
  readonly view?: OrderView;
}

/** What is kept of a participant's orders. */
export interface KeptOwner {
  /** Over for good, oldest first. */
  readonly over: readonly OrderId[];
  /** Final trades whose lots are still listed, with the participant's own order, oldest first. */
  readonly listed: readonly (readonly [TradeId, OrderId])[];
}

/** How an order that is kept stands in the core, or stood there last. */
export type FactsOf = (kept: KeptOrder) => OrderFacts;

/** Outputs that orders did not need, by order. */
export type KeptReleased = readonly (readonly [OrderId, readonly Output[]])[];

/** What is kept of an order, always with its fields in one order. */
export function keptOrder({
  order,
  at,
  reason,
  placed,
  trades,
  view,
}: Pick<KeptOrder, 'order' | 'at'> & {
  readonly reason: CancelReason | undefined;
  readonly placed: Placed | undefined;
  readonly trades: readonly TradeRecord[];
  readonly view: OrderView | undefined;
}): KeptOrder {
  return {
    order,
    at,
    ...(reason === undefined ? {} : { reason }),
    ...(placed === undefined ? {} : { placedAt: placed.at, place: placed.place }),
    ...(trades.length === 0 ? {} : { trades }),
    ...(view === undefined ? {} : { view }),
  };
}

/** Whether everybody sees an order rest, or may see it rest again. */
export function mayRest({ view, given }: OrderFacts): boolean {
  return !view.whole && (view.status !== 'done' || given > 0);
}

/** Trades in the order of matching. */
export function byNumber(records: readonly TradeRecord[]): readonly TradeRecord[] {
  return records.toSorted((a, b) => numberOfTrade(a) - numberOfTrade(b));
}

function numberOfTrade({ trade }: TradeRecord): number {
  return Number(trade.trade.slice(1));
}
