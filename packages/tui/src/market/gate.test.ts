import { expect, test } from 'vitest';
import { countdownText, deliveryText, deliveryWidth, lastHour, untilGate } from './gate.ts';
import { instant, instrument, noonMs } from '../testing/market.ts';

const hourMs = 3_600_000;

function lasting(ms: number): typeof instrument {
  const from = Date.UTC(2026, 6, 1, 15);
  const gate = instant(from - 600_000);
  return { ...instrument, delivery: { from: instant(from), to: instant(from + ms), gate } };
}

test.each([
  [-1, '0:00'],
  [0, '0:00'],
  [1, '0:01'],
  [1_000, '0:01'],
  [754_000, '12:34'],
  [hourMs - 1_000, '59:59'],
  [hourMs, '1:00:00'],
  [24 * hourMs - 1_000, '23:59:59'],
  [24 * hourMs, '1 d'],
  [24 * hourMs * 9.5, '9 d'],
  [Number.MAX_SAFE_INTEGER / 1_000, '99999 d'],
])('%d ms before a gate, the countdown says %s', (ms, text) => {
  expect(countdownText(ms, 'en')).toBe(text);
});

test.each([
  [hourMs, 0, '07-01 15:00-16:00'],
  [24 * hourMs, 0, '07-01 15:00-15:00'],
  [hourMs, 540, '07-02 00:00-01:00'],
  [31 * 24 * hourMs, 0, '07-01 - 08-01'],
  // The end is not in it: a window to midnight ends the day before.
  [81 * hourMs, 0, '07-01 - 07-04'],
])('a delivery of %d ms, %d minutes east, reads %s', (ms, offsetMinutes, text) => {
  expect(deliveryText(lasting(ms), { offsetMinutes })).toBe(text);
  expect(text.length).toBeLessThanOrEqual(deliveryWidth);
});

test('a market without a delivery has neither', () => {
  expect(deliveryText(instrument, { offsetMinutes: 0 })).toBe('');
  expect(untilGate({ instrument }, noonMs)).toBeUndefined();
});

test('the last hour is told, its last five minutes as urgent, and nothing once the market is closed', () => {
  const gated = lasting(hourMs);
  const at = (ms: number, phase?: 'closed'): unknown =>
    lastHour(
      { instrument: { ...gated, ...(phase && { phase }) }, trades: [] },
      Date.UTC(2026, 6, 1, 14, 50) - ms,
    );
  expect(at(hourMs)).toBeUndefined();
  expect(at(hourMs - 1)).toEqual({ ms: hourMs - 1, isUrgent: false });
  expect(at(300_001)).toMatchObject({ isUrgent: false });
  expect(at(300_000)).toMatchObject({ isUrgent: true });
  expect(at(1)).toEqual({ ms: 1, isUrgent: true });
  expect(at(0)).toBeUndefined();
  expect(at(1_000, 'closed')).toBeUndefined();
});
