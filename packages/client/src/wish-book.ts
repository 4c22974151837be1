/**
 * What the owner ordered, and what the agent has signed for it: the agent's own memory, so that nobody else's word decides what is signed. Kept in a
 * file of lines of JSON that only grows (and is rewritten without what is over), readable for its owner only.
 *
 * What is signed for one wish never exceeds its volume: an offer counts until its output has been renewed, a taken lot counts for good.
 *
 * An amendment is a second word of the owner's: while nobody knows whether it counts, only what both words allow is signed.
 */
import type { Amount, Asset, Lots, OrderId, Output, Price, TradeId } from '@wattlot/core';
import type { OrderWish } from './events.ts';

/** What a lot was when the owner placed the order; the exchange cannot change it afterwards. */
export interface WishTerms {
  readonly energy: Asset;
  readonly ecoin: Asset;
  /** Smallest units of energy in a lot. */
  readonly lot: Amount;
}

/** What an amendment makes of an order. */
export interface WishTarget {
  readonly price: Price;
  /** All that is ordered. */
  readonly volume: Lots;
}

/** A lot of a resting order made firm: the output that a signed offer gives. */
export interface OfferedLot {
  readonly lot: number;
  readonly output: Output;
  /** How many lots it stands for: left out 1, or all of a whole order. */
  readonly volume?: number;
}

/** A lot of somebody's resting order, taken: noted before anything is signed. */
export interface TakenLot {
  readonly trade: TradeId;
  /** Index in the resting order. */
  readonly lot: number;
  /** The resting order's output. */
  readonly output: Output;
  /** How many lots it stands for: left out 1, or all of a whole order. */
  readonly volume?: number;
}

/** One wish and everything signed for it. */
export interface WishRecord {
  /** As last amended. */
  readonly wish: OrderWish;
  readonly terms: WishTerms;
  /** Amendments that are not decided, oldest first. */
  readonly amendments: readonly WishTarget[];
  /** Its lots may have other numbers than those of the volume that was ordered first. */
  readonly isAmended: boolean;
  /** Trades as the incoming order that were made before an amendment counted, at prices that were allowed then. */
  readonly agreed: ReadonlyMap<TradeId, Price>;
  /** Placed elsewhere, within the owner's allowance. */
  readonly isAdopted: boolean;
  readonly order: OrderId | undefined;
  /** By lot. */
  readonly offers: ReadonlyMap<number, OfferedLot>;
  /** Outputs of `offers` that were spent to oneself: their offers are dead. */
  readonly renewed: ReadonlySet<Output>;
  /** By the resting order's output. */
  readonly taken: ReadonlyMap<Output, TakenLot>;
}

/** A trade of which the exchange told before it told that an amendment counts. */
export interface AgreedTrade {
  readonly trade: TradeId;
  readonly price: Price;
}

/** One step in a wish's life: a line of the file. */
export type WishStep =
  | {
      readonly step: 'wished';
      readonly wish: OrderWish;
      readonly terms: WishTerms;
      readonly amended?: true;
      readonly adopted?: true;
      readonly agreed?: readonly AgreedTrade[];
    }
  | { readonly step: 'placed'; readonly id: string; readonly order: OrderId }
  /** The owner wants the order to be so: noted before it is sent. Whether it counts is decided by one of the next two. */
  | ({ readonly step: 'amended'; readonly id: string } & WishTarget)
  | ({
      readonly step: 'amend_accepted';
      readonly id: string;
      readonly agreed?: readonly AgreedTrade[];
    } & WishTarget)
  | ({ readonly step: 'amend_refused'; readonly id: string } & WishTarget)
  | { readonly step: 'offered'; readonly id: string; readonly offers: readonly OfferedLot[] }
  | { readonly step: 'renewed'; readonly id: string; readonly outputs: readonly Output[] }
  | { readonly step: 'taken'; readonly id: string; readonly lots: readonly TakenLot[] }
  /** Never placed, or over for good. */
  | { readonly step: 'over'; readonly id: string };

interface Kept {
  wish: OrderWish;
  readonly terms: WishTerms;
  amendments: readonly WishTarget[];
  isAmended: boolean;
  readonly isAdopted: boolean;
  readonly agreed: Map<TradeId, Price>;
  order: OrderId | undefined;
  readonly offers: Map<number, OfferedLot>;
  readonly renewed: Set<Output>;
  readonly taken: Map<Output, TakenLot>;
}

function* liveOffers({ offers, renewed }: WishRecord): Generator<OfferedLot> {
  for (const offer of offers.values()) if (!renewed.has(offer.output)) yield offer;
}

/** The outputs that were offered and not renewed: whoever has the offers may take them, or has. */
export function liveOutputs(record: WishRecord): readonly Output[] {
  return [...liveOffers(record)].map(({ output }) => output);
}

/** Lots that could still trade or have traded by what is signed for a wish. */
export function exposureOf(record: WishRecord): number {
  let sum = 0;
  for (const { volume = 1 } of liveOffers(record)) sum += volume;
  for (const { volume = 1 } of record.taken.values()) sum += volume;
  return sum;
}

/** Where a target is among the amendments that are not decided; -1 when it is not. */
function indexOf({ amendments }: Pick<WishRecord, 'amendments'>, target: WishTarget): number {
  return amendments.findIndex(
    ({ price, volume }) => price === target.price && volume === target.volume,
  );
}

/** True when an amendment to exactly this is not decided. */
export function isAmending(record: WishRecord, target: WishTarget): boolean {
  return indexOf(record, target) >= 0;
}

/** A fold of steps. */
export class WishBook {
  readonly #byId = new Map<string, Kept>();
  readonly #byOrder = new Map<OrderId, Kept>();
  readonly #byOutput = new Map<Output, Kept>();

  get size(): number {
    return this.#byId.size;
  }

  byId(clientOrderId: string): WishRecord | undefined {
    return this.#byId.get(clientOrderId);
  }

  byOrder(order: OrderId): WishRecord | undefined {
    return this.#byOrder.get(order);
  }

  /** The wish for which an own output was offered. */
  byOutput(output: Output): WishRecord | undefined {
    return this.#byOutput.get(output);
  }

  /** All records, oldest first. */
  records(): IterableIterator<WishRecord> {
    return this.#byId.values();
  }

  /** Takes in a step. One about a wish that is unknown changes nothing. */
  apply(step: WishStep): void {
    if (step.step === 'wished') {
      const { wish, terms, amended = false, adopted = false, agreed = [] } = step;
      if (this.#byId.has(wish.clientOrderId)) return;
      this.#byId.set(wish.clientOrderId, {
        wish,
        terms,
        amendments: [],
        isAmended: amended,
        isAdopted: adopted,
        agreed: new Map(agreed.map(({ trade, price }) => [trade, price])),
        order: undefined,
        offers: new Map(),
        renewed: new Set(),
        taken: new Map(),
      });
      return;
    }
    const kept = this.#byId.get(step.id);
    if (kept === undefined) return;
    switch (step.step) {
      case 'placed':
        // The first name stays: one wish is one order.
        if (kept.order !== undefined || this.#byOrder.has(step.order)) return;
        kept.order = step.order;
        this.#byOrder.set(step.order, kept);
        return;
      case 'amended':
        kept.amendments = [...kept.amendments, { price: step.price, volume: step.volume }];
        return;
      case 'amend_accepted':
        if (!this.#accept(kept, step)) return;
        for (const { trade, price } of step.agreed ?? []) kept.agreed.set(trade, price);
        return;
      case 'amend_refused': {
        const index = indexOf(kept, step);
        kept.amendments = kept.amendments.filter((_, other) => other !== index);
        return;
      }
      case 'offered':
        for (const noted of step.offers) {
          const offer = kept.wish.whole === true ? { volume: kept.wish.volume, ...noted } : noted;
          kept.offers.set(offer.lot, offer);
          this.#byOutput.set(offer.output, kept);
        }
        return;
      case 'renewed':
        for (const output of step.outputs) kept.renewed.add(output);
        return;
      case 'taken':
        for (const lot of step.lots) kept.taken.set(lot.output, lot);
        return;
      case 'over':
        this.#byId.delete(step.id);
        if (kept.order !== undefined) this.#byOrder.delete(kept.order);
        for (const { output } of kept.offers.values()) this.#byOutput.delete(output);
        for (const output of kept.renewed) this.#byOutput.delete(output);
        return;
    }
  }

  /** The exchange carries amendments out in the order in which they were sent: those before it are decided as well. */
  #accept(kept: Kept, target: WishTarget): boolean {
    const index = indexOf(kept, target);
    if (index < 0) return false;
    kept.wish = { ...kept.wish, price: target.price, volume: target.volume };
    kept.amendments = kept.amendments.slice(index + 1);
    kept.isAmended = true;
    return true;
  }

  /** The steps that lead from nothing to this book. */
  *steps(): Generator<WishStep> {
    for (const kept of this.#byId.values()) {
      const { wish, terms, order, amendments, offers, renewed, taken } = kept;
      const id = wish.clientOrderId;
      const agreed = [...kept.agreed].map(([trade, price]) => ({ trade, price }));
      yield {
        step: 'wished',
        wish,
        terms,
        ...(kept.isAmended ? { amended: true } : {}),
        ...(kept.isAdopted ? { adopted: true } : {}),
        ...(agreed.length > 0 ? { agreed } : {}),
      };
      if (order !== undefined) yield { step: 'placed', id, order };
      for (const target of amendments) yield { step: 'amended', id, ...target };
      if (offers.size > 0) yield { step: 'offered', id, offers: [...offers.values()] };
      if (renewed.size > 0) yield { step: 'renewed', id, outputs: [...renewed] };
      if (taken.size > 0) yield { step: 'taken', id, lots: [...taken.values()] };
    }
  }
}
