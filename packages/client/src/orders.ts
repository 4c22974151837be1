/** Own orders, folded from execution reports. */
import { toLots, toMarketSymbol, toOrderId, toTradeId, toTxid } from '@wattlot/core';
import type { CancelReason, Instant, Lots, LotState, MarketSymbol, OrderId } from '@wattlot/core';
import type { Price, TimeInForce } from '@wattlot/core';
import type { OwnOrder, OwnTrade } from './events.ts';
import { lotsOfQty, priceOfWire } from './frames/instrument.ts';
import type { Instrument } from './frames/instrument.ts';
import type { ExecutionReport } from './frames/messages.ts';
import { instantOfTime } from './frames/time.ts';
import { printable } from './text.ts';

const clientOrderIdLengthMax = 36;
const lotIdLengthMax = 40;

const cancelReasons: Readonly<Record<CancelReason, true>> = {
  requested: true,
  not_filled_at_once: true,
  offers_late: true,
  offers_declined: true,
  would_trade: true,
  self_trade: true,
  output_spent: true,
  not_settled: true,
  amended: true,
  expired: true,
  cancel_all_after: true,
  market_closed: true,
  suspended: true,
};

function isCancelReason(text: string): text is CancelReason {
  return Object.hasOwn(cancelReasons, text);
}

/** How far a lot has come; both ends count the same. */
const progress: Readonly<Record<LotState, number>> = {
  requested: 0,
  submitted: 1,
  overdue: 2,
  settled: 3,
  released: 3,
};

/** True when neither the order nor any of its lots can change any more. */
export function isFinal(order: OwnOrder): boolean {
  return (
    order.status === 'done' && order.trades.every(({ settlement }) => progress[settlement] === 3)
  );
}

function statusOf(
  report: ExecutionReport,
  remaining: Lots,
  { before, price }: { readonly before: OwnOrder | undefined; readonly price: Price },
): OwnOrder['status'] {
  if (remaining === 0) return 'done';
  if (report.exec_type === 'pending_new' || report.order_status === 'pending_new') return 'pending';
  if (report.exec_type === 'new' || report.order_status === 'new') return 'open';
  // Lots came back, or the order left the book for another price: it waits for its offers again.
  if (before?.status === 'done') return 'pending';
  if (report.exec_type === 'amended' && before?.price !== price) return 'pending';
  return before?.status ?? 'open';
}

function foldLots(
  before: OwnTrade['lots'],
  lots: NonNullable<ExecutionReport['lots']>,
): OwnTrade['lots'] {
  const byId = new Map(before.map((lot) => [lot.lot, lot]));
  for (const { lot_id, state, txid: wireTxid } of lots) {
    const lot = printable(lot_id, lotIdLengthMax);
    const txid = wireTxid === undefined ? undefined : toTxid(wireTxid);
    byId.set(lot, { lot, state, ...(txid === undefined ? {} : { txid }) });
  }
  return [...byId.values()];
}

function leastAdvanced(lots: OwnTrade['lots']): LotState {
  let least: LotState | undefined;
  for (const { state } of lots) {
    if (least === undefined || progress[state] < progress[least]) least = state;
  }
  return least ?? 'requested';
}

const timesInForce: ReadonlySet<string> = new Set(['gtc', 'gtd', 'ioc', 'fok']);

function isTimeInForce(text: string): text is TimeInForce {
  return timesInForce.has(text);
}

/** The order's trades after a report about one of them. @returns undefined when the report does not make sense. */
function foldTrades(
  instrument: Instrument,
  before: readonly OwnTrade[],
  report: ExecutionReport,
  at: Instant,
): readonly OwnTrade[] | undefined {
  if (report.trade_id === undefined) return before;
  const trade = toTradeId(`T${report.trade_id}`);
  if (trade === undefined) return undefined;
  const index = before.findIndex((known) => known.trade === trade);
  const known = before[index];
  const price =
    report.last_price === undefined ? known?.price : priceOfWire(instrument, report.last_price);
  const volume =
    report.last_qty === undefined ? known?.volume : lotsOfQty(instrument, report.last_qty);
  const resting =
    report.liquidity_ind === undefined ? known?.resting : report.liquidity_ind === 'm';
  if (price === undefined || volume === undefined || resting === undefined) return undefined;
  const lots = foldLots(known?.lots ?? [], report.lots ?? []);
  if (lots.length > volume) return undefined;
  const next: OwnTrade = {
    trade,
    price,
    volume,
    resting,
    lots,
    settlement: report.settlement ?? leastAdvanced(lots),
    at: known?.at ?? at,
  };
  return known === undefined ? [...before, next] : before.with(index, next);
}

/**
 * The order after one report. @returns undefined when the report contradicts itself, the market's description or what is known of the order.
 */
export function foldReport(
  instruments: ReadonlyMap<MarketSymbol, Instrument>,
  before: OwnOrder | undefined,
  report: ExecutionReport,
): OwnOrder | undefined {
  const symbol = toMarketSymbol(report.symbol);
  const instrument = symbol === undefined ? undefined : instruments.get(symbol);
  const order: OrderId | undefined = toOrderId(report.order_id);
  const at = instantOfTime(report.timestamp);
  if (instrument === undefined || order === undefined || at === undefined) return undefined;
  const price = priceOfWire(instrument, report.limit_price);
  const volume = lotsOfQty(instrument, report.order_qty);
  const filled = lotsOfQty(instrument, report.cum_qty);
  const cancelled = lotsOfQty(instrument, report.cancelled_qty);
  if (price === undefined || volume === undefined) return undefined;
  if (filled === undefined || cancelled === undefined) return undefined;
  const remaining = toLots(volume - filled - cancelled);
  if (remaining === undefined) return undefined;
  const { time_in_force: timeInForce } = report;
  if (!isTimeInForce(timeInForce)) return undefined;
  const expiresAt =
    report.expire_time === undefined ? undefined : instantOfTime(report.expire_time);
  if (report.expire_time !== undefined && expiresAt === undefined) return undefined;
  const side = report.side === 'sell' ? 'ask' : 'bid';
  if (before !== undefined && (before.side !== side || before.symbol !== symbol)) return undefined;
  const trades = foldTrades(instrument, before?.trades ?? [], report, at);
  if (trades === undefined) return undefined;
  const reason =
    report.reason !== undefined && isCancelReason(report.reason) ? report.reason : before?.reason;
  return {
    order,
    clientOrderId: printable(report.cl_ord_id, clientOrderIdLengthMax),
    symbol: instrument.symbol,
    side,
    ...(report.order_type === 'limit' ? {} : { type: report.order_type }),
    price,
    volume,
    filled,
    cancelled,
    remaining,
    timeInForce,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    postOnly: report.post_only,
    ...(report.all_or_none === true ? { whole: true } : {}),
    status: statusOf(report, remaining, { before, price }),
    ...(reason === undefined ? {} : { reason }),
    trades,
    at,
  };
}
