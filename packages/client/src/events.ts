/** What a client of the exchange is told, in lots, prices and ledger amounts: never the wire's decimals. */
import type {
  Address,
  Amount,
  Asset,
  CancelReason,
  Instant,
  Lots,
  LotState,
  MarketSymbol,
  OrderId,
  OrderType,
  Phase,
  Price,
  SelfTrade,
  Side,
  TimeInForce,
  TradeId,
  Txid,
} from '@wattlot/core';
import type { Level } from './frames/checksum.ts';
import type { CreateApiKeyRequest, CreateApiKeyResult } from './frames/api-keys.ts';
import type { EcoinRequest } from './frames/session-api.ts';
import type { Instrument } from './frames/instrument.ts';
import type { AgentTask } from './frames/messages.ts';
import type { Stream } from './stream.ts';

/**
 * `live`: connected, and everything subscribed is current. `stale`: what is shown may be old (connecting, lost, or a book that failed its
 * checksum); the client is already at mending it. `closed`: by the owner, or because the exchange refused the login for good (the reason says);
 * nothing more will come.
 */
export type ConnectionState = 'live' | 'stale' | 'closed';

/** A market as it is traded now. */
export interface ListedInstrument extends Instrument {
  /** What the market allows. Left out: `continuous`, where everything is. */
  readonly phase?: Phase;
}

/** A whole book to the subscribed depth, best first; proven by its checksum. */
export interface BookView {
  readonly symbol: MarketSymbol;
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly seq: number;
  readonly at: Instant;
}

/** One resting order, whoever's it is. */
export interface QueuedOrder {
  readonly order: OrderId;
  readonly volume: Lots;
  /** Smaller trades first. */
  readonly place: number;
}

/** The orders at one price, in the order in which they would trade. */
export interface QueueLevel {
  readonly price: Price;
  readonly orders: readonly QueuedOrder[];
}

/** Every order of a market's best levels, best level first; proven by its checksum. Orders that are all or none are not among them. */
export interface QueueView {
  readonly symbol: MarketSymbol;
  readonly asks: readonly QueueLevel[];
  readonly bids: readonly QueueLevel[];
  readonly seq: number;
}

/** A trade as everybody sees it. `side` is the incoming order's. */
export interface TradeTick {
  readonly symbol: MarketSymbol;
  readonly trade: TradeId;
  readonly side: Side;
  readonly price: Price;
  readonly volume: Lots;
  readonly at: Instant;
}

/** One trade of an own order and where its lots stand. */
export interface OwnTrade {
  readonly trade: TradeId;
  readonly price: Price;
  readonly volume: Lots;
  readonly resting: boolean;
  readonly lots: readonly {
    readonly lot: string;
    readonly state: LotState;
    readonly txid?: Txid;
  }[];
  /** The least advanced state of its lots; `settled` or `released` when all are final. */
  readonly settlement: LotState;
  readonly at: Instant;
}

/** An own order with all its trades, as of the newest report. */
export interface OwnOrder {
  readonly order: OrderId;
  readonly clientOrderId: string;
  readonly symbol: MarketSymbol;
  readonly side: Side;
  /** Left out: `limit`. */
  readonly type?: OrderType;
  /** The worst price that it takes; of a market order its protection. */
  readonly price: Price;
  /** What was ordered, as last amended: `filled + cancelled + remaining`. */
  readonly volume: Lots;
  readonly filled: Lots;
  readonly cancelled: Lots;
  readonly remaining: Lots;
  readonly timeInForce: TimeInForce;
  /** Of `gtd`: the instant at which what remains is cancelled. */
  readonly expiresAt?: Instant;
  readonly postOnly: boolean;
  /** Trades in full or not at all; left out: no. */
  readonly whole?: boolean;
  readonly status: 'pending' | 'open' | 'done';
  readonly reason?: CancelReason;
  readonly trades: readonly OwnTrade[];
  readonly at: Instant;
}

/** What one owns of an asset on the ledger, in its smallest units, and how much of that is set aside for orders. */
export interface OwnBalance {
  readonly asset: Asset;
  readonly balance: Amount;
  readonly hold: Amount;
}

export type ClientEvent =
  | {
      readonly kind: 'connection';
      readonly state: ConnectionState;
      /** One line for a person where the state is not `live`. */
      readonly reason?: string;
      /** When the next attempt is due, in milliseconds from now. */
      readonly retryInMs?: number;
      /** While a new connection is filled: how many of its channels are current, of those followed so far. */
      readonly loaded?: { readonly done: number; readonly total: number };
      /** Nothing is wrong but that the operator has not let the participant in: what everybody may see is current. */
      readonly isWaiting?: true;
    }
  /** Round trip of the newest ping. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'instruments'; readonly instruments: readonly ListedInstrument[] }
  | { readonly kind: 'book'; readonly book: BookView }
  /** Who stands in front of whom in the market that is followed so; left out while that is not known. */
  | { readonly kind: 'queue'; readonly symbol: MarketSymbol; readonly queue?: QueueView }
  /** New trades, oldest first; `snapshot` when they are the newest of the past. */
  | {
      readonly kind: 'trades';
      readonly trades: readonly TradeTick[];
      readonly snapshot: boolean;
    }
  /** Orders that changed; with `snapshot` these are all that the exchange still knows. */
  | { readonly kind: 'orders'; readonly orders: readonly OwnOrder[]; readonly snapshot: boolean }
  | { readonly kind: 'balances'; readonly balances: readonly OwnBalance[] }
  /** What became of a wish whose outcome was `unknown`: the client asked again under the same id. */
  | {
      readonly kind: 'reconciled';
      readonly clientOrderId: string;
      readonly outcome: Outcome<{ readonly order: OrderId }>;
    }
  /** What became of an amendment whose outcome was `unknown`. */
  | {
      readonly kind: 'amendment';
      readonly order: OrderId;
      readonly change: OrderChange;
      readonly outcome: Outcome<null>;
    }
  /** Work for the wallet agent. */
  | { readonly kind: 'tasks'; readonly tasks: readonly AgentTask[] };

/** How long a wish may wait: as the rules of matching have it. */
export type WishTimeInForce = TimeInForce;

/**
 * What one asks for; `clientOrderId` is made once when the wish is first expressed, so that a retry cannot double it. What contradicts itself (a market
 * order that would rest, an expiry without `gtd`) is refused by the exchange as `order_contradictory`.
 */
export interface OrderWish {
  /** 1 to 36 printable ASCII characters without spaces. */
  readonly clientOrderId: string;
  readonly symbol: MarketSymbol;
  readonly side: Side;
  /** `market` goes with `ioc` and `fok` only. Left out: `limit`. */
  readonly type?: OrderType;
  /** The worst price that is taken. A market order has one too, its protection: nothing is ever signed beyond it. */
  readonly price: Price;
  /** At least 1. */
  readonly volume: Lots;
  readonly timeInForce: WishTimeInForce;
  /** There exactly with `gtd`. */
  readonly expiresAt?: Instant;
  /** Refused rather than trade at once. With `gtc` and `gtd` only. */
  readonly postOnly: boolean;
  /** All or none: rests, and trades in full or not at all. With `gtc` and `gtd` only. */
  readonly whole?: boolean;
  /** Which order is cancelled when two of one owner meet. Left out: `cancel_incoming`. */
  readonly selfTrade?: SelfTrade;
}

/** What an order shall be from now on; what is left out stays. */
export interface OrderChange {
  readonly price?: Price;
  /** All that is ordered: it counts what has been filled and cancelled. */
  readonly volume?: Lots;
}

/**
 * What became of a request. `unknown`: the connection was lost before the answer; ask again with the same client order id, never show it as a
 * failure.
 */
export type Outcome<T> =
  | { readonly kind: 'yes'; readonly value: T }
  | { readonly kind: 'no'; readonly error: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A connection to one exchange for one participant (or, without keys, for the public feed only). Reconnects by itself. */
export interface ExchangeClient {
  /** The participant's ledger address; undefined when only the public feed is followed. */
  readonly participant: Address | undefined;
  readonly state: ConnectionState;
  /** Events from now on, in order. @returns a function that ends the subscription. */
  listen(listener: (event: ClientEvent) => void): () => void;
  placeOrder(wish: OrderWish): Promise<Outcome<{ readonly order: OrderId }>>;
  /**
   * Changes a live order without the gap that cancelling and placing again would leave. `no` with an error of the wire when the exchange refuses it, or
   * when an earlier amendment of this order is not decided yet. What becomes of an `unknown` one is told as `amendment`: it names what the order shall be, so that
   * sending it again cannot double it.
   */
  amendOrder(order: OrderId, change: OrderChange): Promise<Outcome<null>>;
  cancelOrder(order: OrderId): Promise<Outcome<null>>;
  /**
   * From now on tells the single orders of one market (`queue`), in place of the one before; with `undefined` of none. Nothing else waits for it: while it is
   * mended the rest stays live.
   */
  followQueue(symbol: MarketSymbol | undefined): void;
  /**
   * Ask the operator for ecoin against a deposit, in ecoin's smallest units. `yes`: issued, or noted; `ecoinRequests` tells what becomes of it.
   * @param request an id, 1 to 36 printable characters: asked again under the same one it is the same request. Left out, each call is another.
   */
  requestEcoin(amount: Amount, request?: string): Promise<Outcome<null>>;
  /** What became of one's requests for ecoin, the newest last. Where everybody is issued what he asks for there are none. */
  ecoinRequests(): Promise<Outcome<readonly EcoinRequest[]>>;
  /** Ends the connection; pending requests end as `unknown`. Orders stay. */
  close(): Promise<void>;
}

/**
 * What a bot has beyond a terminal: ending many orders at once, and the feed as async iterators. A request whose outcome is `unknown` is found out on the
 * next connection, while it is young (a minute).
 */
export interface TradingClient extends ExchangeClient {
  /** Cancels every live order, of one market or of all. After `unknown` the orders that were live when it was sent are cancelled one by one. */
  cancelAll(symbol?: MarketSymbol): Promise<Outcome<null>>;
  /**
   * The dead man's switch: every live order is cancelled unless this is called again within so many seconds. 0 switches it off. After `unknown` it is not
   * sent again: call it as you do anyway.
   * @param seconds 0 to 86 400, whole.
   */
  cancelAllAfter(seconds: number): Promise<Outcome<null>>;
  /**
   * Makes an API key for a program that speaks only the dialect, such as one on a stock library. Its orders need an agent whose owner allows them
   * (`ParticipantOptions.allow`). The secret is told here and never again.
   */
  createApiKey(request: CreateApiKeyRequest): Promise<Outcome<CreateApiKeyResult>>;
  /**
   * Every event from now on, but the agent's tasks. Who reads slowly gets newer states of a book, an order or a balance in place of older ones; of trades the
   * oldest are dropped, and `missed` counts them. Ends by `return()` and when the client is closed.
   */
  events(): Stream<BotEvent>;
  /** The newest book of a market, beginning with the one that is current, if there is one. Who reads slowly misses books in between, never the newest. */
  book(symbol: MarketSymbol): Stream<BookView>;
  /** The trades of a market from now on, oldest first. Who reads slowly loses the oldest; `missed` counts them. */
  trades(symbol: MarketSymbol): Stream<TradeTick>;
}

/** What `TradingClient.events` gives. */
export type BotEvent = Exclude<ClientEvent, { kind: 'tasks' }>;
