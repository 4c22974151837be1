/** Work in slices, for whoever may not stop for all of it at once: generators that yield between two of them. */
import { sliceThings } from './limits.ts';

/** A list cut into parts of a millisecond's work or two each. */
export function* sliced<T>(list: readonly T[]): Generator<readonly T[], void, undefined> {
  for (let at = 0; at < list.length; at += sliceThings) yield list.slice(at, at + sliceThings);
}

/** Does all of it at once. @returns what it comes to. */
export function atOnce<T>(work: Generator<unknown, T, undefined>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
