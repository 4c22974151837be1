/** What traded in each minute, hour and day, as channel `ohlc` tells it. */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, OhlcMessage } from '@wattlot/client/frames';
import type { Instant, Price, TradeView } from '@wattlot/core';
import { exactInstant, exactLots } from '../exact.ts';
import { candlesShownMax } from '../limits.ts';
import { candleIntervals, CandleFold, joined } from './candle-fold.ts';
import type { Candle, CandleInterval, KeptCandles, LastTrade } from './candle-fold.ts';
import { Followers } from './followers.ts';
import { frameOf } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

/** All that traded in a stretch of time; it has the form of a candle. */
export type Summary = Candle;

const microsPerMinute = 60_000_000;

/** A price as an average of trades: at most 8 decimals. */
export function averageOf(instrument: Instrument, cost: number, volume: number): number {
  const steps = (cost / volume) * instrument.priceUnitsPerStep;
  return Number((steps / 10 ** instrument.pricePrecision).toFixed(8));
}

/** One market's candles. */
export class CandleFeed {
  readonly #instrument: Instrument;
  #fold = new CandleFold();
  readonly #followers = new Map<CandleInterval, Followers>(
    candleIntervals.map((interval) => [interval, new Followers()]),
  );
  readonly #openedAt: Instant;

  constructor(instrument: Instrument, openedAt: Instant) {
    this.#instrument = instrument;
    this.#openedAt = openedAt;
  }

  /** The newest candles of an interval, oldest first. */
  candles(interval: CandleInterval): readonly Candle[] {
    return this.#fold.of(interval);
  }

  /** The newest trade; undefined before the first. */
  get lastTrade(): LastTrade | undefined {
    return this.#fold.last;
  }

  /** Its price. */
  get last(): Price | undefined {
    return this.#fold.last?.price;
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

  /** All that has been folded. */
  keep(): KeptCandles {
    return this.#fold.keep();
  }

  /** Becomes what it was when that was kept. Nothing has been folded yet. */
  begin(kept: KeptCandles): void {
    this.#fold = new CandleFold(kept);
  }

  /** Takes in one trade. */
  fold(trade: TradeView): void {
    this.#fold.fold(trade);
  }

  /** Tells the subscribers what the trades folded since the last call have changed. */
  publish(): void {
    for (const series of this.#fold.series) {
      if (series.changed === 0) continue;
      const changed = series.candles.slice(-series.changed);
      series.changed = 0;
      const { interval } = series;
      const followers = this.#followers.get(interval);
      followers?.changed();
      if (followers !== undefined && followers.size > 0)
        followers.send(this.#frame('update', interval, changed));
    }
  }

  /** Sends the newest candles to those who were too slow for the updates and have caught up. */
  catchUp(): void {
    for (const [interval, followers] of this.#followers) {
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
    const followers = this.#followers.get(interval);
    if (isShown) followers?.begin(subscriber, () => this.#snapshot(interval));
    else followers?.add(subscriber);
  }

  /** Ends one interval, or all. */
  leave(subscriber: Subscriber, interval?: CandleInterval): void {
    for (const [each, followers] of this.#followers) {
      if (interval === undefined || interval === each) followers.delete(subscriber);
    }
  }

  #snapshot(interval: CandleInterval): Buffer {
    return this.#frame('snapshot', interval, this.candles(interval).slice(-candlesShownMax));
  }

  #frame(type: OhlcMessage['type'], interval: CandleInterval, candles: readonly Candle[]): Buffer {
    const data = candles.map((candle) => this.#wire(candle, interval));
    const at = this.#fold.last?.at ?? this.#openedAt;
    return frameOf({ channel: 'ohlc', type, timestamp: timeText(at), data });
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
