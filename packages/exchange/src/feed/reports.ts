/**
 * Execution reports. Two rules of the dialect: a message holds trades or states, never both, and `filled` is a message of its own after the
 * order's last trade (stock clients route a message by its first item).
 */
import { fromUnits, qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { ExecutionReport, Instrument } from '@wattlot/client/frames';
import type { CancelReason, Instant, OrderView } from '@wattlot/core';
import type { OrderRecord, TradeRecord } from './orders.ts';

type ExecType = ExecutionReport['exec_type'];

/** What one report says of an order. */
export interface ReportOf {
  readonly instrument: Instrument;
  readonly view: OrderView;
  readonly type: ExecType;
  readonly at: Instant;
  /** Unlike that of any other report. */
  readonly id: string;
  readonly reason?: CancelReason | undefined;
}

/** A report of an order's state. */
export function stateReport({ instrument, view, type, at, id, reason }: ReportOf): ExecutionReport {
  const { quotePrecision } = instrument;
  return {
    exec_type: type,
    exec_id: id,
    order_id: view.order,
    cl_ord_id: view.clientOrderId,
    symbol: instrument.symbol,
    side: view.side === 'ask' ? 'sell' : 'buy',
    order_type: view.type,
    order_qty: qtyOfLots(instrument, view.volume),
    limit_price: wireOfPrice(instrument, view.price),
    time_in_force: view.timeInForce,
    post_only: view.postOnly,
    ...(view.expiresAt === undefined ? {} : { expire_time: timeText(view.expiresAt) }),
    ...(view.whole ? { all_or_none: true } : {}),
    order_status: statusOf(view, reason),
    cum_qty: qtyOfLots(instrument, view.filled),
    cum_cost: fromUnits(view.cost, quotePrecision),
    avg_price: averagePrice(instrument, view),
    timestamp: timeText(at),
    cancelled_qty: qtyOfLots(instrument, view.cancelled),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A report of one trade of an order, with the state of the lots named; all of them when none are. */
export function tradeReport(
  of: ReportOf,
  { trade, settlement, txid }: TradeRecord,
  lots: readonly number[] = trade.lots.map(({ lot }) => lot),
): ExecutionReport {
  const { instrument, view } = of;
  const named = new Set(lots);
  return {
    ...stateReport(of),
    trade_id: Number(trade.trade.slice(1)),
    last_qty: qtyOfLots(instrument, trade.volume),
    last_price: wireOfPrice(instrument, trade.price),
    cost: fromUnits(trade.price * trade.volume, instrument.quotePrecision),
    liquidity_ind: trade.resting.order === view.order ? 'm' : 't',
    fees: [],
    settlement,
    ...(txid === undefined ? {} : { txid }),
    lots: trade.lots
      .filter(({ lot }) => named.has(lot))
      .map(({ lot, state, txid: lotTxid }) => ({
        lot_id: `${trade.resting.order}:${lot}`,
        state,
        ...(lotTxid === undefined ? {} : { txid: lotTxid }),
      })),
  };
}

/** All that is shown of an order to a new subscriber: its state, then where each of its trades stands. No item is a `trade`. */
export function recordReports(
  instrument: Instrument,
  { view, reason, at, trades }: OrderRecord,
  idOf: () => string,
): readonly ExecutionReport[] {
  const type = typeOf(view, reason);
  const state = stateReport({ instrument, view, type, at, id: idOf(), reason });
  const settlements = [...trades.values()].map((record) =>
    tradeReport({ instrument, view, type: 'status', at: record.trade.at, id: idOf() }, record),
  );
  return [state, ...settlements];
}

/** What happened last in an order's life. */
function typeOf(view: OrderView, reason: CancelReason | undefined): ExecType {
  if (view.status === 'pending') return 'pending_new';
  if (view.status === 'open') return 'new';
  if (view.filled === view.volume) return 'filled';
  return reason === 'expired' ? 'expired' : 'canceled';
}

function statusOf(view: OrderView, reason?: CancelReason): ExecutionReport['order_status'] {
  if (view.status === 'done') {
    if (view.filled === view.volume) return 'filled';
    return reason === 'expired' ? 'expired' : 'canceled';
  }
  if (view.filled > 0) return 'partially_filled';
  return view.status === 'pending' ? 'pending_new' : 'new';
}

function averagePrice(instrument: Instrument, { cost, filled }: OrderView): number {
  if (filled === 0) return 0;
  const steps = (cost / filled) * instrument.priceUnitsPerStep;
  return Number((steps / 10 ** instrument.pricePrecision).toFixed(8));
}
