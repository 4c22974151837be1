/**
 * What the owner ordered, and what the agent has signed for it: the agent's own memory, so that nobody else's word decides what is signed. Kept in a
 * file of lines of JSON that only grows (and is rewritten without what is over), readable for its owner only.
 *
 * What is signed for one wish never exceeds its volume: an offer counts until its output has been renewed, a taken lot counts for good.
 */
import type { Amount, Asset, OrderId, Output, TradeId } from '@wattlot/core';
import type { OrderWish } from './events.ts';

/** What a lot was when the owner placed the order; the exchange cannot change it afterwards. */
export interface WishTerms {
  readonly energy: Asset;
  readonly ecoin: Asset;
  /** Smallest units of energy in a lot. */
  readonly lot: Amount;
}

/** A lot of a resting order made firm: the output that a signed offer gives. */
export interface OfferedLot {
  readonly lot: number;
  readonly output: Output;
}

/** A lot of somebody's resting order, taken: noted before anything is signed. */
export interface TakenLot {
  readonly trade: TradeId;
  /** Index in the resting order. */
  readonly lot: number;
  /** The resting order's output. */
  readonly output: Output;
}

/** One wish and everything signed for it. */
export interface WishRecord {
  readonly wish: OrderWish;
  readonly terms: WishTerms;
  readonly order: OrderId | undefined;
  /** By lot. */
  readonly offers: ReadonlyMap<number, OfferedLot>;
  /** Outputs of `offers` that were spent to oneself: their offers are dead. */
  readonly renewed: ReadonlySet<Output>;
  /** By the resting order's output. */
  readonly taken: ReadonlyMap<Output, TakenLot>;
}

/** One step in a wish's life: a line of the file. */
export type WishStep =
  | { readonly step: 'wished'; readonly wish: OrderWish; readonly terms: WishTerms }
  | { readonly step: 'placed'; readonly id: string; readonly order: OrderId }
  | { readonly step: 'offered'; readonly id: string; readonly offers: readonly OfferedLot[] }
  | { readonly step: 'renewed'; readonly id: string; readonly outputs: readonly Output[] }
  | { readonly step: 'taken'; readonly id: string; readonly lots: readonly TakenLot[] }
  /** Never placed, or over for good. */
  | { readonly step: 'over'; readonly id: string };

interface Kept {
  readonly wish: OrderWish;
  readonly terms: WishTerms;
  order: OrderId | undefined;
  readonly offers: Map<number, OfferedLot>;
  readonly renewed: Set<Output>;
  readonly taken: Map<Output, TakenLot>;
}

/** The outputs that were offered and not renewed: whoever has the offers may take them, or has. */
export function liveOutputs({ offers, renewed }: WishRecord): readonly Output[] {
  const live: Output[] = [];
  for (const { output } of offers.values()) if (!renewed.has(output)) live.push(output);
  return live;
}

/** Lots that could still trade or have traded by what is signed for a wish. */
export function exposureOf(record: WishRecord): number {
  return liveOutputs(record).length + record.taken.size;
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
      const { wish, terms } = step;
      if (this.#byId.has(wish.clientOrderId)) return;
      this.#byId.set(wish.clientOrderId, {
        wish,
        terms,
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
      case 'offered':
        for (const offer of step.offers) {
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

  /** The steps that lead from nothing to this book. */
  *steps(): Generator<WishStep> {
    for (const { wish, terms, order, offers, renewed, taken } of this.#byId.values()) {
      const id = wish.clientOrderId;
      yield { step: 'wished', wish, terms };
      if (order !== undefined) yield { step: 'placed', id, order };
      if (offers.size > 0) yield { step: 'offered', id, offers: [...offers.values()] };
      if (renewed.size > 0) yield { step: 'renewed', id, outputs: [...renewed] };
      if (taken.size > 0) yield { step: 'taken', id, lots: [...taken.values()] };
    }
  }
}
