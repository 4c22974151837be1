/** Time as an argument: whoever needs a clock or a timer is given one. */

/** `now` runs evenly and never back; its zero is anywhere. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls `action` once, after at least `ms` milliseconds. @returns a function that calls it off. */
  after(ms: number, action: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
