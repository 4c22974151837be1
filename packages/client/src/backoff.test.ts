import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs } from './backoff.ts';
import { retryFirstMs, retryMsMax } from './limits.ts';

test('the first retry is quick, then the delay doubles from one second to a minute', () => {
  const delays = [1, 2, 3, 4, 8, 9, 1_000_000].map((failures) => retryDelayMs(failures, 1));
  expect(delays).toEqual([retryFirstMs, 1_000, 2_000, 4_000, 60_000, 60_000, 60_000]);
});

test('chance takes up to half of a delay away and never adds to it', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const full = retryDelayMs(failures, 1);
      const delay = retryDelayMs(failures, random);
      expect(delay).toBeGreaterThanOrEqual(Math.floor(full / 2));
      expect(delay).toBeLessThanOrEqual(full);
      expect(delay).toBeLessThanOrEqual(retryMsMax);
    }),
  );
});
