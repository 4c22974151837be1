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
  Price,
  Side,
  TimeInForce,
  TradeId,
  Txid,
} from '@wattlot/core';
import type { Level } from './frames/checksum.ts';
import type { Instrument } from './frames/instrument.ts';
import type { AgentTask } from './frames/messages.ts';

/**
 * `live`: connected, and everything subscribed is current. `stale`: what is shown may be old (connecting, lost, or a book that failed its
 * checksum); the client is already at mending it. `closed`: by the owner, or because the exchange refused the login for good (the reason says);
 * nothing more will come.
 */
export type ConnectionState = 'live' | 'stale' | 'closed';

/** A whole book to the subscribed depth, best first; proven by its checksum. */
export interface BookView {
  readonly symbol: MarketSymbol;
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly seq: number;
  readonly at: Instant;
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
  readonly price: Price;
  readonly volume: Lots;
  readonly filled: Lots;
  readonly cancelled: Lots;
  readonly remaining: Lots;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
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
    }
  /** Round trip of the newest ping. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'instruments'; readonly instruments: readonly Instrument[] }
  | { readonly kind: 'book'; readonly book: BookView }
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
  /** Work for the wallet agent. */
  | { readonly kind: 'tasks'; readonly tasks: readonly AgentTask[] };

/** What the wire takes for an order at present. */
export type WishTimeInForce = Extract<TimeInForce, 'gtc' | 'ioc'>;

/** What one asks for; `clientOrderId` is made once when the wish is first expressed, so that a retry cannot double it. */
export interface OrderWish {
  readonly clientOrderId: string;
  readonly symbol: MarketSymbol;
  readonly side: Side;
  readonly price: Price;
  readonly volume: Lots;
  readonly timeInForce: WishTimeInForce;
  readonly postOnly: boolean;
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
  cancelOrder(order: OrderId): Promise<Outcome<null>>;
  /** Ask the operator for ecoin against a deposit, in ecoin's smallest units. */
  requestEcoin(amount: Amount): Promise<Outcome<null>>;
  /** Ends the connection; pending requests end as `unknown`. Orders stay. */
  close(): Promise<void>;
}
