/**
 * Everything that can be asked of the exchange. Commands are imperative, come from outside (a participant, the operator, an agent, the
 * ledger's watcher, the clock), and become journal entries when the sequencer stamps them.
 */
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
  Seq,
  TradeId,
  Txid,
} from './units.ts';

/**
 * `gtc` rests until filled or cancelled; `gtd` too, until its instant; `ioc` trades at once what it can and cancels the rest; `fok` trades at once
 * in full or not at all.
 */
export type TimeInForce = 'gtc' | 'gtd' | 'ioc' | 'fok';

/** `limit`: the price is the worst that it takes. `market`: the price is its protection, and it never rests. */
export type OrderType = 'limit' | 'market';

/** The operator opens a market. Refused when it exists or its terms break a bound. */
export interface MarketOpen {
  readonly kind: 'market.open';
  readonly terms: MarketTerms;
  /** `continuous` when left out. */
  readonly phase?: Phase;
  /** Where an opening auction would like its price, until there is a last trade. */
  readonly reference?: Price;
}

/** The operator moves a market to another phase. A crossed book is uncrossed by an auction on the way to `continuous` and `post_only`. */
export interface MarketPhase {
  readonly kind: 'market.phase';
  readonly market: MarketSymbol;
  readonly phase: Phase;
  /** The auction's reference price from now on, until the next trade. */
  readonly reference?: Price;
}

/** The operator narrows (or widens again) the prices that new orders may have, within the terms. */
export interface MarketBand {
  readonly kind: 'market.band';
  readonly market: MarketSymbol;
  readonly floor: Price;
  readonly cap: Price;
}

/** The operator cancels every live order of a market. */
export interface MarketCancelAll {
  readonly kind: 'market.cancel_all';
  readonly market: MarketSymbol;
}

/** The operator lets an address trade. Repeating it changes the name and the owner only. */
export interface ParticipantAdmit {
  readonly kind: 'participant.admit';
  readonly participant: Address;
  /** Shown to its owner and the operator only; at most 32 characters. */
  readonly name: string;
  /** Participants of one owner never trade with each other. When left out: as before, at first its own address. */
  readonly owner?: Address;
}

/**
 * The operator stops an address from trading, or lets it trade again. Its live orders are cancelled, in whatever phase; what is matched settles on. Saying the same
 * again changes nothing.
 */
export interface ParticipantSuspend {
  readonly kind: 'participant.suspend';
  readonly participant: Address;
  readonly suspended: boolean;
}

/** A participant wants to trade. `clientOrderId` is made by the sender: the same id with the same body gets the first answer again. */
export interface OrderPlace {
  readonly kind: 'order.place';
  readonly participant: Address;
  /** 1 to 36 printable ASCII characters, unique for the participant. */
  readonly clientOrderId: string;
  readonly market: MarketSymbol;
  readonly side: Side;
  /** `limit` when left out. */
  readonly type?: OrderType;
  readonly price: Price;
  readonly volume: Lots;
  readonly timeInForce: TimeInForce;
  /** There exactly for `gtd`. */
  readonly expiresAt?: Instant;
  /** Refuse rather than trade at once. */
  readonly postOnly: boolean;
  /** All or none. False when left out. */
  readonly whole?: boolean;
  /** `cancel_incoming` when left out. */
  readonly selfTrade?: SelfTrade;
}

/** A participant changes a live order. At least one of price and volume is there. */
export interface OrderAmend {
  readonly kind: 'order.amend';
  readonly participant: Address;
  readonly order: OrderId;
  readonly price?: Price;
  /** The new total volume: what has been filled and cancelled counts. */
  readonly volume?: Lots;
}

/** A participant takes back what of an order has not traded. */
export interface OrderCancel {
  readonly kind: 'order.cancel';
  readonly participant: Address;
  readonly order: OrderId;
}

/** A participant takes back every live order, in one market or all. */
export interface OrderCancelAll {
  readonly kind: 'order.cancel_all';
  readonly participant: Address;
  readonly market?: MarketSymbol;
}

/** A participant's dead man's switch: every live order is cancelled unless this is sent again in time. */
export interface OrderCancelAllAfter {
  readonly kind: 'order.cancel_all_after';
  readonly participant: Address;
  /** Microseconds from now; 0 switches it off. */
  readonly timeout: number;
}

/**
 * One lot of an order made firm: the output that holds exactly one lot of what is given, and the signed offer that spends it. A whole order has
 * one output as large as the order: one offer stands for all of it.
 */
export interface LotOffer {
  /** Index of the lot in its order, as it was asked for. */
  readonly lot: number;
  readonly output: Output;
  /** The signed half transaction. The core carries it and never reads it. */
  readonly offer: string;
}

/**
 * The wallet agent delivered the offers that an order waits for: one for each lot asked for.
 * The exchange has checked the bytes before this command is made.
 */
export interface OffersDeliver {
  readonly kind: 'offers.deliver';
  readonly participant: Address;
  readonly order: OrderId;
  readonly lots: readonly LotOffer[];
}

/** The wallet agent cannot sign the offers that an order waits for; those lots are cancelled. */
export interface OffersDecline {
  readonly kind: 'offers.decline';
  readonly participant: Address;
  readonly order: OrderId;
  readonly reason: string;
}

/** The incoming side's agent says which transactions it handed to the ledger. A claim: only `ledger.advance` settles. */
export interface SettlementSubmit {
  readonly kind: 'settlement.submit';
  readonly participant: Address;
  readonly trade: TradeId;
  readonly lots: readonly { readonly lot: number; readonly txid: Txid }[];
}

/** One asset movement at one address, in a block: what the address gained or lost. */
export interface Move {
  readonly address: Address;
  readonly asset: Asset;
  /** Negative where it lost. */
  readonly amount: Amount;
}

/**
 * The ledger has one more final block, and this is all of it that the exchange cares for. Applied only at `height` = the last height + 1, so a
 * repeat changes nothing.
 */
export interface LedgerAdvance {
  readonly kind: 'ledger.advance';
  readonly height: number;
  /** Net movements by address and asset. Their sum per asset is what the block issued. */
  readonly moves: readonly Move[];
  /** Lots whose output was spent as agreed: the owner of the resting order got what its offer asks. */
  readonly settled: readonly {
    readonly order: OrderId;
    readonly lot: number;
    readonly trade: TradeId;
    readonly txid: Txid;
  }[];
  /** Lots whose output was spent in any other way (the owner's renewal, or a payment elsewhere): their offers are dead. */
  readonly lost: readonly { readonly order: OrderId; readonly lot: number; readonly txid: Txid }[];
}

/** The clock moved and nothing else happened; deadlines fall due. */
export interface TimeTick {
  readonly kind: 'time.tick';
}

export type Command =
  | MarketOpen
  | MarketPhase
  | MarketBand
  | MarketCancelAll
  | ParticipantAdmit
  | ParticipantSuspend
  | OrderPlace
  | OrderAmend
  | OrderCancel
  | OrderCancelAll
  | OrderCancelAllAfter
  | OffersDeliver
  | OffersDecline
  | SettlementSubmit
  | LedgerAdvance
  | TimeTick;

/** A command with its place in the one total order and the instant the sequencer gave it (never before the entry in front of it). */
export interface Entry {
  readonly seq: Seq;
  readonly at: Instant;
  readonly command: Command;
}
