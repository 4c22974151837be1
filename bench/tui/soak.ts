/** The terminal's memory and processor time over a long time, at 50 updates a second and a key now and then. */
import { setTimeout as wait } from 'node:timers/promises';
import { start } from './measure.ts';
import type { Bench } from './measure.ts';

export interface Soak {
  readonly minutes: number;
  /** Megabytes resident: after the first two minutes, at the end (medians of a minute), and the most ever seen. */
  readonly begin: number;
  readonly end: number;
  readonly most: number;
  /** Megabytes an hour, the slope of the best straight line through all but the first two minutes. */
  readonly growth: number;
  /** Per cent of one core, from the first frame with a live ladder to the end. */
  readonly cpu: number;
}

const sampleMs = 5_000;
const warmMs = 120_000;

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function slope(points: readonly { readonly hours: number; readonly mb: number }[]): number {
  const meanX = points.reduce((sum, { hours }) => sum + hours, 0) / points.length;
  const meanY = points.reduce((sum, { mb }) => sum + mb, 0) / points.length;
  const above = points.reduce((sum, { hours, mb }) => sum + (hours - meanX) * (mb - meanY), 0);
  const below = points.reduce((sum, { hours }) => sum + (hours - meanX) ** 2, 0);
  return above / below;
}

export async function soak(bench: Bench, minutes: number): Promise<Soak> {
  await bench.market.drive(50);
  const watched = await start(bench, 'terminal');
  const started = performance.now();
  const cpuBefore = watched.cpuMs();
  const points: { readonly hours: number; readonly mb: number }[] = [];
  let most = 0;
  for (let key: 'j' | 'k' = 'k'; performance.now() - started < minutes * 60_000;) {
    await wait(sampleMs);
    await watched.moveCursor(key);
    key = key === 'k' ? 'j' : 'k';
    const mb = watched.memoryMb();
    most = Math.max(most, mb);
    const passed = performance.now() - started;
    if (passed >= warmMs || minutes < 4) points.push({ hours: passed / 3_600_000, mb });
    process.stderr.write(`${Math.round(passed / 1000)} s: ${mb.toFixed(1)} MB\n`);
  }
  const cpu = ((watched.cpuMs() - cpuBefore) / (performance.now() - started)) * 100;
  await watched.end();
  const each = Math.min(points.length, 60_000 / sampleMs);
  const rounded = (value: number): number => Math.round(value * 10) / 10;
  return {
    minutes,
    begin: rounded(middle(points.slice(0, each).map(({ mb }) => mb))),
    end: rounded(middle(points.slice(-each).map(({ mb }) => mb))),
    most: rounded(most),
    growth: rounded(slope(points)),
    cpu: rounded(cpu),
  };
}
