import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, decimalOf, exactNumber, multipleOf, rawOf, unitsOf } from './decimal.ts';
import { RAW_MAX } from '../limits.ts';

function raw(value: unknown, multiple: number): bigint | undefined {
  const exact = exactNumber(value);
  return exact && rawOf(exact, multiple);
}

test('quantities become raw units as on a real node: halves round down, what lies below becomes nothing', () => {
  const recorded: [number, number, bigint][] = [
    [1, 1000, 1000n],
    [0.001, 1000, 1n],
    [0.0001, 1000, 0n],
    [0.0005, 1000, 0n],
    [0.0006, 1000, 1n],
    [1.0005, 1000, 1000n],
    [0.0025, 1000, 2n],
    [1e-3, 1000, 1n],
    [1e3, 1000, 1_000_000n],
    [2.675, 1000, 2675n],
    [0.4, 1, 0n],
    [0.5, 1, 0n],
    [0.6, 1, 1n],
    [1.5, 1, 1n],
    [2.5, 1, 2n],
    [-0.4, 1, 0n],
    [-1, 1, 0n],
    [-5, 1, -4n],
    [1e18, 1, 10n ** 18n],
  ];
  for (const [value, multiple, expected] of recorded) {
    expect([value, raw(value, multiple)]).toEqual([value, expected]);
  }
});

test('what does not fit 8 signed bytes has no raw quantity', () => {
  expect(raw(1e19, 1)).toBeUndefined();
  expect(raw(1e16, 1000)).toBeUndefined();
  expect(raw(RAW_MAX, 1)).toBe(RAW_MAX);
});

test('only numbers are numbers', () => {
  for (const value of ['1', null, true, Number.NaN, Infinity, {}, [], undefined]) {
    expect(exactNumber(value)).toBeUndefined();
  }
});

test('a raw quantity written as a decimal reads back exactly, beyond what a double holds too', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: RAW_MAX }),
      fc.constantFrom(1, 10, 100, 1000, 100_000_000),
      (value, multiple) => {
        expect(raw(decimalOf(value, multiple), multiple)).toBe(value);
      },
    ),
  );
});

test('decimals are numbers in JSON, with a node’s digits', () => {
  expect(JSON.stringify({ qty: decimalOf(1000n, 1000) })).toBe('{"qty":1.00000000}');
  expect(String(decimalOf(-5n, 100))).toBe('-0.05000000');
  expect(String(unitsOf(1000))).toBe('0.00100000');
});

test('units are what 1 can be divided by', () => {
  const multiple = (text: string): number | undefined => {
    const exact = exactNumber(new Decimal(text));
    return exact && multipleOf(exact);
  };
  expect(multiple('0.001')).toBe(1000);
  expect(multiple('1')).toBe(1);
  expect(multiple('0.00000001')).toBe(100_000_000);
  expect(multiple('0.3')).toBeUndefined();
  expect(multiple('0')).toBeUndefined();
  expect(multiple('2')).toBeUndefined();
});
