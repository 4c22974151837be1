import { expect, test } from 'vitest';
import {
  ownFramesAtFirst,
  ownFramesBurst,
  ownFramesPerSecond,
  refusedSourceFramesBurst,
  refusedSourceFramesPerSecond,
} from '../limits.ts';
import { readLimits } from '../operating-limits.ts';
import { Meters } from '../watch/meters.ts';
import { FrameRates } from './frame-rates.ts';
import type { FrameCounter, FrameVerdict } from './frame-rates.ts';

const text = `frames-per-second = 100
frames-burst = 200
source-frames-per-second = 300
source-frames-burst = 1000`;

function open(): { readonly rates: FrameRates; readonly meters: Meters } {
  const meters = new Meters();
  return { rates: new FrameRates(readLimits('f', text), meters), meters };
}

/** Frames in one instant, until one is not taken. */
function takenOf(counter: FrameCounter, now: number, most = 10_000): number {
  let taken = 0;
  while (taken < most && counter.take(now) === 'taken') taken += 1;
  return taken;
}

test('all connections from one address share what it may send, another address has its own', () => {
  const { rates, meters } = open();
  const flood = Array.from({ length: 50 }, () => rates.connection('a', 0));
  const stranger = rates.connection('b', 0);
  const sum = (now: number): number =>
    flood.reduce((taken, counter) => taken + takenOf(counter, now), 0);
  // Five use it up, each at its own limit; the others have their share.
  expect(sum(0)).toBe(1000 + 45 * ownFramesAtFirst);
  expect(meters.limited).toMatchObject({ frames: 5, sourceFrames: 45 });
  expect(takenOf(stranger, 0)).toBe(200);
  // Three use it up; the two next have not touched their share yet.
  expect(sum(1000)).toBe(300 + 2 * ownFramesAtFirst + 47 * ownFramesPerSecond);
});

test('a neighbour at an address that has nothing left keeps a share of its own', () => {
  const { rates } = open();
  const flood = Array.from({ length: 50 }, () => rates.connection('a', 0));
  const neighbour = rates.connection('a', 0);
  for (let now = 0; now <= 60_000; now += 100) {
    for (const counter of flood) takenOf(counter, now);
    if (now % 1000 !== 0) continue;
    expect(takenOf(neighbour, now, ownFramesPerSecond), `at ${now} ms`).toBe(ownFramesPerSecond);
  }
  // Whoever is silent has some in hand: the offers of a large order.
  for (let now = 60_000; now <= 120_000; now += 100) for (const one of flood) takenOf(one, now);
  expect(takenOf(neighbour, 120_000)).toBe(ownFramesBurst);
});

test('whoever comes back again and again gets little more, and is cut off at last', () => {
  const { rates, meters } = open();
  for (let count = 0; count < 5; count += 1) takenOf(rates.connection('a', 0), 0);
  const verdicts = new Map<FrameVerdict, number>();
  for (let visit = 0; visit < 100; visit += 1) {
    const counter = rates.connection('a', 0);
    for (let frame = 0; frame < 100; frame += 1) {
      const verdict = counter.take(0);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
  }
  expect(verdicts.get('taken')).toBe(100 * ownFramesAtFirst);
  // The five before had one each.
  expect(verdicts.get('refused')).toBe(refusedSourceFramesBurst - 5);
  expect(meters.limited.sourceFrames + meters.limited.frames).toBe(refusedSourceFramesBurst);
  const later = rates.connection('a', 1);
  takenOf(later, 1);
  expect(later.take(1)).toBe('cut');
  expect(refusedSourceFramesPerSecond).toBeLessThan(refusedSourceFramesBurst);
});

test('usually no single connection can use up what its address may send', () => {
  const limits = readLimits('f', '');
  const rates = new FrameRates(limits, new Meters());
  const bot = rates.connection('a', 0);
  expect(takenOf(bot, 0)).toBe(limits['frames-burst']);
  expect(takenOf(rates.connection('a', 0), 0)).toBe(limits['frames-burst']);
});
