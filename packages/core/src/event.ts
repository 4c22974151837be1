/** What happened, in the order it happened: the whole answer of `apply` to one entry. */
import type { LotOffer, OrderType, TimeInForce } from './command.ts';
import type { MarketTerms, Phase, SelfTrade, Side } from './market.ts';
import type { RefusalCode } from './refusal.ts';
import type {
  Address,
  Amount,
  Asset,
  Instant,
  Lots,
  MarketSymbol,
  OrderId,
  Price,
  TradeId,
  Txid,
} from './units.ts';

/**
 * `pending`: waits for its agent's offers, and nothing of it rests. `open`: rests on the book. `done`: nothing remains of it (filled, cancelled
 * or both); only a lot that comes back makes it live again.
 */
export type OrderStatus = 'pending' | 'open' | 'done';

/** What everybody who may see an order sees of it. `volume = filled + cancelled + remaining`. */
export interface OrderView {
  readonly order: OrderId;
  readonly participant: Address;
  readonly clientOrderId: string;
  readonly market: MarketSymbol;
  readonly side: Side;
  readonly price: Price;
  readonly volume: Lots;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Of `gtd` only. */
  readonly expiresAt?: Instant;
  readonly postOnly: boolean;
  readonly whole: boolean;
  readonly selfTrade: SelfTrade;
  readonly status: OrderStatus;
  /** Lots matched so far, settled or not. */
  readonly filled: Lots;
  readonly cancelled: Lots;
  readonly remaining: Lots;
  /** Σ volume × price of its trades, in ecoin's smallest units. */
  readonly cost: Amount;
  readonly placedAt: Instant;
}

/** Why lots of an order will never trade. */
export const cancelReasons = [
  'requested',
  'not_filled_at_once',
  'offers_late',
  'offers_declined',
  'would_trade',
  'self_trade',
  'output_spent',
  'not_settled',
  'amended',
  'expired',
  'cancel_all_after',
  'market_closed',
  'suspended',
] as const;

export type CancelReason = (typeof cancelReasons)[number];

/** Where one matched lot stands. `overdue`: the deadline passed, and only the ledger can tell what becomes of it. */
export type LotState = 'requested' | 'submitted' | 'overdue' | 'settled' | 'released';

/** One matched lot. The output and offer belong to the resting order. */
export interface LotView {
  /** Index in the resting order. */
  readonly lot: number;
  /** How many lots it stands for: 1, or all of a whole order. */
  readonly volume: Lots;
  readonly state: LotState;
  /** Set from `submitted` on; a claim until `settled`. */
  readonly txid?: Txid;
}

/** One match of one resting and one incoming order. Each of its lots settles whole, alone or in one transaction with others. */
export interface TradeView {
  readonly trade: TradeId;
  readonly market: MarketSymbol;
  /** The resting order's price. */
  readonly price: Price;
  readonly volume: Lots;
  /** The incoming order's side. */
  readonly side: Side;
  readonly resting: { readonly order: OrderId; readonly participant: Address };
  readonly incoming: { readonly order: OrderId; readonly participant: Address };
  readonly lots: readonly LotView[];
  readonly at: Instant;
}

export type Event =
  | { readonly kind: 'market.opened'; readonly terms: MarketTerms; readonly phase: Phase }
  /** What the market allows from now on; told before what it leads to. */
  | { readonly kind: 'phase.changed'; readonly market: MarketSymbol; readonly phase: Phase }
  /** The prices that new orders may have from now on. */
  | {
      readonly kind: 'band.changed';
      readonly market: MarketSymbol;
      readonly floor: Price;
      readonly cap: Price;
    }
  /** An auction's outcome, told before its trades. `imbalance`: lots bid less lots asked at the price. */
  | {
      readonly kind: 'auction.held';
      readonly market: MarketSymbol;
      readonly price: Price;
      readonly volume: Lots;
      readonly imbalance: number;
    }
  | {
      readonly kind: 'participant.admitted';
      readonly participant: Address;
      readonly name: string;
      readonly owner: Address;
    }
  /** The participant may place no orders from now on, or may again; told before what it leads to. */
  | {
      readonly kind: 'participant.suspended';
      readonly participant: Address;
      readonly suspended: boolean;
    }
  /** The answer to a command that may not be applied. Nothing changed. `order` where the command named one. */
  | {
      readonly kind: 'refused';
      readonly command: string;
      readonly code: RefusalCode;
      readonly participant?: Address;
      readonly clientOrderId?: string;
      readonly order?: OrderId;
    }
  /** The same command had been answered; this is that answer again. */
  | { readonly kind: 'order.repeated'; readonly order: OrderId; readonly view: OrderView }
  /** Accepted; `view` is before matching. */
  | { readonly kind: 'order.placed'; readonly view: OrderView }
  /** The order has a new price or volume; `view` is after. `dropped`: its lots whose offers are void. `place`: its time priority, 0 before it first rests. */
  | {
      readonly kind: 'order.amended';
      readonly view: OrderView;
      readonly dropped: readonly LotOffer[];
      readonly place: number;
    }
  /** Matched lots whose trade came to nothing are the order's again; `view` is after. Their offers are asked for next. */
  | { readonly kind: 'lots.returned'; readonly view: OrderView; readonly lots: readonly number[] }
  /** The dead man's switch is set to an instant, or off. */
  | {
      readonly kind: 'cancel_all_after.set';
      readonly participant: Address;
      readonly deadline?: Instant;
    }
  /** The agent is asked for one offer for each lot in `lots`, until `deadline`. */
  | {
      readonly kind: 'offers.requested';
      readonly view: OrderView;
      readonly lots: readonly number[];
      readonly deadline: Instant;
    }
  /** These lots are on the book, with the order's time priority: a smaller `place` is earlier, and a new one is above all before it in the market. */
  | {
      readonly kind: 'order.opened';
      readonly view: OrderView;
      readonly lots: readonly LotOffer[];
      readonly place: number;
    }
  /** Lots that will never trade; `view` is after. `dropped`: those of them that rested and whose offers are void, the outputs unspent. */
  | {
      readonly kind: 'order.cancelled';
      readonly view: OrderView;
      readonly volume: Lots;
      readonly reason: CancelReason;
      readonly dropped: readonly LotOffer[];
    }
  /**
   * A match; both views are after it. Its settlement has been requested until `deadline`. `spare`: firm lots that the incoming order gave away, if
   * it had rested: their offers are void.
   */
  | {
      readonly kind: 'trade.made';
      readonly trade: TradeView;
      readonly resting: OrderView;
      readonly incoming: OrderView;
      readonly spare: readonly LotOffer[];
      readonly deadline: Instant;
    }
  /** The trade's lots changed state; `lots` names those that did. `final` when every lot of the trade is settled or released. */
  | {
      readonly kind: 'trade.updated';
      readonly trade: TradeView;
      readonly lots: readonly number[];
      readonly final: boolean;
    }
  /** The volume now resting at a price; 0 when the level is gone. */
  | {
      readonly kind: 'level.changed';
      readonly market: MarketSymbol;
      readonly side: Side;
      readonly price: Price;
      readonly volume: Lots;
    }
  /** What an address owns on the ledger, and how much of it is set aside. */
  | {
      readonly kind: 'balance.changed';
      readonly participant: Address;
      readonly asset: Asset;
      readonly balance: Amount;
      readonly hold: Amount;
    }
  | { readonly kind: 'ledger.advanced'; readonly height: number };
