/** A clock that stands until it is moved. */
import type { Clock } from '../shell/clock.ts';

export interface StillClock extends Clock {
  /** Moves on and runs what has come due, in order. */
  readonly pass: (ms: number) => void;
}

export function stillClock(startMs: number): StillClock {
  let now = startMs;
  const waiting = new Map<object, { readonly at: number; readonly action: () => void }>();
  return {
    now: () => now,
    later: (ms, action) => {
      const key = {};
      waiting.set(key, { at: now + ms, action });
      return () => {
        waiting.delete(key);
      };
    },
    pass: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...waiting].filter(([, { at }]) => at <= end);
        const [next] = due.toSorted(([, a], [, b]) => a.at - b.at);
        if (next === undefined) break;
        waiting.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].action();
      }
      now = end;
    },
  };
}
