/** Numbers that this program itself made: a wrong one is a bug and throws. */
import { toInstant, toLots, toSeq } from '@wattlot/core';
import type { Instant, Lots, Seq } from '@wattlot/core';

/** A value that cannot be missing. @throws Error when it is. */
export function sure<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`exchange: ${what} is out of its range`);
  return value;
}

/** A volume. @throws Error unless it is a whole number of lots. */
export function exactLots(value: number): Lots {
  return sure(toLots(value), `volume ${value}`);
}

/** A number of an entry. @throws Error unless it is a safe integer, 0 and up. */
export function exactSeq(value: number): Seq {
  return sure(toSeq(value), `entry ${value}`);
}

/** An instant. @throws Error unless it is a safe integer, 0 and up. */
export function exactInstant(value: number): Instant {
  return sure(toInstant(value), `instant ${value}`);
}
