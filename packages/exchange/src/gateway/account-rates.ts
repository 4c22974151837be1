/** How fast each account may ask: a bucket for orders, one for cancels and one for what its agents say. */
import type { Address } from '@wattlot/core';
import { LRUCache } from 'lru-cache';
import { accountsLimitedMax } from '../limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import type { Meters } from '../watch/meters.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';

interface Buckets {
  readonly orders: Bucket;
  readonly cancels: Bucket;
  readonly agentWords: Bucket;
}

/** The rates of all accounts. */
export class AccountRates {
  readonly #now: () => number;
  readonly #limits: OperatingLimits;
  readonly #meters: Meters;
  readonly #buckets = new LRUCache<Address, Buckets>({ max: accountsLimitedMax });

  /** @param now milliseconds on a clock that never runs backwards. */
  constructor(now: () => number, limits: OperatingLimits, meters: Meters) {
    this.#now = now;
    this.#limits = limits;
    this.#meters = meters;
  }

  /** Counts so many, or none of them. @returns false when they are too many. */
  take(participant: Address, which: keyof Buckets, count = 1): boolean {
    const now = this.#now();
    let buckets = this.#buckets.get(participant);
    if (buckets === undefined) {
      const limits = this.#limits;
      buckets = {
        orders: createBucket(limits['orders-burst'], limits['orders-per-second'], now),
        cancels: createBucket(limits['cancels-burst'], limits['cancels-per-second'], now),
        agentWords: createBucket(
          limits['agent-words-burst'],
          limits['agent-words-per-second'],
          now,
        ),
      };
      this.#buckets.set(participant, buckets);
    }
    if (take(buckets[which], now, count)) return true;
    this.#meters.limited[which] += 1;
    return false;
  }
}
