/**
 * The story of one order: what happened to it and in front of it, told entry by entry, so that somebody can read why it has not traded. It is read off the events and the
 * book and changes nothing. An order has a place in the queue only while lots of it are firm; what traded or left in front of it is counted from its newest place on, so
 * that `ahead = firm.ahead − front.lots − withdrawn + returned` holds at all times. Whole orders stand in no level's queue and have no place.
 */
import type { Entry } from './command.ts';
import type { CancelReason, Event, OrderView } from './event.ts';
import { exactLots } from './exact.ts';
import { oppositeOf } from './market.ts';
import type { Phase, Side } from './market.ts';
import type { State } from './state.ts';
import type { Instant, Lots, OrderId, Price, TradeId } from './units.ts';
import { conditionsOf, depthOf, queuePlaceOf } from './view.ts';
import type { QueuePlace } from './view.ts';

/** How many trades of how many lots. */
export interface Tally {
  readonly trades: number;
  readonly lots: number;
}

/** Time that came together, in microseconds; `since` while it goes on. */
export interface Spell {
  readonly total: number;
  readonly since?: Instant;
}

/** A trade that went in front of the order. */
export interface FrontTrade {
  readonly trade: TradeId;
  readonly price: Price;
  readonly volume: Lots;
  readonly at: Instant;
}

/** Why and when lots of it were given up. */
export interface Loss {
  readonly reason: CancelReason;
  readonly volume: Lots;
  readonly at: Instant;
}

/** The book and the market as the order meets them. */
export interface Sight {
  readonly phase: Phase;
  /** Its place in the queue, while it has one. */
  readonly queue?: QueuePlace;
  /** The best price of its own side, and of the other. */
  readonly own?: Price;
  readonly opposite?: Price;
}

export interface OrderStory {
  /** As of the newest event. */
  readonly view: OrderView;
  /** As it was when something of the order was last live; after its first entry if it never was. */
  readonly sight: Sight;
  /** What it was then: `incoming` if nothing of it was live after its first entry. */
  readonly status: 'incoming' | 'pending' | 'open';
  /** While its agent had not signed, so that nobody could trade with it. */
  readonly unsigned: Spell;
  /** While the market's phase matched nothing. */
  readonly idle: Spell;
  /** Its newest place: when it got it, and what stood in front then. `times`: how often it got a new one. */
  readonly firm?: { readonly at: Instant; readonly ahead: QueuePlace; readonly times: number };
  /** Its own trades. */
  readonly traded: Tally;
  /** Trades of its side at better prices, and at its own price in front of it, since its newest place. */
  readonly better: Tally;
  readonly front: Tally;
  /** The newest of them, oldest first. */
  readonly latest: readonly FrontTrade[];
  /** Trades of its side at its price or a worse one while it was not signed: it was not there to have them. */
  readonly missed: Tally;
  /** Lots in front of it that left without trading, and that came back to an older place. */
  readonly withdrawn: number;
  readonly returned: number;
  /** The nearest that the other side's best price came while it was live. */
  readonly nearest?: { readonly price: Price; readonly at: Instant; readonly isUnsigned: boolean };
  /** Newest last, one a reason. */
  readonly losses: readonly Loss[];
}

/** Trades in front that a story lists. */
export const latestTradesMax = 6;

/** Whether the market matches in a phase. */
export function isMatching(phase: Phase): boolean {
  return phase === 'continuous';
}

const none: Tally = { trades: 0, lots: 0 };

/** What an order meets in a state. */
export function sightOf(state: State, { order, market, side }: OrderView): Sight {
  const queue = queuePlaceOf(state, order);
  const [own] = depthOf(state, market, side, 1);
  const [opposite] = depthOf(state, market, oppositeOf(side), 1);
  return {
    phase: conditionsOf(state, market)?.phase ?? 'closed',
    ...(queue === undefined ? {} : { queue }),
    ...(own === undefined ? {} : { own: own.price }),
    ...(opposite === undefined ? {} : { opposite: opposite.price }),
  };
}

/** Whether a price goes before another one on a side of the book. */
export function isBetter(side: Side, price: Price, than: Price): boolean {
  return side === 'bid' ? price > than : price < than;
}

/** The story of an order as the entry left it that it came with. `sight`: after the entry. */
export function beginStory(
  placed: OrderView,
  entry: Entry,
  events: readonly Event[],
  sight: Sight,
): OrderStory {
  const story: OrderStory = {
    view: placed,
    sight: { phase: sight.phase },
    status: 'incoming',
    unsigned: { total: 0 },
    idle: { total: 0 },
    traded: none,
    better: none,
    front: none,
    latest: [],
    missed: none,
    withdrawn: 0,
    returned: 0,
    losses: [],
  };
  const begun = foldStory(story, entry, events, sight);
  if (begun.status !== 'incoming') return begun;
  return withNearest({ ...begun, sight }, entry.at);
}

/**
 * The story after one more entry. Entries that have no event of the order's market may be left out.
 * @param sight after the entry.
 */
export function foldStory(
  before: OrderStory,
  entry: Entry,
  events: readonly Event[],
  sight: Sight,
): OrderStory {
  let story = before;
  const inFront = { trades: 0, lots: 0 };
  for (const event of events) {
    const view = viewIn(event, before.view.order);
    if (view !== undefined) story = withOwn({ ...story, view }, event, entry.at);
    else if (event.kind === 'trade.made') story = withOther(story, event, inFront);
  }
  const isLive = story.view.status !== 'done';
  // The last that was seen of it while it stood there is what explains its end.
  const placed = isLive ? withPlace(story, before.sight.queue, sight, entry.at, inFront) : story;
  const seen: OrderStory = isLive
    ? { ...placed, sight, status: story.view.status === 'open' ? 'open' : 'pending' }
    : placed;
  const timed = withSpells(seen, entry.at, isLive);
  return isLive ? withNearest(timed, entry.at) : timed;
}

/** The newest view that an event tells of an order. */
function viewIn(event: Event, order: OrderId): OrderView | undefined {
  switch (event.kind) {
    case 'trade.made':
      return [event.resting, event.incoming].find((view) => view.order === order);
    case 'order.placed':
    case 'order.opened':
    case 'order.amended':
    case 'order.cancelled':
    case 'lots.returned':
    case 'offers.requested':
      return event.view.order === order ? event.view : undefined;
    default:
      return undefined;
  }
}

function plus({ trades, lots }: Tally, volume: number): Tally {
  return { trades: trades + 1, lots: lots + volume };
}

function withOwn(story: OrderStory, event: Event, at: Instant): OrderStory {
  if (event.kind === 'trade.made') {
    return { ...story, traded: plus(story.traded, event.trade.volume) };
  }
  if (event.kind !== 'order.cancelled') return story;
  const { reason, volume } = event;
  const earlier = story.losses.find((loss) => loss.reason === reason)?.volume ?? 0;
  const others = story.losses.filter((loss) => loss.reason !== reason);
  return { ...story, losses: [...others, { reason, volume: exactLots(earlier + volume), at }] };
}

/** Somebody else's trade. `inFront` counts what of it left the queue in front of the order. */
function withOther(
  story: OrderStory,
  event: Extract<Event, { readonly kind: 'trade.made' }>,
  inFront: { trades: number; lots: number },
): OrderStory {
  const { trade, resting, incoming, spare } = event;
  const { view, sight } = story;
  if (trade.market !== view.market || view.status === 'done') return story;
  const party = resting.side === view.side ? resting : incoming;
  // Of an incoming order only what had rested stood in the queue: in an auction both have.
  const lots = party === resting ? trade.volume : exactLots(spare.length);
  if (lots === 0 || party.whole) return story;
  const isBefore = isBetter(view.side, party.price, view.price);
  if (sight.queue === undefined) {
    const isMissed = view.status === 'pending' && !isBefore;
    return isMissed ? { ...story, missed: plus(story.missed, lots) } : story;
  }
  if (!isBefore && party.price !== view.price) return story;
  const told: FrontTrade = {
    trade: trade.trade,
    price: trade.price,
    volume: trade.volume,
    at: trade.at,
  };
  const latest = [...story.latest, told].slice(-latestTradesMax);
  if (isBefore) return { ...story, latest, better: plus(story.better, lots) };
  inFront.trades += 1;
  inFront.lots += lots;
  return { ...story, latest, front: plus(story.front, lots) };
}

/** What became of the order's place. */
function withPlace(
  story: OrderStory,
  was: QueuePlace | undefined,
  { queue: is }: Sight,
  at: Instant,
  inFront: Tally,
): OrderStory {
  if (is === undefined) return story;
  if (was === undefined || was.place !== is.place) {
    // One that comes back to its old place has had it since then.
    const isOld = story.firm?.ahead.place === is.place;
    return {
      ...story,
      firm: {
        at: isOld && story.firm !== undefined ? story.firm.at : at,
        ahead: is,
        times: (story.firm?.times ?? 0) + (isOld ? 0 : 1),
      },
      better: none,
      front: none,
      latest: [],
      withdrawn: 0,
      returned: 0,
    };
  }
  const more = is.lots - was.lots + inFront.lots;
  return {
    ...story,
    withdrawn: story.withdrawn + Math.max(0, 0 - more),
    returned: story.returned + Math.max(0, more),
  };
}

function spell({ total, since }: Spell, is: boolean, at: Instant): Spell {
  if (!is) return { total: total + (since === undefined ? 0 : at - since) };
  return { total, since: since ?? at };
}

function withSpells(story: OrderStory, at: Instant, isLive: boolean): OrderStory {
  const isUnsigned = isLive && story.view.status === 'pending';
  const isIdle = isLive && !isMatching(story.sight.phase);
  return {
    ...story,
    unsigned: spell(story.unsigned, isUnsigned, at),
    idle: spell(story.idle, isIdle, at),
  };
}

function withNearest(story: OrderStory, at: Instant): OrderStory {
  const { view, sight, nearest } = story;
  const price = sight.opposite;
  if (price === undefined) return story;
  // What is better for the other side is farther from this one.
  if (nearest !== undefined && !isBetter(oppositeOf(view.side), price, nearest.price)) return story;
  return { ...story, nearest: { price, at, isUnsigned: view.status === 'pending' } };
}

/** How long a spell had come together at an instant, in microseconds. */
export function spellAt({ total, since }: Spell, at: Instant): number {
  return total + (since === undefined ? 0 : Math.max(0, at - since));
}
