import { expect, test } from 'vitest';
import { steadyClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { exactInstant } from './exact.ts';

/** A wall clock that a test sets, beside one that only goes on. Milliseconds. */
class Time {
  wall = 1_700_000_000_000;
  monotonic = 5;
  readonly delays: number[] = [];

  readonly clock: Clock = steadyClock({
    wall: () => this.wall,
    monotonic: () => this.monotonic,
    after: (delayMs) => {
      this.delays.push(delayMs);
      return () => undefined;
    },
  });

  pass(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }

  /** Microseconds since the beginning of the test. */
  get read(): number {
    return this.clock.now() - 1_700_000_000_000_000;
  }
}

test('time goes on where the wall clock is set back, and follows it forward', () => {
  const time = new Time();
  time.pass(10);
  time.wall -= 3_600_000;
  time.pass(10);
  expect(time.read).toBe(20_000);
  time.wall += 3_600_000 + 500;
  expect(time.read).toBe(520_000);
});

test('after a start with the wall clock set back time goes on from the last instant, at its pace', () => {
  const time = new Time();
  const last = exactInstant(1_700_000_000_000_000 + 3_600_000_000);
  time.clock.notBefore(last);
  expect(time.clock.now()).toBe(last);
  time.pass(250);
  expect(time.clock.now()).toBe(last + 250_000);
  // Set right again, it is followed once it is ahead.
  time.wall += 3_600_000;
  time.pass(1);
  expect(time.clock.now()).toBe(last + 251_000);
  time.clock.notBefore(exactInstant(5));
  expect(time.clock.now()).toBe(last + 251_000);
});

test('delays are those that a timer takes', () => {
  const time = new Time();
  time.clock.after(-5, () => undefined);
  time.clock.after(1e12, () => undefined);
  expect(time.delays).toEqual([0, 2_147_483_647]);
});
