/** What a household has heard from the exchange: the client's events folded into what it looks at before it acts. */
import type { OrderId, Price } from '@wattlot/core';
import type { ClientEvent, ConnectionState, OwnOrder, OwnTrade } from '../events.ts';
import type { Instrument } from '../frames/instrument.ts';
import type { Purse } from './trader.ts';
import { exactAmount } from './exact.ts';

/** Lots that this household has bought and sold, once their settlement is final. */
export interface Tally {
  readonly boughtLots: number;
  readonly soldLots: number;
  /** Trades of which every lot is final and at least one settled, seen as the buyer. */
  readonly settledBuys: number;
}

/** The newest of everything. Undefined parts have not been heard of yet. */
export interface Sight {
  readonly connection: ConnectionState;
  readonly instrument: Instrument | undefined;
  readonly energy: Purse | undefined;
  readonly ecoin: Purse | undefined;
  /** Own orders that are live or have lots that are not final. */
  readonly orders: ReadonlyMap<OrderId, OwnOrder>;
  readonly bestAsk: Price | undefined;
  readonly bestBid: Price | undefined;
  readonly lastPrice: Price | undefined;
  readonly tally: Tally;
}

/** Before anything has been heard. */
export function freshSight(connection: ConnectionState): Sight {
  return {
    connection,
    instrument: undefined,
    energy: undefined,
    ecoin: undefined,
    orders: new Map(),
    bestAsk: undefined,
    bestBid: undefined,
    lastPrice: undefined,
    tally: { boughtLots: 0, soldLots: 0, settledBuys: 0 },
  };
}

const nothing: Purse = { balance: exactAmount(0), hold: exactAmount(0) };

function isFinal({ settlement }: OwnTrade): boolean {
  return settlement === 'settled' || settlement === 'released';
}

/** Lots of a trade that may still settle. */
function openLotsOf(trade: OwnTrade): number {
  if (isFinal(trade)) return 0;
  const ended = trade.lots.filter(({ state }) => state === 'settled' || state === 'released');
  return trade.volume - ended.length;
}

function settledLotsOf(trade: OwnTrade): number {
  if (trade.lots.length === 0) return trade.settlement === 'settled' ? trade.volume : 0;
  return trade.lots.filter(({ state }) => state === 'settled').length;
}

/** Counts the trades that became final with this report. Those final from the first time one hears of them count unless they are of the past. */
function tallyOf(
  tally: Tally,
  before: OwnOrder | undefined,
  order: OwnOrder,
  snapshot: boolean,
): Tally {
  let { boughtLots, soldLots, settledBuys } = tally;
  for (const trade of order.trades.filter(isFinal)) {
    const known = before?.trades.find((one) => one.trade === trade.trade);
    if (known === undefined ? snapshot : isFinal(known)) continue;
    const lots = settledLotsOf(trade);
    if (order.side === 'ask') soldLots += lots;
    else boughtLots += lots;
    if (order.side === 'bid' && lots > 0) settledBuys += 1;
  }
  return { boughtLots, soldLots, settledBuys };
}

function hearOrders(sight: Sight, heard: readonly OwnOrder[], snapshot: boolean): Sight {
  const orders = new Map(snapshot ? [] : sight.orders);
  let { tally } = sight;
  for (const order of heard) {
    tally = tallyOf(tally, sight.orders.get(order.order), order, snapshot);
    if (order.status === 'done' && order.trades.every(isFinal)) orders.delete(order.order);
    else orders.set(order.order, order);
  }
  return { ...sight, orders, tally };
}

function hearBalances(
  sight: Sight,
  balances: Extract<ClientEvent, { kind: 'balances' }>['balances'],
): Sight {
  const { instrument } = sight;
  const purseOf = (asset: string | undefined, before: Purse | undefined): Purse =>
    balances.find((one) => one.asset === asset) ?? before ?? nothing;
  return {
    ...sight,
    energy: purseOf(instrument?.base, sight.energy),
    ecoin: purseOf(instrument?.quote, sight.ecoin),
  };
}

/** The sight after one event. Only the first market counts: a neighbourhood trades one product. */
export function hear(sight: Sight, event: ClientEvent): Sight {
  switch (event.kind) {
    case 'connection':
      return { ...sight, connection: event.state };
    case 'instruments': {
      const same = event.instruments.find(({ symbol }) => symbol === sight.instrument?.symbol);
      return { ...sight, instrument: same ?? event.instruments[0] };
    }
    case 'book':
      if (event.book.symbol !== sight.instrument?.symbol) return sight;
      return { ...sight, bestAsk: event.book.asks[0]?.price, bestBid: event.book.bids[0]?.price };
    case 'trades': {
      const last = event.trades.findLast(({ symbol }) => symbol === sight.instrument?.symbol);
      return last === undefined ? sight : { ...sight, lastPrice: last.price };
    }
    case 'orders':
      return hearOrders(sight, event.orders, event.snapshot);
    case 'balances':
      return hearBalances(sight, event.balances);
    case 'latency':
    case 'queue':
    case 'reconciled':
    case 'amendment':
    case 'tasks':
      return sight;
  }
}

/** Lots bought that are still settling. */
export function arrivingLotsOf(sight: Sight): number {
  let lots = 0;
  for (const { side, trades } of sight.orders.values()) {
    if (side === 'bid') for (const trade of trades) lots += openLotsOf(trade);
  }
  return lots;
}
