/** What may be read of the state. Views are copies; none of these functions changes anything. */
import { nothing } from './changes.ts';
import type { LotOffer } from './command.ts';
import { earliest } from './deadline.ts';
import { exactAmount } from './exact.ts';
import type { OrderView, TradeView } from './event.ts';
import { findLot } from './lots.ts';
import type { MarketTerms, Phase, Side } from './market.ts';
import { knownOrder } from './known.ts';
import { viewOfOrder } from './order.ts';
import type { Market, Order, Participant, State } from './state.ts';
import { viewOfTrade } from './trade.ts';
import type {
  Address,
  Amount,
  Asset,
  Instant,
  Lots,
  MarketSymbol,
  OrderId,
  Output,
  Price,
  TradeId,
} from './units.ts';

/** Who may trade, and under which name. */
export interface ParticipantView {
  readonly participant: Address;
  readonly name: string;
  /** Whose participants never trade with each other. */
  readonly owner: Address;
  /** Places no orders. */
  readonly isSuspended: boolean;
}

/** One level as others see it: the volume that rests at a price, and in how many orders. Whole orders do not count. */
export interface DepthLevel {
  readonly price: Price;
  readonly volume: Lots;
  readonly orders: number;
}

/** One resting order of a book: `volume` lots of it are firm. */
export interface RestingView {
  readonly order: OrderId;
  readonly price: Price;
  readonly volume: Lots;
  readonly whole: boolean;
  /** Its time priority: smaller is earlier. */
  readonly place: number;
}

/** What a market allows at present, and between which prices. */
export interface MarketView {
  readonly phase: Phase;
  readonly floor: Price;
  readonly cap: Price;
  readonly reference?: Price;
}

/** The lot for which an output stands; `trade` once it is matched. */
export interface FirmLot {
  readonly order: OrderId;
  readonly lot: number;
  readonly trade?: TradeId;
}

/** What an address owns on the ledger and how much of it is set aside; `balance − hold` is free, and below 0 when the owner overspent. */
export interface BalanceView {
  readonly asset: Asset;
  readonly balance: Amount;
  readonly hold: Amount;
}

/** An order with the lots whose offers are awaited until `deadline`. */
export interface PendingOffers {
  readonly view: OrderView;
  readonly lots: readonly number[];
  readonly deadline: Instant;
}

/** A trade that is not final, with the deadline of its settlement, which may have passed. */
export interface OpenTrade extends TradeView {
  readonly deadline: Instant;
}

/** How much is on an exchange's hands. */
export interface Load {
  readonly orders: { readonly pending: number; readonly open: number };
  readonly tradesUnsettled: number;
  /** Of trades that are not final: lots that are neither settled nor released. */
  readonly lotsUnsettled: {
    readonly requested: number;
    readonly submitted: number;
    readonly overdue: number;
  };
}

/** Counts what is live and unsettled. Takes time for each of it. */
export function loadOf(state: State): Load {
  const orders = { pending: 0, open: 0 };
  for (const { live } of state.markets.values()) {
    for (const { status } of live) if (status !== 'done') orders[status] += 1;
  }
  const lotsUnsettled = { requested: 0, submitted: 0, overdue: 0 };
  for (const { lots } of state.trades.values()) {
    for (const { state: now, volume } of lots) {
      if (now !== 'settled' && now !== 'released') lotsUnsettled[now] += volume;
    }
  }
  return { orders, tradesUnsettled: state.trades.size, lotsUnsettled };
}

/** How many live orders (pending or open) a participant has. */
export function liveOrdersOf(state: State, participant: Address): number {
  return state.participants.get(participant)?.live.length ?? 0;
}

/** Whether a placement under this id of this participant has been taken and is still answered when it is sent again. */
export function isPlaced(
  state: State,
  { participant, clientOrderId }: { readonly participant: Address; readonly clientOrderId: string },
): boolean {
  return state.participants.get(participant)?.answers.has(clientOrderId) ?? false;
}

/** The number of the last entry applied, 0 before the first. */
export function lastSeq(state: State): number {
  return state.seq;
}

/** The instant of the last entry applied, 0 before the first. */
export function lastInstant(state: State): Instant {
  return state.at;
}

/** The height of the last block applied, −1 before the first. */
export function ledgerHeight(state: State): number {
  return state.height;
}

/** When the next deadline falls. Takes constant time. @returns undefined when there is none. */
export function nextDeadline(state: State): Instant | undefined {
  return earliest(state.deadlines)?.at;
}

/** The terms of an open market. */
export function marketOf(state: State, symbol: MarketSymbol): MarketTerms | undefined {
  return state.markets.get(symbol)?.terms;
}

/** The terms of every open market, by symbol. */
export function markets(state: State): readonly MarketTerms[] {
  return [...state.markets.values()]
    .map(({ terms }) => terms)
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

/**
 * The terms of every market on which something can still happen, by symbol: all but those that are closed and of whose trades the ledger has decided every lot.
 * Takes time for each market and each open trade.
 */
export function marketsUnderWay(state: State): readonly MarketTerms[] {
  const unsettled = new Set<Market>();
  for (const { resting } of state.trades.values()) unsettled.add(resting.market);
  return markets(state).filter(({ symbol }) => {
    const market = state.markets.get(symbol);
    return market !== undefined && (market.phase !== 'closed' || unsettled.has(market));
  });
}

function viewOfParticipant({ address, name, owner, isSuspended }: Participant): ParticipantView {
  return { participant: address, name, owner, isSuspended };
}

/** An admitted participant. */
export function participantOf(state: State, address: Address): ParticipantView | undefined {
  const found = state.participants.get(address);
  return found === undefined ? undefined : viewOfParticipant(found);
}

/** Every admitted participant, by address. */
export function participants(state: State): readonly ParticipantView[] {
  return [...state.participants.values()]
    .map(viewOfParticipant)
    .toSorted((a, b) => (a.participant < b.participant ? -1 : 1));
}

/** What any address, admitted or not, owns of one asset. */
export function balanceOf(
  state: State,
  address: Address,
  asset: Asset,
): { readonly balance: Amount; readonly hold: Amount } {
  const { balance, hold } = state.accounts.get(address)?.get(asset) ?? nothing;
  return { balance, hold };
}

/** What any address owns, by asset name; assets of which it owns and holds nothing are left out. */
export function balancesOf(state: State, address: Address): readonly BalanceView[] {
  return [...(state.accounts.get(address) ?? [])]
    .map(([asset, { balance, hold }]) => ({ asset, balance, hold }))
    .toSorted((a, b) => (a.asset < b.asset ? -1 : 1));
}

/** What a market allows at present. */
export function conditionsOf(state: State, symbol: MarketSymbol): MarketView | undefined {
  const market = state.markets.get(symbol);
  if (market === undefined) return undefined;
  const { phase, floor, cap, reference } = market;
  return reference === undefined ? { phase, floor, cap } : { phase, floor, cap, reference };
}

/** An order that is live, unsettled, or over and still answered. @returns undefined for every other. */
export function orderOf(state: State, id: OrderId): OrderView | undefined {
  const order = knownOrder(state, id);
  return order === undefined ? undefined : viewOfOrder(order);
}

function byNumber(a: Order, b: Order): number {
  return a.number - b.number;
}

/** A participant's pending and open orders, in the order of acceptance. */
export function ordersOf(state: State, participant: Address): readonly OrderView[] {
  const live = state.participants.get(participant)?.live ?? [];
  return live.toSorted(byNumber).map(viewOfOrder);
}

/** The best `levels` levels of one side of a book, best first; none when there is no such market. Looks at no other level. */
export function depthOf(
  state: State,
  symbol: MarketSymbol,
  side: Side,
  levels: number,
): readonly DepthLevel[] {
  return state.markets.get(symbol)?.book.depth(side, levels) ?? [];
}

/**
 * The orders that rest on one side of a book, whole ones among them, in the order in which they would trade. Looks only at as many as are taken
 * from it; it must not be used across a change of the state.
 */
export function* queueOf(
  state: State,
  symbol: MarketSymbol,
  side: Side,
): Generator<RestingView, void, undefined> {
  const market = state.markets.get(symbol);
  if (market !== undefined) yield* queueOfMarket(market, side);
}

/** As `queueOf`, of a market at hand. */
export function* queueOfMarket(
  { book, resting }: Market,
  side: Side,
): Generator<RestingView, void, undefined> {
  for (const slot of book.queue(side)) {
    const order = resting[slot];
    if (order === undefined) continue;
    const [price, volume] = [book.priceOf(slot), book.volumeOf(slot)];
    yield { order: order.id, price, volume, whole: order.whole, place: book.placeOf(slot) };
  }
}

/** Where an order stands in the queue at its price. */
export interface QueuePlace {
  /** Its time priority: smaller is earlier. */
  readonly place: number;
  /** Lots and orders that trade before it at its price, whole orders left out. */
  readonly lots: Lots;
  readonly orders: number;
}

/** Where an order stands in the queue at its price. @returns undefined while nothing of it rests, and for a whole order, which has no level. */
export function queuePlaceOf(state: State, id: OrderId): QueuePlace | undefined {
  const order = state.orders.get(id);
  if (order === undefined || order.slot < 0 || order.whole) return undefined;
  const { book } = order.market;
  const { volume, orders } = book.aheadOf(order.slot);
  return { place: book.placeOf(order.slot), lots: volume, orders };
}

/** What taking a volume from one side of a book would cost now. */
export interface CostView {
  /** Of what was asked for, what is there. */
  readonly volume: Lots;
  /** Ecoin for all of it; divided by the volume, the average price. */
  readonly cost: Amount;
  /** The last price that it would reach. */
  readonly worst?: Price;
}

/** What taking `volume` lots from one side would cost, whole orders left out. Looks only at the levels that it takes to reach the volume. */
export function costOf(
  state: State,
  symbol: MarketSymbol,
  { side, volume: wanted }: { side: Side; volume: Lots },
): CostView | undefined {
  const found = state.markets.get(symbol)?.book.costOf(side, wanted);
  if (found === undefined) return undefined;
  const { volume, worst } = found;
  const cost = exactAmount(found.cost);
  return worst === undefined ? { volume, cost } : { volume, cost, worst };
}

/** A trade that is not final. @returns undefined for every other. */
export function tradeOf(state: State, id: TradeId): TradeView | undefined {
  const trade = state.trades.get(id);
  return trade === undefined ? undefined : viewOfTrade(trade);
}

/** Every trade that is not final, in the order of matching. */
export function openTrades(state: State): readonly OpenTrade[] {
  return [...state.trades.values()].map((trade) => ({
    ...viewOfTrade(trade),
    deadline: trade.deadline.at,
  }));
}

/** Every order that waits for offers, in the order of acceptance: what an agent that reconnects has to be asked again. */
export function pendingOffers(state: State): readonly PendingOffers[] {
  const pending: PendingOffers[] = [];
  for (const order of liveOrders(state)) {
    if (order.offersDue === undefined) continue;
    const { at: deadline } = order.offersDue;
    pending.push({ view: viewOfOrder(order), lots: order.bare, deadline });
  }
  return pending;
}

function liveOrders({ markets: all }: State): readonly Order[] {
  return [...all.values()].flatMap(({ live }) => live).toSorted(byNumber);
}

/** The offer of a lot that rests, or is matched and neither settled nor released. */
export function offerOf(state: State, id: OrderId, index: number): LotOffer | undefined {
  const order = state.orders.get(id);
  if (order === undefined) return undefined;
  const lists = [order.firm, ...order.given.map(({ lots }) => lots)];
  for (const list of lists) {
    const lot = findLot(list, index);
    if (lot !== undefined && state.outputs.get(lot.output) === lot) {
      return { lot: lot.lot, output: lot.output, offer: lot.offer };
    }
  }
  return undefined;
}

/** The lot for which an output stands, and the trade that took it; a lot that is settled, released or cancelled has no output any more. */
export function lotOfOutput(state: State, output: Output): FirmLot | undefined {
  const found = state.outputs.get(output);
  if (found === undefined) return undefined;
  const { order, lot, trade } = found;
  return trade === undefined ? { order: order.id, lot } : { order: order.id, lot, trade: trade.id };
}
