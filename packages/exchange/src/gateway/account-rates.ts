/** How fast each account may ask: a bucket for orders, one for cancels and one for what its agents say. */
import type { Address } from '@wattlot/core';
import { LRUCache } from 'lru-cache';
import {
  accountsLimitedMax,
  agentWordsBurst,
  agentWordsPerSecond,
  cancelsBurst,
  cancelsPerSecond,
  ordersBurst,
  ordersPerSecond,
} from '../limits.ts';
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
  readonly #buckets = new LRUCache<Address, Buckets>({ max: accountsLimitedMax });

  /** @param now milliseconds on a clock that never runs backwards. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one. @returns false when it is one too many. */
  take(participant: Address, which: keyof Buckets): boolean {
    const now = this.#now();
    let buckets = this.#buckets.get(participant);
    if (buckets === undefined) {
      buckets = {
        orders: createBucket(ordersBurst, ordersPerSecond, now),
        cancels: createBucket(cancelsBurst, cancelsPerSecond, now),
        agentWords: createBucket(agentWordsBurst, agentWordsPerSecond, now),
      };
      this.#buckets.set(participant, buckets);
    }
    return take(buckets[which], now);
  }
}
