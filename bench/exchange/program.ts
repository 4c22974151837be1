/** The exchange that is measured: the program itself, `wattlot exchange`, with limits that stop nobody. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment, nodeFlags } from '../../bin/child.ts';

const program = fileURLToPath(new URL('../../bin/wattlot.mjs', import.meta.url));

/** As an operator would write it who trusts everybody: the machine is measured here, not what one account may do. */
const limits = `orders-per-second = 1000000
orders-burst = 1000000
cancels-per-second = 1000000
cancels-burst = 1000000
agent-words-per-second = 1000000
agent-words-burst = 1000000
frames-per-second = 1000000
frames-burst = 1000000
source-frames-per-second = 1000000
source-frames-burst = 1000000
calls-per-second = 1000000
calls-burst = 1000000
chain-calls-per-second = 1000000
chain-calls-burst = 1000000
connections = 5000
connections-per-source = 5000
http-connections = 6000
`;

/** A running exchange. */
export interface Program {
  readonly pid: number;
  /** `http://host:port`. */
  readonly url: string;
  /** Of its sockets. */
  readonly socketUrl: string;
  stop(): Promise<void>;
}

/** Starts it on a data folder, made when missing, and resolves when it listens. @throws Error when it ends before. */
export async function startProgram(data: string): Promise<Program> {
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'exchange.conf'), limits);
  const log = join(data, 'log');
  const args = [
    program,
    'exchange',
    '--data',
    data,
    '--port',
    '0',
    '--open',
    '--json',
    '--quiet',
    '--log',
    log,
  ];
  const child = spawn(process.execPath, [...nodeFlags, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // As `wattlot up` starts it.
    env: { ...process.env, ...nodeEnvironment },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the exchange ended with ${code}`)));
    const lines = createInterface(child.stdout);
    lines.once('line', (line) => {
      resolve(String((JSON.parse(line) as { url?: string }).url));
      lines.close();
      child.stdout.resume();
    });
  });
  return {
    pid: child.pid ?? 0,
    url,
    socketUrl: `${url.replace('http', 'ws')}/v2`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
