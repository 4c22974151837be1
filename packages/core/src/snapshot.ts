/**
 * The state as text and back: one JSON line for each thing in it, sorted by what it is, so that two states that will answer everything alike have
 * the same text, however they came about. Nothing of the state is left out: the text is a snapshot, and its digest is the state's hash.
 */
import type { OrdersLine } from './columns.ts';
import { compareDeadlines } from './deadline.ts';
import type { Due } from './deadline.ts';
import type { CancelReason, LotState, OrderStatus } from './event.ts';
import { answersMax } from './limits.ts';
import type { MarketTerms, Phase, SelfTrade, Side } from './market.ts';
import type { OrderType, TimeInForce } from './command.ts';
import { knownOrders } from './known.ts';
import type { Over } from './over.ts';
import type { Lot, Market, Order, OverOrder, Participant, State, Trade } from './state.ts';
import type { Address, Amount, Asset, Instant, Lots, MarketSymbol, OrderId } from './units.ts';
import type { Output, Price, TradeId, Txid } from './units.ts';

/** Seq and instant: what every entry changes. Always the first line. */
export interface HeadLine {
  readonly seq: number;
  readonly at: Instant;
}

/** What the exchange counts. Always the second line. */
export interface CountLine {
  readonly height: number;
  readonly orderCount: number;
  readonly tradeCount: number;
}

/** A market; `places` is how many places its book has given. */
export interface MarketLine {
  readonly kind: 'market';
  readonly terms: MarketTerms;
  readonly phase: Phase;
  readonly floor: Price;
  readonly cap: Price;
  readonly reference: Price | undefined;
  readonly places: number;
}

/** A participant; `over` names its orders that are over, oldest first. */
export interface ParticipantLine {
  readonly kind: 'participant';
  readonly participant: Address;
  readonly name: string;
  readonly owner: Address;
  /** There only while it is so. */
  readonly suspended?: true;
  readonly over: readonly OrderId[];
}

/** A firm lot. */
export interface LotLine {
  readonly lot: number;
  readonly volume: Lots;
  readonly output: Output;
  readonly offer: string;
  readonly state: LotState;
  readonly txid: Txid | undefined;
}

/** An order in full. */
export interface OrderLine {
  readonly kind: 'order';
  readonly order: OrderId;
  readonly participant: Address;
  readonly clientOrderId: string;
  readonly market: MarketSymbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly expiresAt: Instant | undefined;
  readonly postOnly: boolean;
  readonly whole: boolean;
  readonly selfTrade: SelfTrade;
  readonly placedAt: Instant;
  readonly placedPrice: Price;
  readonly placedVolume: Lots;
  readonly price: Price;
  readonly volume: Lots;
  readonly status: OrderStatus;
  readonly filled: Lots;
  readonly cancelled: Lots;
  readonly remaining: Lots;
  readonly cost: Amount;
  readonly place: number;
  readonly firm: readonly LotLine[];
  readonly bare: readonly number[];
  readonly joinsBack: boolean;
  readonly lotCount: number;
  readonly ended: CancelReason | undefined;
}

/** A trade in full. */
export interface TradeLine {
  readonly kind: 'trade';
  readonly trade: TradeId;
  readonly price: Price;
  readonly volume: Lots;
  readonly resting: OrderId;
  readonly incoming: OrderId;
  readonly at: Instant;
  readonly deadline: Instant;
  readonly lots: readonly LotLine[];
}

/** A deadline that has not fallen; `of` is an order, a participant, a trade or a market. */
export interface DeadlineLine {
  readonly kind: 'deadline';
  readonly at: Instant;
  readonly due: Due['kind'];
  readonly of: string;
}

/** One thing of the state. */
export type Line =
  | { readonly kind: 'issued'; readonly asset: Asset; readonly issued: Amount }
  | {
      readonly kind: 'account';
      readonly address: Address;
      readonly asset: Asset;
      readonly balance: Amount;
      readonly hold: Amount;
    }
  | MarketLine
  | ParticipantLine
  | OrderLine
  | OrdersLine
  | TradeLine
  | DeadlineLine;

/** Digests a text, for example to its SHA-256 in hexadecimal. The core has no digest of its own. */
export type Digest = (text: string) => string;

/** The digest of the state's text. Equal for equal journals, on every machine. */
export function stateHash(state: State, digest: Digest): string {
  return digest(stateText(state));
}

/**
 * The whole state in a canonical text: the first line holds seq and instant, which every entry changes; the others hold everything else, one thing
 * a line. Its length is that of the state, so it is for checks and snapshots, not for every entry. `restore` reads it.
 */
export function stateText(state: State): string {
  return [...statePieces(state)].join('');
}

/** Lines and characters of one piece, about: a few milliseconds' work. */
const pieceLines = 500;
const pieceCharacters = 200_000;

/** The text in pieces of whole lines, for whoever may not stop for all of it at once. The state must not change before the last piece. */
export function* statePieces(state: State): Generator<string, void, undefined> {
  const [head, counts] = headLines(state);
  let piece = `${JSON.stringify(head)}\n${JSON.stringify(counts)}\n`;
  let count = 0;
  for (const line of linesOf(state)) {
    piece += `${JSON.stringify(line)}\n`;
    count += 1;
    if (count < pieceLines && piece.length < pieceCharacters) continue;
    yield piece;
    piece = '';
    count = 0;
  }
  yield piece;
}

/** The first two. */
export function headLines(state: State): readonly [HeadLine, CountLine] {
  const { seq, at, height, orderCount, tradeCount } = state;
  return [
    { seq, at },
    { height, orderCount, tradeCount },
  ];
}

/** By UTF-16 code units, as every machine compares them. */
function byKey<T>([a]: readonly [string, T], [b]: readonly [string, T]): number {
  return a < b ? -1 : Number(a > b);
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(byKey);
}

/** All orders, in the order of acceptance. */
export function* orderLines(state: State): Generator<OrderLine, void, undefined> {
  for (const order of knownOrders(state)) yield lineOfOrder(order);
}

function* linesOf(state: State): Generator<Line> {
  yield* linesBefore(state);
  yield* orderLines(state);
  yield* linesAfter(state);
}

/** What orders name. */
export function* linesBefore(state: State): Generator<Line> {
  for (const [asset, issued] of [...state.issued].toSorted(byKey)) {
    yield { kind: 'issued', asset, issued };
  }
  for (const [, accounts] of sorted(state.accounts)) {
    for (const [, { address, asset, balance, hold }] of sorted(accounts)) {
      yield { kind: 'account', address, asset, balance, hold };
    }
  }
  for (const [, market] of sorted(state.markets)) yield lineOfMarket(market);
  for (const [, participant] of sorted(state.participants)) {
    yield lineOfParticipant(state.over, participant);
  }
}

/** What names orders. */
export function* linesAfter(state: State): Generator<Line> {
  for (const trade of state.trades.values()) yield lineOfTrade(trade);
  for (const { at, due } of state.deadlines.heap.toSorted(compareDeadlines)) {
    yield { kind: 'deadline', at, due: due.kind, of: ownerOf(due) };
  }
}

function ownerOf(due: Due): string {
  switch (due.kind) {
    case 'offers':
    case 'expiry':
      return due.order.id;
    case 'switch':
      return due.participant.address;
    case 'settlement':
      return due.trade;
    case 'gate':
      return due.market.terms.symbol;
  }
}

function lineOfMarket({ terms, phase, floor, cap, reference, book }: Market): MarketLine {
  const places = book.lastPlace;
  return { kind: 'market', terms: inOrder(terms), phase, floor, cap, reference, places };
}

/** Terms came from outside with their fields in any order. A market without a delivery has no such field. */
function inOrder(terms: MarketTerms): MarketTerms {
  const { symbol, energy, ecoin, lot, tick, priceFloor, priceCap, volumeMax } = terms;
  const { offersTimeout, settlementTimeout } = terms;
  const fields = { symbol, energy, ecoin, lot, tick, priceFloor, priceCap, volumeMax };
  const given = { ...fields, offersTimeout, settlementTimeout };
  if (terms.delivery === undefined) return given;
  const { from, to, gate } = terms.delivery;
  return { ...given, delivery: { from, to, gate } };
}

function lineOfParticipant(of: Over, participant: Participant): Line {
  const { address, name, owner, isSuspended, over, overCount } = participant;
  const oldest = overCount < answersMax ? 0 : overCount % answersMax;
  const fromOldest = [...over.slice(oldest), ...over.slice(0, oldest)].map((row) => of.idAt(row));
  const standing = isSuspended ? ({ suspended: true } as const) : {};
  return { kind: 'participant', participant: address, name, owner, ...standing, over: fromOldest };
}

function lineOfLot({ lot, volume, output, offer, state, txid }: Lot): LotLine {
  return { lot, volume, output, offer, state, txid };
}

/** An order as it is kept. */
function lineOfOrder(order: Order | OverOrder): OrderLine {
  const { firm, bare } = 'firm' in order ? order : without;
  return {
    kind: 'order',
    order: order.id,
    participant: order.participant.address,
    clientOrderId: order.clientOrderId,
    market: order.market.terms.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    expiresAt: order.expiresAt,
    postOnly: order.postOnly,
    whole: order.whole,
    selfTrade: order.selfTrade,
    placedAt: order.placedAt,
    placedPrice: order.placedPrice,
    placedVolume: order.placedVolume,
    price: order.price,
    volume: order.volume,
    status: order.status,
    filled: order.filled,
    cancelled: order.cancelled,
    remaining: order.remaining,
    cost: order.cost,
    place: order.place,
    firm: firm.map(lineOfLot),
    bare,
    joinsBack: order.joinsBack,
    lotCount: order.lotCount,
    ended: order.ended,
  };
}

const without: Pick<Order, 'firm' | 'bare'> = { firm: [], bare: [] };

function lineOfTrade({ id, price, volume, resting, incoming, at, deadline, lots }: Trade): Line {
  return {
    kind: 'trade',
    trade: id,
    price,
    volume,
    resting: resting.id,
    incoming: incoming.id,
    at,
    deadline: deadline.at,
    lots: lots.map(lineOfLot),
  };
}
