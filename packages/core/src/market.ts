/** What is traded: one product for one payment asset, in lots; and what a market allows at a time. The rules are in docs/matching.md. */
import type { Amount, Asset, Instant, Lots, MarketSymbol, Price } from './units.ts';

/** When a market's product is delivered, and until when it is traded. */
export interface Delivery {
  /** Start of the interval, which holds it. */
  readonly from: Instant;
  /** End of the interval, which does not hold it; after `from`. */
  readonly to: Instant;
  /** The instant at which the market closes; not after `to`. */
  readonly gate: Instant;
}

/** Fixed when the market opens; a change needs a new market. */
export interface MarketTerms {
  readonly symbol: MarketSymbol;
  /** The asset that an ask gives, for example `energy`. */
  readonly energy: Asset;
  /** The asset that a bid gives, for example `ecoin`. */
  readonly ecoin: Asset;
  /** Smallest units of `energy` in one lot. */
  readonly lot: Amount;
  /** Step of a price, in ecoin's smallest units per lot. */
  readonly tick: Price;
  readonly priceFloor: Price;
  readonly priceCap: Price;
  /** The largest volume of one order. `volumeMax × priceCap` and `volumeMax × lot` stay below 2^53. */
  readonly volumeMax: Lots;
  /** How long the agent of a would-be resting order may take to deliver its offers, in microseconds. */
  readonly offersTimeout: number;
  /** How long the agent of an incoming order may take to complete a settlement, in microseconds. */
  readonly settlementTimeout: number;
  /** Left out by a market whose product is delivered at once, as it settles: it has no end of its own. */
  readonly delivery?: Delivery;
}

export type Side = 'ask' | 'bid';

/** The side that trades with `side`. */
export function oppositeOf(side: Side): Side {
  return side === 'ask' ? 'bid' : 'ask';
}

/** What is cancelled when an order would trade with a resting one of the same owner: what remains of it, the resting one, or both. */
export type SelfTrade = 'cancel_incoming' | 'cancel_resting' | 'cancel_both';

/**
 * What a market does at present. `pre_open`: orders rest and may cross. `continuous`: everything. `post_only`: only what does not trade.
 * `cancel_only`: orders may leave or become smaller. `halted`: nothing. `closed`: nothing, for good.
 */
export type Phase = 'pre_open' | 'continuous' | 'post_only' | 'cancel_only' | 'halted' | 'closed';
