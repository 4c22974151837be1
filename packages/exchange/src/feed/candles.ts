/** What traded in each minute, hour and day: candles folded from committed trades, as channel `ohlc` tells them. */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, OhlcMessage } from '@wattlot/client/frames';
import type { Instant, Price, TradeView } from '@wattlot/core';
import { exactInstant, exactLots } from '../exact.ts';
import { candlesMax, candlesShownMax } from '../limits.ts';
import { Followers } from './followers.ts';
import { frameOf } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

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

/** What a snapshot keeps of the candles. */
export interface KeptCandles {
  readonly series: ReadonlyMap<CandleInterval, readonly Candle[]>;
  readonly at: Instant;
  readonly last: Pick<TradeView, 'price' | 'volume'> | undefined;
}

/** All that traded in a stretch of time; it has the form of a candle. */
export type Summary = Candle;

const microsPerMinute = 60_000_000;

interface Series {
  readonly candles: Candle[];
  readonly followers: Followers;
  /** How many of the newest candles have changed since the last publication. */
  changed: number;
}

/** A price as an average of trades: at most 8 decimals. */
export function averageOf(instrument: Instrument, cost: number, volume: number): number {
  const steps = (cost / volume) * instrument.priceUnitsPerStep;
  return Number((steps / 10 ** instrument.pricePrecision).toFixed(8));
}

/** One market's candles. */
export class CandleFeed {
  readonly #instrument: Instrument;
  readonly #series: ReadonlyMap<CandleInterval, Series>;
  #at: Instant;
  #last: Pick<TradeView, 'price' | 'volume'> | undefined;

  constructor(instrument: Instrument, openedAt: Instant) {
    this.#instrument = instrument;
    this.#at = openedAt;
    this.#series = new Map(
      candleIntervals.map((interval) => [
        interval,
        { candles: [], followers: new Followers(), changed: 0 },
      ]),
    );
  }

  /** The newest candles of an interval, oldest first. */
  candles(interval: CandleInterval): readonly Candle[] {
    return this.#series.get(interval)?.candles ?? [];
  }

  /** The newest trade; undefined before the first. */
  get lastTrade(): Pick<TradeView, 'price' | 'volume'> | undefined {
    return this.#last;
  }

  /** Its price. */
  get last(): Price | undefined {
    return this.#last?.price;
  }

  /** What traded from an instant on, which has to begin a minute within the last 24 hours. @returns undefined when nothing did. */
  since(begin: Instant): Summary | undefined {
    const minutes = this.candles(1);
    let sum: Summary | undefined;
    for (let index = minutes.length - 1; index >= 0; index -= 1) {
      const candle = minutes[index];
      if (candle === undefined || candle.begin < begin) break;
      sum = sum === undefined ? candle : joined(candle, sum);
    }
    return sum;
  }

  /** All that has been folded, to be kept. */
  save(): KeptCandles {
    const series = [...this.#series].map(
      ([interval, { candles }]) => [interval, [...candles]] as const,
    );
    return { series: new Map(series), at: this.#at, last: this.#last };
  }

  /** Becomes what it was when that was kept. Nothing has been folded yet. */
  load({ series, at, last }: KeptCandles): void {
    for (const [interval, candles] of series) this.#series.get(interval)?.candles.push(...candles);
    [this.#at, this.#last] = [at, last];
  }

  /** Takes in one trade. */
  fold(trade: TradeView): void {
    const { price, volume, at } = trade;
    this.#at = at;
    this.#last = { price, volume };
    for (const [interval, series] of this.#series) {
      const begin = exactInstant(at - (at % (interval * microsPerMinute)));
      const cost = price * volume;
      const alone: Candle = {
        begin,
        open: price,
        high: price,
        low: price,
        close: price,
        trades: 1,
        volume,
        cost,
      };
      const { candles } = series;
      const last = candles.at(-1);
      if (last?.begin === begin) {
        candles[candles.length - 1] = joined(last, alone);
        series.changed = Math.max(series.changed, 1);
      } else {
        candles.push(alone);
        if (candles.length > candlesMax) candles.shift();
        series.changed = Math.min(series.changed + 1, candles.length);
      }
    }
  }

  /** Tells the subscribers what the trades folded since the last call have changed. */
  publish(): void {
    for (const [interval, series] of this.#series) {
      if (series.changed === 0) continue;
      const changed = series.candles.slice(-series.changed);
      series.changed = 0;
      series.followers.changed();
      if (series.followers.size > 0)
        series.followers.send(this.#frame('update', interval, changed));
    }
  }

  /** Sends the newest candles to those who were too slow for the updates and have caught up. */
  catchUp(): void {
    for (const [interval, { followers }] of this.#series) {
      followers.catchUp(() => this.#snapshot(interval));
    }
  }

  /** Sends every change from now on, and first the newest candles, if wanted; with `filled` only if there are any. */
  follow(
    subscriber: Subscriber,
    interval: CandleInterval,
    snapshot: boolean | 'filled' = true,
  ): void {
    const isShown = snapshot === 'filled' ? this.candles(interval).length > 0 : snapshot;
    const followers = this.#series.get(interval)?.followers;
    if (isShown) followers?.begin(subscriber, () => this.#snapshot(interval));
    else followers?.add(subscriber);
  }

  /** Ends one interval, or all. */
  leave(subscriber: Subscriber, interval?: CandleInterval): void {
    for (const [each, { followers }] of this.#series) {
      if (interval === undefined || interval === each) followers.delete(subscriber);
    }
  }

  #snapshot(interval: CandleInterval): Buffer {
    return this.#frame('snapshot', interval, this.candles(interval).slice(-candlesShownMax));
  }

  #frame(type: OhlcMessage['type'], interval: CandleInterval, candles: readonly Candle[]): Buffer {
    const data = candles.map((candle) => this.#wire(candle, interval));
    return frameOf({ channel: 'ohlc', type, timestamp: timeText(this.#at), data });
  }

  #wire(candle: Candle, interval: CandleInterval): OhlcMessage['data'][number] {
    const { begin, open, high, low, close, trades, volume, cost } = candle;
    const instrument = this.#instrument;
    return {
      symbol: instrument.symbol,
      open: wireOfPrice(instrument, open),
      high: wireOfPrice(instrument, high),
      low: wireOfPrice(instrument, low),
      close: wireOfPrice(instrument, close),
      trades,
      volume: qtyOfLots(instrument, exactLots(volume)),
      vwap: averageOf(instrument, cost, volume),
      interval_begin: timeText(begin),
      interval,
      timestamp: timeText(exactInstant(begin + interval * microsPerMinute)),
    };
  }
}

/** Two candles as one; the first is the earlier. */
function joined(first: Candle, second: Candle): Candle {
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
