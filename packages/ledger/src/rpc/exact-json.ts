/** JSON in which no number goes through binary floating point. */
import { Decimal } from '../node/decimal.ts';

/**
 * Reads JSON. Whole numbers that JavaScript holds exactly are numbers; any other number is a `Decimal` with the digits as they were written.
 * @throws SyntaxError on what is not JSON, RangeError on what is nested too deeply.
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, exactly);
}

function exactly(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value;
  const source = context?.source;
  if (source === undefined) throw new Error('this Node does not tell how a number was written');
  return /^-?\d+$/.test(source) && Number.isSafeInteger(value) ? value : new Decimal(source);
}

/**
 * Writes JSON: `Decimal`s and bigints with all their digits.
 * @throws RangeError on a number that JSON does not have.
 */
export function writeExact(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return new Decimal(part.toString()).toJSON();
    if (typeof part === 'number' && !Number.isFinite(part)) {
      throw new RangeError('a parameter is no finite number');
    }
    return part;
  });
}
