/**
 * What the agent may sign: nothing that its owner did not order. Pure; every rule is checked against the wish as the owner made it, and nothing that
 * the exchange says is believed.
 */
import { toOutput, toPrice, toTradeId } from '@wattlot/core';
import type { Output, Price, TradeId } from '@wattlot/core';
import type { OffersRequested, SettlementRequested } from './frames/messages.ts';
import { exposureOf } from './wish-book.ts';
import type { OfferedLot, WishRecord } from './wish-book.ts';

/** A quantity of an asset in raw units, as the wallet takes it. */
export interface RawQuantity {
  readonly asset: string;
  readonly raw: bigint;
}

/** What one lot gives and what it wants, at a price. */
export interface LotTerms {
  readonly give: RawQuantity;
  readonly want: RawQuantity;
}

/** What the owner of a wish gives and gets for one lot at `price`. */
function ownTerms({ wish, terms }: WishRecord, price: Price): LotTerms {
  const energy = { asset: terms.energy, raw: BigInt(terms.lot) };
  const ecoin = { asset: terms.ecoin, raw: BigInt(price) };
  return wish.side === 'ask' ? { give: energy, want: ecoin } : { give: ecoin, want: energy };
}

/** `later`: not now, because offers that are still out would make it too much; they may be renewed soon. */
export type Refused =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string };

/** Offers to deliver: those made before, and the lots that need a new output each. */
export type OfferPlan =
  | Refused
  | {
      readonly kind: 'sign';
      readonly terms: LotTerms;
      readonly made: readonly OfferedLot[];
      readonly fresh: readonly number[];
    };

/** A lot of somebody's resting order to take. */
export interface LotToTake {
  readonly lot: number;
  readonly output: Output;
  readonly offer: string;
}

/** Lots to take, `fresh` of them for the first time. */
export type TakePlan =
  | Refused
  | {
      readonly kind: 'take';
      readonly trade: TradeId;
      readonly terms: LotTerms;
      readonly lots: readonly LotToTake[];
      readonly fresh: readonly LotToTake[];
    };

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

const wireSides = { ask: 'sell', bid: 'buy' } as const;

/** What to do about a request for offers. */
export function planOffers(record: WishRecord, task: OffersRequested): OfferPlan {
  const { wish, offers, renewed } = record;
  if (wish.timeInForce !== 'gtc') return refused('the order was not to rest');
  if (task.symbol !== wish.symbol) return refused('the order is for another market');
  if (task.side !== wireSides[wish.side]) return refused('the order is for the other side');
  if (task.price !== wish.price) return refused(`the order has the price ${wish.price}`);
  const lots = new Set(task.lots);
  if (lots.size === 0 || lots.size < task.lots.length)
    return refused('lots are named twice or none');
  const made: OfferedLot[] = [];
  const fresh: number[] = [];
  for (const lot of lots) {
    if (lot >= wish.volume) return refused(`the order has ${wish.volume} lots`);
    const offered = offers.get(lot);
    // A lot that came back was renewed: it needs a new output, and its old offer is dead.
    if (offered === undefined || renewed.has(offered.output)) fresh.push(lot);
    else made.push(offered);
  }
  if (exposureOf(record) + fresh.length > wish.volume) {
    return { kind: 'later', reason: 'more lots than were ordered' };
  }
  return { kind: 'sign', terms: ownTerms(record, wish.price), made, fresh };
}

/** What to do about a trade to complete. */
export function planTake(record: WishRecord, task: SettlementRequested): TakePlan {
  const { wish, taken } = record;
  const trade = toTradeId(task.trade_id);
  const price = toPrice(task.price);
  if (trade === undefined || price === undefined) return refused('the trade is malformed');
  if (wish.postOnly) return refused('the order was only to rest');
  if (task.symbol !== wish.symbol) return refused('the order is for another market');
  if (task.side !== wireSides[wish.side]) return refused('the order is for the other side');
  if (wish.side === 'bid' ? price > wish.price : price < wish.price) {
    return refused(`the price ${price} is worse than the limit ${wish.price}`);
  }
  const lots: LotToTake[] = [];
  for (const { lot, output: text, offer } of task.lots) {
    const output = toOutput(text);
    if (output === undefined) return refused('an output is malformed');
    lots.push({ lot, output, offer });
  }
  const distinct = new Set(lots.map(({ output }) => output));
  if (lots.length === 0 || distinct.size < lots.length) return refused('an output is named twice');
  const fresh = lots.filter(({ output }) => !taken.has(output));
  if (exposureOf(record) + fresh.length > wish.volume) {
    return { kind: 'later', reason: 'more lots than were ordered' };
  }
  return { kind: 'take', trade, terms: ownTerms(record, price), lots, fresh };
}
