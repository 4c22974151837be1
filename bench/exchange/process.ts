/** Processes of the bench: each is asked by message, one question at a time, and its processor time is the system's own count. */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../../bin/child.ts';

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** A process that answers jobs. */
export interface Helper<Job, Answer> {
  readonly pid: number;
  /** @throws Error when the process ends before it has answered. */
  ask(job: Job): Promise<Answer>;
  end(): Promise<void>;
}

/** Starts a file of this folder and resolves with what it says first. */
export async function startHelper<Job extends object, Answer>(
  file: string,
  args: readonly string[] = [],
): Promise<Helper<Job, Answer> & { readonly hello: string }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  // The peer is started as the exchange is.
  const execArgv = [...nodeFlags];
  const child = fork(path, args, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answer = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error(`${file} ended before it answered`));
      child.once('exit', gone);
      child.once('message', (message) => {
        child.off('exit', gone);
        resolve(message as T);
      });
    });
  const hello = await answer<string>();
  return {
    pid: child.pid ?? 0,
    hello,
    ask: (job) => {
      child.send(job);
      return answer();
    },
    end: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The other end: says hello and answers each job. Ends with the process that started it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what a process is asked is known to whoever starts it
export function answerJobs<Job>(hello: string, work: (job: Job) => unknown): void {
  process.on('message', (job) => {
    void (async () => {
      process.send?.((await work(job as Job)) ?? null);
    })();
  });
  process.on('disconnect', () => process.exit());
  process.send?.(hello);
}

/** Seconds of processor time that a process has used, all its threads together. Linux only; NaN elsewhere. */
export function processorSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return NaN;
  }
}

/** Megabytes that a process occupies. Linux only; NaN elsewhere. */
export function memoryMb(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Rss:\s+(\d+)/m.exec(text)?.[1]) / 1024;
  } catch {
    return NaN;
  }
}
