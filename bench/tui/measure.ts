/** Runs one of the programs against the market for a while. */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Answer, Ask } from './market.ts';
import { Watched } from './pty.ts';

/** `terminal`: what people run. `ink`: the same panes drawn by Ink alone. `bare`: a process that writes what the terminal wrote. */
export type Program = 'terminal' | 'ink' | 'bare';

/** The market's process. */
export interface Market {
  readonly url: string;
  /** Sets the rate. */
  drive(perSecond: number): Promise<void>;
  /** Book messages and trades sent so far. */
  count(): Promise<{ readonly updates: number; readonly trades: number }>;
  end(): void;
}

export interface Bench {
  readonly folder: string;
  readonly market: Market;
  /** The file of Ink's own drawing. */
  readonly plain: string;
}

/** What one program did under one rate. */
export interface Figures {
  /** Book messages a second, as the feed sent them. */
  readonly updates: number;
  readonly trades: number;
  /** Per cent of one core. */
  readonly cpu: number;
  /** Kilobytes a second. */
  readonly written: number;
  /** Full-screen clears after the first second. */
  readonly clears: number;
  /** Key written to changed cell read, in milliseconds. */
  readonly keyP50: number;
  readonly keyP99: number;
  /** From the start of the process, in milliseconds. */
  readonly firstFrame: number;
  /** Megabytes resident at the end. */
  readonly memory: number;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const main = fileURLToPath(new URL('../../bin/wattlot.mjs', import.meta.url));

export async function startMarket(folder: string): Promise<Market> {
  const child = fork(join(here, 'market.ts'), [folder, '1'], { stdio: 'inherit' });
  let asking: Promise<unknown> = once(child, 'message');
  const [{ url }] = (await asking) as [{ readonly url: string }];
  const ask = (what: Ask): Promise<Answer> => {
    const answered = asking.then(async () => {
      const message = once(child, 'message');
      child.send(what);
      return ((await message) as [Answer])[0];
    });
    asking = answered;
    return answered;
  };
  return {
    url,
    drive: async (perSecond) => {
      await ask({ perSecond });
    },
    count: async () => {
      const answer = await ask('count');
      if (!('updates' in answer)) throw new Error('the market counted nothing');
      return answer;
    },
    end: () => {
      child.disconnect();
    },
  };
}

/** Bundles Ink's own drawing of the same panes, without what the program's bundle changes about Ink. @returns its file. */
export async function buildPlain(): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // Below the program's own bundle, from where the native packages are found.
  const outdir = join(root, 'dist', 'bench');
  const builder = join(root, 'packages', 'tui', 'build.mjs');
  await promisify(execFile)(process.execPath, [builder, '--plain', outdir]);
  return join(outdir, 'plain.mjs');
}

/** Starts a program and waits until its ladder is live. */
export async function start({ folder, market, plain }: Bench, program: Program): Promise<Watched> {
  if (program === 'bare') {
    const watched = new Watched([join(here, 'bare.ts'), join(folder, 'bytes.json')]);
    await watched.until(() => watched.cursorRow() >= 0);
    return watched;
  }
  const { url } = market;
  const args = {
    terminal: [main, 'trade', '--data', folder, '--url', url, '--name', 'own', '--meter', 'own'],
    ink: [plain, url, join(folder, 'ink.key')],
  }[program];
  const watched = new Watched(args);
  await watched.until(() => {
    const text = watched.text();
    return text.includes('LIVE') && text.includes('spread') && text.includes('0/300');
  });
  return watched;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Keys at uneven times, so that they meet every phase of a frame. */
async function pressKeys(watched: Watched, count: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let press = 0; press < count; press += 1) {
    latencies.push(await watched.moveCursor(press % 2 === 0 ? 'k' : 'j'));
    await wait(60 + ((press * 37) % 71));
  }
  return latencies;
}

/** One program under one rate: first some seconds without keys, then the keys. */
export async function measure(
  bench: Bench,
  plan: {
    readonly program: Program;
    readonly perSecond: number;
    readonly seconds: number;
    readonly keys: number;
  },
): Promise<Figures> {
  const { market } = bench;
  const { program, perSecond, seconds, keys } = plan;
  await market.drive(perSecond);
  const watched = await start(bench, program);
  const firstFrame = await watched.firstFrame;
  await wait(1500);
  // The cursor is held by hand from here on.
  await watched.moveCursor('k');
  await wait(500);
  const isRecorded = program === 'terminal' && perSecond === 50;
  const endRecording = isRecorded ? watched.record() : undefined;
  const before = { ...(await market.count()), cpu: watched.cpuMs(), bytes: watched.bytes };
  const clearsBefore = watched.clears;
  const since = performance.now();
  await wait(seconds * 1000);
  const cpuMs = watched.cpuMs() - before.cpu;
  const bytes = watched.bytes - before.bytes;
  const passed = (performance.now() - since) / 1000;
  const after = await market.count();
  const pieces = endRecording?.();
  if (pieces !== undefined) {
    await writeFile(join(bench.folder, 'bytes.json'), JSON.stringify(pieces));
  }
  const latencies = await pressKeys(watched, keys);
  const memory = watched.memoryMb();
  const clears = watched.clears - clearsBefore;
  await watched.end();
  return {
    updates: rounded((after.updates - before.updates) / passed),
    trades: rounded((after.trades - before.trades) / passed),
    cpu: rounded(cpuMs / 10 / passed),
    written: rounded(bytes / 1000 / passed),
    clears,
    keyP50: rounded(quantile(latencies, 0.5)),
    keyP99: rounded(quantile(latencies, 0.99)),
    firstFrame: Math.round(firstFrame),
    memory: rounded(memory),
  };
}
