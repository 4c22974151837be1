/** What of an entry can change the stories of orders in a market: less is looked for than is there, so that most entries are passed over at once. */
import { isBetter } from '@wattlot/core';
import type { Event, MarketSymbol, OrderId, OrderStory, OrderView, Price } from '@wattlot/core';

export type Side = OrderView['side'];

/** The end of a trade that left a queue. */
export type Party = Pick<OrderView, 'side' | 'price'>;

export interface Touch {
  /** Orders that are told of. */
  readonly orders: Set<OrderId>;
  /** Levels, by `levelOf`, whose queues may have changed, with the first place that may have: what stands before it stands as it did. */
  readonly levels: Map<string, number>;
  readonly trades: Party[];
  isPhaseNew: boolean;
  /** Whether the best prices may be others. */
  isBestNew: boolean;
}

/** Names a level of a market. */
export function levelOf({ side, price }: Party): string {
  return `${side}${price}`;
}

/** The prices that the sides of a book begin with. */
export type Best = Readonly<Record<Side, Price | undefined>>;

export function otherSide(side: Side): Side {
  return side === 'ask' ? 'bid' : 'ask';
}

/** What an entry's events touch in a market. @returns undefined when they touch nothing. */
export function touchOf(events: readonly Event[], market: MarketSymbol): Touch | undefined {
  let touch: Touch | undefined;
  let isAmended = false;
  for (const event of events) {
    if (marketOf(event) !== market) continue;
    touch ??= {
      orders: new Set(),
      levels: new Map(),
      trades: [],
      isPhaseNew: false,
      isBestNew: false,
    };
    note(touch, event);
    isAmended ||= event.kind === 'order.amended';
  }
  if (touch?.isBestNew !== true) return touch;
  // What left a level for another price is not told of at the one that it left.
  for (const event of events) {
    if (event.kind !== 'level.changed' || event.market !== market) continue;
    const level = levelOf(event);
    if (isAmended || !touch.levels.has(level)) touch.levels.set(level, 0);
  }
  return touch;
}

function marketOf(event: Event): MarketSymbol | undefined {
  if ('market' in event) return event.market;
  if ('view' in event) return event.view.market;
  return event.kind === 'trade.made' ? event.trade.market : undefined;
}

function note(touch: Touch, event: Event): void {
  switch (event.kind) {
    case 'trade.made': {
      const { resting, incoming, spare } = event;
      for (const view of [resting, incoming]) noteView(touch, view);
      if (!resting.whole) touch.trades.push(resting);
      // Of an incoming order only what had rested stood in the queue.
      if (spare.length > 0 && !incoming.whole) touch.trades.push(incoming);
      return;
    }
    // Nothing of it rests by this alone.
    case 'order.placed':
    case 'order.repeated':
    case 'offers.requested':
      touch.orders.add(event.view.order);
      return;
    case 'order.opened':
      noteView(touch, event.view, event.place);
      return;
    case 'order.amended':
    case 'order.cancelled':
    case 'lots.returned':
      noteView(touch, event.view);
      return;
    case 'level.changed':
      touch.isBestNew = true;
      return;
    case 'phase.changed':
      touch.isPhaseNew = true;
      return;
    default:
  }
}

/** Volume that leaves a level and as much that comes change no level: so whatever is told of an order counts. */
function noteView({ orders, levels }: Touch, view: OrderView, place = 0): void {
  orders.add(view.order);
  const level = levelOf(view);
  levels.set(level, Math.min(place, levels.get(level) ?? place));
}

/** Whether a trade of others is part of an order's story: one in front of it, or one that it missed while it was not signed. */
export function concerns(party: Party, { view, sight }: OrderStory): boolean {
  if (party.side !== view.side) return false;
  const isBefore = isBetter(view.side, party.price, view.price);
  if (sight.queue === undefined) return view.status === 'pending' && !isBefore;
  return isBefore || party.price === view.price;
}

/** Whether the other side's best price is nearer than ever. */
export function isNearer({ view, nearest }: OrderStory, best: Best): boolean {
  const side = otherSide(view.side);
  const price = best[side];
  if (price === undefined) return false;
  return nearest === undefined || isBetter(side, price, nearest.price);
}
