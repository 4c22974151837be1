/** What everybody may see of one market: its book at several depths, its orders, its tape, its ticker and its candles, folded from committed events and sent to subscribers. */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, Level, TradeMessage } from '@wattlot/client/frames';
import type { Event, Instant, OrderView, Phase, TradeView } from '@wattlot/core';
import { tapeMax } from '../limits.ts';
import { BookMirror, bookSnapshot, bookUpdate, openDepth } from './book.ts';
import type { BookDepth } from './book.ts';
import { CandleFeed } from './candles.ts';
import type { KeptCandles } from './candles.ts';
import { Followers } from './followers.ts';
import { Level3Feed } from './level3.ts';
import type { KeptLevel3 } from './level3.ts';
import { tradesText } from './message-text.ts';
import type { Subscriber } from './subscriber.ts';
import { TickerFeed } from './ticker.ts';

type TapeItem = TradeMessage['data'][number];

interface FollowedDepth {
  readonly sent: BookDepth;
  readonly followers: Followers;
}

/** What a snapshot keeps of a market's feed. */
export interface KeptMarket {
  readonly phase: Phase;
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly seq: number;
  readonly at: Instant;
  readonly tape: readonly TapeItem[];
  readonly candles: KeptCandles;
  readonly level3: KeptLevel3;
}

/** One market's public feed. */
export class MarketFeed {
  readonly instrument: Instrument;
  readonly mirror: BookMirror;
  readonly candles: CandleFeed;
  readonly ticker: TickerFeed;
  readonly level3: Level3Feed;
  /** What the market allows. */
  phase: Phase;
  readonly #tape: TapeItem[] = [];
  readonly #depths = new Map<number, FollowedDepth>();
  readonly #tapeFollowers = new Set<Subscriber>();
  /** The newest trades as they were sent since the last. */
  #tapeSnapshot: Buffer | undefined;
  #isBookChanged = false;
  #newTrades: TapeItem[] = [];

  constructor(instrument: Instrument, openedAt: Instant, phase: Phase = 'continuous') {
    this.instrument = instrument;
    this.phase = phase;
    this.mirror = new BookMirror(openedAt);
    this.candles = new CandleFeed(instrument, openedAt);
    this.ticker = new TickerFeed(instrument, this.mirror, this.candles);
    this.level3 = new Level3Feed(instrument, this.mirror);
  }

  /** The newest trades, oldest first. */
  get tape(): readonly TapeItem[] {
    return this.#tape;
  }

  /** All that has been folded, to be kept. */
  save(): KeptMarket {
    const { phase, mirror, candles, level3 } = this;
    const { asks, bids, seq, at } = mirror;
    const folds = { candles: candles.save(), level3: level3.save() };
    return { phase, asks, bids, seq, at, tape: this.#tape, ...folds };
  }

  /** Becomes what it was when that was kept. Nothing has been folded yet. */
  load(kept: KeptMarket): void {
    this.phase = kept.phase;
    this.mirror.asks.push(...kept.asks);
    this.mirror.bids.push(...kept.bids);
    [this.mirror.seq, this.mirror.at] = [kept.seq, kept.at];
    this.#tape.push(...kept.tape);
    this.candles.load(kept.candles);
    this.level3.load(kept.level3);
  }

  /** Takes in one event of this market. */
  fold(event: Event, seq: number, at: Instant): void {
    if (event.kind === 'level.changed') {
      this.mirror.set(event.side, event.price, event.volume);
      this.mirror.seq = seq;
      this.mirror.at = at;
      this.#isBookChanged = true;
    } else if (event.kind === 'trade.made') {
      const item = this.#tapeItem(event.trade, event.incoming.type);
      this.#tape.push(item);
      this.#tapeSnapshot = undefined;
      if (this.#tape.length > tapeMax) this.#tape.shift();
      if (this.#tapeFollowers.size > 0) this.#newTrades.push(item);
      this.candles.fold(event.trade);
      this.ticker.fold(at);
    } else if (event.kind === 'phase.changed') {
      this.phase = event.phase;
    }
  }

  /** Tells the subscribers what the entries folded since the last call have changed. */
  publish(): void {
    if (this.#newTrades.length > 0) {
      const frame = tapeFrame('update', this.#newTrades);
      for (const subscriber of this.#tapeFollowers) subscriber.send(frame);
      this.#newTrades = [];
    }
    this.#publishBook();
    this.level3.publish();
    this.candles.publish();
    this.ticker.publish();
  }

  /** Sends what they follow to those who were too slow for its updates and have caught up. */
  catchUp(): void {
    for (const { sent, followers } of this.#depths.values()) {
      followers.catchUp(() => this.#bookFrame(sent));
    }
    this.level3.catchUp();
    this.candles.catchUp();
    this.ticker.catchUp();
  }

  /** Sends the book and then its updates; a subscriber follows one depth at a time. */
  followBook(subscriber: Subscriber, depth: number): void {
    this.leaveBook(subscriber);
    let followed = this.#depths.get(depth);
    if (followed === undefined) {
      followed = { sent: openDepth(this.mirror, depth), followers: new Followers() };
      this.#depths.set(depth, followed);
    }
    const { sent, followers } = followed;
    followers.begin(subscriber, () => this.#bookFrame(sent));
  }

  leaveBook(subscriber: Subscriber): void {
    for (const [depth, { followers }] of this.#depths) {
      followers.delete(subscriber);
      if (followers.size === 0) this.#depths.delete(depth);
    }
  }

  /** Sends every trade from now on, and first the newest of the past, if wanted; with `filled` only if there are any. */
  followTape(subscriber: Subscriber, snapshot: boolean | 'filled'): void {
    this.#tapeFollowers.add(subscriber);
    const isShown = snapshot === 'filled' ? this.#tape.length > 0 : snapshot;
    if (isShown) subscriber.send((this.#tapeSnapshot ??= tapeFrame('snapshot', this.#tape)));
  }

  leaveTape(subscriber: Subscriber): void {
    this.#tapeFollowers.delete(subscriber);
  }

  /** Ends all that a subscriber follows here. */
  leave(subscriber: Subscriber): void {
    this.leaveBook(subscriber);
    this.leaveTape(subscriber);
    this.level3.leave(subscriber);
    this.candles.leave(subscriber);
    this.ticker.leave(subscriber);
  }

  #publishBook(): void {
    if (!this.#isBookChanged) return;
    this.#isBookChanged = false;
    for (const { sent, followers } of this.#depths.values()) {
      const update = bookUpdate(this.instrument, sent, this.mirror);
      if (update !== undefined) followers.send(update);
    }
  }

  #bookFrame(sent: BookDepth): Buffer {
    return bookSnapshot(this.instrument, sent, this.mirror.at);
  }

  #tapeItem({ trade, side, price, volume, at }: TradeView, type: OrderView['type']): TapeItem {
    return {
      symbol: this.instrument.symbol,
      side: side === 'ask' ? 'sell' : 'buy',
      price: wireOfPrice(this.instrument, price),
      qty: qtyOfLots(this.instrument, volume),
      ord_type: type,
      trade_id: Number(trade.slice(1)),
      timestamp: timeText(at),
    };
  }
}

function tapeFrame(type: TradeMessage['type'], data: TradeMessage['data']): Buffer {
  return Buffer.from(tradesText({ type, data }));
}
