/**
 * Holds the reports on own orders against the journal: a first message has every live order and where its trades stand; after it each thing that happens to an order is told, once
 * and in its turn, and nothing else is.
 */
import { qtyOfLots, wireOfPrice } from '@wattlot/client/frames';
import type { ExecutionReport, Instrument } from '@wattlot/client/frames';
import { ordersOf } from '@wattlot/core';
import type { Address, Event, OrderView, TradeView } from '@wattlot/core';
import type { Checker } from './checker.ts';
import type { Link } from './network.ts';

/** A message of the channel. */
export interface Reports {
  readonly type: string | undefined;
  readonly data: readonly ExecutionReport[];
}

export class ReportChecks {
  readonly #checker: () => Checker;
  /** By connection: how many of its owner's events have been told. */
  readonly #told = new Map<Link, number>();

  constructor(checker: () => Checker) {
    this.#checker = checker;
  }

  /** The exchange sends a message. */
  sent(link: Link, address: Address, { type, data }: Reports, market: Instrument): void {
    const { history } = this.#checker();
    const events = history.eventsOf(address);
    if (type === 'snapshot') {
      this.#told.set(link, events.length);
      this.#checkFirst(link, address, data);
      return;
    }
    let told = this.#told.get(link) ?? 0;
    for (const report of data) {
      // It follows from the trades before.
      if (report.exec_type === 'filled') continue;
      const event = events[told];
      told += 1;
      const expected = event === undefined ? 'nothing' : lineOfEvent(event, address, market);
      const line = lineOfReport(report);
      if (line === expected) continue;
      this.#checker().report(`${link.client} is told ${line}, and what happened is ${expected}`);
      told = events.length;
    }
    this.#told.set(link, told);
  }

  #checkFirst({ client }: Link, address: Address, data: Reports['data']): void {
    const checker = this.#checker();
    const shown = new Set(data.map(({ order_id: order }) => order));
    for (const { order } of ordersOf(checker.state, address)) {
      if (!shown.has(order)) checker.report(`${client} begins without ${order}`);
    }
    const told = new Map(
      data.flatMap((report) => {
        const { order_id: order, trade_id: trade } = report;
        return trade === undefined ? [] : [[`${order} T${trade}`, lotsOfReport(report)]];
      }),
    );
    for (const { trade, resting, incoming, lots } of checker.history.trades.values()) {
      for (const { order, participant } of [resting, incoming]) {
        if (participant !== address || !shown.has(order)) continue;
        const [line, expected] = [told.get(`${order} T${trade.slice(1)}`), lotsText(lots)];
        if (line !== expected) {
          checker.report(`${client} begins with ${order} ${trade} ${line}, it is ${expected}`);
        }
      }
    }
  }
}

/** What of an event is reported to one of those whom it is about. */
function lineOfEvent(event: Event, address: Address, market: Instrument): string {
  switch (event.kind) {
    case 'trade.made': {
      const { resting, incoming, trade } = event;
      const view = resting.participant === address ? resting : incoming;
      return `${stateText(view, 'trade', market)} ${tradeText(trade, view, market)}`;
    }
    case 'trade.updated': {
      const { resting, incoming, trade, lots } = event.trade;
      const { order } = resting.participant === address ? resting : incoming;
      const changed = lots.filter(({ lot }) => event.lots.includes(lot));
      return `${order} status ${trade} ${lotsText(changed)}`;
    }
    case 'order.placed':
      return stateText(event.view, 'pending_new', market);
    case 'order.opened':
      return stateText(event.view, 'new', market);
    case 'order.amended':
      return stateText(event.view, 'amended', market);
    case 'lots.returned':
      return stateText(event.view, 'restated', market);
    case 'order.cancelled': {
      const over = event.reason === 'expired' ? 'expired' : 'canceled';
      const type = event.view.status === 'done' ? over : 'status';
      return `${stateText(event.view, type, market)} ${event.reason}`;
    }
    default:
      return event.kind;
  }
}

function stateText(view: OrderView, type: string, market: Instrument): string {
  const { order, price, volume, filled, cancelled } = view;
  const [all, traded, gone] = [volume, filled, cancelled].map((lots) => qtyOfLots(market, lots));
  return `${order} ${type} ${all}@${wireOfPrice(market, price)} ${traded} ${gone}`;
}

function tradeText(trade: TradeView, { order }: OrderView, market: Instrument): string {
  const { price, volume } = trade;
  const side = trade.resting.order === order ? 'm' : 't';
  return `${trade.trade} ${qtyOfLots(market, volume)}@${wireOfPrice(market, price)} ${side}`;
}

function lotsText(lots: readonly Pick<TradeView['lots'][number], 'lot' | 'state'>[]): string {
  return lots
    .map(({ lot, state }) => `${lot}:${state}`)
    .toSorted()
    .join();
}

function lotsOfReport({ lots = [] }: ExecutionReport): string {
  return lotsText(lots.map(({ lot_id: id, state }) => ({ lot: Number(id.split(':')[1]), state })));
}

function lineOfReport(report: ExecutionReport): string {
  const { exec_type: type, order_id: order, order_qty: all, limit_price: price } = report;
  const { cum_qty: traded, cancelled_qty: gone, trade_id: trade, reason } = report;
  if (type === 'status' && trade !== undefined) {
    return `${order} status T${trade} ${lotsOfReport(report)}`;
  }
  const { last_qty: qty, last_price: last, liquidity_ind: side } = report;
  const more = trade === undefined ? [] : [`T${trade} ${qty}@${last} ${side}`];
  const why = reason === undefined ? [] : [reason];
  return [`${order} ${type} ${all}@${price} ${traded} ${gone}`, ...more, ...why].join(' ');
}
