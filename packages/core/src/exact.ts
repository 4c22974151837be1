/** Assertions that stay on: a bug ends the process rather than move a wrong number. */
import type { Amount, Instant, Lots, Price } from './units.ts';

/**
 * @param message costs what it costs to make even when all is well: on paths that every command takes it is a constant.
 * @throws Error when `condition` does not hold: a bug in the core or a broken journal, never a bad command.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`core: ${message}`);
}

function fail(value: number, what: string): never {
  throw new Error(`core: ${value} is not ${what}`);
}

/** Amounts come from sums and products of amounts, so that only their size can be wrong. */
function isAmount(value: number): value is Amount {
  return Number.isSafeInteger(value);
}

function isLots(value: number): value is Lots {
  return Number.isSafeInteger(value) && value >= 0;
}

function isPrice(value: number): value is Price {
  return Number.isSafeInteger(value) && value > 0;
}

function isInstant(value: number): value is Instant {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The result of an addition or a product of amounts, exact. @throws Error beyond a safe integer. */
export function exactAmount(value: number): Amount {
  // Adding 0 makes a product's −0 a 0.
  const amount = value + 0;
  return isAmount(amount) ? amount : fail(value, 'an exact amount');
}

/** A volume that came out of arithmetic. @throws Error unless it is a whole number of lots, 0 and up. */
export function exactLots(value: number): Lots {
  return isLots(value) ? value : fail(value, 'a volume');
}

/** A price that came out of arithmetic. @throws Error unless it is a whole number above 0. */
export function exactPrice(value: number): Price {
  return isPrice(value) ? value : fail(value, 'a price');
}

/** An instant that came out of arithmetic. @throws Error unless it is a safe integer, 0 and up. */
export function exactInstant(value: number): Instant {
  return isInstant(value) ? value : fail(value, 'an instant');
}
