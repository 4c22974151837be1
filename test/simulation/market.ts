/** The market in which everybody here trades. */
import { toMarketSymbol } from '@wattlot/core';

/** A value that was made from a constant. */
export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a simulated value is out of bounds');
  return value;
}

export const symbol = sure(toMarketSymbol('KWH/ECOIN'));
