/**
 * What `up` and `exchange` print: one object an event for programs, one plain line for people. The object is the source; the line is made from it.
 */
import type { NeighbourhoodStats } from '@wattlot/client/household';
import { timeText } from '@wattlot/client/frames';
import type { Event, Instant } from '@wattlot/core';

/** One printed event. Volumes in lots, prices in ecoin per kWh as on the wire, times RFC 3339. */
export type Report =
  | {
      readonly event: 'listening';
      readonly url: string;
      readonly data: string;
      /** Where the numbers are, if somewhere. */
      readonly metrics?: string;
    }
  | { readonly event: 'note'; readonly text: string }
  /** What the simulated households did, when they stop. */
  | ({ readonly event: 'neighbourhood' } & NeighbourhoodStats)
  /** The user's own household has its key, its admission and what it starts with. */
  | { readonly event: 'endowed'; readonly name: string; readonly address: string }
  | { readonly event: 'participant'; readonly name: string; readonly address: string }
  | {
      readonly event: 'order';
      readonly order: string;
      readonly participant: string;
      readonly side: 'ask' | 'bid';
      readonly price: number;
      readonly lots: number;
      readonly at: string;
    }
  | {
      /** `returned`: lots of trades that came to nothing are the order's again. */
      readonly event: 'opened' | 'returned';
      readonly order: string;
      readonly lots: number;
      readonly at: string;
    }
  | {
      readonly event: 'cancelled';
      readonly order: string;
      readonly lots: number;
      readonly reason: string;
      readonly at: string;
    }
  | {
      readonly event: 'trade';
      readonly trade: string;
      readonly side: 'ask' | 'bid';
      readonly price: number;
      readonly lots: number;
      readonly seller: string;
      readonly buyer: string;
      readonly at: string;
    }
  | {
      readonly event: 'settled';
      readonly trade: string;
      readonly lots: number;
      /** One a lot, in the order of the trade's lots. */
      readonly txids: readonly string[];
      /** From the match to the last lot's final block. */
      readonly ms: number;
      readonly at: string;
    }
  | { readonly event: 'overdue' | 'released'; readonly trade: string; readonly at: string }
  | {
      readonly event: 'refused';
      readonly command: string;
      readonly code: string;
      readonly participant?: string;
    }
  | {
      readonly event: 'summary';
      readonly orders: number;
      readonly trades: number;
      readonly lots: number;
      readonly settled: number;
      readonly settle_ms_p50: number | null;
      readonly settle_ms_p99: number | null;
    };

/** To the millisecond. */
function timeOf(at: Instant): string {
  return `${timeText(at).slice(0, 23)}Z`;
}

/** Turns the core's events into reports; remembers the participants' names. */
export class Reporter {
  readonly #names: Map<string, string>;

  constructor(known: readonly { readonly participant: string; readonly name: string }[]) {
    this.#names = new Map(known.map(({ participant, name }) => [participant, name]));
  }

  #nameOf(address: string): string {
    return this.#names.get(address) ?? address.slice(0, 8);
  }

  /** @returns undefined for events that are too fine for a reader (levels, balances, blocks). */
  of(event: Event, at: Instant): Report | undefined {
    switch (event.kind) {
      case 'participant.admitted':
        this.#names.set(event.participant, event.name);
        return { event: 'participant', name: event.name, address: event.participant };
      case 'order.placed': {
        const { order, participant, side, price, volume } = event.view;
        const who = this.#nameOf(participant);
        return {
          event: 'order',
          order,
          participant: who,
          side,
          price,
          lots: volume,
          at: timeOf(at),
        };
      }
      case 'order.opened':
        return {
          event: 'opened',
          order: event.view.order,
          lots: event.view.remaining,
          at: timeOf(at),
        };
      case 'order.cancelled': {
        const { view, volume, reason } = event;
        return { event: 'cancelled', order: view.order, lots: volume, reason, at: timeOf(at) };
      }
      case 'trade.made': {
        const { trade, side, price, volume, resting, incoming } = event.trade;
        const [seller, buyer] = side === 'ask' ? [incoming, resting] : [resting, incoming];
        return {
          event: 'trade',
          trade,
          side,
          price,
          lots: volume,
          seller: this.#nameOf(seller.participant),
          buyer: this.#nameOf(buyer.participant),
          at: timeOf(at),
        };
      }
      case 'trade.updated': {
        const { trade, lots, at: made } = event.trade;
        const states = new Set(lots.map((lot) => lot.state));
        if (!event.final) {
          return states.has('overdue') ? { event: 'overdue', trade, at: timeOf(at) } : undefined;
        }
        const settled = lots.filter((lot) => lot.state === 'settled');
        if (settled.length === 0) return { event: 'released', trade, at: timeOf(at) };
        return {
          event: 'settled',
          trade,
          lots: settled.reduce((sum, { volume }) => sum + volume, 0),
          txids: settled.flatMap((lot) => (lot.txid === undefined ? [] : [lot.txid])),
          ms: (at - made) / 1000,
          at: timeOf(at),
        };
      }
      case 'refused': {
        const { command, code, participant } = event;
        // The block was faster than the agent's claim: the trade is settled and gone.
        if (command === 'settlement.submit' && code === 'unknown_trade') return undefined;
        const who = participant === undefined ? {} : { participant: this.#nameOf(participant) };
        return { event: 'refused', command, code, ...who };
      }
      case 'lots.returned': {
        const { view, lots } = event;
        return { event: 'returned', order: view.order, lots: lots.length, at: timeOf(at) };
      }
      case 'order.amended':
      case 'participant.suspended':
      case 'phase.changed':
      case 'auction.held':
      case 'market.opened':
      case 'band.changed':
      case 'cancel_all_after.set':
      case 'order.repeated':
      case 'offers.requested':
      case 'level.changed':
      case 'balance.changed':
      case 'ledger.advanced':
        return undefined;
    }
  }
}

function clock(at: string): string {
  return at.slice(11, 19);
}

function countOfLots(count: number): string {
  return count === 1 ? '1 lot' : `${count} lots`;
}

/** A report as one plain line. */
export function lineOf(report: Report): string {
  switch (report.event) {
    case 'listening':
      return `listening on ${report.url}, data in ${report.data}${report.metrics === undefined ? '' : `, metrics at ${report.metrics}`}`;
    case 'note':
      return report.text;
    case 'neighbourhood':
      return (
        `${report.opened} of ${report.households} households placed ${report.orders} orders; bought ${report.boughtLots} lots from neighbours and ` +
        `${report.importedLots} from the grid, sold ${report.soldLots} to neighbours and ${report.exportedLots} to the grid`
      );
    case 'endowed':
      return `${report.name} is ready to trade as ${report.address}`;
    case 'participant':
      return `${report.name} joined as ${report.address}`;
    case 'order':
      return `${clock(report.at)} ${report.participant} ${report.side === 'ask' ? 'asks' : 'bids'} ${countOfLots(report.lots)} at ${report.price}: ${report.order}`;
    case 'opened':
      return `${clock(report.at)} ${report.order} is on the book with ${countOfLots(report.lots)}`;
    case 'returned':
      return `${clock(report.at)} ${report.order} has ${countOfLots(report.lots)} again: nobody paid for them`;
    case 'cancelled':
      return `${clock(report.at)} ${report.order}: ${countOfLots(report.lots)} cancelled, ${report.reason.replaceAll('_', ' ')}`;
    case 'trade':
      return `${clock(report.at)} ${report.trade}: ${report.buyer} buys ${countOfLots(report.lots)} from ${report.seller} at ${report.price}`;
    case 'settled':
      return `${clock(report.at)} ${report.trade} settled, ${countOfLots(report.lots)} in ${Math.round(report.ms)} ms: ${report.txids[0] ?? ''}`;
    case 'overdue':
      return `${clock(report.at)} ${report.trade} is overdue: only the ledger tells what becomes of it`;
    case 'released':
      return `${clock(report.at)} ${report.trade} was released, nothing of it settled`;
    case 'refused':
      return `${report.participant ?? 'operator'}: ${report.command} refused, ${report.code}`;
    case 'summary':
      return (
        `${report.orders} orders, ${report.trades} trades of ${report.lots} lots, ${report.settled} settled; ` +
        `match to settled median ${report.settle_ms_p50 ?? '-'} ms, p99 ${report.settle_ms_p99 ?? '-'} ms`
      );
  }
}

/** Settlement times kept for the summary; older ones are forgotten. */
const settleTimesMax = 100_000;

/** Counts reports for the last line. */
export class Tally {
  #orders = 0;
  #trades = 0;
  #lots = 0;
  #settled = 0;
  readonly #times: number[] = [];

  get settled(): number {
    return this.#settled;
  }

  add(report: Report): void {
    if (report.event === 'order') this.#orders += 1;
    if (report.event === 'trade') {
      this.#trades += 1;
      this.#lots += report.lots;
    }
    if (report.event === 'settled') {
      this.#settled += 1;
      this.#times.push(report.ms);
      if (this.#times.length > settleTimesMax) this.#times.shift();
    }
  }

  summary(): Report {
    const sorted = this.#times.toSorted((a, b) => a - b);
    const at = (share: number): number | null => {
      const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
      return value === undefined ? null : Math.round(value * 10) / 10;
    };
    return {
      event: 'summary',
      orders: this.#orders,
      trades: this.#trades,
      lots: this.#lots,
      settled: this.#settled,
      settle_ms_p50: at(0.5),
      settle_ms_p99: at(0.99),
    };
  }
}
