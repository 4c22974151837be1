/** What the market has done, counted from committed events, and how long trades took from match to settled. */
import type { Event, Instant, TradeId } from '@wattlot/core';
import { latenciesMax } from './limits.ts';

/** Counts since the first entry of the journal; latencies since this process started, of the newest trades. */
export interface Stats {
  readonly orders: number;
  readonly trades: number;
  /** Lots matched. */
  readonly lots: number;
  /** Trades of which every lot has settled. */
  readonly settled: number;
  /** Lots that have settled. */
  readonly lotsSettled: number;
  /** From match to the commit in which the last lot settled, in milliseconds; undefined before the first. */
  readonly settleMs: { readonly p50: number; readonly p99: number } | undefined;
}

/** Counts as it goes. */
export class StatsCounter {
  #orders = 0;
  #trades = 0;
  #lots = 0;
  #settled = 0;
  #lotsSettled = 0;
  readonly #latencies: number[] = [];
  #next = 0;
  readonly #open = new Set<TradeId>();

  /**
   * Takes in one committed event. `now`: when it was committed; left out in a replay.
   * @returns the milliseconds since its match, of a trade of this run whose last lot has just settled.
   */
  fold(event: Event, now?: Instant): number | undefined {
    if (event.kind === 'order.placed') this.#orders += 1;
    if (event.kind === 'trade.made') {
      this.#trades += 1;
      this.#lots += event.trade.volume;
      if (now !== undefined) this.#open.add(event.trade.trade);
    }
    if (event.kind !== 'trade.updated') return undefined;
    const { trade, lots, final } = event;
    const changed = new Set(lots);
    this.#lotsSettled += trade.lots.filter(
      ({ lot, state }) => state === 'settled' && changed.has(lot),
    ).length;
    if (!final) return undefined;
    const isTimed = this.#open.delete(trade.trade);
    if (!trade.lots.every(({ state }) => state === 'settled')) return undefined;
    this.#settled += 1;
    if (now === undefined || !isTimed) return undefined;
    const milliseconds = (now - trade.at) / 1000;
    this.#latencies[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % latenciesMax;
    return milliseconds;
  }

  /** The numbers now. */
  read(): Stats {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (part: number): number | undefined =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
    const [p50, p99] = [at(0.5), at(0.99)];
    return {
      orders: this.#orders,
      trades: this.#trades,
      lots: this.#lots,
      settled: this.#settled,
      lotsSettled: this.#lotsSettled,
      settleMs: p50 === undefined || p99 === undefined ? undefined : { p50, p99 },
    };
  }
}
