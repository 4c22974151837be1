/**
 * How a simulated household trades: a pure function from what it sees to what it does. Each turn of the market's quarter-hour settles its meter; in
 * between it bids for what it will lack, offers a part of what its battery holds, and takes back what has grown stale. It bargains with
 * reservation prices of its own, in small orders spread over time.
 */
import type { Amount, Instant, Lots, OrderId, Price, Side } from '@wattlot/core';
import type { OwnOrder } from '../events.ts';
import type { Instrument } from '../frames/instrument.ts';
import { evenOf } from './chance.ts';
import type { Interval } from './clock.ts';
import type { Home } from './home.ts';
import {
  aheadLotsMax,
  ecoinLow,
  ecoinRequest,
  firstOrderLotsMax,
  intervalMicros,
  offerLotsMax,
  orderLotsMax,
  ordersMax,
  wantLotsMax,
} from './limits.ts';
import { freshMeter, turnMeter } from './metering.ts';
import type { MeterState } from './metering.ts';
import { ecoinOf, limitEcoin, priceOf, quoteEcoin } from './pricing.ts';
import type { Mood } from './pricing.ts';
import { exactAmount, exactLots } from './exact.ts';

/** What a household owns of an asset and what of it is set aside for orders, in the asset's smallest units. */
export interface Purse {
  readonly balance: Amount;
  readonly hold: Amount;
}

/** Everything a household looks at before it acts. */
export interface HouseholdView {
  /** The market's instant, the quarter-hour that holds it, and the local hour, 0 to below 24. */
  readonly at: Instant;
  readonly interval: Interval;
  readonly hour: number;
  /** Watt-hours over (positive) or lacking: of the quarter-hour before `interval`, and expected of `interval`. */
  readonly measuredWh: number;
  readonly expectedWh: number;
  readonly instrument: Instrument;
  readonly energy: Purse;
  readonly ecoin: Purse;
  /** Live orders: pending and open ones. */
  readonly orders: readonly OwnOrder[];
  /** Lots bought that are still settling. */
  readonly arrivingLots: number;
  readonly bestAsk?: Price | undefined;
  readonly bestBid?: Price | undefined;
  readonly lastPrice?: Price | undefined;
}

export type HouseholdAction =
  /** The meter issues energy to the household, or the household gives up energy that it has used; in energy's smallest units. */
  | { readonly kind: 'issue'; readonly amount: Amount }
  | { readonly kind: 'retire'; readonly amount: Amount }
  | {
      readonly kind: 'place';
      readonly clientOrderId: string;
      readonly side: Side;
      readonly price: Price;
      readonly volume: Lots;
    }
  | { readonly kind: 'cancel'; readonly order: OrderId }
  | { readonly kind: 'request_ecoin'; readonly amount: Amount };

/** What a household remembers from turn to turn. */
export interface TraderState {
  readonly meter: MeterState;
  /** Turns so far: what chance is drawn for and what order ids are made of. */
  readonly turn: number;
  /** When its live orders were placed, on the market's clock, by client order id. */
  readonly placed: ReadonlyMap<string, Instant>;
  /** The turn in which it last asked for ecoin. */
  readonly askedTurn: number | undefined;
}

export const freshTrader: TraderState = {
  meter: freshMeter,
  turn: 0,
  placed: new Map(),
  askedTurn: undefined,
};

/** Who acts: the home, the seed of its whims, and a word for this run that makes its order ids unlike those of earlier ones. */
export interface Trader {
  readonly home: Home;
  readonly seed: number;
  /** At most 12 characters. */
  readonly run: string;
}

export interface Decision {
  readonly state: TraderState;
  /** In the order in which they are to be done; at most one of each kind. */
  readonly actions: readonly HouseholdAction[];
}

/** Turns between two requests for ecoin: the first one is given time to arrive. */
const askAgainTurns = 10;

/** The household's position in lots, with what this turn's meter takes already taken. */
interface Position {
  readonly freeLots: number;
  readonly ownedLots: number;
  readonly freeEcoin: number;
  readonly askedLots: number;
  readonly bidLots: number;
  /** Lots that it will lack in the running quarter-hour and has neither got nor bid for; negative when it has more. */
  readonly wantLots: number;
  /** The same with what it likes to buy ahead; negative when it has bid for too much. */
  readonly aheadLots: number;
  /** Lots that it would like to put on offer now. */
  readonly offerLots: number;
  /** How full the battery is, 0 to 1. */
  readonly fill: number;
}

function sumOf(orders: readonly OwnOrder[], side: Side, of: (order: OwnOrder) => number): number {
  return orders.reduce((sum, order) => (order.side === side ? sum + of(order) : sum), 0);
}

/** Free of an asset: what neither the exchange nor its own live orders set aside, whichever has heard more. */
function freeOf(purse: Purse, promised: number): number {
  return Math.max(0, purse.balance - Math.max(purse.hold, promised));
}

/** What a battery holds, in lots. */
export function storeLotsOf(home: Home, instrument: Instrument): number {
  return Math.floor((home.storeKWh * 10 ** instrument.basePrecision) / instrument.lot);
}

/** Watt-hours of a lot: the ledger's unit of energy is a kilowatt-hour. */
export function lotWhOf(instrument: Instrument): number {
  return (instrument.lot * 1_000) / 10 ** instrument.basePrecision;
}

function positionOf(
  home: Home,
  view: HouseholdView,
  meter: MeterState,
  retiredLots: number,
): Position {
  const { instrument, orders, energy } = view;
  const askedLots = sumOf(orders, 'ask', ({ remaining }) => remaining);
  const bidLots = sumOf(orders, 'bid', ({ remaining }) => remaining);
  const promised = sumOf(orders, 'bid', ({ remaining, price }) => remaining * price);
  const freeLots =
    Math.floor(freeOf(energy, askedLots * instrument.lot) / instrument.lot) - retiredLots;
  const ownedLots = Math.floor(energy.balance / instrument.lot) - retiredLots;
  const lackingWh = Math.max(0, -(view.expectedWh + meter.remainderWh));
  const needLots = Math.min(wantLotsMax, Math.ceil(lackingWh / lotWhOf(instrument)));
  const storeLots = storeLotsOf(home, instrument);
  const fill = storeLots === 0 ? 0 : Math.min(1, Math.max(0, ownedLots) / storeLots);
  const spareLots = storeLots === 0 ? 0 : Math.max(0, ownedLots - needLots);
  // A part of what is spare, more of it the fuller the battery: so that it lasts through the night and there is always something on offer.
  const targetLots = Math.min(offerLotsMax, Math.ceil(spareLots * (0.12 + 0.25 * fill)));
  const wantLots = needLots + meter.owedLots - freeLots - view.arrivingLots - bidLots;
  return {
    freeLots,
    ownedLots,
    freeEcoin: freeOf(view.ecoin, promised),
    askedLots,
    bidLots,
    wantLots,
    aheadLots: wantLots + (home.storeKWh > 0 ? 0 : Math.min(aheadLotsMax, 2 * needLots)),
    offerLots: Math.min(targetLots - askedLots, freeLots - needLots),
    fill,
  };
}

/** The farthest from a trade: the dearest ask, the cheapest bid. */
function farthest(orders: readonly OwnOrder[], side: Side): OwnOrder | undefined {
  const own = orders.filter((order) => order.side === side && order.remaining > 0);
  return own.toSorted((one, other) =>
    side === 'ask' ? other.price - one.price : one.price - other.price,
  )[0];
}

/** The one order to take back this turn, if any: on the wrong side, too much, or stale. */
function orderToCancel(
  { home, seed }: Trader,
  state: TraderState,
  view: HouseholdView,
  position: Position,
): OrderId | undefined {
  if (position.wantLots > 0 && position.askedLots > 0) return farthest(view.orders, 'ask')?.order;
  if (position.offerLots > 0 && position.bidLots > 0) return farthest(view.orders, 'bid')?.order;
  const excess = farthest(view.orders, 'bid');
  if (excess !== undefined && -position.aheadLots >= excess.remaining) return excess.order;
  return view.orders.find((order) => {
    const placed = state.placed.get(order.clientOrderId);
    // An order of an earlier run has no time here: it counts as stale, but not all of them at once.
    if (placed === undefined) return evenOf(seed, home.index, state.turn, 31) < 0.2;
    const life = 1 + 2 * evenOf(seed, home.index, Number(order.order.slice(1)), 32);
    return view.at - placed > life * intervalMicros;
  })?.order;
}

/** The price for a new order: now and then the one at which it trades at once, otherwise its own quote. */
function priceFor(
  { home, seed }: Trader,
  turn: number,
  view: HouseholdView,
  side: Side,
  mood: Mood,
): { readonly price: Price; readonly taking: boolean } {
  const { instrument } = view;
  const opposite = side === 'ask' ? view.bestBid : view.bestAsk;
  const limit = priceOf(instrument, side, limitEcoin(side, mood));
  const eager = !mood.patient && evenOf(seed, home.index, turn, 41) < 0.2 + 0.3 * mood.urgency;
  const good = opposite !== undefined && (side === 'ask' ? opposite >= limit : opposite <= limit);
  if (eager && good) return { price: opposite, taking: true };
  return { price: priceOf(instrument, side, quoteEcoin(side, mood)), taking: false };
}

/** The one order to place this turn, if any. Never more than is free, nor more orders than allowed, nor on both sides at once. */
function orderToPlace(
  trader: Trader,
  turn: number,
  view: HouseholdView,
  position: Position,
): HouseholdAction | undefined {
  const { home, seed, run } = trader;
  if (view.orders.length >= ordersMax) return undefined;
  const pressing = position.wantLots > 0;
  const bids = position.aheadLots > 0;
  const side: Side = bids ? 'bid' : 'ask';
  const lots = bids ? (pressing ? position.wantLots : position.aheadLots) : position.offerLots;
  if (lots <= 0 || (bids ? position.askedLots : position.bidLots) > 0) return undefined;
  if (turn > 1 && evenOf(seed, home.index, turn, 42) > 0.7) return undefined;
  const elapsed = (view.at - view.interval.start) / intervalMicros;
  const { price, taking } = priceFor(trader, turn, view, side, {
    hour: view.hour,
    thrift: home.thrift,
    urgency: bids ? (pressing ? Math.min(1, Math.max(0, elapsed)) : 0) : position.fill,
    patient: bids && !pressing,
    lastEcoin: view.lastPrice === undefined ? undefined : ecoinOf(view.instrument, view.lastPrice),
    whim: evenOf(seed, home.index, turn, 43),
  });
  const most = Math.min(orderLotsMax, turn <= 3 || taking ? firstOrderLotsMax : orderLotsMax);
  const drawn = 1 + Math.floor(evenOf(seed, home.index, turn, 44) ** 2 * most);
  const affordable = bids ? Math.floor(position.freeEcoin / price) : position.freeLots;
  const volume = Math.min(lots, drawn, affordable, view.instrument.volumeMax);
  if (volume < 1) return undefined;
  const clientOrderId = `${home.name}-${run}-${turn}`;
  return { kind: 'place', clientOrderId, side, price, volume: exactLots(volume) };
}

/** Whether it is short of ecoin and has not just asked for some. */
function ecoinToRequest(state: TraderState, turn: number, view: HouseholdView): number {
  const unit = 10 ** view.instrument.quotePrecision;
  if (view.ecoin.balance >= ecoinLow * unit) return 0;
  if (state.askedTurn !== undefined && turn - state.askedTurn < askAgainTurns) return 0;
  return ecoinRequest * unit;
}

/**
 * One turn of a household. Guarantees: asks never exceed its free energy nor bids its free ecoin; at most 6 live orders of at most 30 lots; never an
 * ask and a bid at once; energy issued is what the meter counted, in whole lots, and never more than the battery holds.
 */
export function decide(trader: Trader, state: TraderState, view: HouseholdView): Decision {
  const { home } = trader;
  const { instrument } = view;
  const turn = state.turn + 1;
  const before = positionOf(home, view, state.meter, 0);
  const { meter, issueLots, retireLots } = turnMeter(
    state.meter,
    { lotWh: lotWhOf(instrument), storeLots: storeLotsOf(home, instrument) },
    {
      interval: view.interval,
      measuredWh: view.measuredWh,
      // A part of a lot takes room as well.
      ownedLots: Math.ceil(view.energy.balance / instrument.lot),
      freeLots: before.freeLots,
      arrivingLots: view.arrivingLots,
    },
  );
  const actions: HouseholdAction[] = [];
  const units = (lots: number): Amount => exactAmount(lots * instrument.lot);
  if (issueLots > 0) actions.push({ kind: 'issue', amount: units(issueLots) });
  if (retireLots > 0) actions.push({ kind: 'retire', amount: units(retireLots) });
  const ecoin = ecoinToRequest(state, turn, view);
  if (ecoin > 0) actions.push({ kind: 'request_ecoin', amount: exactAmount(ecoin) });
  const position = positionOf(home, view, meter, retireLots);
  const cancelled = orderToCancel(trader, state, view, position);
  if (cancelled !== undefined) actions.push({ kind: 'cancel', order: cancelled });
  const placed = orderToPlace(trader, turn, view, position);
  if (placed !== undefined) actions.push(placed);
  const liveIds = new Set(view.orders.map(({ clientOrderId }) => clientOrderId));
  // A young one that is not among the live orders may just not have been heard of yet.
  const live = new Map(
    [...state.placed].filter(([id, at]) => liveIds.has(id) || view.at - at < intervalMicros),
  );
  if (placed?.kind === 'place') live.set(placed.clientOrderId, view.at);
  const askedTurn = ecoin > 0 ? turn : state.askedTurn;
  return { state: { meter, turn, placed: live, askedTurn }, actions };
}
