/** What everybody may see of one market: its book at several depths, its orders, its tape, its ticker and its candles, folded from committed events and sent to subscribers. */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, Level, TradeMessage } from '@wattlot/client/frames';
import type { Event, Instant, OrderId, Phase } from '@wattlot/core';
import { BookMirror, bookSnapshot, bookUpdate, openDepth } from './book.ts';
import type { BookDepth } from './book.ts';
import { CandleFeed } from './candles.ts';
import { Followers } from './followers.ts';
import { Level3Feed } from './level3.ts';
import { keepNewest, tapeTradeOf } from './market-past.ts';
import type { KeptMarket, TapeTrade } from './market-past.ts';
import { tradesText } from './message-text.ts';
import type { KnownOrder, Placed } from './queue.ts';
import type { Subscriber } from './subscriber.ts';
import { TickerFeed } from './ticker.ts';

type TapeItem = TradeMessage['data'][number];

interface FollowedDepth {
  readonly sent: BookDepth;
  readonly followers: Followers;
}

/** What rests in a market, as the core has it. */
export interface Resting {
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly orders: readonly KnownOrder[];
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
  readonly #openedAt: Instant;
  readonly #tape: TapeTrade[] = [];
  readonly #depths = new Map<number, FollowedDepth>();
  readonly #tapeFollowers = new Set<Subscriber>();
  /** The newest trades as they were sent since the last. */
  #tapeSnapshot: Buffer | undefined;
  #isBookChanged = false;
  #newTrades: TapeTrade[] = [];

  constructor(instrument: Instrument, openedAt: Instant, phase: Phase = 'continuous') {
    this.instrument = instrument;
    this.phase = phase;
    this.#openedAt = openedAt;
    this.mirror = new BookMirror(openedAt);
    this.candles = new CandleFeed(instrument, openedAt);
    this.ticker = new TickerFeed(instrument, this.mirror, this.candles);
    this.level3 = new Level3Feed(instrument, this.mirror);
  }

  /** The newest trades, oldest first. */
  get tape(): TapeItem[] {
    return this.#items(this.#tape);
  }

  /** What it knows and the core does not. */
  keep(): KeptMarket {
    const { mirror, candles, level3, instrument } = this;
    return {
      symbol: instrument.symbol,
      openedAt: this.#openedAt,
      book: { seq: mirror.seq, at: mirror.at },
      orders: level3.keep(),
      tape: this.#tape,
      candles: candles.keep(),
    };
  }

  /** Becomes what it was when that was kept; `resting` is what the core had then. In slices; nothing has been folded yet. */
  *begin(
    { book, orders, tape, candles }: KeptMarket,
    resting: Resting,
  ): Generator<void, void, undefined> {
    this.mirror.asks.push(...resting.asks);
    this.mirror.bids.push(...resting.bids);
    [this.mirror.seq, this.mirror.at] = [book.seq, book.at];
    this.#tape.push(...tape);
    this.candles.begin(candles);
    yield* this.level3.begin(orders, resting.orders);
    this.ticker.begin();
  }

  /** The place of an order in the queue; undefined of one that never rested and of one that will not rest again. */
  placeOf(order: OrderId): Placed | undefined {
    return this.level3.placeOf(order);
  }

  /** Takes in one event of this market. */
  fold(event: Event, seq: number, at: Instant): void {
    if (event.kind === 'level.changed') {
      this.mirror.set(event.side, event.price, event.volume);
      this.mirror.seq = seq;
      this.mirror.at = at;
      this.#isBookChanged = true;
    } else if (event.kind === 'trade.made') {
      const trade = tapeTradeOf(event);
      keepNewest(this.#tape, trade);
      this.#tapeSnapshot = undefined;
      if (this.#tapeFollowers.size > 0) this.#newTrades.push(trade);
      this.candles.fold(event.trade);
      this.ticker.fold(at);
    } else if (event.kind === 'phase.changed') {
      this.phase = event.phase;
    }
  }

  /** Tells the subscribers what the entries folded since the last call have changed. */
  publish(): void {
    if (this.#newTrades.length > 0) {
      const frame = tapeFrame('update', this.#items(this.#newTrades));
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
    if (isShown) subscriber.send((this.#tapeSnapshot ??= tapeFrame('snapshot', this.tape)));
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

  #items(trades: readonly TapeTrade[]): TapeItem[] {
    return trades.map(({ trade, side, price, volume, at, type }) => ({
      symbol: this.instrument.symbol,
      side: side === 'ask' ? 'sell' : 'buy',
      price: wireOfPrice(this.instrument, price),
      qty: qtyOfLots(this.instrument, volume),
      ord_type: type,
      trade_id: Number(trade.slice(1)),
      timestamp: timeText(at),
    }));
  }
}

function tapeFrame(type: TradeMessage['type'], data: TradeMessage['data']): Buffer {
  return Buffer.from(tradesText({ type, data }));
}
