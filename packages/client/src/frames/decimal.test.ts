import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromUnits, toUnits, unitsText } from './decimal.ts';

// A double carries any 15 digits exactly: the bound of the round trip.
const fifteenDigits = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });
const precision = fc.integer({ min: 0, max: 8 });

test('units go to the wire and back unchanged, through JSON as well', () => {
  fc.assert(
    fc.property(fifteenDigits, precision, (units, decimals) => {
      const wire: unknown = JSON.parse(JSON.stringify(fromUnits(units, decimals)));
      expect(typeof wire === 'number' ? toUnits(wire, decimals) : wire).toBe(units);
    }),
  );
});

test('the text has exactly the decimals of the precision and means the units', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), precision, (units, decimals) => {
      const text = unitsText(units, decimals);
      expect(text.split('.')[1]?.length ?? 0).toBe(decimals);
      expect(Number(text.replace('.', ''))).toBe(units);
    }),
  );
});

test.each([
  [1.49, 2, 149],
  [0.1, 1, 1],
  [149, 0, 149],
  [0.000001, 6, 1],
  [0.00000001, 8, 1],
  [0.00000123, 8, 123],
  [9007199254740991, 0, 9007199254740991],
])('%d at precision %d is %d units', (value, decimals, units) => {
  expect(toUnits(value, decimals)).toBe(units);
});

test.each([
  ['more decimals than the precision', 1.495, 2],
  ['a sum that binary rounding spoilt', 0.1 + 0.2, 2],
  ['a number with more decimals written with an exponent', 1.5e-8, 8],
  ['minus zero', -0, 2],
  ['infinity, which 1e400 is read as', Number(JSON.parse('1e400')), 2],
  ['not a number', Number.NaN, 2],
  ['2^53 + 1, which is read as 2^53', Number(JSON.parse('9007199254740993')), 0],
  ['a number that JSON writes with an exponent', 1e21, 0],
  ['a number whose units leave the safe integers', 90071992547409.92, 2],
])('%s is refused', (_, value, decimals) => {
  expect(toUnits(value, decimals)).toBeUndefined();
});

test('a precision outside 0 to 8 and units that are no safe integer are mistakes of the caller', () => {
  expect(() => toUnits(1, 9)).toThrow(RangeError);
  expect(() => toUnits(1, -1)).toThrow(RangeError);
  expect(() => unitsText(1, 1.5)).toThrow(RangeError);
  expect(() => unitsText(2 ** 53, 0)).toThrow(RangeError);
});

/** As `toUnits` and `fromUnits` would be by the text of the number alone. */
function unitsByText(value: number, decimals: number): number | undefined {
  const [, sign = '', whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined || Object.is(value, -0)) return undefined;
  const shift = decimals - fraction.length + Number(exponent);
  if (shift < 0 || shift > 30) return undefined;
  const units = BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(shift);
  return units === BigInt(Number(units)) && Number.isSafeInteger(Number(units))
    ? Number(units)
    : undefined;
}

test('arithmetic says of any number what its text says', () => {
  const near = fc
    .tuple(fifteenDigits, precision, fc.constantFrom(-1, 0, 1))
    .map(([units, decimals, off]) => (units / 10 ** decimals) * (1 + off * Number.EPSILON));
  fc.assert(
    fc.property(fc.oneof(fc.double(), near), precision, (value, decimals) => {
      expect(toUnits(value, decimals)).toBe(unitsByText(value, decimals));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.maxSafeInteger(), precision, (units, decimals) => {
      expect(fromUnits(units, decimals)).toBe(Number(unitsText(units, decimals)));
    }),
    { numRuns: 2_000 },
  );
  expect(fromUnits(-0, 2)).toBe(0);
});
