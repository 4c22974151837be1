import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockText, fieldsOf, kindOf, nextUntil, orderKinds, untilChoices } from './order-kind.ts';
import { untilOf } from './order-kind.ts';
import { instant, noonMs } from '../testing/market.ts';

/** Noon of the tests is 14:09:31 UTC; in Seoul it is 23:09:31. */
const utc = { now: noonMs, offsetMinutes: 0 };
const seoul = { now: noonMs, offsetMinutes: 540 };

const at = (text: string): number => Date.parse(text) * 1000;

test.each([
  ['1509', utc, '2026-07-01T15:09:00Z'],
  ['1410', utc, '2026-07-01T14:10:00Z'],
  ['1409', utc, '2026-07-02T14:09:00Z'],
  ['0000', utc, '2026-07-02T00:00:00Z'],
  ['2400', utc, '2026-07-02T00:00:00Z'],
  ['2310', seoul, '2026-07-01T14:10:00Z'],
  ['2400', seoul, '2026-07-01T15:00:00Z'],
  ['0030', seoul, '2026-07-01T15:30:00Z'],
] as const)('%s is the next time that the clock on the wall shows it', (digits, time, expected) => {
  expect(untilOf(digits, time)).toBe(at(expected));
});

test.each(['', '1', '183', '1860', '2401', '9999', '18:3', '18305'])(
  '"%s" is no time of day',
  (digits) => {
    expect(untilOf(digits, utc)).toBeUndefined();
  },
);

test('whatever is typed, the end lies ahead and within a day', () => {
  const digits = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hours, minutes]) => `${hours}`.padStart(2, '0') + `${minutes}`.padStart(2, '0'));
  fc.assert(
    fc.property(
      digits,
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.integer({ min: -720, max: 840 }),
      (text, now, offsetMinutes) => {
        const until = untilOf(text, { now, offsetMinutes }) ?? 0;
        expect(until / 1000).toBeGreaterThan(now);
        expect(until / 1000 - now).toBeLessThanOrEqual(86_400_000);
        const local = new Date(until / 1000 + offsetMinutes * 60_000).toISOString();
        expect(local.slice(11, 16)).toBe(clockText(text));
      },
    ),
  );
});

test('the ends that are offered go round, and one that was typed leads to the first', () => {
  expect(untilChoices(seoul)).toEqual(['0009', '0309', '2400']);
  expect(nextUntil('0009', seoul)).toBe('0309');
  expect(nextUntil('2400', seoul)).toBe('0009');
  expect(nextUntil('12', seoul)).toBe('0009');
});

test('each kind is told from what the exchange reports of its order', () => {
  const until = instant(noonMs);
  for (const kind of orderKinds) expect(kindOf(fieldsOf(kind, until))).toBe(kind);
  expect(fieldsOf('gtd', until)).toEqual({ timeInForce: 'gtd', expiresAt: until });
  expect(fieldsOf('gtc', until)).toEqual({ timeInForce: 'gtc' });
});
