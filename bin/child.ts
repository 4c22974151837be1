/** One of Wattlot's own processes, started by another: its lines of JSON, its last words, its end. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Characters of a child's standard error kept for the message when it fails. */
const lastWordsMax = 2_000;

/** How long a child may take to end after SIGTERM before it is killed. */
const stopGraceMs = 5_000;

/** Node's own number of threads that collect and compile beside the program. */
const helpersUsual = 4;

/**
 * A small young generation: none of our processes allocates in bursts, and three of them share a household's machine. And no more threads that collect and compile than there are cores beside
 * the one that they help: four of them on two cores take the program's own.
 */
export const nodeFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=2',
  `--v8-pool-size=${Math.max(1, Math.min(helpersUsual, availableParallelism() - 1))}`,
];

/**
 * For the C library of Linux. One heap for all threads: they allocate little, and each heap of its own keeps what it freed. And what is large goes back to the system when it is freed,
 * always: left to itself the library keeps the largest size that it has met, such as a snapshot's ten megabytes, for itself.
 */
export const nodeEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(128 * 1024),
};

export interface Child {
  /** Resolves when the process has ended, with its exit code (undefined when a signal ended it) and what its standard error said last. */
  readonly ended: Promise<{ readonly code: number | undefined; readonly lastLine: string }>;
  /** Asks it to end, and insists after a while. */
  stop(): Promise<void>;
}

/** Starts `wattlot …args` and hands over each line of its standard output that is a JSON object. */
export function startChild(args: readonly string[], onLine: (value: object) => void): Child {
  const main = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));
  // Its own process group, so that Ctrl-C in the terminal reaches the parent alone, which then stops its children in order.
  const child: ChildProcess = spawn(process.execPath, [...nodeFlags, main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, ...nodeEnvironment },
  });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-lastWordsMax);
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value = parseObject(line);
      if (value !== undefined) onLine(value);
    });
  }
  const ended = new Promise<{ code: number | undefined; lastLine: string }>((resolve) => {
    child.on('error', (error) => resolve({ code: 1, lastLine: error.message }));
    child.on('close', (code) => {
      resolve({ code: code ?? undefined, lastLine: tellingLine(lastWords) });
    });
  });
  return {
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
      await ended;
      clearTimeout(insist);
    },
  };
}

/** What a person should read of a process's last words: its own line if it had one, otherwise the error on top of a stack. */
function tellingLine(words: string): string {
  const lines = words.trim().split('\n');
  const own = lines.findLast((line) => line.startsWith('wattlot: '));
  const error = lines.find((line) => /^\w*Error\b/.test(line));
  return (own ?? error ?? lines.at(-1) ?? '').replace(/^wattlot: /, '');
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Calls `stop` when the process that started this one is gone, so that a killed parent leaves nobody behind. Does nothing for a process started by hand. */
export function followParent(stop: () => void): void {
  if (process.channel === undefined) return;
  process.on('disconnect', stop);
  process.channel?.unref();
}
