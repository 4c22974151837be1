/** What the market has done, counted from committed events, and how long trades took from match to settled. */
import type { Event, Instant, TradeId, TradeView } from '@wattlot/core';
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
    const [changed, all] = settledIn(trade.lots, lots);
    this.#lotsSettled += changed;
    if (!final) return undefined;
    const isTimed = this.#open.size > 0 && this.#open.delete(trade.trade);
    if (all < trade.lots.length) return undefined;
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

/** Up to so many changed lots are looked for one after the other: a set of them costs more, and each start counts every trade of the journal. */
const fewLots = 8;

/** Counts a trade's settled lots: of those that `changed` names, and of all. */
function settledIn(lots: TradeView['lots'], changed: readonly number[]): readonly [number, number] {
  const names = changed.length > fewLots ? new Set(changed) : undefined;
  let [now, all] = [0, 0];
  for (const { lot, state } of lots) {
    if (state !== 'settled') continue;
    all += 1;
    if (names?.has(lot) ?? changed.includes(lot)) now += 1;
  }
  return [now, all];
}
