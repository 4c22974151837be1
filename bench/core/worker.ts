/**
 * One engine with one stream in a process of its own, so that nothing of another engine is in its heap or its compiled code. Runs one repetition for
 * each message and answers with a `Repetition`.
 */
import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { engines } from './engines.ts';
import { makeStream } from './streams.ts';
import type { StreamName } from './streams.ts';

/**
 * What one repetition took. Times in nanoseconds per operation (quantiles are of means over 64 operations, on S4 per operation and fill), pauses in
 * milliseconds, sizes in bytes.
 */
export interface Repetition {
  readonly perOperation: number;
  readonly perBuildUp: number | undefined;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly collections: number;
  readonly pauseMax: number;
  readonly rss: number;
  readonly bytesPerOrder: number | undefined;
}

const batch = 64;

/** Nanoseconds that this thread has waited for a core; 0 where the system does not tell. */
function waited(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]);
  } catch {
    return 0;
  }
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const [name = '', streamName = 'S2', limit = '1000', warm = '1'] = process.argv.slice(2);
const make = engines[name];
if (make === undefined) throw new Error(`no engine ${name}`);
const stream = makeStream(streamName as StreamName, Number(limit));
const rssOfStream = process.memoryUsage().rss;

/** True for the engines that are fast enough to be run once more. */
const drivesItself = ['ours', 'unbounded', 'bare'].includes(name);

let collections = 0;
let pauseMax = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    collections += 1;
    pauseMax = Math.max(pauseMax, duration);
  }
}).observe({ entryTypes: ['gc'] });

/** Lets the observer see what there was. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}

/** The books of earlier repetitions, as an exchange would have others: V8 throws compiled code away with the last object it was made for. */
const kept: unknown[] = [];

async function repeat(): Promise<Repetition> {
  if (make === undefined) throw new Error('no engine');
  // Twice: what array buffers held is given back in the background.
  for (let times = 0; times < 2; times += 1) {
    globalThis.gc?.();
    await settle();
  }
  const before = process.memoryUsage();
  const engine = make(stream);
  if (kept.length < 2) kept.push(engine);
  const { buildUp, count } = stream;
  const began = process.hrtime.bigint();
  engine.run(0, buildUp);
  const built = process.hrtime.bigint();
  await settle();
  collections = 0;
  pauseMax = 0;
  const means = new Float64Array(Math.floor((count - buildUp) / batch));
  const waitedBefore = waited();
  const from = process.hrtime.bigint();
  let filled = 0;
  let last = performance.now();
  for (let index = 0; index < means.length; index += 1) {
    const at = buildUp + index * batch;
    engine.run(at, at + batch);
    const now = performance.now();
    // A sweep is as much work as the orders that it takes: S4 is told by orders touched.
    const fills = streamName === 'S4' ? engine.outcome().fills : 0;
    means[index] = ((now - last) * 1e6) / (batch + fills - filled);
    filled = fills;
    last = streamName === 'S4' ? performance.now() : now;
  }
  engine.run(buildUp + means.length * batch, count);
  const took = Number(process.hrtime.bigint() - from) - (waited() - waitedBefore);
  await settle();
  let seen = { collections, pauseMax };
  globalThis.gc?.();
  const after = process.memoryUsage();
  const outcome = engine.outcome();
  if (JSON.stringify(outcome) !== JSON.stringify(stream.outcome)) {
    throw new Error(
      `${name} came to ${JSON.stringify(outcome)}, not to ${JSON.stringify(stream.outcome)}`,
    );
  }
  // The clock's own numbers are garbage, too: what the engine makes is seen without it.
  if (drivesItself) {
    const steady = make(stream);
    steady.run(0, buildUp);
    await settle();
    collections = 0;
    pauseMax = 0;
    steady.run(buildUp, count);
    await settle();
    seen = { collections, pauseMax };
  }
  means.sort();
  const held = after.heapUsed + after.external - before.heapUsed - before.external;
  // The driver's own two arrays are no part of the engine.
  const own = drivesItself ? 8 * count : 0;
  return {
    perOperation: took / (count - buildUp),
    perBuildUp: buildUp > 0 ? Number(built - began) / buildUp : undefined,
    p50: quantile(means, 0.5),
    p99: quantile(means, 0.99),
    p999: quantile(means, 0.999),
    ...seen,
    rss: after.rss - rssOfStream,
    bytesPerOrder:
      outcome.resting > 100_000 ? Math.max(0, held - own) / outcome.resting : undefined,
  };
}

for (let count = Number(warm); count > 0; count -= 1) await repeat();
process.on('message', () => {
  void repeat().then((repetition) => process.send?.(repetition));
});
process.send?.('ready');
