/**
 * What the agent may sign: nothing that its owner did not order. Pure; every rule is checked against the wish as the owner made it, and nothing that
 * the exchange says is believed. While an amendment is not decided, only what the wish and the amendment both allow is signed.
 *
 * What no signature can promise is that an order which is all or none, or `fok`, trades in full: the exchange does that. The agent sees to it that the
 * offer of a whole order is one for all of it.
 */
import { toOutput, toPrice, toTradeId } from '@wattlot/core';
import type { Output, Price, TimeInForce, TradeId } from '@wattlot/core';
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

/** What one output gives and what it wants, at a price: of one lot, or of all lots of a whole order. */
export interface LotTerms {
  readonly give: RawQuantity;
  readonly want: RawQuantity;
}

/** What the owner of a wish gives and gets for one output of so many lots at `price`. */
function ownTerms({ wish, terms }: WishRecord, price: Price, volume = 1): LotTerms {
  const energy = { asset: terms.energy, raw: BigInt(terms.lot) * BigInt(volume) };
  const ecoin = { asset: terms.ecoin, raw: BigInt(price) * BigInt(volume) };
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
  /** How many lots it stands for: left out 1, or all of a whole order. */
  readonly volume?: number;
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

/** What the wish and all amendments that are not decided allow together. */
function boundsOf({ wish, amendments }: WishRecord): {
  readonly volume: number;
  /** The worst price. */
  readonly price: Price;
} {
  let { price, volume } = wish;
  for (const target of amendments) {
    if (target.volume < volume) volume = target.volume;
    const isStricter = wish.side === 'bid' ? target.price < price : target.price > price;
    if (isStricter) ({ price } = target);
  }
  return { price, volume };
}

const rests: Readonly<Record<TimeInForce, boolean>> = {
  gtc: true,
  gtd: true,
  ioc: false,
  fok: false,
};

/** What is wrong with what a task says of an order that rests. */
function restingFault(
  record: WishRecord,
  task: Pick<OffersRequested, 'symbol' | 'side' | 'price'>,
): Refused | undefined {
  const { wish, amendments } = record;
  if (!rests[wish.timeInForce] || wish.type === 'market') {
    return refused('the order was not to rest');
  }
  if (task.symbol !== wish.symbol) return refused('the order is for another market');
  if (task.side !== wireSides[wish.side]) return refused('the order is for the other side');
  if (task.price === boundsOf(record).price) return undefined;
  if ([wish, ...amendments].some(({ price }) => price === task.price)) {
    return { kind: 'later', reason: 'an amendment is not decided' };
  }
  return refused(`the order has the price ${wish.price}`);
}

/** What to do about a request for offers. */
export function planOffers(record: WishRecord, task: OffersRequested): OfferPlan {
  const { wish, amendments, isAmended, offers, renewed } = record;
  const fault = restingFault(record, task);
  if (fault !== undefined) return fault;
  const lots = new Set(task.lots);
  if (lots.size === 0 || lots.size < task.lots.length)
    return refused('lots are named twice or none');
  const isWhole = wish.whole === true;
  if (isWhole && lots.size > 1) return refused('an order that is all or none has one offer');
  if (isWhole && amendments.length > 0) {
    return { kind: 'later', reason: 'an amendment is not decided' };
  }
  const each = isWhole ? wish.volume : 1;
  const made: OfferedLot[] = [];
  const fresh: number[] = [];
  for (const lot of lots) {
    // An order that was amended numbers the lots that it needs anew.
    if (!isAmended && amendments.length === 0 && lot >= wish.volume) {
      return refused(`the order has ${wish.volume} lots`);
    }
    const offered = offers.get(lot);
    // A lot that came back was renewed: it needs a new output, and its old offer is dead.
    if (offered === undefined || renewed.has(offered.output)) fresh.push(lot);
    else if ((offered.volume ?? 1) === each) made.push(offered);
    else return { kind: 'later', reason: 'an offer of another volume is still out' };
  }
  if (exposureOf(record) + fresh.length * each > boundsOf(record).volume) {
    return { kind: 'later', reason: 'more lots than were ordered' };
  }
  return { kind: 'sign', terms: ownTerms(record, boundsOf(record).price, each), made, fresh };
}

/**
 * What to do about a request for a ladder. Only lots that were offered for this very order, on the outputs that were noted then: a rung asks the same for the same
 * output as the lot's offer does, so that it exposes nothing more.
 */
export function planLadder(record: WishRecord, task: LadderRequested): LadderPlan {
  const { offers, renewed } = record;
  const fault = restingFault(record, task);
  if (fault !== undefined) return refused(fault.reason);
  if (record.wish.whole === true) return refused('an order that is all or none has no ladder');
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
  return { kind: 'sign', terms: ownTerms(record, boundsOf(record).price), lots };
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
  const limit = boundsOf(record).price;
  const isWorse = wish.side === 'bid' ? price > limit : price < limit;
  if (isWorse && record.agreed.get(trade) !== price) {
    const isWorst = wish.side === 'bid' ? price > wish.price : price < wish.price;
    // Nothing is lost by waiting: the owner may have amended the order just now.
    if (!isWorst) return { kind: 'later', reason: 'an amendment is not decided' };
    return refused(`the price ${price} is worse than the limit ${wish.price}`);
  }
  const lots: LotToTake[] = [];
  // A trade has one resting order: its lots are single, or one of a whole order.
  const each = task.lots[0]?.volume ?? 1;
  for (const { lot, output: text, offer, volume = 1, rung } of task.lots) {
    const output = toOutput(text);
    if (output === undefined) return refused('an output is malformed');
    if (volume !== each) return refused('the lots stand for different volumes');
    lots.push({
      lot,
      output,
      offer,
      ...(volume === 1 ? {} : { volume }),
      ...(rung === undefined ? {} : { rung }),
    });
  }
  const distinct = new Set(lots.map(({ output }) => output));
  if (lots.length === 0 || distinct.size < lots.length) return refused('an output is named twice');
  const fresh = lots.filter(({ output }) => !taken.has(output));
  if (exposureOf(record) + fresh.length * each > boundsOf(record).volume) {
    return { kind: 'later', reason: 'more lots than were ordered' };
  }
  return { kind: 'take', trade, terms: ownTerms(record, price, each), lots, fresh };
}
