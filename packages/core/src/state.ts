/**
 * The whole exchange as data: a fold of the journal. Only `apply` changes it; everybody else reads it through view.ts.
 */
import { createBook } from './book.ts';
import type { Book } from './book.ts';
import type { LotOffer, TimeInForce } from './command.ts';
import { createDeadlines } from './deadline.ts';
import type { Deadline, Deadlines } from './deadline.ts';
import type { LotState, OrderStatus } from './event.ts';
import { exactInstant } from './exact.ts';
import type { MarketTerms, Side } from './market.ts';
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

/** One open market. */
export interface Market {
  readonly terms: MarketTerms;
  readonly book: Book;
}

/** An order that is live, or done with a trade that is not final. */
export interface Order {
  readonly id: OrderId;
  /** The number in `id`: orders in the order of acceptance. */
  readonly number: number;
  readonly participant: Address;
  readonly clientOrderId: string;
  readonly market: Market;
  readonly side: Side;
  readonly price: Price;
  readonly volume: Lots;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly placedAt: Instant;
  status: OrderStatus;
  filled: Lots;
  cancelled: Lots;
  remaining: Lots;
  cost: Amount;
  /** While pending: until when its offers are awaited. */
  deadline: Deadline | undefined;
  /** While open: the firm lots that rest, by index, ascending; they trade in this order. Their number is `remaining`. */
  readonly firm: Map<number, LotOffer>;
  /** Lots that this order gave as the resting side and that are neither settled nor released. */
  readonly matched: Map<number, Trade>;
  /** Trades of this order, on either side, that are not final. */
  unsettled: number;
}

/** One matched lot of a trade. */
export interface TradeLot {
  readonly offer: LotOffer;
  state: LotState;
  txid: Txid | undefined;
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
  readonly deadline: Deadline;
  /** By index in the resting order, ascending. */
  readonly lots: Map<number, TradeLot>;
  /** Lots that are neither settled nor released. At 0 the trade is final and leaves the state. */
  unsettled: number;
}

/** Who may trade. */
export interface Participant {
  readonly participant: Address;
  name: string;
  /** Pending and open orders, in the order of acceptance. */
  readonly live: Map<OrderId, Order>;
  /** Every order whose placement is still answered, by client order id: all live ones and the last done ones. */
  readonly answers: Map<string, Order>;
  /** The done ones of `answers` as a ring: the n-th order to be done lies at n modulo its size. */
  readonly done: Order[];
  doneCount: number;
}

/** What an address owns of one asset, and how much of that its live orders and unsettled lots set aside. Never both 0. */
export interface Account {
  balance: Amount;
  hold: Amount;
}

/** For which lot an output stands; `trade` once it is matched. */
export interface FirmLot {
  readonly order: OrderId;
  readonly lot: number;
  readonly trade?: TradeId;
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
  readonly accounts: Map<Address, Map<Asset, Account>>;
  /** The sum of all balances, by asset. */
  readonly issued: Map<Asset, Amount>;
  readonly orders: Map<OrderId, Order>;
  readonly trades: Map<TradeId, Trade>;
  /** Outputs of firm lots that rest or are matched and unsettled: one output, one lot. */
  readonly outputs: Map<Output, FirmLot>;
  readonly deadlines: Deadlines;
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
    accounts: new Map(),
    issued: new Map(),
    orders: new Map(),
    trades: new Map(),
    outputs: new Map(),
    deadlines: createDeadlines(),
  };
}

/** A market with nothing on its book. */
export function createMarket(terms: MarketTerms): Market {
  return { terms, book: createBook() };
}
