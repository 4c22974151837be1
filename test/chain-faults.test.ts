/** `wattlot chain` in processes of its own: a chain with its operator's node, and a household's node that joins it, asked as MultiChain nodes are. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const main = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

/** A running `wattlot chain`. */
interface Node {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly out: string;
  readonly rpc: string;
  readonly password: string;
}

let data: Awaited<ReturnType<typeof emptyFolder>>;
let nodes: Node[];

beforeEach(async () => {
  data = await emptyFolder();
  nodes = [];
});

afterEach(async () => {
  for (const { child, ended } of nodes) {
    child.kill('SIGKILL');
    await ended;
  }
  await data.remove();
});

/** Starts a node, and waits until it has told its addresses. */
async function start(...args: string[]): Promise<Node> {
  const all = ['chain', '--data', data.folder, '--port', '0', '--rpc-port', '0', ...args];
  const child = spawn(process.execPath, [main, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done) => {
    child.on('close', (code) => done(code));
  });
  const out = await new Promise<string>((done, failed) => {
    let [told, err] = ['', ''];
    child.stdout.on('data', (part: Buffer) => {
      told += part.toString();
      if (/^user .*\n/m.test(told)) done(told);
    });
    child.stderr.on('data', (part: Buffer) => (err += part.toString()));
    child.on('close', () => failed(new Error(err)));
  });
  const file = /password in (.*)$/m.exec(out)?.[1] ?? '';
  expect((await stat(file)).mode & 0o077).toBe(0);
  const rpc = /JSON-RPC at (\S+)/.exec(out)?.[1] ?? '';
  const node = { child, ended, out, rpc, password: (await readFile(file, 'utf8')).trim() };
  expect(out).not.toContain(node.password);
  nodes.push(node);
  return node;
}

async function call(node: Node, method: string, ...params: unknown[]): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`wattlot:${node.password}`).toString('base64')}`;
  const body = JSON.stringify({ method, params, id: 1 });
  const answer = await fetch(node.rpc, { method: 'POST', headers: { authorization }, body });
  const { result, error } = (await answer.json()) as { result: unknown; error: unknown };
  if (error !== null) throw new Error(JSON.stringify(error));
  return result;
}

/** Asks until the answer contains something: a block comes when it comes. */
async function until(node: Node, what: RegExp, method: string): Promise<void> {
  for (;;) if (what.test(JSON.stringify(await call(node, method)))) return;
}

it('a household joins, is paid, and both end when told to; started again the chain goes on', async () => {
  const operator = await start('--chain', 'street');
  expect(await call(operator, 'getinfo')).toMatchObject({ chainname: 'street' });
  const url = /--join (\S+)/.exec(operator.out)?.[1] ?? '';
  const household = await start('--join', url, '--name', 'anna');
  const [address] = (await call(household, 'getaddresses')) as string[];
  expect(household.out).toContain(`grant ${address} connect,send,receive`);
  await expect(call(household, 'issue', address, 'gold', 1)).rejects.toThrow(/-704/);
  await call(operator, 'grant', address, 'connect,send,receive');
  await call(operator, 'issue', address, 'gold', 5);
  await until(household, /"gold".*"qty":5\b/, 'gettotalbalances');

  // somebody who leaves in the middle of a request takes nobody along
  const { port } = new URL(url);
  await new Promise((left) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write('POST /chain HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{', () => {
        socket.destroy();
      });
    });
    socket.on('close', left);
  });
  expect(await call(operator, 'stop')).toBe('MultiChain server stopping');
  expect(await operator.ended).toBe(0);
  await expect(call(household, 'gettotalbalances')).rejects.toThrow(/-32603.*cannot be reached/);
  household.child.kill('SIGTERM');
  expect(await household.ended).toBe(0);

  const again = await start('--chain', 'street');
  expect(again.password).toBe(operator.password);
  expect(JSON.stringify(await call(again, 'listassets'))).toContain('"gold"');
});

/** What the command line itself refuses is followed by where to look. */
const hint = 'See --help for what there is.';

it.each([
  [['--rpc-password', ''], 2, 'at least one character', [hint]],
  [['--rpc-user', 'a:b'], 2, 'without a colon', [hint]],
  [['--block-ms', '0'], 2, 'from 1 to 600000', [hint]],
  [['--join', 'https://127.0.0.1:9'], 2, 'over http', []],
  [['--join', 'http://127.0.0.1:9'], 3, 'no chain at http://127.0.0.1:9', []],
])('%j ends with one line and the exit code %i', async (args, exit, message, more) => {
  const { code, err } = await wattlot(['chain', '--data', data.folder, ...args]);
  const [line, ...rest] = err.trim().split('\n');
  expect(line).toContain(message);
  expect(rest).toEqual(more);
  expect(code).toBe(exit);
});
