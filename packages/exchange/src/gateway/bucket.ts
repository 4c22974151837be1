/** Token buckets: so much at once, so much a second in the long run. */

/** One bucket. Made by `createBucket`, changed by `take`. */
export interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
  tokens: number;
  /** Milliseconds on a clock that never runs backwards. */
  at: number;
}

/** A full bucket. */
export function createBucket(burst: number, perSecond: number, now: number): Bucket {
  return { burst, perSecond, tokens: burst, at: now };
}

/** Takes so many tokens, or none. @returns false when there are not so many. */
export function take(bucket: Bucket, now: number, count = 1): boolean {
  const passed = Math.max(0, now - bucket.at);
  bucket.tokens = Math.min(bucket.burst, bucket.tokens + (passed * bucket.perSecond) / 1000);
  bucket.at = Math.max(bucket.at, now);
  if (bucket.tokens < count) return false;
  bucket.tokens -= count;
  return true;
}
