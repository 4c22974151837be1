/**
 * The whole exchange as data: a fold of the journal. Only `apply` changes it; everybody else reads it through view.ts.
 */
import { Book } from './book/book.ts';
import { ranksMax } from './book/ladder.ts';
import { createChanges } from './changes.ts';
import type { Changes } from './changes.ts';
import type { OrderType, TimeInForce } from './command.ts';
import { createDeadlines } from './deadline.ts';
import type { Deadline, Deadlines } from './deadline.ts';
import type { CancelReason, LotState, OrderStatus, OrderView } from './event.ts';
import { exactInstant, exactPrice } from './exact.ts';
import { Numbered } from './numbered.ts';
import { Outputs } from './outputs.ts';
import type { OutputGroup } from './outputs.ts';
import { Over } from './over.ts';
import type { OverRow } from './over.ts';
import type { MarketTerms, Phase, SelfTrade, Side } from './market.ts';
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
  Txid,
} from './units.ts';

/** One market. */
export interface Market {
  readonly terms: MarketTerms;
  book: Book;
  phase: Phase;
  /** The band that binds new prices, within the terms. */
  floor: Price;
  cap: Price;
  /** The last trade's price, or what the operator said since. */
  reference: Price | undefined;
  /** The orders on the book, by their slot there. */
  readonly resting: (Order | undefined)[];
  /** Pending and open orders, in no order. */
  readonly live: Order[];
  /** How many of `live` are whole, by side. */
  readonly wholes: { ask: number; bid: number };
  /** Scratch of the entry being applied: changes of levels' volumes, in turns the price (below 0 for bids) and the lots. */
  readonly touched: number[];
  isTouched: boolean;
  /** The gate of its delivery, there until it is closed. */
  gateDue: Deadline | undefined;
}

/** What is known of every order. */
export interface AnyOrder {
  readonly id: OrderId;
  /** The number in `id`: orders in the order of acceptance. */
  readonly number: number;
  readonly participant: Participant;
  readonly clientOrderId: string;
  readonly market: Market;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly expiresAt: Instant | undefined;
  readonly postOnly: boolean;
  readonly whole: boolean;
  readonly selfTrade: SelfTrade;
  readonly placedAt: Instant;
  /** As placed, whatever amendments followed. */
  readonly placedPrice: Price;
  readonly placedVolume: Lots;
  readonly price: Price;
  readonly volume: Lots;
  readonly status: OrderStatus;
  readonly filled: Lots;
  readonly cancelled: Lots;
  readonly remaining: Lots;
  readonly cost: Amount;
  /** Its time priority, kept for lots that come back; 0 until it first rests. */
  readonly place: number;
  /** The awaited lots send the order to the back of its level: some of them are new. */
  readonly joinsBack: boolean;
  /** Indices of lots given out so far. */
  readonly lotCount: number;
  /** Why nothing of it shall trade any more; lots that come back are cancelled with this. */
  readonly ended: CancelReason | undefined;
}

/** An order of which nothing remains and no trade is open: it is answered for a while and never changes again. */
export interface OverOrder extends AnyOrder {
  readonly status: 'done';
}

/** An order that is live, or of which a trade is not final. */
export interface Order extends AnyOrder {
  /** What it gives. Kept by its hold. */
  readonly account: Account;
  price: Price;
  volume: Lots;
  status: OrderStatus;
  filled: Lots;
  cancelled: Lots;
  remaining: Lots;
  cost: Amount;
  /** Where it is among its participant's live orders, and among its market's. */
  liveAt: number;
  liveInMarket: number;
  /** What was last shown of it: shown again while nothing has changed. */
  shown: OrderView | undefined;
  /** Its slot on the book; −1 while nothing of it rests. */
  slot: number;
  place: number;
  /** The lots that rest, ascending; they trade in this order. Of a whole order, one that stands for all. */
  firm: Lot[];
  /** The indices of lots that remain and wait for offers, ascending. Replaced, never changed: events share it. */
  bare: readonly number[];
  joinsBack: boolean;
  lotCount: number;
  /** Until when offers are awaited. */
  offersDue: Deadline | undefined;
  expiry: Deadline | undefined;
  /** Trades, not final, in which it is the resting side. */
  readonly given: Trade[];
  /** Trades of this order, on either side, that are not final. */
  unsettled: number;
  ended: CancelReason | undefined;
}

/** One firm lot, from its delivery until it is settled, released or cancelled. */
export interface Lot {
  readonly lot: number;
  /** How many lots it stands for: 1, or all of a whole order. */
  readonly volume: Lots;
  readonly output: Output;
  readonly offer: string;
  readonly order: Order;
  /** Once it is matched. */
  trade: Trade | undefined;
  /** `requested` also while it rests. */
  state: LotState;
  txid: Txid | undefined;
  /** Among which its output stands for it, and where there; undefined once it stands for nothing any more. */
  group: OutputGroup | undefined;
  place: number;
}

/** A trade that is not final. */
export interface Trade {
  readonly id: TradeId;
  /** The number in `id`: trades in the order of matching. */
  readonly number: number;
  readonly price: Price;
  readonly volume: Lots;
  readonly resting: Order;
  readonly incoming: Order;
  readonly at: Instant;
  /** Falls at most once; its instant stays readable afterwards. */
  deadline: Deadline;
  /** Of the resting order, ascending. */
  readonly lots: readonly Lot[];
  /** Lots of the list that are neither settled nor released. At 0 the trade is final and leaves the state. */
  unsettled: number;
}

/** Who may trade. */
export interface Participant {
  readonly address: Address;
  name: string;
  /** Whom its orders belong to; participants of one owner never trade with each other. */
  owner: Address;
  /** The number of `owner` on the books. */
  ownerNumber: number;
  /** Places no orders, and has none that are live. */
  isSuspended: boolean;
  /** Pending and open orders, in no order; `wholes` of them are whole. */
  readonly live: Order[];
  wholes: number;
  /** Every order whose placement is still answered, by client order id: all live and unsettled ones, and the last that are over. */
  readonly answers: Map<string, Order | OverRow>;
  /** The rows of those that are over as a ring: the n-th to be over lies at n modulo its size. */
  readonly over: OverRow[];
  overCount: number;
  /** The dead man's switch. */
  switchDue: Deadline | undefined;
}

/** What an address owns of one asset, and how much of that its live orders and unsettled lots set aside. Never both 0 between entries. */
export interface Account {
  readonly address: Address;
  readonly asset: Asset;
  balance: Amount;
  hold: Amount;
  /** Scratch of the entry being applied: both as they were before it. */
  isTouched: boolean;
  balanceBefore: Amount;
  holdBefore: Amount;
}

/** The state of the exchange. Made by `createState`, changed by `apply` only. */
export interface State {
  /** Of the last entry applied; 0 before the first. */
  seq: number;
  at: Instant;
  /** Of the last block applied; −1 before the first. */
  height: number;
  orderCount: number;
  tradeCount: number;
  readonly markets: Map<MarketSymbol, Market>;
  readonly participants: Map<Address, Participant>;
  /** Numbers of owners. */
  readonly owners: Map<Address, number>;
  readonly accounts: Map<Address, Map<Asset, Account>>;
  /** The sum of all balances, by asset. */
  readonly issued: Map<Asset, Amount>;
  /** Those that are live, or of which a trade is not final. */
  readonly orders: Numbered<OrderId, Order>;
  readonly over: Over;
  readonly trades: Numbered<TradeId, Trade>;
  /** Firm lots that rest or are matched and unsettled, by output: one output, one lot. */
  readonly outputs: Outputs;
  readonly deadlines: Deadlines;
  /** Scratch of the entry being applied; empty between entries. */
  readonly changes: Changes;
}

/** The exchange before its first entry. */
export function createState(): State {
  return {
    seq: 0,
    at: exactInstant(0),
    height: -1,
    orderCount: 0,
    tradeCount: 0,
    markets: new Map(),
    participants: new Map(),
    owners: new Map(),
    accounts: new Map(),
    issued: new Map(),
    orders: new Numbered(),
    over: new Over(),
    trades: new Numbered(),
    outputs: new Outputs(),
    deadlines: createDeadlines(),
    changes: createChanges(),
  };
}

/** More prices than a ladder is made for. */
const manyPrices = { floor: exactPrice(1), cap: exactPrice(ranksMax + 1), tick: exactPrice(1) };

/** The book of a market that is closed. Nothing rests on it again, so that it takes next to no memory: an exchange may close a market every hour. */
export function closedBook(lastPlace: number): Book {
  const book = new Book(manyPrices);
  book.outcomes = new Float64Array(0);
  book.lastPlace = lastPlace;
  return book;
}

/** A market with nothing on its book. */
export function createMarket(
  terms: MarketTerms,
  phase: Phase,
  reference: Price | undefined,
): Market {
  const { priceFloor: floor, priceCap: cap, tick } = terms;
  return {
    terms,
    book: phase === 'closed' ? closedBook(0) : new Book({ floor, cap, tick }),
    phase,
    floor,
    cap,
    reference,
    resting: [],
    live: [],
    wholes: { ask: 0, bid: 0 },
    touched: [],
    isTouched: false,
    gateDue: undefined,
  };
}
