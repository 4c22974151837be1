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

/** What is known of an order that rests or may rest again. */
interface Known {
  view: OrderView;
  /** 0 until it first rests. */
  place: number;
  at: Instant;
  /** Trades in which it was the resting one and that are not final: their lots may come back. */
  open: number;
  queued: QueuedOrder | undefined;
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
  /** Of the entry at hand; kept, because most entries have next to nothing in them. */
  readonly #changed = { ask: new Set<Price>(), bid: new Set<Price>() };
  readonly #seen = new Set<OrderId>();

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
    for (const { view, place, at, open, volume } of orders) {
      const { order, price } = view;
      const queued =
        volume > 0 ? { order, price, volume: exactLots(volume), place, at } : undefined;
      this.#known.set(order, { view, place, at, open, queued });
      if (queued !== undefined) this.#put(view.side, queued);
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
    const [changed, seen] = [this.#changed, this.#seen];
    changed.ask.clear();
    changed.bid.clear();
    seen.clear();
    for (const event of events) {
      if (event.kind === 'trade.made') {
        this.#note(event, event.resting, at);
        this.#note(event, event.incoming, at);
      } else if (event.kind === 'trade.updated') this.#noteFinal(event, seen);
      else if (isOfOrder(event)) this.#note(event, event.view, at);
    }
    for (const order of seen) this.#settle(order, firm(order), changed);
    return changed;
  }

  #note(event: Event, view: OrderView, at: Instant): void {
    const place = event.kind === 'order.opened' || event.kind === 'order.amended' ? event.place : 0;
    const isNew = place > this.#places;
    if (isNew) this.#places = place;
    // A whole order rests beside the book: nobody sees it.
    if (view.whole) return;
    this.#seen.add(view.order);
    let known = this.#known.get(view.order);
    if (known === undefined) {
      known = { view, place: 0, at, open: 0, queued: undefined };
      this.#known.set(view.order, known);
    }
    known.view = view;
    if (isNew) {
      this.#shown += 1;
      [known.place, known.at] = [this.#shown, at];
    }
    if (event.kind === 'trade.made' && event.resting.order === view.order) known.open += 1;
  }

  #noteFinal({ trade, final }: Event & { kind: 'trade.updated' }, seen: Set<OrderId>): void {
    const known = this.#known.get(trade.resting.order);
    if (!final || known === undefined) return;
    known.open -= 1;
    seen.add(trade.resting.order);
  }

  /** Puts the order on its level as it is now, takes it off, or forgets it when it cannot come back. */
  #settle(
    order: OrderId,
    volume: number,
    changed: { readonly ask: Set<Price>; readonly bid: Set<Price> },
  ): void {
    const known = this.#known.get(order);
    if (known === undefined) return;
    const { view, place, at, queued } = known;
    const { side, price } = view;
    if (view.status === 'done' && known.open === 0) this.#known.delete(order);
    const next: QueuedOrder | undefined =
      volume > 0 ? { order, price, volume: exactLots(volume), place, at } : undefined;
    if (isSame(queued, next)) return;
    known.queued = next;
    if (queued !== undefined) {
      changed[side].add(queued.price);
      this.#take(side, queued);
    }
    if (next !== undefined) {
      changed[side].add(price);
      this.#put(side, next);
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

function isSame(one: QueuedOrder | undefined, other: QueuedOrder | undefined): boolean {
  return (
    one?.volume === other?.volume && one?.place === other?.place && one?.price === other?.price
  );
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
