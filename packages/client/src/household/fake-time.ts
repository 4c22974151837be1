/** For tests: a clock moved by hand. */
import type { Clock } from '../clock.ts';

/** Timers that fire only when time is moved. */
export interface FakeTime extends Clock {
  /** Moves on to each timer that falls due within `ms`, and lets what it starts come to rest. */
  advance(ms: number): Promise<void>;
}

/** Lets everything that is due now come to rest. */
async function rest(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

export function createFakeTime(): FakeTime {
  let now = 0;
  let count = 0;
  const timers = new Map<number, { readonly at: number; readonly action: () => void }>();
  return {
    now: () => now,
    after: (ms, action) => {
      count += 1;
      const id = count;
      timers.set(id, { at: now + ms, action });
      return () => {
        timers.delete(id);
      };
    },
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await rest();
        const [due] = [...timers].toSorted(([, one], [, other]) => one.at - other.at);
        if (due === undefined || due[1].at > end) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].action();
      }
      now = end;
    },
  };
}
