/** What everybody may see of one market: its book at several depths and its tape, folded from committed events and sent to subscribers. */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, TradeMessage } from '@wattlot/client/frames';
import type { Event, Instant, TradeView } from '@wattlot/core';
import { conflateBytes, tapeMax } from '../limits.ts';
import { BookMirror, bookSnapshot, bookUpdate, openDepth } from './book.ts';
import type { BookDepth } from './book.ts';
import { frameOf } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

type TapeItem = TradeMessage['data'][number];

interface BookFollower {
  readonly subscriber: Subscriber;
  /** It was too slow for the last updates and gets the whole book when it has caught up. */
  isBehind: boolean;
}

interface FollowedDepth {
  readonly sent: BookDepth;
  readonly followers: Map<Subscriber, BookFollower>;
}

/** One market's public feed. */
export class MarketFeed {
  readonly instrument: Instrument;
  readonly mirror: BookMirror;
  readonly #tape: TapeItem[] = [];
  readonly #depths = new Map<number, FollowedDepth>();
  readonly #tapeFollowers = new Set<Subscriber>();
  #isBookChanged = false;
  #newTrades: TapeItem[] = [];

  constructor(instrument: Instrument, openedAt: Instant) {
    this.instrument = instrument;
    this.mirror = new BookMirror(openedAt);
  }

  /** The newest trades, oldest first. */
  get tape(): readonly TapeItem[] {
    return this.#tape;
  }

  /** Takes in one event of this market. */
  fold(event: Event, seq: number, at: Instant): void {
    if (event.kind === 'level.changed') {
      this.mirror.set(event.side, event.price, event.volume);
      this.mirror.seq = seq;
      this.mirror.at = at;
      this.#isBookChanged = true;
    } else if (event.kind === 'trade.made') {
      const item = this.#tapeItem(event.trade);
      this.#tape.push(item);
      if (this.#tape.length > tapeMax) this.#tape.shift();
      if (this.#tapeFollowers.size > 0) this.#newTrades.push(item);
    }
  }

  /** Tells the subscribers what the entries folded since the last call have changed. */
  publish(): void {
    if (this.#newTrades.length > 0) {
      const frame = tapeFrame('update', this.#newTrades);
      for (const subscriber of this.#tapeFollowers) subscriber.send(frame);
      this.#newTrades = [];
    }
    if (!this.#isBookChanged) return;
    this.#isBookChanged = false;
    for (const { sent, followers } of this.#depths.values()) {
      const update = bookUpdate(this.instrument, sent, this.mirror);
      if (update === undefined) continue;
      const frame = frameOf(update);
      for (const follower of followers.values()) {
        if (follower.subscriber.buffered > conflateBytes) follower.isBehind = true;
        if (!follower.isBehind) follower.subscriber.send(frame);
      }
    }
  }

  /** Sends the book to those who were too slow for its updates and have caught up. */
  catchUp(): void {
    for (const { sent, followers } of this.#depths.values()) {
      for (const follower of followers.values()) {
        if (!follower.isBehind || follower.subscriber.buffered > conflateBytes / 2) continue;
        follower.isBehind = false;
        follower.subscriber.send(this.#bookFrame(sent));
      }
    }
  }

  /** Sends the book and then its updates; a subscriber follows one depth at a time. */
  followBook(subscriber: Subscriber, depth: number): void {
    this.leaveBook(subscriber);
    let followed = this.#depths.get(depth);
    if (followed === undefined) {
      followed = { sent: openDepth(this.mirror, depth), followers: new Map() };
      this.#depths.set(depth, followed);
    }
    followed.followers.set(subscriber, { subscriber, isBehind: false });
    subscriber.send(this.#bookFrame(followed.sent));
  }

  leaveBook(subscriber: Subscriber): void {
    for (const [depth, { followers }] of this.#depths) {
      followers.delete(subscriber);
      if (followers.size === 0) this.#depths.delete(depth);
    }
  }

  /** Sends the newest trades of the past, if wanted, and then every new one. */
  followTape(subscriber: Subscriber, withSnapshot: boolean): void {
    this.#tapeFollowers.add(subscriber);
    if (withSnapshot) subscriber.send(tapeFrame('snapshot', this.#tape));
  }

  leaveTape(subscriber: Subscriber): void {
    this.#tapeFollowers.delete(subscriber);
  }

  #bookFrame(sent: BookDepth): Buffer {
    return frameOf(bookSnapshot(this.instrument, sent, this.mirror.at));
  }

  #tapeItem({ trade, side, price, volume, at }: TradeView): TapeItem {
    return {
      symbol: this.instrument.symbol,
      side: side === 'ask' ? 'sell' : 'buy',
      price: wireOfPrice(this.instrument, price),
      qty: qtyOfLots(this.instrument, volume),
      ord_type: 'limit',
      trade_id: Number(trade.slice(1)),
      timestamp: timeText(at),
    };
  }
}

function tapeFrame(type: TradeMessage['type'], data: TradeMessage['data']): Buffer {
  return frameOf({ channel: 'trade', type, data });
}
