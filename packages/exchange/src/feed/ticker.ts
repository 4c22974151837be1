/** The best prices and the last 24 hours of one market, as channel `ticker` tells them. */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, Level, TickerMessage } from '@wattlot/client/frames';
import type { Instant, Price } from '@wattlot/core';
import { exactInstant, exactLots } from '../exact.ts';
import type { BookMirror } from './book.ts';
import { averageOf } from './candles.ts';
import type { CandleFeed, Summary } from './candles.ts';
import { Followers } from './followers.ts';
import { frameOf } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

/** After what a subscriber is told: a change of the best prices or what rests at them, or a trade. */
export type TickerTrigger = 'bbo' | 'trades';

type Quote = TickerMessage['data'][number];

const microsPerMinute = 60_000_000;
const minutesPerDay = 1_440;

/** The minutes that make up the last 24 hours, the present one included: when the first began. */
export function dayBefore(now: Instant): Instant {
  const minute = now - (now % microsPerMinute);
  return exactInstant(Math.max(0, minute - (minutesPerDay - 1) * microsPerMinute));
}

/** One market's ticker. */
export class TickerFeed {
  readonly #instrument: Instrument;
  readonly #mirror: BookMirror;
  readonly #candles: CandleFeed;
  readonly #followers = { bbo: new Followers(), trades: new Followers() } as const;
  /** Newest instant that was told of anything. */
  #at: Instant;
  #isTraded = false;
  #bid: Level | undefined;
  #ask: Level | undefined;

  constructor(instrument: Instrument, mirror: BookMirror, candles: CandleFeed) {
    this.#instrument = instrument;
    this.#mirror = mirror;
    this.#candles = candles;
    this.#at = mirror.at;
  }

  /** Book and candles have become what they were at some entry: so has this. */
  begin(): void {
    const traded = this.#candles.lastTrade?.at ?? this.#at;
    this.#at = traded > this.#mirror.at ? traded : this.#mirror.at;
    [this.#bid, this.#ask] = [this.#mirror.bids[0], this.#mirror.asks[0]];
  }

  /** Takes note of a trade. The book and the candles know the rest. */
  fold(at: Instant): void {
    this.#at = at;
    this.#isTraded = true;
  }

  /** Tells the subscribers what has changed since the last call. */
  publish(): void {
    const { bbo, trades } = this.#followers;
    const isMoved = this.#isMoved();
    if (isMoved && bbo.size > 0) bbo.send(this.#frame('update'));
    if (this.#isTraded && trades.size > 0) trades.send(this.#frame('update'));
    this.#isTraded = false;
  }

  /** Sends the ticker to those who were too slow for the updates and have caught up. */
  catchUp(): void {
    for (const followers of Object.values(this.#followers)) {
      followers.catchUp(() => this.#frame('snapshot'));
    }
  }

  /** Sends the ticker, if wanted, and then each change; a subscriber has one trigger at a time. */
  follow(
    subscriber: Subscriber,
    trigger: TickerTrigger,
    snapshot: { readonly now: Instant } | undefined,
  ): void {
    this.leave(subscriber);
    this.#followers[trigger].add(subscriber);
    if (snapshot === undefined) return;
    subscriber.send(this.#frame('snapshot', snapshot.now));
  }

  leave(subscriber: Subscriber): void {
    for (const followers of Object.values(this.#followers)) followers.delete(subscriber);
  }

  /** The ticker at an instant not before the last entry's. */
  quote(now: Instant): Quote {
    const { bids, asks } = this.#mirror;
    const day = this.#candles.since(dayBefore(now));
    const { last } = this.#candles;
    return {
      symbol: this.#instrument.symbol,
      bid: this.#price(bids[0]?.price),
      bid_qty: this.#volume(bids[0]?.volume),
      ask: this.#price(asks[0]?.price),
      ask_qty: this.#volume(asks[0]?.volume),
      last: this.#price(last),
      volume: this.#volume(day?.volume),
      vwap: day === undefined ? 0 : averageOf(this.#instrument, day.cost, day.volume),
      low: this.#price(day?.low),
      high: this.#price(day?.high),
      ...this.#changeOf(day),
      timestamp: timeText(now),
    };
  }

  #changeOf(day: Summary | undefined): Pick<Quote, 'change' | 'change_pct'> {
    if (day === undefined) return { change: 0, change_pct: 0 };
    const { priceUnitsPerStep, pricePrecision } = this.#instrument;
    const change = ((day.close - day.open) * priceUnitsPerStep) / 10 ** pricePrecision;
    const percent = ((day.close - day.open) / day.open) * 100;
    return { change: Number(change.toFixed(8)), change_pct: Number(percent.toFixed(2)) };
  }

  #isMoved(): boolean {
    const { bids, asks, at } = this.#mirror;
    const [bid, ask] = [bids[0], asks[0]];
    if (isSame(bid, this.#bid) && isSame(ask, this.#ask)) return false;
    [this.#bid, this.#ask] = [bid, ask];
    if (at > this.#at) this.#at = at;
    return true;
  }

  #price(price: Price | undefined): number {
    return price === undefined ? 0 : wireOfPrice(this.#instrument, price);
  }

  #volume(lots: number | undefined): number {
    return qtyOfLots(this.#instrument, exactLots(lots ?? 0));
  }

  #frame(type: TickerMessage['type'], now = this.#at): Buffer {
    return frameOf({ channel: 'ticker', type, data: [this.quote(now)] });
  }
}

function isSame(one: Level | undefined, other: Level | undefined): boolean {
  return one?.price === other?.price && one?.volume === other?.volume;
}
