/**
 * A client's copy of who stands in front of whom: the orders at each price, by id, in the order in which they would trade. Kept from a snapshot and updates of
 * channel `level3`; every message proves its result by the checksum; whatever does not fit makes a fault, never a wrong queue.
 */
import { toOrderId } from '@wattlot/core';
import type { Lots, OrderId, Price, Side } from '@wattlot/core';
import type { QueuedOrder, QueueLevel, QueueView } from './events.ts';
import { ordersChecksum } from './frames/checksum.ts';
import { lotsOfQty, priceOfWire } from './frames/instrument.ts';
import type { Instrument } from './frames/instrument.ts';
import type { Level3Message } from './frames/market-data.ts';
import { queueLevels, queuedOrdersMax } from './limits.ts';

/** One symbol's part of a message. */
export type QueueChange = Level3Message['data'][number];

type WireRow = QueueChange['asks'][number];

/** The queue after a message, or what is wrong with it. */
export type Queued =
  | { readonly kind: 'queue'; readonly queue: QueueView }
  | { readonly kind: 'fault'; readonly reason: string };

interface Row extends QueuedOrder {
  readonly event: NonNullable<WireRow['event']>;
  readonly price: Price;
}

function fault(reason: string): Queued {
  return { kind: 'fault', reason };
}

function readRows(instrument: Instrument, wire: readonly WireRow[]): Row[] | undefined {
  if (wire.length > queuedOrdersMax) return undefined;
  const rows: Row[] = [];
  for (const { event = 'add', order_id, limit_price, order_qty, place } of wire) {
    const order: OrderId | undefined = toOrderId(order_id);
    const price: Price | undefined = priceOfWire(instrument, limit_price);
    const volume: Lots | undefined = lotsOfQty(instrument, order_qty);
    if (order === undefined || price === undefined || volume === undefined) return undefined;
    if (!Number.isSafeInteger(place) || (event === 'delete') !== (volume === 0)) return undefined;
    rows.push({ event, order, price, volume, place });
  }
  return rows;
}

/** The orders at a price after one row. @returns undefined when the row contradicts them. */
function applyRow(orders: readonly QueuedOrder[], row: Row): QueuedOrder[] | undefined {
  const { event, order, volume, place } = row;
  const index = orders.findIndex((one) => one.order === order);
  if (index < 0 !== (event === 'add')) return undefined;
  if (event === 'delete') return orders.toSpliced(index, 1);
  if (event === 'modify') {
    return orders[index]?.place === place
      ? orders.with(index, { order, volume, place })
      : undefined;
  }
  const behind = orders.findLastIndex((one) => one.place < place) + 1;
  if (orders[behind]?.place === place) return undefined;
  return orders.toSpliced(behind, 0, { order, volume, place });
}

/** A side after the rows, best level first: what leaves the depth is forgotten. @returns undefined when a row contradicts it. */
function merge(
  side: Side,
  before: readonly QueueLevel[],
  rows: readonly Row[],
): readonly QueueLevel[] | undefined {
  if (rows.length === 0) return before;
  const levels = new Map<Price, readonly QueuedOrder[]>(
    before.map(({ price, orders }) => [price, orders]),
  );
  for (const row of rows) {
    const orders = applyRow(levels.get(row.price) ?? [], row);
    if (orders === undefined) return undefined;
    if (orders.length === 0) levels.delete(row.price);
    else levels.set(row.price, orders);
  }
  const sign = side === 'ask' ? 1 : -1;
  return [...levels]
    .map(([price, orders]): QueueLevel => ({ price, orders }))
    .toSorted((a, b) => sign * (a.price - b.price))
    .slice(0, queueLevels);
}

function levelsOf(levels: readonly QueueLevel[]): { price: Price; volume: Lots }[][] {
  return levels.map(({ price, orders }) => orders.map(({ volume }) => ({ price, volume })));
}

/** Applies one message to the queue before it (undefined: none yet, only a snapshot will do). */
export function foldQueue(
  instrument: Instrument,
  before: QueueView | undefined,
  type: Level3Message['type'],
  change: QueueChange,
): Queued {
  if (type === 'update') {
    if (before === undefined) return fault('the orders begin with an update');
    if (change.prev_seq !== before.seq || change.seq < before.seq) {
      return fault('a message of the orders is missing');
    }
  }
  const askRows = readRows(instrument, change.asks);
  const bidRows = readRows(instrument, change.bids);
  if (askRows === undefined || bidRows === undefined) return fault('an order is out of bounds');
  const from = type === 'snapshot' ? undefined : before;
  const asks = merge('ask', from?.asks ?? [], askRows);
  const bids = merge('bid', from?.bids ?? [], bidRows);
  if (asks === undefined || bids === undefined) return fault('the orders contradict themselves');
  const count = [...asks, ...bids].reduce((sum, { orders }) => sum + orders.length, 0);
  if (count > queuedOrdersMax) return fault('there are more orders than can be followed');
  if (ordersChecksum(instrument, levelsOf(asks), levelsOf(bids)) !== change.checksum) {
    return fault('the checksum of the orders does not match');
  }
  return { kind: 'queue', queue: { symbol: instrument.symbol, asks, bids, seq: change.seq } };
}
