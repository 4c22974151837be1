/**
 * Each resting order by its id, never whose it is: channel `level3`. A subscriber follows the best 10, 100 or 1,000 levels a side. Like `book`: a level that others
 * push out of the depth is not mentioned, one that comes into it is sent whole, and each message carries the checksum of the result.
 */
import { ordersChecksum, timeText } from '@wattlot/client/frames';
import type { Instrument, Level, Level3Message } from '@wattlot/client/frames';
import type { Event, Instant, OrderId, Price, Side } from '@wattlot/core';
import { sliced } from '../slices.ts';
import type { BookMirror } from './book.ts';
import { Followers } from './followers.ts';
import { priceText, qtyText } from './instrument.ts';
import { OrderQueue } from './queue.ts';
import type { FirmLots, KnownOrder, Placed, QueuedOrder } from './queue.ts';
import type { Subscriber } from './subscriber.ts';

type RowEvent = Level3Message['data'][number]['asks'][number]['event'];

/** One order as JSON. */
type Row = string;

/** Levels a side for which the orders may be followed. */
export const level3Depths = [10, 100, 1000] as const;

export type Level3Depth = (typeof level3Depths)[number];

const sides = ['ask', 'bid'] as const;

/** What the subscribers of one depth have been sent: the orders of each level, best level first. */
interface Depth {
  readonly followers: Followers;
  readonly ask: Map<Price, readonly QueuedOrder[]>;
  readonly bid: Map<Price, readonly QueuedOrder[]>;
  seq: number;
}

/** What the core does not know of the orders: which entry changed one last, and the newest place, of all and of those that everybody sees. */
export interface KeptQueue {
  readonly seq: number;
  readonly at: Instant;
  readonly places: number;
  readonly shown: number;
}

/** One market's orders. */
export class Level3Feed {
  readonly #instrument: Instrument;
  readonly #mirror: BookMirror;
  readonly #queue = new OrderQueue();
  readonly #depths = new Map<Level3Depth, Depth>();
  #touched = { ask: new Set<Price>(), bid: new Set<Price>() };
  #seq = 0;
  #at: Instant;

  constructor(instrument: Instrument, mirror: BookMirror) {
    this.#instrument = instrument;
    this.#mirror = mirror;
    this.#at = mirror.at;
  }

  keep(): KeptQueue {
    const { places, shown } = this.#queue;
    return { seq: this.#seq, at: this.#at, places, shown };
  }

  /** Becomes what it was when that was kept, with these orders; in slices. Nothing has been folded yet. */
  *begin(kept: KeptQueue, orders: readonly KnownOrder[]): Generator<void, void, undefined> {
    this.#queue.begin(kept);
    for (const some of sliced(orders)) {
      this.#queue.beginOrders(some);
      yield;
    }
    [this.#seq, this.#at] = [kept.seq, kept.at];
  }

  /** The place of an order; undefined of one that never rested and of one that will not rest again. */
  placeOf(order: OrderId): Placed | undefined {
    return this.#queue.placeOf(order);
  }

  /** Takes in what one entry says of this market's orders. The book's mirror has taken it in before. */
  fold(events: readonly Event[], seq: number, at: Instant, firm: FirmLots): void {
    const changed = this.#queue.fold(events, at, firm);
    if (changed.ask.size + changed.bid.size === 0) return;
    [this.#seq, this.#at] = [seq, at];
    if (this.#depths.size === 0) return;
    for (const side of sides) for (const price of changed[side]) this.#touched[side].add(price);
  }

  /** Tells the subscribers what the entries folded since the last call have changed. */
  publish(): void {
    const touched = this.#touched;
    if (touched.ask.size + touched.bid.size === 0) return;
    this.#touched = { ask: new Set(), bid: new Set() };
    for (const [depth, sent] of this.#depths) {
      const [asks, bids] = sides.map((side) => this.#bringUp(sent, depth, side, touched[side]));
      if (asks === undefined || bids === undefined || asks.length + bids.length === 0) continue;
      const prevSeq = sent.seq;
      sent.seq = this.#seq;
      // As in `book`: a checksum of 0 is taken for none, so an empty book comes whole.
      const isEmpty = sent.ask.size + sent.bid.size === 0;
      sent.followers.send(
        isEmpty ? this.#snapshot(sent) : this.#frame('update', sent, { asks, bids, prevSeq }),
      );
    }
  }

  /** Sends the orders to those who were too slow for the updates and have caught up. */
  catchUp(): void {
    for (const sent of this.#depths.values()) sent.followers.catchUp(() => this.#snapshot(sent));
  }

  /** Sends the orders of the best levels, and then each change; a subscriber follows one depth at a time. */
  follow(subscriber: Subscriber, depth: Level3Depth): void {
    this.leave(subscriber);
    let sent = this.#depths.get(depth);
    if (sent === undefined) {
      sent = { followers: new Followers(), ask: new Map(), bid: new Map(), seq: this.#seq };
      this.#depths.set(depth, sent);
      for (const side of sides) this.#bringUp(sent, depth, side, new Set());
    }
    const found = sent;
    sent.followers.begin(subscriber, () => this.#snapshot(found));
  }

  /** The orders that rest on a side, in the order in which they would trade: at most `count`. */
  resting(side: Side, count: number): readonly QueuedOrder[] {
    const levels: readonly Level[] = side === 'ask' ? this.#mirror.asks : this.#mirror.bids;
    const found: QueuedOrder[] = [];
    for (const { price } of levels) {
      if (found.length >= count) break;
      found.push(...this.#queue.level(side, price));
    }
    return found.slice(0, count);
  }

  leave(subscriber: Subscriber): void {
    for (const [depth, { followers }] of this.#depths) {
      followers.delete(subscriber);
      if (followers.size === 0) this.#depths.delete(depth);
    }
  }

  /** Replaces what the subscribers of a depth have by what is. @returns what to tell them. */
  #bringUp(
    sent: Depth,
    depth: Level3Depth,
    side: Side,
    touched: ReadonlySet<Price>,
  ): readonly Row[] {
    const all: readonly Level[] = side === 'ask' ? this.#mirror.asks : this.#mirror.bids;
    const before = new Map(sent[side]);
    const rows: Row[] = [];
    sent[side].clear();
    const fresh: Row[] = [];
    for (const { price } of all.slice(0, depth)) {
      const known = before.get(price);
      before.delete(price);
      if (known !== undefined && !touched.has(price)) {
        sent[side].set(price, known);
        continue;
      }
      const now = [...this.#queue.level(side, price)];
      sent[side].set(price, now);
      this.#compare(known ?? [], now, { gone: rows, fresh });
    }
    // What is left has left the top. A level that still stands was pushed out, and its followers drop it by themselves.
    for (const [price, orders] of before) {
      if (this.#queue.level(side, price).length > 0) continue;
      for (const order of orders) rows.push(this.#row(order, 'delete'));
    }
    return [...rows, ...fresh];
  }

  /** The changes from one queue at a price to the next. */
  #compare(
    before: readonly QueuedOrder[],
    now: readonly QueuedOrder[],
    { gone, fresh }: { readonly gone: Row[]; readonly fresh: Row[] },
  ): void {
    const known = new Map(before.map((order) => [order.order, order]));
    for (const order of now) {
      const old = known.get(order.order);
      if (old === order) known.delete(order.order);
      else if (old?.place === order.place) {
        known.delete(order.order);
        fresh.push(this.#row(order, 'modify'));
      } else fresh.push(this.#row(order, 'add'));
    }
    for (const order of known.values()) gone.push(this.#row(order, 'delete'));
  }

  #row({ order, price, volume, at, place }: QueuedOrder, event?: RowEvent): Row {
    const kind = event === undefined ? '' : `"event":"${event}",`;
    const qty = event === 'delete' ? '0' : qtyText(this.#instrument, volume);
    return (
      `{${kind}"order_id":"${order}","limit_price":${priceText(this.#instrument, price)},` +
      `"order_qty":${qty},"timestamp":"${timeText(at)}","place":${place}}`
    );
  }

  #snapshot(sent: Depth): Buffer {
    const [asks = [], bids = []] = sides.map((side) =>
      [...sent[side].values()].flat().map((order) => this.#row(order)),
    );
    return this.#frame('snapshot', sent, { asks, bids, prevSeq: 0 });
  }

  #frame(
    type: Level3Message['type'],
    sent: Depth,
    rows: { readonly asks: readonly Row[]; readonly bids: readonly Row[]; prevSeq: number },
  ): Buffer {
    const { symbol } = this.#instrument;
    const checksum = ordersChecksum(
      this.#instrument,
      [...sent.ask.values()],
      [...sent.bid.values()],
    );
    return Buffer.from(
      `{"channel":"level3","type":"${type}","data":[{"symbol":${JSON.stringify(symbol)},` +
        `"bids":[${rows.bids.join()}],"asks":[${rows.asks.join()}],` +
        `"checksum":${checksum},"timestamp":"${timeText(this.#at)}",` +
        `"seq":${sent.seq},"prev_seq":${rows.prevSeq}}]}`,
    );
  }
}
