/** What of an entry can change the stories of orders in a market: less is looked for than is there, so that most entries are passed over at once. */
import { isBetter } from '@wattlot/core';
import type { Event, MarketSymbol, OrderId, OrderStory, OrderView, Price } from '@wattlot/core';

export type Side = OrderView['side'];

/** The end of a trade that left a queue. */
export type Party = Pick<OrderView, 'side' | 'price'>;

export interface Touch {
  /** Orders that are told of. */
  readonly orders: Set<OrderId>;
  /** Levels, by `levelOf`, whose queues may have changed: volume that leaves and as much that comes change no level, but both are told of. */
  readonly levels: Set<string>;
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
  for (const event of events) {
    if (marketOf(event) !== market) continue;
    touch ??= {
      orders: new Set(),
      levels: new Set(),
      trades: [],
      isPhaseNew: false,
      isBestNew: false,
    };
    note(touch, event);
  }
  return touch;
}

function marketOf(event: Event): MarketSymbol | undefined {
  if ('market' in event) return event.market;
  if ('view' in event) return event.view.market;
  return event.kind === 'trade.made' ? event.trade.market : undefined;
}

function note(touch: Touch, event: Event): void {
  if (event.kind === 'trade.made') {
    const { resting, incoming, spare } = event;
    for (const view of [resting, incoming]) noteView(touch, view);
    if (!resting.whole) touch.trades.push(resting);
    // Of an incoming order only what had rested stood in the queue.
    if (spare.length > 0 && !incoming.whole) touch.trades.push(incoming);
  } else if ('view' in event) noteView(touch, event.view);
  else if (event.kind === 'level.changed') {
    touch.levels.add(levelOf(event));
    touch.isBestNew = true;
  } else if (event.kind === 'phase.changed') touch.isPhaseNew = true;
}

function noteView(touch: Touch, view: OrderView): void {
  touch.orders.add(view.order);
  touch.levels.add(levelOf(view));
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
