/**
 * What the exchange has told, folded into one immutable picture. Everything that others may have written passes `printable` here, once, before anything
 * draws it.
 */
import type {
  BookView,
  ClientEvent,
  ConnectionState,
  ListedInstrument,
  OwnBalance,
  OwnOrder,
  QueueView,
  TradeTick,
} from '@wattlot/client';
import type { MarketSymbol, OrderId } from '@wattlot/core';
import { doneOrdersMax, tapeTradesMax } from '../limits.ts';
import { printable } from '../text/printable.ts';

export interface Market {
  readonly instrument: ListedInstrument;
  readonly book?: BookView;
  /** Who stands in front of whom; undefined while that is not known. */
  readonly queue?: QueueView;
  /** Newest first. */
  readonly trades: readonly TradeTick[];
  /** When the newest trade was heard of, in milliseconds since 1970 UTC; undefined for one of the past. */
  readonly tradedAt?: number;
}

export interface Connection {
  readonly state: ConnectionState;
  readonly reason: string;
  /** Milliseconds since 1970 UTC. */
  readonly retryAt?: number;
  /** How many channels of a new connection are current, of those followed so far. */
  readonly loaded?: { readonly done: number; readonly total: number };
  /** The operator has not let the participant in; nothing else is missing. */
  readonly isWaiting?: true;
  /** It has never been live, and no attempt has failed. */
  readonly isBeginning?: true;
}

export interface View {
  readonly connection: Connection;
  /** Round trip in milliseconds. */
  readonly latency?: number;
  readonly markets: ReadonlyMap<MarketSymbol, Market>;
  /** Own orders, oldest first. */
  readonly orders: ReadonlyMap<OrderId, OwnOrder>;
  /** Whether the exchange has said yet which orders there are. */
  readonly areOrdersKnown: boolean;
  readonly balances: readonly OwnBalance[];
  /** Whether the exchange has said yet what is owned: then what it does not name is 0. */
  readonly areBalancesKnown: boolean;
}

/** What the connection is, in the word that every screen has: `WAIT` where nothing is wrong and something has yet to come. */
export function connectionWord({
  state,
  isWaiting,
  isBeginning,
}: Connection): 'LIVE' | 'WAIT' | 'STALE' | 'CLOSED' {
  if (state === 'live') return 'LIVE';
  if (state === 'closed') return 'CLOSED';
  return isWaiting === true || isBeginning === true ? 'WAIT' : 'STALE';
}

/** Whether what everybody may see is current. */
export function isCurrent({ connection }: View): boolean {
  return connection.state === 'live' || connection.isWaiting === true;
}

/** Before anything has been heard. */
export function emptyView(reason: string): View {
  return {
    connection: { state: 'stale', reason: printable(reason), isBeginning: true },
    markets: new Map(),
    orders: new Map(),
    areOrdersKnown: false,
    balances: [],
    areBalancesKnown: false,
  };
}

function withMarket(
  view: View,
  symbol: MarketSymbol,
  change: (market: Market) => Partial<Market>,
): View {
  const market = view.markets.get(symbol);
  if (market === undefined) return view;
  const markets = new Map(view.markets);
  markets.set(symbol, { ...market, ...change(market) });
  return { ...view, markets };
}

function withInstruments(view: View, instruments: readonly ListedInstrument[]): View {
  const markets = new Map(view.markets);
  for (const instrument of instruments) {
    markets.set(instrument.symbol, { trades: [], ...markets.get(instrument.symbol), instrument });
  }
  return { ...view, markets };
}

function withQueue(view: View, symbol: MarketSymbol, queue: QueueView | undefined): View {
  const market = view.markets.get(symbol);
  if (market === undefined) return view;
  const { queue: _gone, ...rest } = market;
  const markets = new Map(view.markets);
  markets.set(symbol, queue === undefined ? rest : { ...rest, queue });
  return { ...view, markets };
}

function withTrades(
  view: View,
  { trades, snapshot }: Extract<ClientEvent, { readonly kind: 'trades' }>,
  now: number,
): View {
  let result = view;
  for (const symbol of new Set(trades.map((trade) => trade.symbol))) {
    result = withMarket(result, symbol, (market) => {
      const newest = trades.filter((trade) => trade.symbol === symbol).toReversed();
      const older = snapshot ? [] : market.trades;
      const heard = snapshot ? {} : { tradedAt: now };
      return { trades: [...newest, ...older].slice(0, tapeTradesMax), ...heard };
    });
  }
  return result;
}

function withOrders(view: View, changed: readonly OwnOrder[], snapshot: boolean): View {
  const orders = new Map(snapshot ? [] : view.orders);
  for (const order of changed) orders.set(order.order, order);
  let surplus = -doneOrdersMax;
  for (const { status } of orders.values()) if (status === 'done') surplus += 1;
  for (const { order, status } of orders.values()) {
    if (surplus <= 0) break;
    if (status !== 'done') continue;
    orders.delete(order);
    surplus -= 1;
  }
  return { ...view, orders, areOrdersKnown: view.areOrdersKnown || snapshot };
}

function withBalances(view: View, changed: readonly OwnBalance[]): View {
  const balances = new Map(view.balances.map((one) => [one.asset, one]));
  for (const one of changed) balances.set(one.asset, one);
  return { ...view, balances: [...balances.values()], areBalancesKnown: true };
}

/** The picture after one event that came at `now`. */
export function foldEvent(view: View, event: ClientEvent, now: number): View {
  switch (event.kind) {
    case 'connection': {
      const { state, reason = '', retryInMs, loaded, isWaiting } = event;
      const isBeginning =
        view.connection.isBeginning && state === 'stale' && retryInMs === undefined;
      const connection: Connection = {
        state,
        reason: printable(reason),
        ...(loaded === undefined ? {} : { loaded }),
        ...(isWaiting === undefined ? {} : { isWaiting }),
        ...(isBeginning ? { isBeginning } : {}),
      };
      if (retryInMs === undefined) return { ...view, connection };
      return { ...view, connection: { ...connection, retryAt: now + retryInMs } };
    }
    case 'latency':
      return { ...view, latency: event.milliseconds };
    case 'instruments':
      return withInstruments(view, event.instruments);
    case 'book':
      return withMarket(view, event.book.symbol, () => ({ book: event.book }));
    case 'queue':
      return withQueue(view, event.symbol, event.queue);
    case 'trades':
      return withTrades(view, event, now);
    case 'orders':
      return withOrders(view, event.orders, event.snapshot);
    case 'balances':
      return withBalances(view, event.balances);
    case 'reconciled':
    case 'amendment':
    case 'tasks':
      return view;
  }
}

/** Own orders of which something can still trade or be cancelled. */
export function liveOrders(view: View, symbol?: MarketSymbol): OwnOrder[] {
  return [...view.orders.values()].filter(
    (order) => order.status !== 'done' && (symbol === undefined || order.symbol === symbol),
  );
}

/** Own orders as the list shows them, of one market or of all: live ones first, then the newest. */
export function listedOrders(view: View, symbol?: MarketSymbol): OwnOrder[] {
  const orders = [...view.orders.values()]
    .filter((order) => symbol === undefined || order.symbol === symbol)
    .toReversed();
  return [
    ...orders.filter(({ status }) => status !== 'done'),
    ...orders.filter(({ status }) => status === 'done'),
  ];
}

/** Lots bought less lots sold in a market by the orders that are known, released lots left out. */
export function netLots(view: View, symbol: MarketSymbol): number {
  let net = 0;
  for (const { side, filled, symbol: of } of view.orders.values()) {
    if (of === symbol) net += (side === 'bid' ? 1 : -1) * filled;
  }
  return net;
}

/** What is owned of one asset and how much of it is held; nothing while the exchange has not said. */
export function ownedOf(view: View, asset: string): { balance: number; hold: number } {
  return view.balances.find((one) => one.asset === asset) ?? { balance: 0, hold: 0 };
}

/** What is free to be promised of one asset, in its smallest units; undefined while the exchange has not said. */
export function freeOf(view: View, asset: string): number | undefined {
  const { balance, hold } = ownedOf(view, asset);
  return view.areBalancesKnown ? balance - hold : undefined;
}
