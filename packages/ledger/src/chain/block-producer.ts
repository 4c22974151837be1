/** The clock behind a chain: a block as soon as there is work, and never two within the pace. */
import type { Chain } from './chain.ts';
import { BLOCK_PACE_MS } from '../limits.ts';

/** A running producer. */
export interface BlockProducer {
  /** Makes blocks of all that waits, then stops. */
  stop(): Promise<void>;
}

/** What keeps the pace. */
export interface BlockTimers {
  /** Milliseconds since any instant; never runs back. */
  readonly now: () => number;
  /** Calls `then` once, about `delayMs` from now. @returns a function that calls it off. */
  readonly after: (delayMs: number, then: () => void) => () => void;
}

const machineTimers: BlockTimers = {
  now: () => performance.now(),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Produces the blocks of a chain until stopped.
 * @param options.now milliseconds since 1970.
 * @param options.onError the disk refused a block: the chain is of no more use, and the process should end.
 */
export function startBlocks(
  chain: Chain,
  options: {
    readonly now: () => number;
    readonly onError: (error: unknown) => void;
    readonly paceMs?: number;
    /** Default: the machine's. */
    readonly timers?: BlockTimers;
  },
): BlockProducer {
  const { paceMs = BLOCK_PACE_MS, timers = machineTimers } = options;
  let callOff: (() => void) | undefined;
  let working: Promise<unknown> = Promise.resolve();
  let busy = false;
  let stopped = false;
  let last = -Infinity;
  const schedule = (): void => {
    if (stopped || busy || callOff !== undefined || chain.waiting === 0) return;
    callOff = timers.after(Math.max(0, last + paceMs - timers.now()), produce);
  };
  const produce = (): void => {
    callOff = undefined;
    busy = true;
    last = timers.now();
    working = chain.produceBlock(options.now()).then(
      () => {
        busy = false;
        schedule();
      },
      (error: unknown) => {
        stopped = true;
        stopListening();
        options.onError(error);
      },
    );
  };
  const stopListening = chain.onWork(schedule);
  schedule();
  return {
    stop: async () => {
      stopped = true;
      stopListening();
      callOff?.();
      callOff = undefined;
      await working;
      while (await chain.produceBlock(options.now()));
    },
  };
}
