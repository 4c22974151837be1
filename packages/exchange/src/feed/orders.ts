/**
 * Each participant's orders as they have been committed, with their trades: what a subscriber of `executions` is shown first. A fold of events, so
 * that it comes back with the journal. Live orders are kept, and the newest of those that are over.
 */
import type { Address, CancelReason, Event, Instant, LotState } from '@wattlot/core';
import type { OrderId, OrderView, TradeId, TradeView, Txid } from '@wattlot/core';
import { doneOrdersMax } from '../limits.ts';

/** One order as of the last event about it. */
export interface OrderRecord {
  readonly view: OrderView;
  /** Why lots of it were cancelled last. */
  readonly reason: CancelReason | undefined;
  readonly at: Instant;
  /** In the order of matching. */
  readonly trades: Map<TradeId, TradeRecord>;
}

/** One trade and how far its settlement is. Once all its lots have ended they are no longer listed: that is what keeps the past small. */
export interface TradeRecord {
  readonly trade: TradeView;
  readonly settlement: LotState;
  /** The first transaction of the settlement, once there is one. */
  readonly txid: Txid | undefined;
}

/** All participants' orders. Changed by `foldOrders` only. */
export interface OrderBook {
  readonly orders: Map<OrderId, OrderRecord>;
  readonly participants: Map<Address, ParticipantOrders>;
  /** Trades that are not final. */
  readonly open: Set<TradeId>;
}

interface ParticipantOrders {
  /** By acceptance. */
  readonly orders: Set<OrderId>;
  /** Over for good, oldest first: done, with all trades final. */
  readonly over: Set<OrderId>;
}

/** Nobody has ordered anything. */
export function createOrderBook(): OrderBook {
  return { orders: new Map(), participants: new Map(), open: new Set() };
}

/** A participant's orders, in the order of acceptance. */
export function ordersOfParticipant(book: OrderBook, participant: Address): OrderRecord[] {
  const own = book.participants.get(participant)?.orders ?? [];
  return [...own].flatMap((order) => book.orders.get(order) ?? []);
}

/** Takes in one event, in the order of the journal. */
export function foldOrders(book: OrderBook, event: Event, at: Instant): void {
  switch (event.kind) {
    case 'order.placed':
    case 'order.opened':
      setView(book, event.view, at);
      return;
    case 'order.cancelled':
      setView(book, event.view, at, event.reason);
      return;
    case 'trade.made':
      book.open.add(event.trade.trade);
      for (const view of [event.resting, event.incoming]) {
        book.orders.get(view.order)?.trades.set(event.trade.trade, recordOf(event.trade));
        setView(book, view, at);
      }
      return;
    case 'trade.updated':
      foldTrade(book, event.trade, event.final);
      return;
    default:
  }
}

function setView(book: OrderBook, view: OrderView, at: Instant, reason?: CancelReason): void {
  const known = book.orders.get(view.order);
  const trades = known?.trades ?? new Map<TradeId, TradeRecord>();
  book.orders.set(view.order, { view, reason: reason ?? known?.reason, at, trades });
  let own = book.participants.get(view.participant);
  if (own === undefined) {
    own = { orders: new Set(), over: new Set() };
    book.participants.set(view.participant, own);
  }
  own.orders.add(view.order);
  retire(book, view.order);
}

function foldTrade(book: OrderBook, trade: TradeView, final: boolean): void {
  if (final) book.open.delete(trade.trade);
  const newest = recordOf(trade);
  const record = final ? { ...newest, trade: { ...trade, lots: [] } } : newest;
  for (const { order } of [trade.resting, trade.incoming]) {
    book.orders.get(order)?.trades.set(trade.trade, record);
    if (final) retire(book, order);
  }
}

/** How far a state is from the end; the two ends count the same. */
const distance: Readonly<Record<LotState, number>> = {
  requested: 3,
  submitted: 2,
  overdue: 1,
  settled: 0,
  released: 0,
};

/** A trade with the least advanced state among its lots; when all have ended that is `settled` if any lot did. */
export function recordOf(trade: TradeView): TradeRecord {
  let settlement: LotState = 'released';
  for (const { state } of trade.lots) {
    const isFurther = distance[state] > distance[settlement];
    if (isFurther || (state === 'settled' && settlement === 'released')) settlement = state;
  }
  const txid = trade.lots.find((lot) => lot.txid !== undefined)?.txid;
  return { trade, settlement, txid };
}

/** Forgets the oldest order that is over when one more is. */
function retire(book: OrderBook, id: OrderId): void {
  const record = book.orders.get(id);
  if (record?.view.status !== 'done') return;
  for (const trade of record.trades.keys()) if (book.open.has(trade)) return;
  const own = book.participants.get(record.view.participant);
  own?.over.add(id);
  for (const oldest of own?.over ?? []) {
    if ((own?.over.size ?? 0) <= doneOrdersMax) return;
    own?.over.delete(oldest);
    own?.orders.delete(oldest);
    book.orders.delete(oldest);
  }
}
