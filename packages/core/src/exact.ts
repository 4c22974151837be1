/** Assertions that stay on: a bug ends the process rather than move a wrong number. */
import { toAmount, toInstant, toLots } from './units.ts';
import type { Amount, Instant, Lots } from './units.ts';

/** @throws Error when `condition` does not hold: a bug in the core or a broken journal, never a bad command. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`core: ${message}`);
}

/** The result of an addition or a product of amounts, exact. @throws Error beyond a safe integer. */
export function exactAmount(value: number): Amount {
  const amount = toAmount(value);
  assert(amount !== undefined, `${value} is not an exact amount`);
  return amount;
}

/** A volume that came out of arithmetic. @throws Error unless it is a whole number of lots, 0 and up. */
export function exactLots(value: number): Lots {
  const lots = toLots(value);
  assert(lots !== undefined, `${value} is not a volume`);
  return lots;
}

/** An instant that came out of arithmetic. @throws Error unless it is a safe integer, 0 and up. */
export function exactInstant(value: number): Instant {
  const instant = toInstant(value);
  assert(instant !== undefined, `${value} is not an instant`);
  return instant;
}
