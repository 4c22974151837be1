/** What traded in each minute, hour and day, folded from committed trades: the newest candles of each length. */
import type { Instant, Price, TradeView } from '@wattlot/core';
import { exactInstant } from '../exact.ts';
import { candlesMax } from '../limits.ts';

/** Lengths of candles, in minutes. Each divides a day, so that candles begin at its hours in UTC. */
export const candleIntervals = [1, 5, 15, 30, 60, 240, 1440] as const;

export type CandleInterval = (typeof candleIntervals)[number];

/** The trades of one interval. */
export interface Candle {
  readonly begin: Instant;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly trades: number;
  /** Lots. */
  readonly volume: number;
  /** Σ volume × price, in ecoin's smallest units. */
  readonly cost: number;
}

/** All candles as data. */
export interface KeptCandles {
  readonly series: readonly {
    readonly interval: CandleInterval;
    readonly candles: readonly Candle[];
  }[];
  readonly last?: LastTrade;
}

/** The newest trade. */
export interface LastTrade {
  readonly price: Price;
  readonly volume: TradeView['volume'];
  readonly at: Instant;
}

/** The candles of one length. */
export interface CandleSeries {
  readonly interval: CandleInterval;
  /** Oldest first. */
  readonly candles: Candle[];
  /** How many of the newest have changed since somebody last set this to 0. */
  changed: number;
}

const microsPerMinute = 60_000_000;

/**
 * One market's candles. The trades of a minute come into them together, when one of the next minute is made or somebody looks: each alone would make a candle of every length anew.
 */
export class CandleFold {
  readonly #series: readonly CandleSeries[];
  #last: LastTrade | undefined;
  /** The trades of the newest minute that are in no candle yet. */
  #minute: { -readonly [Name in keyof Candle]: Candle[Name] } | undefined;

  constructor(kept?: KeptCandles) {
    this.#series = candleIntervals.map((interval) => {
      const known = kept?.series.find((one) => one.interval === interval);
      return { interval, candles: [...(known?.candles ?? [])], changed: 0 };
    });
    this.#last = kept?.last;
  }

  /** The newest trade; undefined before the first. */
  get last(): LastTrade | undefined {
    return this.#last;
  }

  /** All lengths. */
  get series(): readonly CandleSeries[] {
    this.#settle();
    return this.#series;
  }

  /** The newest candles of an interval, oldest first. */
  of(interval: CandleInterval): readonly Candle[] {
    return this.series.find((one) => one.interval === interval)?.candles ?? [];
  }

  /** All of it as data. */
  keep(): KeptCandles {
    const series = this.series.map(({ interval, candles }) => ({ interval, candles }));
    return this.#last === undefined ? { series } : { series, last: this.#last };
  }

  /** Takes in one trade. */
  fold({ price, volume, at }: TradeView): void {
    this.#last = { price, volume, at };
    const minute = this.#minute;
    if (minute !== undefined && at - minute.begin < microsPerMinute) {
      if (price > minute.high) minute.high = price;
      if (price < minute.low) minute.low = price;
      minute.close = price;
      minute.trades += 1;
      minute.volume += volume;
      minute.cost += price * volume;
      return;
    }
    this.#settle();
    const begin = exactInstant(at - (at % microsPerMinute));
    const cost = price * volume;
    this.#minute = {
      begin,
      open: price,
      high: price,
      low: price,
      close: price,
      trades: 1,
      volume,
      cost,
    };
  }

  /** Brings the newest minute into the candles. */
  #settle(): void {
    const minute = this.#minute;
    if (minute === undefined) return;
    this.#minute = undefined;
    for (const series of this.#series) {
      const { candles } = series;
      const { begin: at } = minute;
      const begin = exactInstant(at - (at % (series.interval * microsPerMinute)));
      const newest = candles.at(-1);
      if (newest?.begin === begin) {
        candles[candles.length - 1] = joined(newest, minute);
        series.changed = Math.max(series.changed, 1);
        continue;
      }
      candles.push({ ...minute, begin });
      if (candles.length > candlesMax) candles.shift();
      series.changed = Math.min(series.changed + 1, candles.length);
    }
  }
}

/** Two candles as one; the first is the earlier. */
export function joined(first: Candle, second: Candle): Candle {
  return {
    begin: first.begin,
    open: first.open,
    high: first.high > second.high ? first.high : second.high,
    low: first.low < second.low ? first.low : second.low,
    close: second.close,
    trades: first.trades + second.trades,
    volume: first.volume + second.volume,
    cost: first.cost + second.cost,
  };
}
