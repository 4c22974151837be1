/** The market's clock: it runs faster than the wall's, so that a day of a neighbourhood fits into a short while. */
import type { Instant } from '@wattlot/core';
import { intervalMicros, speedMax, speedMin } from './limits.ts';
import { exactInstant } from './exact.ts';

/** A half-open delivery window of a quarter-hour. */
export interface Interval {
  readonly start: Instant;
  readonly end: Instant;
}

/** The quarter-hour that holds an instant. */
export function intervalOf(at: Instant): Interval {
  const start = Math.floor(at / intervalMicros) * intervalMicros;
  return { start: exactInstant(start), end: exactInstant(start + intervalMicros) };
}

export interface ClockTerms {
  /** The market's instant when the wall clock shows `wallAt`: where the market stopped the last time, or its beginning. */
  readonly startAt: Instant;
  /** Wall milliseconds. Processes that share `startAt`, `wallAt` and `speed` share the market's time. */
  readonly wallAt: number;
  /** Market seconds a wall second, 0.1 to 900. */
  readonly speed: number;
  /** Wall milliseconds now. */
  readonly wall: () => number;
}

export interface MarketClock {
  readonly speed: number;
  /** The market's instant; never before one that it gave earlier, even when the wall clock is set back. Hand the last one to the next start. */
  now(): Instant;
  /** Wall milliseconds until the market's clock shows `at`; 0 when that is past. */
  wallMsUntil(at: Instant): number;
}

/** @throws RangeError when the speed is out of bounds. */
export function createClock({ startAt, wallAt, speed, wall }: ClockTerms): MarketClock {
  if (!(speed >= speedMin && speed <= speedMax)) {
    throw new RangeError(`speed: ${speedMin} to ${speedMax} market seconds a second, not ${speed}`);
  }
  let newest: number = startAt;
  const now = (): Instant => {
    newest = Math.max(newest, Math.floor(startAt + (wall() - wallAt) * 1_000 * speed));
    return exactInstant(newest);
  };
  return {
    speed,
    now,
    wallMsUntil: (at) => Math.max(0, Math.ceil((at - now()) / (1_000 * speed))),
  };
}

/**
 * Where the market's time begins at the very first start: with profiles ten hours into the first day that they record, by daylight; otherwise
 * with the wall clock.
 */
export function firstStart(
  wallMs: number,
  profiles?: { readonly loads: readonly { readonly from: Instant }[] },
): Instant {
  const from = profiles?.loads[0]?.from;
  return exactInstant(from === undefined ? Math.floor(wallMs * 1_000) : from + 40 * intervalMicros);
}
