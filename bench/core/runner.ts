/** Runs the engines of one stream in turns: a process each, one repetition at a time, the order of the engines moved on by one each round. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StreamName } from './streams.ts';
import type { Repetition } from './worker.ts';

/** The medians of one engine on one stream, and its ratio to ours on the same operations, round by round. */
export interface Figures extends Omit<Repetition, 'collections'> {
  readonly engine: string;
  readonly stream: StreamName;
  readonly operations: number;
  readonly rounds: number;
  readonly collections: number;
  /** How many times slower than ours: median, least and most of the rounds. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
}

/** Which engine runs how much of the stream. */
interface Entry {
  readonly engine: string;
  readonly limit: number;
  readonly worker: ChildProcess;
  readonly repetitions: Repetition[];
}

const path = fileURLToPath(new URL('worker.ts', import.meta.url));
const peers = ['btree-order-book', 'nodejs-order-book'];

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** What to measure: `whole` operations for the fast engines, `part` for the peers (and for ours once more, to compare with them). */
export interface Plan {
  readonly stream: StreamName;
  readonly rounds: number;
  readonly whole: number;
  readonly part: number;
}

async function start(engine: string, stream: StreamName, limit: number): Promise<Entry> {
  const warm = peers.includes(engine) ? 0 : 2;
  const worker = fork(path, [engine, stream, String(limit), String(warm)], {
    execArgv: ['--expose-gc', '--max-old-space-size=6000'],
  });
  worker.on('exit', (code) => {
    if (code !== 0 && code !== null) {
      console.error(`${engine} on ${stream} ended with ${code}`);
      process.exit(1);
    }
  });
  await once(worker, 'message');
  return { engine, limit, worker, repetitions: [] };
}

async function repeat({ worker, repetitions }: Entry): Promise<void> {
  const answer = once(worker, 'message');
  worker.send('run');
  const [repetition]: Repetition[] = await answer;
  if (repetition !== undefined) repetitions.push(repetition);
}

/** Measures one stream. The first third of the rounds warms up and is dropped. */
export async function measure({ stream, rounds, whole, part }: Plan): Promise<Figures[]> {
  const entries: Entry[] = [];
  const isSizes = stream.startsWith('R');
  for (const engine of isSizes ? ['ours'] : ['ours', 'bare', 'unbounded', 'tidy']) {
    entries.push(await start(engine, stream, whole));
  }
  if (part > 0) {
    for (const engine of ['ours', ...peers]) entries.push(await start(engine, stream, part));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[(index + round) % entries.length];
      if (entry !== undefined) await repeat(entry);
    }
  }
  for (const { worker } of entries) worker.kill();
  return entries.map((entry) => figuresOf(entry, stream, entries));
}

function figuresOf(entry: Entry, stream: StreamName, entries: readonly Entry[]): Figures {
  const ours = entries.find(({ engine, limit }) => engine === 'ours' && limit === entry.limit);
  const from = Math.floor(entry.repetitions.length / 3);
  const counted = entry.repetitions.slice(from);
  const ratios = counted.map(
    ({ perOperation }, index) =>
      perOperation / (ours?.repetitions[from + index]?.perOperation ?? perOperation),
  );
  const of = (pick: (repetition: Repetition) => number | undefined): number =>
    median(counted.flatMap((repetition) => pick(repetition) ?? []));
  const [perBuildUp, bytesPerOrder] = [of((r) => r.perBuildUp), of((r) => r.bytesPerOrder)];
  return {
    engine: entry.engine,
    stream,
    operations: entry.limit,
    rounds: counted.length,
    perOperation: of((r) => r.perOperation),
    perBuildUp: Number.isNaN(perBuildUp) ? undefined : perBuildUp,
    p50: of((r) => r.p50),
    p99: of((r) => r.p99),
    p999: of((r) => r.p999),
    collections: of((r) => r.collections),
    pauseMax: Math.max(...counted.map(({ pauseMax }) => pauseMax)),
    rss: Math.max(...counted.map(({ rss }) => rss)),
    bytesPerOrder: Number.isNaN(bytesPerOrder) ? undefined : bytesPerOrder,
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
  };
}
