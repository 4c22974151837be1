/** Durable acknowledgements against bare echoes of the same bytes, in turns. */
import { openSync, closeSync, fdatasyncSync, writeSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { median, quantile } from './numbers.ts';
import type { OrdersDone, OrdersJob } from './orders.ts';
import { processorSeconds } from './process.ts';
import type { Helper } from './process.ts';

/** What takes part. */
export interface AckParts {
  readonly folder: string;
  readonly exchange: { readonly url: string; readonly pid: number };
  readonly peer: { readonly url: string; readonly pid: number };
  readonly orders: Helper<OrdersJob, OrdersDone>;
  readonly tokens: readonly string[];
}

/** One kind of load, medians over the rounds. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Microseconds of processor time for each answer: the server's with all its threads, and the clients'. */
  readonly serverMicros: number;
  readonly clientMicros: number;
  readonly refused: number;
}

/** All that is said of acknowledgements. */
export interface AckFigures {
  readonly clients: number;
  readonly echo: LoadFigures;
  readonly acks: LoadFigures;
  /** With each client told of its executions besides. */
  readonly told: LoadFigures;
  /** Acknowledgements for each echo in the same round. */
  readonly ratio: number;
  /** At half the acknowledgements a second. */
  readonly half: LoadFigures;
  /** Milliseconds of the disk: one small write and its sync. */
  readonly syncMs: { readonly p50: number; readonly p99: number };
}

/** Milliseconds of a small write with its sync, of many. */
export function syncTimes(folder: string, count: number): readonly number[] {
  const path = join(folder, 'sync-times');
  const file = openSync(path, 'w');
  const bytes = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    writeSync(file, bytes, 0, bytes.length, index * bytes.length);
    fdatasyncSync(file);
    times.push(performance.now() - begun);
  }
  closeSync(file);
  rmSync(path);
  return times;
}

/** Measures in turns, `rounds` times. */
export async function measureAcks(
  parts: AckParts,
  { rounds, ms }: { readonly rounds: number; readonly ms: number },
): Promise<AckFigures> {
  const { exchange, peer, orders, tokens, folder } = parts;
  const load = async (of: typeof peer, more: Partial<OrdersJob> = {}): Promise<LoadFigures> => {
    const job = { url: of.url, tokens, warmMs: ms / 4, ms, ...more };
    const before = processorSeconds(of.pid);
    const done = await orders.ask(job);
    // The warm-up, and opening and closing, cost as much a request as what is counted.
    const share = done.seconds / (done.seconds + job.warmMs / 1000);
    const server = (processorSeconds(of.pid) - before) * share;
    return figuresOf(done, server);
  };
  const all: Record<'echo' | 'acks' | 'told' | 'half', LoadFigures[]> = {
    echo: [],
    acks: [],
    told: [],
    half: [],
  };
  const syncs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const echo = await load(peer);
    const acks = await load(exchange);
    all.echo.push(echo);
    all.acks.push(acks);
    all.told.push(await load(exchange, { isTold: true }));
    // Before and after, because a disk that has been kept busy is not the disk it was.
    syncs.push(...syncTimes(folder, 100));
    all.half.push(await load(exchange, { perSecond: acks.perSecond / 2 }));
    syncs.push(...syncTimes(folder, 100));
  }
  return {
    clients: tokens.length,
    echo: mediansOf(all.echo),
    acks: mediansOf(all.acks),
    told: mediansOf(all.told),
    ratio: median(
      all.acks.map(({ perSecond }, round) => perSecond / (all.echo[round]?.perSecond ?? NaN)),
    ),
    half: mediansOf(all.half),
    syncMs: { p50: median(syncs), p99: quantile(syncs, 0.99) },
  };
}

function figuresOf(
  { answers, seconds, waits, processor, refused }: OrdersDone,
  server: number,
): LoadFigures {
  return {
    perSecond: answers / seconds,
    p50Ms: median(waits),
    p99Ms: quantile(waits, 0.99),
    serverMicros: (server * 1e6) / answers,
    clientMicros: (processor * 1e6) / answers,
    refused,
  };
}

function mediansOf(all: readonly LoadFigures[]): LoadFigures {
  const of = (name: keyof LoadFigures): number => median(all.map((one) => one[name]));
  return {
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    serverMicros: of('serverMicros'),
    clientMicros: of('clientMicros'),
    refused: of('refused'),
  };
}
