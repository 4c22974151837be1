import { expect, test } from 'vitest';
import { instant } from '../testing.ts';
import { createClock, firstStart, intervalOf } from './clock.ts';

const startAt = instant(Date.UTC(2025, 5, 10, 10, 7) * 1_000);

test('the market runs at its speed from where it stopped', () => {
  let wall = 5_000;
  const clock = createClock({ startAt, wallAt: 5_000, speed: 60, wall: () => wall });
  expect(clock.now()).toBe(startAt);
  wall += 1_000;
  expect(clock.now()).toBe(startAt + 60_000_000);
  const resumed = createClock({ startAt: clock.now(), wallAt: 0, speed: 1, wall: () => 250 });
  expect(resumed.now()).toBe(startAt + 60_250_000);
});

test('the clock never runs back, whatever the wall shows', () => {
  let wall = 1_000;
  const clock = createClock({ startAt, wallAt: 0, speed: 60, wall: () => wall });
  const before = clock.now();
  wall = 0;
  expect(clock.now()).toBe(before);
  wall = -3_600_000;
  expect(clock.now()).toBe(before);
});

test('the wait for an instant is long enough and not below 0', () => {
  let wall = 0;
  const clock = createClock({ startAt, wallAt: 0, speed: 7, wall: () => wall });
  const { start, end } = intervalOf(clock.now());
  expect(start).toBe(Date.UTC(2025, 5, 10, 10, 0) * 1_000);
  expect(end).toBe(Date.UTC(2025, 5, 10, 10, 15) * 1_000);
  wall += clock.wallMsUntil(end);
  expect(clock.now()).toBeGreaterThanOrEqual(end);
  expect(clock.wallMsUntil(end)).toBe(0);
});

test('a speed out of bounds is refused', () => {
  for (const speed of [0, -1, 901, Number.NaN]) {
    expect(() => createClock({ startAt, wallAt: 0, speed, wall: () => 0 })).toThrow(
      /^speed: 0.1 to 900 market seconds a second, not /,
    );
  }
});

test('the first start is now, or by daylight in the first recorded day', () => {
  expect(firstStart(1_000)).toBe(1_000_000);
  const from = instant(Date.UTC(2021, 1, 14, 23) * 1_000);
  expect(firstStart(0, { loads: [{ from }] })).toBe(Date.UTC(2021, 1, 15, 9) * 1_000);
});
