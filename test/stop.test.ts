/** The real exchange, asked to stop: what it took is on disk and answered, its clients are told, and orders stay unless it is asked otherwise. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { chainName, findJournal, readLines, verifyJournal } from '@wattlot/exchange';
import { addressOf, newKeyPair, paramsForChain, signMessage } from '@wattlot/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestSocket } from '../packages/exchange/src/gateway/testing.ts';
import type { Fields } from '../packages/exchange/src/gateway/testing.ts';
import { startServer } from './kill/server.ts';
import type { Server } from './kill/server.ts';
import { emptyFolder } from './run-wattlot.ts';

let folder = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
});
afterEach(() => remove());

async function post(url: string, path: string, body: object, token = ''): Promise<Fields> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const { result } = (await response.json()) as { readonly result?: Fields };
  if (result === undefined) throw new Error(`${path} was refused with ${response.status}`);
  return result;
}

/** Somebody with ecoin and no agent: a socket that hears of it, and a token. */
async function enter({ url }: Server): Promise<{ socket: TestSocket; token: string }> {
  const key = newKeyPair(randomBytes);
  const address = addressOf(key.hash160, paramsForChain(chainName));
  const { challenge } = await post(url, '/v1/challenge', { address });
  const signature = signMessage(String(challenge), key);
  const login = await post(url, '/v1/login', { address, challenge, signature });
  const token = String(login['token']);
  await post(url, '/v1/connect_node', { name: 'hand' }, token);
  const socket = await new TestSocket(url).open();
  await socket.ask({
    method: 'subscribe',
    req_id: 0,
    params: { channel: 'balances', token, snapshot: false },
  });
  await post(url, '/v1/schedule_ecoin_issue', { amount: 100_000 }, token);
  await socket.channel('balances');
  return { socket, token };
}

const order = { symbol: 'KWH/ECOIN', order_type: 'limit', side: 'buy', order_qty: 0.01 };

/** The entries of the journal, by client order id and by kind. */
function journaled(): { readonly ids: Set<unknown>; readonly kinds: string[] } {
  const ids = new Set<unknown>();
  const kinds: string[] = [];
  for (const line of readLines(findJournal(folder))) {
    const { command } = JSON.parse(line) as { readonly command: Fields };
    kinds.push(String(command['kind']));
    if (command['kind'] === 'order.place') ids.add(command['clientOrderId']);
  }
  return { ids, kinds };
}

test('what was taken is on disk and answered, sockets end with a reason, and the orders are there again', async () => {
  const server = await startServer(folder);
  const { socket, token } = await enter(server);
  const answers: Fields[] = [];
  socket.socket.on('message', (data) => {
    const said = JSON.parse((data as Buffer).toString()) as Fields;
    if (said['method'] === 'add_order') answers.push(said);
  });
  const count = 60;
  for (let id = 1; id <= count; id += 1) {
    const params = { ...order, token, limit_price: 10, cl_ord_id: `own-${id}` };
    socket.send({ method: 'add_order', req_id: id, params });
  }
  // The first is on disk; of the others some are on their way, and some have not been read yet.
  await socket.next(({ req_id: id }) => id === 1);
  const stopped = server.stop();
  expect(await socket.closed).toBe('1001 the exchange is closing');
  expect(await stopped).toBe(0);
  expect(verifyJournal(findJournal(folder)).violations).toEqual([]);
  const { ids, kinds } = journaled();
  const [taken, refused] = [true, false].map((success) =>
    answers.filter((answer) => answer['success'] === success),
  );
  // What was taken was answered, and nothing else was told to be: what has no answer was never read.
  expect(new Set(taken?.map((answer) => `own-${String(answer['req_id'])}`))).toEqual(ids);
  expect(taken).not.toEqual([]);
  for (const answer of refused ?? []) expect(answer['error']).toBe('EService:Unavailable');
  expect(kinds).not.toContain('market.cancel_all');
});

test('asked to, it cancels all orders at last', async () => {
  const server = await startServer(folder, 0, [], ['--cancel-on-stop']);
  const { socket, token } = await enter(server);
  const params = { ...order, token, limit_price: 10, cl_ord_id: 'mine' };
  expect(await socket.ask({ method: 'add_order', req_id: 1, params })).toMatchObject({
    success: true,
  });
  const subscribe = { channel: 'executions', token, snapshot: false };
  await socket.ask({ method: 'subscribe', req_id: 2, params: subscribe });
  const stopped = server.stop();
  const { data } = await socket.channel('executions');
  expect(data).toMatchObject([{ exec_type: 'canceled', cl_ord_id: 'mine' }]);
  expect(await socket.closed).toBe('1001 the exchange is closing');
  expect(await stopped).toBe(0);
  expect(journaled().kinds.at(-1)).toBe('market.cancel_all');
});

test('the same signal twice at once is one; a second one later ends at once', async () => {
  const program = `
    import { stopSignal } from ${JSON.stringify(fileURLToPath(new URL('../bin/stop.ts', import.meta.url)))};
    let now = 0;
    process.on('message', (at) => { now = at; process.send('set'); });
    let looks = 0;
    const stop = stopSignal(() => {
      process.send('look ' + (looks += 1));
      return now;
    });
    setInterval(() => undefined, 1000);
    stop.asked.then((code) => process.send('asked ' + code));
    process.send('ready');
  `;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const told: unknown[] = [];
  let wake = (): void => undefined;
  child.on('message', (message) => {
    told.push(message);
    wake();
  });
  const hear = async (wanted: string): Promise<void> => {
    while (!told.includes(wanted)) await new Promise<void>((heard) => (wake = heard));
  };
  const ended = new Promise<number | null>((end) => child.once('exit', end));
  await hear('ready');
  child.kill('SIGINT');
  await hear('asked 0');
  child.kill('SIGINT');
  await hear('look 2');
  child.send(10_000);
  await hear('set');
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
});
