/** What others send never reaches a terminal or a log as it is, and what is secret reaches none at all. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person, TestSocket } from '../packages/exchange/src/gateway/testing.ts';
import type { Fields } from '../packages/exchange/src/gateway/testing.ts';
import { startServer } from './kill/server.ts';
import type { Server } from './kill/server.ts';
import { emptyFolder, wattlot } from './run-wattlot.ts';

let server: Server;
let folder = '';
let remove = async (): Promise<void> => undefined;
beforeAll(async () => {
  ({ folder, remove } = await emptyFolder());
  server = await startServer(folder);
});
afterAll(async () => {
  await server.kill();
  await remove();
});

/** A new line that looks like the program's own, and words to a terminal: clear, title, clipboard, link, other direction. */
const evil =
  'x\n{"event":"note","text":"all is well"}\r\u001b[2J\u001b]0;title\u0007\u001b]52;c;eA==\u0007\u001b]8;;http://x\u0007\u009b2J\u202e\u2028\u0000';

test('no text of a stranger makes a line of its own or speaks to the terminal, and nothing secret is told', async () => {
  const person = new Person(server as never);
  const token = await person.login();
  const authorization = `Bearer ${token}`;
  const post = (path: string, body: unknown): ReturnType<Person['post']> =>
    person.post(path, body, { authorization });
  expect((await post('/v1/connect_node', { name: evil })).status).toBe(400);
  expect((await post('/v1/connect_node', { name: 'honest' })).status).toBe(200);
  await post('/v1/schedule_ecoin_issue', { amount: 50_000 });
  await post(`/v1/${encodeURIComponent(evil)}`, { evil });
  await person.post('/v1/login', { address: person.address, challenge: evil, signature: evil });
  const made = await post('/v1/create_api_key', { name: 'bot', scopes: ['read', 'trade'] });
  const { secret } = made.body['result'] as { readonly secret: string };
  expect((await post('/v1/create_api_key', { name: evil, scopes: ['read'] })).status).toBe(400);

  const socket = await new TestSocket(server.url).open();
  await socket.ask({ method: 'subscribe', req_id: 1, params: { channel: 'agent', token } });
  const order = { order_type: 'limit', side: 'buy', symbol: 'KWH/ECOIN', order_qty: 0.01 };
  const place = { ...order, limit_price: 10, token };
  let placed: Fields = {};
  // The ecoin comes with a block.
  for (let id = 10; placed['success'] !== true; id += 1) {
    placed = await socket.ask({ method: 'add_order', req_id: id, params: place });
  }
  const { order_id: id } = placed['result'] as { readonly order_id: string };
  const evils: readonly Fields[] = [
    { method: evil, req_id: 2 },
    { method: 'subscribe', req_id: 3, params: { channel: 'book', symbol: [evil] } },
    { method: 'add_order', req_id: 4, params: { ...place, cl_ord_id: evil } },
    { method: 'add_order', req_id: 5, params: { ...place, symbol: evil } },
    { method: 'cancel_order', req_id: 6, params: { token, order_id: [evil] } },
    { method: 'offers.declined', req_id: 7, params: { token, order_id: id, reason: evil } },
    { method: 'add_order', req_id: 8, params: { ...place, token: evil } },
  ];
  for (const request of evils) socket.send(request);
  await socket.next(({ req_id: answered }) => answered === 8);
  socket.close();
  await server.stop();

  const { printed, said } = await server.ended;
  expect(printed).toContain('honest');
  for (const line of printed.trimEnd().split('\n')) {
    expect(JSON.parse(line), line).toMatchObject({ event: expect.any(String) as unknown });
    expect(line).not.toContain('all is well');
  }
  for (const text of [printed, said]) {
    // Line ends are the only control characters.
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}|\u2028|\u2029/u);
    for (const hidden of [token, secret]) expect(text).not.toContain(hidden);
  }
});

// A device on which every write fails as on a full disk.
test.runIf(process.platform === 'linux')(
  'an exchange whose log cannot be written says so once, goes on and ends in good order',
  async () => {
    const { folder: data, remove: removeData } = await emptyFolder();
    const args = ['exchange', '--data', data, '--port', '0', '--log', '/dev/full'];
    const { code, out, err } = await wattlot(args, (text) => text.includes('http://'));
    await removeData();
    expect(err).toMatch(/^wattlot: \/dev\/full cannot be written: ENOSPC.*\n$/);
    expect(out).toContain('http://');
    expect(code).toBe(0);
  },
);
