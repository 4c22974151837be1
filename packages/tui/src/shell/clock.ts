/** Time as an argument. */

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Runs `action` once after `ms` milliseconds. @returns a function that calls it off. */
  readonly later: (ms: number, action: () => void) => () => void;
}

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  later: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
