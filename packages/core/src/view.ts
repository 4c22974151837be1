/** What may be read of the state. Views are copies; none of these functions changes anything. */
import { depth } from './book.ts';
import type { DepthLevel } from './book.ts';
import { nothing } from './changes.ts';
import type { LotOffer } from './command.ts';
import { earliest } from './deadline.ts';
import type { OrderView, TradeView } from './event.ts';
import type { MarketTerms, Side } from './market.ts';
import { viewOfOrder } from './order.ts';
import { wantedLots } from './place.ts';
import type { FirmLot, State } from './state.ts';
import { viewOfTrade } from './trade.ts';
import type {
  Address,
  Amount,
  Asset,
  Instant,
  MarketSymbol,
  OrderId,
  Output,
  TradeId,
} from './units.ts';

/** Who may trade, and under which name. */
export interface ParticipantView {
  readonly participant: Address;
  readonly name: string;
}

/** What an address owns on the ledger and how much of it is set aside; `balance − hold` is free, and below 0 when the owner overspent. */
export interface BalanceView {
  readonly asset: Asset;
  readonly balance: Amount;
  readonly hold: Amount;
}

/** A pending order with the lots whose offers are awaited until `deadline`. */
export interface PendingOffers {
  readonly view: OrderView;
  readonly lots: readonly number[];
  readonly deadline: Instant;
}

/** A trade that is not final, with the deadline of its settlement, which may have passed. */
export interface OpenTrade extends TradeView {
  readonly deadline: Instant;
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

/** An admitted participant. */
export function participantOf(state: State, address: Address): ParticipantView | undefined {
  const found = state.participants.get(address);
  return found === undefined ? undefined : { participant: found.participant, name: found.name };
}

/** Every admitted participant, by address. */
export function participants(state: State): readonly ParticipantView[] {
  return [...state.participants.values()]
    .map(({ participant, name }) => ({ participant, name }))
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

/** An order that is pending, open, or done with a trade that is not final. @returns undefined for every other. */
export function orderOf(state: State, id: OrderId): OrderView | undefined {
  const order = state.orders.get(id);
  return order === undefined ? undefined : viewOfOrder(order);
}

/** A participant's pending and open orders, in the order of acceptance. */
export function ordersOf(state: State, participant: Address): readonly OrderView[] {
  return [...(state.participants.get(participant)?.live.values() ?? [])].map(viewOfOrder);
}

/** The best `levels` levels of one side of a book, best first; none when there is no such market. */
export function depthOf(
  state: State,
  symbol: MarketSymbol,
  side: Side,
  levels: number,
): readonly DepthLevel[] {
  const market = state.markets.get(symbol);
  return market === undefined ? [] : depth(market.book, side, levels);
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

/** Every pending order, in the order of acceptance: what an agent that reconnects has to be asked again. */
export function pendingOffers(state: State): readonly PendingOffers[] {
  const pending: PendingOffers[] = [];
  for (const order of state.orders.values()) {
    if (order.deadline === undefined) continue;
    const { at: deadline } = order.deadline;
    pending.push({ view: viewOfOrder(order), lots: wantedLots(order), deadline });
  }
  return pending;
}

/** The offer of a lot that rests, or is matched and neither settled nor released. */
export function offerOf(state: State, id: OrderId, lot: number): LotOffer | undefined {
  const order = state.orders.get(id);
  return order?.firm.get(lot) ?? order?.matched.get(lot)?.lots.get(lot)?.offer;
}

/** The lot for which an output stands, and the trade that took it; a lot that is settled, released or cancelled has no output any more. */
export function lotOfOutput(state: State, output: Output): FirmLot | undefined {
  return state.outputs.get(output);
}
