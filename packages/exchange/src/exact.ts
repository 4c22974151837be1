/** Numbers that this program itself made: a wrong one is a bug and throws. */
import { toInstant, toLots, toSeq } from '@wattlot/core';
import type { Instant, Lots, Seq } from '@wattlot/core';

/** A value that cannot be missing. @throws Error when it is. */
export function sure<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`exchange: ${what} is out of its range`);
  return value;
}

/** Of numbers the text of the failure is made only when there is one: these are called several times an order. */
function wrong(what: string, value: number): never {
  throw new Error(`exchange: ${what} ${value} is out of its range`);
}

/** A volume. @throws Error unless it is a whole number of lots. */
export function exactLots(value: number): Lots {
  return toLots(value) ?? wrong('volume', value);
}

/** A number of an entry. @throws Error unless it is a safe integer, 0 and up. */
export function exactSeq(value: number): Seq {
  return toSeq(value) ?? wrong('entry', value);
}

/** An instant. @throws Error unless it is a safe integer, 0 and up. */
export function exactInstant(value: number): Instant {
  return toInstant(value) ?? wrong('instant', value);
}
