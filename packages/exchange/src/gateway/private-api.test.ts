import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFunctions } from '@wattlot/client/frames';
import type { PrivateFunctionName } from '@wattlot/client/frames';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeysMax, heartbeatMs, sessionsPerAddressMax } from '../limits.ts';
import type { RunningExchange } from '../start.ts';
import { ManualClock } from '../testing.ts';
import { signRequest } from './api-keys.ts';
import { Person, startTestExchange, TestSocket } from './testing.ts';
import type { Fields } from './testing.ts';

let exchange: RunningExchange;
let folder: string;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ exchange, folder, end } = await startTestExchange());
});
afterAll(() => end());

const symbol = 'KWH/ECOIN';

interface Key {
  readonly key: string;
  readonly secret: string;
}

async function makeKey(person: Person, token: string, scopes: readonly string[]): Promise<Key> {
  const authorization = `Bearer ${token}`;
  const body = { name: 'bot', scopes };
  const made = await person.post('/v1/create_api_key', body, { authorization });
  expect(made.status).toBe(200);
  return made.body['result'] as Key;
}

let lastNonce = Date.now();

/** Calls a private function as its dialect says, or with something wrong. */
async function ask(
  { key, secret }: Key,
  name: PrivateFunctionName,
  fields: Readonly<Record<string, string>> = {},
  wrong: { nonce?: string; sign?: string; key?: string; json?: boolean } = {},
): Promise<{ readonly error: readonly string[]; readonly result?: Fields }> {
  const nonce = wrong.nonce ?? String((lastNonce += 1));
  const all = { nonce, ...fields };
  const body = wrong.json === true ? JSON.stringify(all) : new URLSearchParams(all).toString();
  const path = `/0/private/${name}`;
  const type = wrong.json === true ? 'application/json' : 'application/x-www-form-urlencoded';
  const response = await fetch(new URL(path, exchange.url), {
    method: 'POST',
    headers: {
      'content-type': type,
      'API-Key': wrong.key ?? key,
      'API-Sign': wrong.sign ?? signRequest(secret, { path, nonce, body }),
    },
    body,
  });
  const answer = (await response.json()) as Awaited<ReturnType<typeof ask>>;
  if (answer.result !== undefined) {
    expect(Compile(privateFunctions[name].result).Errors(answer.result)).toEqual([]);
  }
  return answer;
}

test('the signature is the one of a worked example', () => {
  // The example of the dialect’s own documentation, whose answer is public.
  const secret =
    'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==';
  const nonce = '1616492376594';
  const body = `nonce=${nonce}&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25`;
  expect(signRequest(secret, { path: '/0/private/AddOrder', nonce, body })).toBe(
    '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
  );
});

test('a key is made after a login, listed without its secret, and good until it is revoked', async () => {
  const person = new Person(exchange);
  const token = await person.join('keys');
  const authorization = `Bearer ${token}`;
  const key = await makeKey(person, token, ['read']);
  const list = async (): Promise<unknown> =>
    (await person.post('/v1/list_api_keys', {}, { authorization })).body['result'];
  expect(await list()).toEqual({
    keys: [{ key: key.key, name: 'bot', scopes: ['read'], created: expect.stringMatching(/Z$/) }],
  });
  expect(await ask(key, 'Balance')).toEqual({ error: [], result: { ecoin: '1000.00' } });
  expect(await ask(key, 'BalanceEx')).toEqual({
    error: [],
    result: { ecoin: { balance: '1000.00', hold_trade: '0.00' } },
  });
  const other = new Person(exchange);
  const otherToken = await other.join('other');
  const revoke = (by: Person, bearer: string): Promise<unknown> =>
    by.post('/v1/revoke_api_key', { key: key.key }, { authorization: `Bearer ${bearer}` });
  expect(await revoke(other, otherToken)).toMatchObject({ body: { result: { revoked: false } } });
  const { result } = await ask(key, 'GetWebSocketsToken');
  expect(await revoke(person, token)).toMatchObject({ body: { result: { revoked: true } } });
  expect(await ask(key, 'Balance')).toEqual({ error: ['EAPI:Invalid key'] });
  const socket = await new TestSocket(exchange.url).open();
  const params = { channel: 'balances', token: result?.['token'] };
  expect(await socket.ask({ method: 'subscribe', req_id: 1, params })).toMatchObject({
    error: 'ESession:Invalid session',
  });
  socket.close();
  expect(await list()).toEqual({ keys: [] });
  const stranger = new Person(exchange);
  const guest = { authorization: `Bearer ${await stranger.login()}` };
  const wish = { name: 'x', scopes: ['read'] };
  expect(await stranger.post('/v1/create_api_key', wish, guest)).toMatchObject({ status: 403 });
  expect(await stranger.post('/v1/create_api_key', wish)).toMatchObject({ status: 401 });
});

test('what follows a private channel with the token of a key ends when the key is revoked, and reads why', async () => {
  const person = new Person(exchange);
  const token = await person.join('revoked');
  const authorization = `Bearer ${token}`;
  const [gone, kept] = [
    await makeKey(person, token, ['read', 'trade']),
    await makeKey(person, token, ['read']),
  ];
  const follow = async (bearer: unknown): Promise<TestSocket> => {
    const socket = await new TestSocket(exchange.url).open();
    const params = { channel: 'executions', token: bearer };
    await socket.ask({ method: 'subscribe', req_id: 1, params });
    return socket;
  };
  const tokenOf = async (key: Key): Promise<unknown> =>
    (await ask(key, 'GetWebSocketsToken')).result?.['token'];
  const [its, others, own] = [
    await follow(await tokenOf(gone)),
    await follow(await tokenOf(kept)),
    await follow(token),
  ];
  await person.post('/v1/revoke_api_key', { key: gone.key }, { authorization });
  expect(await its.closed).toBe('1008 the API key was revoked');
  for (const socket of [others, own]) {
    expect(await socket.ask({ method: 'ping', req_id: 2 })).toMatchObject({ method: 'pong' });
    socket.close();
  }
});

test('what follows a private channel ends when its session is pushed out, and reads why', async () => {
  const clock = new ManualClock();
  const started = await startTestExchange({ clock });
  const person = new Person(started.exchange);
  const token = await person.login();
  const socket = await new TestSocket(started.exchange.url).open();
  const params = { channel: 'balances', token };
  await socket.ask({ method: 'subscribe', req_id: 1, params });
  clock.advance(heartbeatMs);
  for (let count = 1; count < sessionsPerAddressMax; count += 1) await person.login();
  clock.advance(heartbeatMs);
  // To follow is to use it: the others of this address are the first to go.
  for (let count = 1; count < sessionsPerAddressMax; count += 1) await person.login();
  clock.advance(heartbeatMs);
  expect(await socket.ask({ method: 'ping', req_id: 2 })).toMatchObject({ method: 'pong' });
  for (let count = 0; count < sessionsPerAddressMax; count += 1) await person.login();
  clock.advance(heartbeatMs);
  expect(await socket.closed).toBe('1008 the session has ended');
  await started.end();
});

test('a participant has so many keys and no more', async () => {
  const person = new Person(exchange);
  const token = await person.join('many');
  const wish = { name: 'x', scopes: ['read'] };
  const authorization = `Bearer ${token}`;
  for (let count = 0; count < apiKeysMax; count += 1) await makeKey(person, token, ['read']);
  expect(await person.post('/v1/create_api_key', wish, { authorization })).toMatchObject({
    status: 403,
  });
});

test('what is forged, stale or repeated is refused, and nothing of it counts', async () => {
  const person = new Person(exchange);
  const key = await makeKey(person, await person.join('forged'), ['read', 'trade']);
  const nonce = String((lastNonce += 1_000));
  expect(await ask(key, 'Balance', {}, { sign: 'AAAA', nonce })).toEqual({
    error: ['EAPI:Invalid signature'],
  });
  expect(await ask(key, 'Balance', {}, { key: 'nobody', nonce })).toEqual({
    error: ['EAPI:Invalid key'],
  });
  const elsewhere = signRequest(key.secret, {
    path: '/0/private/OpenOrders',
    nonce,
    body: `nonce=${nonce}`,
  });
  expect(await ask(key, 'Balance', {}, { sign: elsewhere, nonce })).toEqual({
    error: ['EAPI:Invalid signature'],
  });
  expect((await ask(key, 'Balance', {}, { nonce })).error).toEqual([]);
  for (const stale of [nonce, '1', '-1', '1e3', '', '9'.repeat(20)]) {
    expect(await ask(key, 'Balance', {}, { nonce: stale }), stale).toEqual({
      error: ['EAPI:Invalid nonce'],
    });
  }
  // Sent twice at once, it is taken once.
  const twice = String((lastNonce += 1));
  const both = await Promise.all([1, 2].map(() => ask(key, 'Balance', {}, { nonce: twice })));
  expect(both.map(({ error }) => error.join()).toSorted()).toEqual(['', 'EAPI:Invalid nonce']);
});

test('orders by HTTP go the way of those by the socket', async () => {
  const person = new Person(exchange);
  const key = await makeKey(person, await person.join('orders'), ['read', 'trade']);
  const order = { pair: symbol, type: 'buy', ordertype: 'limit', volume: '0.02', price: '10' };
  const placed = await ask(key, 'AddOrder', { ...order, cl_ord_id: 'mine', oflags: 'post' });
  expect(placed).toMatchObject({
    error: [],
    result: { descr: { order: `buy 0.02 ${symbol} @ limit 10` } },
  });
  const [id = ''] = (placed.result as { txid: string[] }).txid;
  expect(await ask(key, 'OpenOrders')).toMatchObject({
    result: {
      open: {
        [id]: {
          status: 'pending',
          vol: '0.02',
          cl_ord_id: 'mine',
          oflags: 'post',
          descr: { type: 'buy', price: '10', ordertype: 'limit' },
        },
      },
    },
  });
  expect(await ask(key, 'CancelOrder', { txid: id })).toEqual({ error: [], result: { count: 1 } });
  expect(await ask(key, 'OpenOrders')).toEqual({ error: [], result: { open: {} } });
  expect(await ask(key, 'CancelOrder', { cl_ord_id: 'nothing' })).toEqual({
    error: ['EOrder:Unknown order'],
  });
  const switched = await ask(key, 'CancelAllOrdersAfter', { timeout: '60' });
  expect(switched.result?.['triggerTime']).toMatch(/^\d{4}-.*Z$/);
  expect(await ask(key, 'CancelAllOrdersAfter', { timeout: '0' })).toMatchObject({ error: [] });
  const bad: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ ...order, volume: '0' }, 'EOrder:Order minimum not met'],
    [{ ...order, volume: '100000' }, 'EOrder:Invalid order:Invalid arguments:volume above qty_max'],
    [{ ...order, volume: '0.001' }, 'EGeneral:Invalid arguments:order_qty'],
    [{ ...order, volume: '1e3' }, 'EGeneral:Invalid arguments:volume'],
    [{ ...order, price: '0.5' }, 'EOrder:Invalid price'],
    [{ ...order, price: '1000', volume: '9.99' }, 'EOrder:Insufficient funds'],
    [{ ...order, pair: 'X/Y' }, 'EQuery:Unknown asset pair'],
    [{ ...order, leverage: '2:1' }, 'EGeneral:Invalid arguments:leverage is not supported'],
    [{ ...order, ordertype: 'stop-loss' }, 'EGeneral:Invalid arguments:ordertype'],
    [{ ...order, timeinforce: 'GTD' }, 'EGeneral:Invalid arguments:expire_time'],
    [{ pair: symbol }, 'EGeneral:Invalid arguments:type'],
  ];
  for (const [fields, error] of bad) {
    expect(await ask(key, 'AddOrder', fields), JSON.stringify(fields)).toEqual({ error: [error] });
    const looked = await ask(key, 'AddOrder', { ...fields, validate: 'true' });
    expect(looked, JSON.stringify(fields)).toEqual({ error: [error] });
  }
  expect(await ask(key, 'AddOrder', { ...order, validate: 'true' })).toEqual({
    error: [],
    result: { descr: { order: `buy 0.02 ${symbol} @ limit 10` } },
  });
  expect(await ask(key, 'OpenOrders')).toEqual({ error: [], result: { open: {} } });
  const json = await ask(key, 'AddOrder', { ...order, timeinforce: 'IOC' }, { json: true });
  expect(json).toMatchObject({ error: [] });
});

test('a key for looking cannot trade: not by HTTP, not with its token', async () => {
  const person = new Person(exchange);
  const key = await makeKey(person, await person.join('looking'), ['read']);
  const denied = 'EGeneral:Permission denied';
  expect(await ask(key, 'CancelAllOrdersAfter', { timeout: '0' })).toEqual({ error: [denied] });
  const { result } = await ask(key, 'GetWebSocketsToken');
  expect(result).toEqual({ token: expect.stringMatching(/^[\w-]{43}$/), expires: 900 });
  expect((await ask(key, 'GetWebSocketsToken')).result).toEqual(result);
  const token = result?.['token'];
  const socket = await new TestSocket(exchange.url).open();
  const subscribe = (req_id: number, channel: string): Promise<Fields> =>
    socket.ask({ method: 'subscribe', req_id, params: { channel, token } });
  expect(await subscribe(1, 'balances')).toMatchObject({ success: true });
  expect(await subscribe(2, 'agent')).toMatchObject({ error: denied });
  const params = { token, order_id: ['O1'] };
  expect(await socket.ask({ method: 'cancel_order', req_id: 3, params })).toMatchObject({
    error: denied,
  });
  socket.close();
});

test('the token of a key is for the socket: under /v1/ it makes and ends no key, lists none and places no order', async () => {
  const person = new Person(exchange);
  const login = await person.join('escalating');
  for (const scopes of [['read'], ['read', 'trade']]) {
    const key = await makeKey(person, login, scopes);
    const { result } = await ask(key, 'GetWebSocketsToken');
    const authorization = `Bearer ${String(result?.['token'])}`;
    const order = { symbol, limit_price: 0.1, order_qty: 0.01 };
    const calls: readonly (readonly [string, object])[] = [
      ['create_api_key', { name: 'more', scopes: ['read', 'trade'] }],
      ['revoke_api_key', { key: key.key }],
      ['list_api_keys', {}],
      ['connect_node', { name: 'escalating' }],
      ['schedule_ecoin_issue', { amount: 1 }],
      ['list_ecoin_requests', {}],
      ['register_bid', order],
      ['register_ask', order],
      ['list_participants', {}],
    ];
    for (const [name, body] of calls) {
      expect(await person.post(`/v1/${name}`, body, { authorization }), name).toEqual({
        status: 403,
        body: { error: 'EGeneral:Permission denied' },
      });
    }
    expect((await ask(key, 'OpenOrders')).result).toEqual({ open: {} });
  }
});

test('keys and nonces outlive the exchange; a line cut short was never answered', async () => {
  const person = new Person(exchange);
  const token = await person.join('restart');
  const [key, gone] = [
    await makeKey(person, token, ['read']),
    await makeKey(person, token, ['read']),
  ];
  const authorization = `Bearer ${token}`;
  const nonce = String((lastNonce += 1));
  expect((await ask(key, 'Balance', {}, { nonce })).error).toEqual([]);
  await person.post('/v1/revoke_api_key', { key: gone.key }, { authorization });
  const log = join(folder, 'api-keys.log');
  expect(readFileSync(log, 'utf8')).not.toContain(key.secret.slice(0, 20));
  for (const name of ['api-keys.log', 'api-keys.secret']) {
    expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
  }
  await exchange.close();
  appendFileSync(log, '{"kind":"nonce","key":');
  ({ exchange } = await startTestExchange({ folder }));
  expect(await ask(key, 'Balance', {}, { nonce })).toEqual({ error: ['EAPI:Invalid nonce'] });
  expect((await ask(key, 'Balance')).error).toEqual([]);
  expect(await ask(gone, 'Balance')).toEqual({ error: ['EAPI:Invalid key'] });
  await exchange.close();
  const whole = readFileSync(log, 'utf8');
  writeFileSync(log, `nonsense\n${whole}`);
  const files = (): unknown => readdirSync(folder).map((name) => statSync(join(folder, name)).ino);
  const before = files();
  await expect(startTestExchange({ folder })).rejects.toMatchObject({ code: 'keys_corrupt' });
  // Not even one that would say the same was written in the place of another.
  expect(files()).toEqual(before);
  writeFileSync(log, whole);
  ({ exchange } = await startTestExchange({ folder }));
  const remove = end;
  end = async () => {
    await exchange.close();
    await remove();
  };
});

test('calls that are no function of the dialect get its envelope', async () => {
  const get = async (path: string, init?: RequestInit): Promise<unknown> =>
    (await fetch(new URL(path, exchange.url), init)).json();
  expect(await get('/0/private/Withdraw', { method: 'POST' })).toEqual({
    error: ['EGeneral:Unknown method'],
  });
  expect(await get('/0/public/Nothing')).toEqual({ error: ['EGeneral:Unknown method'] });
  const long = { method: 'POST', body: new URLSearchParams({ x: 'y'.repeat(10_000) }) };
  expect(await get('/0/private/Balance', long)).toEqual({ error: ['EGeneral:Invalid arguments'] });
  expect(await get('/0/private/Balance', { method: 'POST' })).toEqual({
    error: ['EAPI:Invalid key'],
  });
});
