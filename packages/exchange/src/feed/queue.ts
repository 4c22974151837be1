/**
 * The orders that rest on one market's book, each in its place, folded from committed events: who stands in front of whom. By order id only.
 *
 * The events say what rests and in which place: an order gets one when it becomes firm, behind all others; it loses it when it grows or moves to another price; lots that come back
 * find it again, also when the order had left the book.
 */
import type { Event, Instant, Lots, OrderId, OrderView, Price, Side } from '@wattlot/core';
import { exactLots } from '../exact.ts';
import type { Applied } from '../sequencer.ts';

/** One resting order. Never changed: another one takes its place. */
export interface QueuedOrder {
  readonly order: OrderId;
  readonly price: Price;
  readonly volume: Lots;
  /** Smaller is earlier. Counted among the orders that everybody sees. */
  readonly place: number;
  /** When it got its place. */
  readonly at: Instant;
}

/** What is known of an order that rests or may rest again. While it rests, what a `QueuedOrder` says of it stays: another one takes its place. */
interface Known extends QueuedOrder {
  /** 0 while it does not rest. */
  readonly volume: Lots;
  /** 0 until it first rests. */
  readonly place: number;
  view: OrderView;
  /** Trades in which it was the resting one and that are not final: their lots may come back. */
  open: number;
}

/** What the entry at hand makes of an order. */
interface Draft {
  readonly before: Known | undefined;
  view: OrderView;
  place: number;
  at: Instant;
  open: number;
}

/** Which place an order got, and when. */
export interface Placed {
  readonly place: number;
  readonly at: Instant;
}

/** The same of an order as the core has it, with its place. */
export interface KnownOrder extends Placed {
  readonly view: OrderView;
  readonly open: number;
  /** Lots that rest. */
  readonly volume: number;
}

/** How many lots of an order are firm, after the entry at hand. */
export type FirmLots = (order: OrderId) => number;

/** One market's queues. */
export class OrderQueue {
  readonly #known = new Map<OrderId, Known>();
  readonly #levels = { ask: new Map<Price, QueuedOrder[]>(), bid: new Map<Price, QueuedOrder[]>() };
  #places = 0;
  /** The newest of those that everybody sees. A number left out would tell of a whole order. */
  #shown = 0;
  /** Of the entry at hand. New ones when something was in them: what a set or map is emptied of, and all that follows on it, stays until the next collection of all garbage. */
  #changed = { ask: new Set<Price>(), bid: new Set<Price>() };
  #seen = new Map<OrderId, Draft>();

  /** The orders at a price, in the order in which they would trade. */
  level(side: Side, price: Price): readonly QueuedOrder[] {
    return this.#levels[side].get(price) ?? [];
  }

  /** The newest place that an order got, those of whole orders included. */
  get places(): number {
    return this.#places;
  }

  /** The newest place that everybody sees. */
  get shown(): number {
    return this.#shown;
  }

  /** The place of an order; undefined of one that never rested and of one that will not rest again. */
  placeOf(order: OrderId): Placed | undefined {
    const known = this.#known.get(order);
    return known === undefined || known.place === 0 ? undefined : known;
  }

  /** Becomes what it was, but for its orders. Nothing has been folded yet. */
  begin({ places, shown }: { readonly places: number; readonly shown: number }): void {
    [this.#places, this.#shown] = [places, shown];
  }

  /** Some of the orders that it had. Nothing has been folded yet. */
  beginOrders(orders: readonly KnownOrder[]): void {
    for (const { volume, ...of } of orders) {
      const known = knownOf(of, exactLots(volume));
      this.#known.set(known.order, known);
      if (volume > 0) this.#put(of.view.side, known);
    }
  }

  /**
   * Takes in one entry of this market. All events of other markets have been left out.
   * @returns the prices at which something changed; good until the next call.
   */
  fold(
    events: readonly Event[],
    at: Instant,
    firm: FirmLots,
  ): { readonly ask: ReadonlySet<Price>; readonly bid: ReadonlySet<Price> } {
    if (this.#changed.ask.size > 0) this.#changed.ask = new Set();
    if (this.#changed.bid.size > 0) this.#changed.bid = new Set();
    if (this.#seen.size > 0) this.#seen = new Map();
    for (const event of events) {
      if (event.kind === 'trade.made') {
        this.#note(event, event.resting, at);
        this.#note(event, event.incoming, at);
      } else if (event.kind === 'trade.updated') this.#noteFinal(event);
      else if (isOfOrder(event)) this.#note(event, event.view, at);
    }
    const changed = this.#changed;
    for (const [order, draft] of this.#seen) {
      this.#settle(draft, exactLots(firm(order)), changed);
    }
    return changed;
  }

  #note(event: Event, view: OrderView, at: Instant): void {
    const place = event.kind === 'order.opened' || event.kind === 'order.amended' ? event.place : 0;
    const isNew = place > this.#places;
    if (isNew) this.#places = place;
    // A whole order rests beside the book: nobody sees it.
    if (view.whole) return;
    const draft = this.#draftOf(view.order) ?? this.#begin({ view, place: 0, at, open: 0 });
    draft.view = view;
    if (isNew) {
      this.#shown += 1;
      draft.place = this.#shown;
      draft.at = at;
    }
    if (event.kind === 'trade.made' && event.resting.order === view.order) draft.open += 1;
  }

  #noteFinal({ trade, final }: Event & { kind: 'trade.updated' }): void {
    const draft = final ? this.#draftOf(trade.resting.order) : undefined;
    if (draft !== undefined) draft.open -= 1;
  }

  /** The draft of an order; undefined when nothing is known of it. */
  #draftOf(order: OrderId): Draft | undefined {
    const draft = this.#seen.get(order);
    if (draft !== undefined) return draft;
    const before = this.#known.get(order);
    return before === undefined ? undefined : this.#begin(before, before);
  }

  #begin({ view, place, at, open }: Omit<Draft, 'before'>, before?: Known): Draft {
    const draft: Draft = { before, view, place, at, open };
    this.#seen.set(view.order, draft);
    return draft;
  }

  /** Puts the order on its level as it is now, takes it off, or forgets it when it cannot come back. */
  #settle(
    draft: Draft,
    volume: Lots,
    changed: { readonly ask: Set<Price>; readonly bid: Set<Price> },
  ): void {
    const { before, view, place, open } = draft;
    const { order, side, price } = view;
    const isOver = view.status === 'done' && open === 0;
    if (
      before !== undefined &&
      before.volume === volume &&
      before.place === place &&
      before.price === price
    ) {
      before.view = view;
      before.open = open;
      if (isOver) this.#known.delete(order);
      return;
    }
    const known = knownOf(draft, volume);
    if (isOver) this.#known.delete(order);
    else this.#known.set(order, known);
    if (before !== undefined && before.volume > 0) {
      changed[side].add(before.price);
      this.#take(side, before);
    }
    if (volume > 0) {
      changed[side].add(price);
      this.#put(side, known);
    }
  }

  #take(side: Side, queued: QueuedOrder): void {
    const level = this.#levels[side].get(queued.price);
    if (level === undefined) return;
    level.splice(level.indexOf(queued), 1);
    if (level.length === 0) this.#levels[side].delete(queued.price);
  }

  #put(side: Side, queued: QueuedOrder): void {
    const level = this.#levels[side].get(queued.price) ?? [];
    this.#levels[side].set(queued.price, level);
    let index = level.length;
    while (index > 0 && (level[index - 1]?.place ?? 0) > queued.place) index -= 1;
    level.splice(index, 0, queued);
  }
}

/** Whether an event tells a new view of one order, and what rests of it. */
function isOfOrder(event: Event): event is Event & {
  kind: 'order.placed' | 'order.opened' | 'order.amended' | 'order.cancelled' | 'lots.returned';
} {
  switch (event.kind) {
    case 'order.placed':
    case 'order.opened':
    case 'order.amended':
    case 'order.cancelled':
    case 'lots.returned':
      return true;
    default:
      return false;
  }
}

/** The market of whose orders an event tells. */
function marketOf(event: Event): OrderView['market'] | undefined {
  if (event.kind === 'trade.made' || event.kind === 'trade.updated') return event.trade.market;
  return isOfOrder(event) ? event.view.market : undefined;
}

function knownOf({ view, place, at, open }: Omit<Draft, 'before'>, volume: Lots): Known {
  const { order, price } = view;
  return { order, price, volume, place, at, view, open };
}

/** The events of an entry that tell of orders, by market. */
export function ordersByMarket({ events }: Applied): ReadonlyMap<OrderView['market'], Event[]> {
  const found = new Map<OrderView['market'], Event[]>();
  for (const event of events) {
    const market = marketOf(event);
    if (market === undefined) continue;
    const own = found.get(market);
    if (own === undefined) found.set(market, [event]);
    else own.push(event);
  }
  return found;
}
