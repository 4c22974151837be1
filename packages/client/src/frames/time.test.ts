import { toInstant } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantOfTime, timeText } from './time.ts';

const yearTenThousandMicros = 253_402_300_800_000_000;
const instants = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map((micros) => {
  const instant = toInstant(micros);
  if (instant === undefined) throw new Error('not an instant');
  return instant;
});

test('an instant becomes text and comes back, to the microsecond', () => {
  expect(Number.MAX_SAFE_INTEGER).toBeLessThan(yearTenThousandMicros);
  fc.assert(
    fc.property(instants, (instant) => {
      const text = timeText(instant);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(instantOfTime(text)).toBe(instant);
    }),
  );
});

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00.1Z', 100_000],
  ['2024-02-29T12:00:00.000001Z', 1_709_208_000_000_001],
])('%s is %d microseconds', (text, micros) => {
  expect(instantOfTime(text)).toBe(micros);
});

test.each([
  '',
  'now',
  '2024-02-30T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T00:00:00',
  '2024-01-01T00:00:00+01:00',
  '2024-01-01T00:00:00.1234567Z',
  '1969-12-31T23:59:59Z',
  '2024-01-01T00:00:60Z',
])('%j is no time of the wire', (text) => {
  expect(instantOfTime(text)).toBeUndefined();
});
