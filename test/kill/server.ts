/** The real server, `wattlot exchange`, in a process of its own that can be killed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment, nodeFlags } from '../../bin/child.ts';

const program = fileURLToPath(new URL('../../bin/wattlot.mjs', import.meta.url));

/** A running server. */
export interface Server {
  readonly url: string;
  readonly port: number;
  /** Of its process, or of what it was started under. */
  readonly pid: number;
  /** Ends it without a warning. */
  kill(): Promise<void>;
  /** Resolves when it next says that there was a trade: the trade is on disk, and its settlement still to come. Never rejects; also resolves when it ends. */
  traded(): Promise<void>;
  /** Ends it in order. @returns its exit code. */
  stop(): Promise<number | null>;
  /** Its exit code, what it said on standard error and what it printed, once it has ended, by itself or not. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly said: string;
    readonly printed: string;
  }>;
}

/**
 * Starts the server on a data folder and resolves when it listens.
 * @param under a program with its arguments that runs it as its own child, or in its place.
 * @param more options of the server's own.
 * @throws Error with what it said when it ended before.
 */
export async function startServer(
  data: string,
  port = 0,
  under: readonly string[] = [],
  more: readonly string[] = [],
): Promise<Server> {
  const own = ['exchange', '--data', data, '--port', String(port), '--open', '--json', ...more];
  const [first = '', ...args] = [...under, process.execPath, ...nodeFlags, program, ...own];
  // As `wattlot up` starts it.
  const env = { ...process.env, ...nodeEnvironment };
  const child = spawn(first, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let [out, said] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const awaited: (() => void)[] = [];
  const wake = (): void => {
    for (const one of awaited.splice(0)) one();
  };
  child.once('exit', wake);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('"event":"trade"')) wake();
      const isListening = out.includes('"listening"');
      out += text;
      if (isListening) return;
      const line = out.split('\n').find((one) => one.includes('"listening"'));
      if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once('exit', (code) => {
      reject(new Error(`the exchange ended with ${code} before it listened: ${said.trim()}`));
    });
  });
  const end = (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    kill: async () => {
      await end('SIGKILL');
    },
    traded: () => new Promise((resolve) => awaited.push(resolve)),
    stop: () => end('SIGTERM'),
    ended: ended.then((code) => ({ code, said, printed: out })),
  };
}
