/** Where time comes from: only `main` makes a real clock, everything else is given one. */
import type { Instant } from '@wattlot/core';
import { exactInstant } from './exact.ts';

/** Time as the exchange knows it. */
export interface Clock {
  /** Microseconds since 1970. May jump either way; the sequencer sees to the order. */
  readonly now: () => Instant;
  /** Calls `then` once, about `delayMs` from now. @returns a function that calls it off. */
  readonly after: (delayMs: number, then: () => void) => () => void;
}

/** The longest delay that a timer of Node takes. A later instant is reached in steps. */
const delayMsMax = 2_147_483_647;

/** How far the wall clock may run ahead before it is followed: its own step is a millisecond. */
const aheadMicrosMax = 2_000;

/**
 * The machine's clock, made steady: it follows the wall clock forward, and where that is set back it goes on at the pace of the monotonic clock, so
 * that no deadline waits for an hour to come round again.
 */
export function systemClock(): Clock {
  let base = Date.now() * 1000;
  let mark = performance.now();
  return {
    now: (): Instant => {
      const reading = performance.now();
      const steady = base + Math.floor((reading - mark) * 1000);
      const wall = Date.now() * 1000;
      if (wall <= steady + aheadMicrosMax) return exactInstant(steady);
      base = wall;
      mark = reading;
      return exactInstant(wall);
    },
    after: (delayMs, then): (() => void) => {
      const timer = setTimeout(then, Math.min(Math.max(delayMs, 0), delayMsMax));
      return () => clearTimeout(timer);
    },
  };
}
