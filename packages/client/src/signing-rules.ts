/**
 * What the agent may sign: nothing that its owner did not order. Pure; every rule is checked against the wish as the owner made it, and nothing that
 * the exchange says is believed.
 */
import { toOutput, toPrice, toTradeId } from '@wattlot/core';
import type { Output, Price, TradeId } from '@wattlot/core';
import type { LadderRequested, OffersRequested } from './frames/messages.ts';
import type { SettlementRequested } from './frames/messages.ts';
import { ladderRungsMax } from './frames/requests.ts';
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

/** Lots to sign for their places in a ladder, the first at 0. It may be fewer than were asked for: those before one that is not on offer any more. */
export type LadderPlan =
  | Extract<Refused, { kind: 'refused' }>
  | {
      readonly kind: 'sign';
      readonly terms: LotTerms;
      readonly lots: readonly OfferedLot[];
    };

/** A lot of somebody's resting order to take. */
export interface LotToTake {
  readonly lot: number;
  readonly output: Output;
  readonly offer: string;
  readonly rung?: { readonly index: number; readonly script: string } | undefined;
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

function refused(reason: string): Extract<Refused, { kind: 'refused' }> {
  return { kind: 'refused', reason };
}

const wireSides = { ask: 'sell', bid: 'buy' } as const;

/** What is wrong with what a task says of an order that rests. */
function restingFault(
  { wish }: WishRecord,
  task: Pick<OffersRequested, 'symbol' | 'side' | 'price'>,
): string | undefined {
  if (wish.timeInForce !== 'gtc') return 'the order was not to rest';
  if (task.symbol !== wish.symbol) return 'the order is for another market';
  if (task.side !== wireSides[wish.side]) return 'the order is for the other side';
  if (task.price !== wish.price) return `the order has the price ${wish.price}`;
  return undefined;
}

/** What to do about a request for offers. */
export function planOffers(record: WishRecord, task: OffersRequested): OfferPlan {
  const { wish, offers, renewed } = record;
  const fault = restingFault(record, task);
  if (fault !== undefined) return refused(fault);
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

/**
 * What to do about a request for a ladder. Only lots that were offered for this very order, on the outputs that were noted then: a rung asks the same for the same
 * output as the lot's offer does, so that it exposes nothing more.
 */
export function planLadder(record: WishRecord, task: LadderRequested): LadderPlan {
  const { offers, renewed } = record;
  const fault = restingFault(record, task);
  if (fault !== undefined) return refused(fault);
  const named = new Set<number>();
  const wanted: OfferedLot[] = [];
  for (const { lot, output } of task.lots) {
    const offered = offers.get(lot);
    if (named.has(lot)) return refused('a lot is named twice');
    if (offered?.output !== output) return refused('an output was not offered for this order');
    named.add(lot);
    wanted.push(offered);
  }
  if (wanted.length === 0 || wanted.length > ladderRungsMax) {
    return refused(`a ladder has 1 to ${ladderRungsMax} lots`);
  }
  const gone = wanted.findIndex(({ output }) => renewed.has(output));
  const lots = gone < 0 ? wanted : wanted.slice(0, gone);
  return { kind: 'sign', terms: ownTerms(record, record.wish.price), lots };
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
  for (const { lot, output: text, offer, rung } of task.lots) {
    const output = toOutput(text);
    if (output === undefined) return refused('an output is malformed');
    lots.push(rung === undefined ? { lot, output, offer } : { lot, output, offer, rung });
  }
  const distinct = new Set(lots.map(({ output }) => output));
  if (lots.length === 0 || distinct.size < lots.length) return refused('an output is named twice');
  const fresh = lots.filter(({ output }) => !taken.has(output));
  if (exposureOf(record) + fresh.length > wish.volume) {
    return { kind: 'later', reason: 'more lots than were ordered' };
  }
  return { kind: 'take', trade, terms: ownTerms(record, price), lots, fresh };
}
