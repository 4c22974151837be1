/** The clock behind a chain: a block as soon as there is work, and never two within the pace. */
import type { Chain } from './chain.ts';
import { BLOCK_PACE_MS } from '../limits.ts';

/** A running producer. */
export interface BlockProducer {
  /** Makes blocks of all that waits, then stops. */
  stop(): Promise<void>;
}

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
  },
): BlockProducer {
  const paceMs = options.paceMs ?? BLOCK_PACE_MS;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<unknown> = Promise.resolve();
  let busy = false;
  let stopped = false;
  let last = -Infinity;
  const schedule = (): void => {
    if (stopped || busy || timer !== undefined || chain.waiting === 0) return;
    timer = setTimeout(produce, Math.max(0, last + paceMs - performance.now()));
  };
  const produce = (): void => {
    timer = undefined;
    busy = true;
    last = performance.now();
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
      clearTimeout(timer);
      timer = undefined;
      await working;
      while (await chain.produceBlock(options.now()));
    },
  };
}
