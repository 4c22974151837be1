/** The one place where a command waits to be stopped: by a signal, by its parent's end, or by itself. */
import { constants } from 'node:os';
import { followParent } from './child.ts';

export interface Stop {
  /** Resolves once, with the exit code. */
  readonly asked: Promise<number>;
  /** Asks; the first code counts. */
  ask(code: number): void;
}

/** Milliseconds in which a second signal is the first one once more: a terminal sends Ctrl-C to all of a group, and npm passes it on besides. */
const sameSignalMs = 500;

/**
 * SIGINT, SIGTERM, SIGHUP and a parent that is gone ask to stop with code 0. Whoever sends a second signal will not wait: the process ends at once, with 128 and the signal's number; what was
 * acknowledged is on disk all the same.
 * @param nowMs milliseconds on a clock that never runs backwards.
 */
export function stopSignal(nowMs: () => number = () => performance.now()): Stop {
  const { promise, resolve } = Promise.withResolvers<number>();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = nowMs();
      first ??= now;
      if (now - first > sameSignalMs) process.exit(128 + constants.signals[signal]);
      resolve(0);
    });
  }
  followParent(() => resolve(0));
  return { asked: promise, ask: resolve };
}
