/** The one place where a command waits to be stopped: by a signal, by its parent's end, or by itself. */
import { followParent } from './child.ts';

export interface Stop {
  /** Resolves once, with the exit code. */
  readonly asked: Promise<number>;
  /** Asks; the first code counts. */
  ask(code: number): void;
}

/** SIGINT, SIGTERM, SIGHUP and a parent that is gone ask to stop with code 0. */
export function stopSignal(): Stop {
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => resolve(0));
  }
  followParent(() => resolve(0));
  return { asked: promise, ask: resolve };
}
