/** Where time comes from: only `main` makes a real clock, everything else is given one. */
import type { Instant } from '@wattlot/core';
import { exactInstant } from './exact.ts';

/** Time as the exchange knows it. */
export interface Clock {
  /** Microseconds since 1970. May jump either way; the sequencer sees to the order. */
  readonly now: () => Instant;
  /** Calls `then` once, about `delayMs` from now. @returns a function that calls it off. */
  readonly after: (delayMs: number, then: () => void) => () => void;
  /**
   * Goes on from an instant that has been, where it is behind it: the wall clock was set back while nobody looked, and deadlines that were set by the earlier
   * time must not wait for it to come round again.
   */
  readonly notBefore: (instant: Instant) => void;
}

/** The longest delay that a timer of Node takes. A later instant is reached in steps. */
const delayMsMax = 2_147_483_647;

/** How far the wall clock may run ahead before it is followed: its own step is a millisecond. */
const aheadMicrosMax = 2_000;

/** What a clock reads time from. */
export interface TimeSource {
  /** Milliseconds since 1970, by a clock that people may set. */
  readonly wall: () => number;
  /** Milliseconds since any instant, by a clock that only goes on. */
  readonly monotonic: () => number;
  /** As `Clock.after`, for delays of 0 to `delayMsMax`. */
  readonly after: (delayMs: number, then: () => void) => () => void;
}

/**
 * A clock made steady: it follows the wall clock forward, and where that is set back it goes on at the pace of the monotonic clock, so that no deadline waits
 * for an hour to come round again.
 */
export function steadyClock({ wall, monotonic, after }: TimeSource): Clock {
  let base = wall() * 1000;
  let mark = monotonic();
  return {
    now: (): Instant => {
      const reading = monotonic();
      const steady = base + Math.floor((reading - mark) * 1000);
      const now = wall() * 1000;
      if (now <= steady + aheadMicrosMax) return exactInstant(steady);
      base = now;
      mark = reading;
      return exactInstant(now);
    },
    after: (delayMs, then) => after(Math.min(Math.max(delayMs, 0), delayMsMax), then),
    notBefore: (instant) => {
      const reading = monotonic();
      if (base + Math.floor((reading - mark) * 1000) >= instant) return;
      base = instant;
      mark = reading;
    },
  };
}

/** The machine's clock, made steady. */
export function systemClock(): Clock {
  return steadyClock({
    wall: Date.now,
    monotonic: () => performance.now(),
    after: (delayMs, then): (() => void) => {
      const timer = setTimeout(then, delayMs);
      return () => clearTimeout(timer);
    },
  });
}
