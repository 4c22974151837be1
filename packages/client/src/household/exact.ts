/** Numbers that this package itself made: a wrong one is a bug and throws. */
import { toAmount, toInstant, toLots, toPrice } from '@wattlot/core';
import type { Amount, Instant, Lots, Price } from '@wattlot/core';

function sure<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`household: ${what} is out of its range`);
  return value;
}

/** An instant. @throws Error unless it is a safe integer, 0 and up. */
export function exactInstant(value: number): Instant {
  return sure(toInstant(value), `instant ${value}`);
}

/** A quantity of an asset. @throws Error unless it is a safe integer. */
export function exactAmount(value: number): Amount {
  return sure(toAmount(value), `amount ${value}`);
}

/** A volume. @throws Error unless it is a whole number of lots. */
export function exactLots(value: number): Lots {
  return sure(toLots(value), `volume ${value}`);
}

/** A price. @throws Error unless it is a safe integer, 1 and up. */
export function exactPrice(value: number): Price {
  return sure(toPrice(value), `price ${value}`);
}
