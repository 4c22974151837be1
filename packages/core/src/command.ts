/**
 * Everything that can be asked of the exchange. Commands are imperative, come from outside (a participant, the operator, an agent, the
 * ledger's watcher, the clock), and become journal entries when the sequencer stamps them.
 */
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
  Seq,
  TradeId,
  Txid,
} from './units.ts';

/** `gtc` rests until filled or cancelled; `ioc` trades at once what it can and cancels the rest. */
export type TimeInForce = 'gtc' | 'ioc';

/** The operator opens a market. Refused when it exists or its terms break a bound. */
export interface MarketOpen {
  readonly kind: 'market.open';
  readonly terms: MarketTerms;
}

/** The operator lets an address trade. Repeating it changes nothing but the name. */
export interface ParticipantAdmit {
  readonly kind: 'participant.admit';
  readonly participant: Address;
  /** Shown to its owner and the operator only; at most 32 characters. */
  readonly name: string;
}

/** A participant wants to trade. `clientOrderId` is made by the sender: the same id with the same body gets the first answer again. */
export interface OrderPlace {
  readonly kind: 'order.place';
  readonly participant: Address;
  /** 1 to 36 printable ASCII characters, unique for the participant. */
  readonly clientOrderId: string;
  readonly market: MarketSymbol;
  readonly side: Side;
  readonly price: Price;
  readonly volume: Lots;
  readonly timeInForce: TimeInForce;
  /** Refuse rather than trade at once. */
  readonly postOnly: boolean;
}

/** A participant takes back what of an order has not traded. */
export interface OrderCancel {
  readonly kind: 'order.cancel';
  readonly participant: Address;
  readonly order: OrderId;
}

/** One lot of an order made firm: the output that holds exactly one lot of what is given, and the signed offer that spends it. */
export interface LotOffer {
  /** Index of the lot in its order, 0 to volume − 1. */
  readonly lot: number;
  readonly output: Output;
  /** The signed half transaction, hexadecimal. The core carries it and never reads it. */
  readonly offer: string;
}

/**
 * The wallet agent delivered the offers of a pending order: one for each lot that the order still wants to rest.
 * The exchange has checked the bytes before this command is made.
 */
export interface OffersDeliver {
  readonly kind: 'offers.deliver';
  readonly participant: Address;
  readonly order: OrderId;
  readonly lots: readonly LotOffer[];
}

/** The wallet agent cannot sign a pending order's offers; the order is cancelled. */
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
  | ParticipantAdmit
  | OrderPlace
  | OrderCancel
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
