/**
 * Each participant's orders as they have been committed, with their trades: what a subscriber of `executions` is shown first. A fold of events, so
 * that it comes back with the journal. Live orders are kept, and the newest of those that are over.
 */
import type { Address, CancelReason, Event, Instant, LotState, MarketSymbol } from '@wattlot/core';
import type { OrderId, OrderView, TradeId, TradeView, Txid } from '@wattlot/core';
import { doneOrdersMax, finalLotsMax } from '../limits.ts';
import type { KeptOwner } from './kept-order.ts';

/** One order as of the last event about it. Changed in place by `foldOrders`. */
export interface OrderRecord {
  view: OrderView;
  at: Instant;
  /** In the order of matching. */
  trades: ReadonlyMap<TradeId, TradeRecord>;
  /** Why lots of it were cancelled last. */
  reason: CancelReason | undefined;
}

/** Of all orders without a trade, which are most: a map of its own for each is a tenth of the time of a replay. */
const noTrades: ReadonlyMap<TradeId, TradeRecord> = new Map();

/** One trade and how far its settlement is. Of trades whose lots have all ended, only a participant's newest still list them: that keeps the past small. */
export interface TradeRecord {
  readonly trade: TradeView;
  readonly settlement: LotState;
  /** The first transaction of the settlement, once there is one. */
  readonly txid: Txid | undefined;
}

/** All participants' orders. Changed by `foldOrders` and `endEntry` only. */
export interface OrderBook {
  readonly participants: Map<Address, ParticipantOrders>;
  /** Trades that are not final. */
  readonly open: Set<TradeId>;
  /** Orders that may have become over in the entry at hand. */
  touched: Set<OrderRecord>;
}

interface ParticipantOrders {
  /** By acceptance. There is no other list of all orders: with ten thousand open, a second one took a megabyte. */
  readonly orders: Map<OrderId, OrderRecord>;
  /** Over for good, oldest first: done, with all trades final. */
  readonly over: Set<OrderId>;
  /** Final trades whose lots are still listed, with the participant's own order, oldest first. */
  readonly listed: Map<TradeId, OrderId>;
  /** How many lots those are. */
  lots: number;
}

/** Nobody has ordered anything. */
export function createOrderBook(): OrderBook {
  return { participants: new Map(), open: new Set(), touched: new Set() };
}

/** Whose an order is, and which. */
interface OwnOrder {
  readonly participant: Address;
  readonly order: OrderId;
}

/** An order that is still shown. */
export function orderOfParticipant(
  { participants }: OrderBook,
  { participant, order }: OwnOrder,
): OrderRecord | undefined {
  return participants.get(participant)?.orders.get(order);
}

/** A participant's orders, in the order of acceptance. */
export function ordersOfParticipant(
  { participants }: OrderBook,
  participant: Address,
): OrderRecord[] {
  return [...(participants.get(participant)?.orders.values() ?? [])];
}

/** Everybody's orders, one participant's after the other's. */
export function allOrders({ participants }: OrderBook): OrderRecord[] {
  return [...participants.values()].flatMap(({ orders }) => [...orders.values()]);
}

/** Takes in one event, in the order of the journal. `endEntry` follows the last one of an entry. */
export function foldOrders(book: OrderBook, event: Event, at: Instant): void {
  switch (event.kind) {
    case 'order.placed':
    case 'order.opened':
    case 'order.amended':
    case 'lots.returned':
      setView(book, event.view, at);
      return;
    case 'order.cancelled':
      setView(book, event.view, at, event.reason);
      return;
    case 'trade.made':
      book.open.add(event.trade.trade);
      setTrade(book, event.resting, recordOf(event.trade));
      setView(book, event.resting, at);
      setTrade(book, event.incoming, recordOf(event.trade));
      setView(book, event.incoming, at);
      return;
    case 'trade.updated':
      foldTrade(book, event.trade, event.final);
      return;
    default:
  }
}

/** The record of an order with these trades, in the order of matching. */
export function recordWith(
  view: OrderView,
  {
    at,
    reason,
    trades,
  }: Pick<OrderRecord, 'at'> & {
    readonly reason: CancelReason | undefined;
    readonly trades: readonly TradeRecord[];
  },
): OrderRecord {
  const byId = new Map(trades.map((record) => [record.trade.trade, record]));
  return { view, at, trades: byId.size === 0 ? noTrades : byId, reason };
}

/** Adds an order that is shown, as it was at some entry: in the order of acceptance. */
export function addOrder(book: OrderBook, record: OrderRecord): void {
  const { order, participant } = record.view;
  ordersOfOwner(book, participant).orders.set(order, record);
}

/** Adds what is kept of a participant whose orders are there. */
export function addOwner(book: OrderBook, participant: Address, { over, listed }: KeptOwner): void {
  if (over.length + listed.length === 0) return;
  const own = ordersOfOwner(book, participant);
  for (const order of over) own.over.add(order);
  for (const [trade, order] of listed) {
    own.listed.set(trade, order);
    own.lots += own.orders.get(order)?.trades.get(trade)?.trade.lots.length ?? 0;
  }
}

/** What is kept of a participant's orders. */
export function keptOwner({ participants }: OrderBook, participant: Address): KeptOwner {
  const own = participants.get(participant);
  return { over: [...(own?.over ?? [])], listed: [...(own?.listed ?? [])] };
}

function setView(book: OrderBook, view: OrderView, at: Instant, reason?: CancelReason): void {
  const { orders } = ordersOfOwner(book, view.participant);
  let known = orders.get(view.order);
  if (known === undefined) {
    known = { view, at, trades: noTrades, reason };
    orders.set(view.order, known);
  } else {
    known.view = view;
    known.at = at;
    if (reason !== undefined) known.reason = reason;
  }
  if (view.status === 'done') book.touched.add(known);
}

function ordersOfOwner({ participants }: OrderBook, participant: Address): ParticipantOrders {
  let own = participants.get(participant);
  if (own === undefined) {
    own = { orders: new Map(), over: new Set(), listed: new Map(), lots: 0 };
    participants.set(participant, own);
  }
  return own;
}

/** @returns the order, when it is shown. */
function setTrade(book: OrderBook, whose: OwnOrder, record: TradeRecord): OrderRecord | undefined {
  const known = orderOfParticipant(book, whose);
  if (known === undefined) return undefined;
  const { trades } = known;
  if (trades !== noTrades && trades instanceof Map) trades.set(record.trade.trade, record);
  else known.trades = new Map([[record.trade.trade, record]]);
  return known;
}

function foldTrade(book: OrderBook, trade: TradeView, final: boolean): void {
  if (final) book.open.delete(trade.trade);
  const record = recordOf(trade);
  for (const whose of [trade.resting, trade.incoming]) {
    const known = setTrade(book, whose, record);
    if (!final || known === undefined) continue;
    list(book, whose, trade);
    book.touched.add(known);
  }
}

/** Keeps the lots of a trade that is final, and drops those of the oldest ones when they are too many. */
function list(book: OrderBook, { participant, order }: OwnOrder, trade: TradeView): void {
  const own = ordersOfOwner(book, participant);
  own.listed.set(trade.trade, order);
  own.lots += trade.lots.length;
  for (const [oldest, of] of own.listed) {
    if (own.lots <= finalLotsMax) return;
    const known = own.orders.get(of)?.trades.get(oldest);
    unlist(own, oldest, known);
    if (known !== undefined) setTrade(book, { participant, order: of }, withoutLots(known));
  }
}

/** A trade of which no lot is listed any more. */
export function withoutLots(record: TradeRecord): TradeRecord {
  return { ...record, trade: { ...record.trade, lots: [] } };
}

function unlist(own: ParticipantOrders, trade: TradeId, record: TradeRecord | undefined): void {
  if (own.listed.delete(trade)) own.lots -= record?.trade.lots.length ?? 0;
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

/**
 * After the last event of an entry: of the orders that are over now the newest stay. Not before, because an entry may tell of an order again whose last trade it has ended, and that order's
 * lots may even come back.
 */
export function endEntry(book: OrderBook): void {
  if (book.touched.size === 0) return;
  for (const known of book.touched) retire(book, known);
  // A new one: what a set is emptied of, and all that follows on it, stays until the next collection of all garbage.
  book.touched = new Set();
}

/** Notes that an order is over, and forgets the oldest that is when there is one too many. */
function retire(book: OrderBook, known: OrderRecord): void {
  const { view, trades } = known;
  const own = ordersOfOwner(book, view.participant);
  // Told of twice, it may be forgotten by now.
  if (own.orders.get(view.order) !== known || view.status !== 'done') return;
  for (const trade of trades.keys()) if (book.open.has(trade)) return;
  own.over.add(view.order);
  for (const oldest of own.over) {
    if (own.over.size <= doneOrdersMax) return;
    forget(own, oldest);
  }
}

/** Forgets the orders of a market that is over: all of them are done, and their trades final. */
export function forgetMarket({ participants }: OrderBook, market: MarketSymbol): void {
  for (const own of participants.values()) {
    for (const [id, { view }] of own.orders) if (view.market === market) forget(own, id);
  }
}

function forget(own: ParticipantOrders, id: OrderId): void {
  for (const [trade, record] of own.orders.get(id)?.trades ?? []) unlist(own, trade, record);
  own.over.delete(id);
  own.orders.delete(id);
}
