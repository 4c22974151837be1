/** One market as the rules of docs/matching.md see it: what is in it, and what they tell. */
import type { OrderPlace } from '../command.ts';

/** What happened, as the rules tell it. */
export type RuleEvent =
  | { readonly what: 'refused'; readonly code: string }
  | { readonly what: 'placed' | 'repeated'; readonly order: string }
  | {
      readonly what: 'asked' | 'opened' | 'returned';
      readonly order: string;
      readonly lots: number[];
    }
  | {
      readonly what: 'trade';
      readonly resting: string;
      readonly incoming: string;
      readonly price: number;
      readonly volume: number;
      readonly lots: number[];
    }
  | {
      readonly what: 'cancelled';
      readonly order: string;
      readonly volume: number;
      readonly reason: string;
    }
  | {
      readonly what: 'amended';
      readonly order: string;
      readonly price: number;
      readonly volume: number;
    }
  | {
      readonly what: 'auction';
      readonly price: number;
      readonly volume: number;
      readonly imbalance: number;
    }
  | { readonly what: 'phase'; readonly phase: string };

/** An order as the rules see it. */
export interface RuleOrder {
  readonly name: string;
  readonly who: string;
  readonly side: 'ask' | 'bid';
  readonly terms: OrderPlace;
  price: number;
  volume: number;
  filled: number;
  cancelled: number;
  remaining: number;
  /** Lots that rest. Of a whole order one, for all of it. */
  firm: number[];
  /** Lots that wait for offers. */
  bare: number[];
  place: number;
  joinsBack: boolean;
  named: number;
  ended: string | undefined;
}

/** A trade of which some lots are not decided. */
export interface RuleTrade {
  readonly resting: RuleOrder;
  readonly incoming: RuleOrder;
  readonly price: number;
  readonly overdueAt: number;
  /** Lots by name, with how many each stands for. */
  readonly open: Map<number, number>;
}

/** What falls at an instant. */
export interface RuleDeadline {
  readonly at: number;
  readonly kind: 'offers' | 'expiry' | 'switch' | 'gate';
  readonly whose: string;
}

/** What a market has. */
export interface RuleTerms {
  readonly tick: number;
  readonly priceFloor: number;
  readonly priceCap: number;
  readonly volumeMax: number;
  readonly offersTimeout: number;
  readonly settlementTimeout: number;
  readonly delivery?: { readonly gate: number } | undefined;
}
