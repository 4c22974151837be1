import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LedgerError } from '../ledger-error.ts';
import { Decimal } from '../node/decimal.ts';
import { RpcError } from '../rpc-error.ts';
import { serveNode } from '../testing/node-server.ts';
import type { NodeServer } from '../testing/node-server.ts';
import { parseNodeUrl } from './node-url.ts';
import { RpcClient } from './rpc-client.ts';
import type { RpcClientOptions } from './rpc-client.ts';

let server: NodeServer;
/** What the node did, in order. */
let done: { method: string; params: readonly unknown[] }[];
let pauses: number[];

beforeEach(async () => {
  done = [];
  pauses = [];
  server = await serveNode({
    call: (method, params = []) => {
      done.push({ method, params });
      if (method === 'nosuch') return Promise.reject(new RpcError(-32_601, 'Method not found'));
      if (method === 'grant') return Promise.resolve('ab'.repeat(32));
      return Promise.resolve(params[0] ?? null);
    },
  });
});

afterEach(() => server.close());

function client(options: Partial<RpcClientOptions> = {}): RpcClient {
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  return new RpcClient({ url: server.url, timeoutMs: 400, pause, ...options });
}

async function failureOf(promise: Promise<unknown>): Promise<LedgerError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LedgerError)) throw new Error(`no LedgerError: ${String(error)}`);
  return error;
}

test('a call reaches the node as a client of MultiChain makes it, and its result comes back', async () => {
  expect(await client().call('getinfo', ['x'])).toBe('x');
  expect(server.last.headers['content-type']).toBe('application/json');
  expect(server.last.headers['connection']).toBe('close');
  expect(JSON.parse(server.last.body)).toEqual({ method: 'getinfo', params: ['x'], id: 0 });
});

test('numbers keep every digit in both directions', async () => {
  const digits = '9007199254740993.00000001';
  expect(await client().call('getinfo', [new Decimal(digits)])).toEqual(new Decimal(digits));
  expect(server.last.body).toContain(`[${digits}]`);
  expect(await client().call('getinfo', [9_223_372_036_854_775_807n])).toEqual(
    new Decimal('9223372036854775807'),
  );
  expect(await client().call('getinfo', [new Decimal('1.00000000')])).toEqual(
    new Decimal('1.00000000'),
  );
  expect(await client().call('getinfo', [7])).toBe(7);
  await expect(client().call('getinfo', [Number.NaN])).rejects.toThrow(RangeError);
});

test('a refusal is an RpcError with the node’s code and words, whatever the status', async () => {
  await expect(client().call('nosuch')).rejects.toMatchObject({
    code: -32_601,
    message: 'Method not found',
  });
  server.fail('grant', { kind: 'error', code: -704, message: 'no permission', done: false });
  await expect(client().call('grant')).rejects.toEqual(new RpcError(-704, 'no permission'));
  expect(pauses).toEqual([]);
});

test('a list of calls is answered in order in one request, refusals in their places', async () => {
  const calls = ['a', 'b'].map((text) => ({ method: 'getinfo', params: [text] }));
  const answers = await client().batch([...calls, { method: 'nosuch', params: [] }]);
  expect(answers).toEqual(['a', 'b', new RpcError(-32_601, 'Method not found')]);
  expect(server.asked).toEqual([['getinfo', 'getinfo', 'nosuch']]);
  const many = Array.from({ length: 450 }, (_, i) => ({ method: 'getinfo', params: [i] }));
  expect(await client().batch(many)).toEqual(many.map((_, i) => i));
  expect(server.asked.slice(1).map((methods) => methods.length)).toEqual([200, 200, 50]);
});

test.each(['silence', 'reset', 'cut'] as const)('after a %s a read is made again', async (kind) => {
  server.fail('getinfo', { kind, done: true });
  server.fail('getinfo', { kind, done: false });
  expect(await client().call('getinfo', ['x'])).toBe('x');
  expect(pauses).toEqual([250, 500]);
});

test.each(['silence', 'reset', 'cut'] as const)(
  'after a %s what changes something is never made again, and the error says that it may be done',
  async (kind) => {
    for (const isDone of [true, false]) {
      server.fail('grant', { kind, done: isDone });
      const error = await failureOf(client().call('grant', ['x']));
      expect(error).toMatchObject({ code: 'chain_unreachable', retryable: false });
      expect(error.message).toMatch(/may have been done/);
    }
    expect(done).toHaveLength(1);
    expect(pauses).toEqual([]);
  },
);

test('one call that changes something keeps a whole list from being repeated', async () => {
  server.fail('grant', { kind: 'reset', done: true });
  const calls = ['getinfo', 'grant'].map((method) => ({ method, params: [] }));
  expect(await failureOf(client().batch(calls))).toMatchObject({ retryable: false });
  expect(done).toHaveLength(2);
});

test('repeating ends after a few attempts', async () => {
  for (let i = 0; i < 5; i++) server.fail('getinfo', { kind: 'reset', done: false });
  const error = await failureOf(client().call('getinfo'));
  expect(error).toMatchObject({ code: 'chain_unreachable', retryable: true });
  expect(server.asked).toHaveLength(3);
});

test('a node that starts has done nothing: a read is repeated, and anything may be', async () => {
  const starting = { kind: 'error', code: -28, message: 'Loading', done: false } as const;
  server.fail('getinfo', starting);
  expect(await client().call('getinfo', ['x'])).toBe('x');
  server.fail('grant', starting);
  expect(await failureOf(client().call('grant'))).toMatchObject({
    code: 'chain_unreachable',
    retryable: true,
  });
});

test('a node that is not there has got nothing: even a grant may be repeated', async () => {
  const { url } = server;
  await server.close();
  const error = await failureOf(new RpcClient({ url }).call('grant'));
  expect(error).toMatchObject({ code: 'chain_unreachable', retryable: true });
  server = await serveNode({ call: () => Promise.resolve(null) });
});

test('an answer too large or no JSON is refused, and a read is not repeated for it', async () => {
  server.fail('getinfo', { kind: 'huge', done: true });
  const small = client({ answerBytesMax: 100_000 });
  expect(await failureOf(small.call('getinfo'))).toMatchObject({ code: 'chain_answer_invalid' });
  server.fail('getinfo', { kind: 'garbage', done: true });
  expect(await failureOf(client().call('getinfo'))).toMatchObject({ code: 'chain_answer_invalid' });
  for (const body of ['7', '{}', '[]', '{"result":1,"error":null,"id":5}', '{"error":{}}']) {
    server.fail('getinfo', { kind: 'status', status: 200, body });
    expect(await failureOf(client().call('getinfo'))).toMatchObject({
      code: 'chain_answer_invalid',
    });
  }
});

test('statuses without JSON have a meaning of their own', async () => {
  const told = async (status: number): Promise<LedgerError> => {
    server.fail('getinfo', { kind: 'status', status, body: '<html>' });
    return failureOf(client({ attemptsMax: 1 }).call('getinfo'));
  };
  expect(await told(404)).toMatchObject({ code: 'chain_request_invalid', retryable: false });
  expect(await told(403)).toMatchObject({ code: 'chain_request_invalid', retryable: false });
  expect(await told(500)).toMatchObject({ code: 'chain_unreachable', retryable: true });
});

test('a wrong password is told once, and no error, stack or inspection shows a password', async () => {
  const secret = 'hunter2%21';
  const url = parseNodeUrl(`http://multichainrpc:${secret}@127.0.0.1:${server.url.port}`);
  const wrong = new RpcClient({ url });
  const refused = await failureOf(wrong.call('getinfo'));
  expect(refused).toMatchObject({ code: 'chain_request_invalid', retryable: false });
  const nobody = new RpcClient({ url: parseNodeUrl(`http://u:${secret}@127.0.0.1:9`) });
  const unreachable = await failureOf(nobody.call('grant'));
  const shown = [refused, unreachable, wrong, url].flatMap((one) => [
    inspect(one, { depth: 20, showHidden: true }),
    one instanceof Error ? one.message : JSON.stringify([one]),
    url.toString(),
    JSON.stringify(one),
    one instanceof Error ? (one.stack ?? '') : '',
  ]);
  for (const text of shown) {
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(btoa('multichainrpc:hunter2!'));
  }
});

test('only so many requests are under way at a time, and none comes after closing', async () => {
  let busy = 0;
  let most = 0;
  server.become({
    call: async () => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 5));
      busy--;
      return null;
    },
  });
  const two = client({ connectionsMax: 2, timeoutMs: 5000 });
  await Promise.all(Array.from({ length: 20 }, () => two.call('getinfo')));
  expect(most).toBe(2);
  two.close();
  expect(await failureOf(two.call('getinfo'))).toMatchObject({ code: 'closed' });
});

test.each([
  ['nonsense', /not a URL/],
  ['ftp://u:p@h:1', /begins with http/],
  ['http://127.0.0.1:7418', /user and password/],
  ['http://u:secret@127.0.0.1', /names the port/],
  ['http://u:secret@127.0.0.1:7418/chain', /ends with the port/],
  ['http://u:sec%zzret@127.0.0.1:7418', /%25/],
])('the URL %s is refused with what is wrong, without its password', (text, why) => {
  const parse = (): unknown => parseNodeUrl(text);
  expect(parse).toThrow(why);
  expect(parse).not.toThrow(/sec/);
});

test('a URL keeps its parts', () => {
  const url = parseNodeUrl('http://us%40er:p%3Aw@[::1]:80/');
  expect(url).toMatchObject({ host: '::1', port: 80, secure: false, origin: 'http://[::1]:80' });
  expect(url.authorization()).toBe(`Basic ${btoa('us@er:p:w')}`);
});
