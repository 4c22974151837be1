import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import type { Dialect } from './dialect.ts';
import { readJson } from './rpc-json.ts';
import { RepeatedFields } from './rpc-params.ts';
import { serveRpc } from './rpc-server.ts';
import type { HttpServer } from '../http-server.ts';
import { RPC, RpcError } from '../rpc-error.ts';

const PROJECT = resolve(import.meta.dirname, '../../../..');
const SHARED = join(resolve(PROJECT, process.env['WATTLOT_SHARED'] ?? '../shared'), 'multichain');
const AUTH = `Basic ${Buffer.from('user:secret').toString('base64')}`;

/** Answers the call that the recordings of HTTP make, and whatever else the tests ask. */
const node = {
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (method === 'getblockcount') return Promise.resolve(16);
    if (method === 'echo') return Promise.resolve(params);
    return Promise.reject(new RpcError(RPC.methodNotFound, 'Method not found'));
  },
};

let servers: HttpServer[] = [];
let failures: unknown[] = [];

beforeEach(() => {
  servers = [];
  failures = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  expect(failures).toEqual([]);
});

async function start(dialect: Dialect = '1.0.9'): Promise<number> {
  const server = await serveRpc({
    node,
    chain: 'energybc',
    user: 'user',
    password: 'secret',
    dialect,
    host: '127.0.0.1',
    port: 0,
    failed: (error) => failures.push(error),
  });
  servers.push(server);
  return server.port;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** `auth` null: none is given. */
interface Asking {
  readonly method?: string;
  readonly path?: string;
  readonly auth?: string | null;
  readonly headers?: Record<string, string>;
}

function ask(
  port: number,
  body: string,
  { method = 'POST', path = '/', auth = AUTH, headers = {} }: Asking = {},
): Promise<Answer> {
  return new Promise((done, failed) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { ...(auth === null ? {} : { authorization: auth }), ...headers },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const { statusCode: status, headers: given } = response;
          done({ status, body: Buffer.concat(parts).toString(), headers: given });
        });
      },
    );
    sent.on('error', failed);
    sent.end(body);
  });
}

interface Recorded {
  readonly case: string;
  readonly http_status: number | null;
  readonly request_body: string;
  readonly response_body: string;
}

/** What was recorded of HTTP itself. */
function recordedHttp(folder: string): Recorded[] {
  const path = join(SHARED, folder, 'errors.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"case": "http: '))
    .map((line) => JSON.parse(line) as Recorded);
}

function optionsOf(about: string): Asking {
  if (about.includes('wrong password')) {
    return { auth: `Basic ${Buffer.from('user:wrong').toString('base64')}` };
  }
  if (about.includes('wrong user')) {
    return { auth: `Basic ${Buffer.from('other:secret').toString('base64')}` };
  }
  if (about.includes('no Authorization')) return { auth: null };
  if (about.includes('other path')) return { path: '/other' };
  if (about.includes('GET')) return { method: 'GET' };
  if (about.includes('PUT')) return { method: 'PUT' };
  if (about.includes('text/plain')) return { headers: { 'content-type': 'text/plain' } };
  return {};
}

describe.skipIf(!existsSync(join(SHARED, 'errors.jsonl')))('as recorded', () => {
  for (const [dialect, folder] of [
    ['1.0.9', '.'],
    ['2.3', 'v2.3'],
  ] as const) {
    test(`HTTP itself answers as ${dialect} did`, async () => {
      const port = await start(dialect);
      const lines = recordedHttp(folder);
      expect(lines.length).toBeGreaterThan(20);
      for (const line of lines) {
        const answer = await ask(port, line.request_body, optionsOf(line.case)).catch(() => null);
        // The height is another on every chain.
        const body = line.response_body.replaceAll(/"result":(16|\d+)(?=,)/g, '"result":16');
        const expected = line.http_status === null ? null : { status: line.http_status, body };
        const found = answer === null ? null : { status: answer.status, body: answer.body };
        expect([line.case, found]).toEqual([line.case, expected]);
      }
    });
  }

  test('what stock clients sent is understood', async () => {
    const port = await start();
    const lines = readFileSync(join(SHARED, 'clients-wire.jsonl'), 'utf8').split('\n');
    const bodies = lines.filter(Boolean).flatMap((line) => {
      const { request_body: body } = JSON.parse(line) as { request_body?: string };
      return body === undefined ? [] : [body];
    });
    expect(bodies.length).toBeGreaterThan(10);
    for (const body of bodies) {
      const { body: answered, headers } = await ask(port, body);
      expect(headers['content-type']).toBe('application/json');
      const isOther = body.includes('"otherchain"');
      expect(answered).toMatch(isOther ? /"Wrong chain name"/ : /"error":(null|\{"code":-32601,)/);
    }
  });
});

test('a wrong password and no password are answered alike, without the password', async () => {
  const port = await start();
  for (const auth of [null, 'Basic', 'Basic !!!', 'Bearer secret', `${AUTH}x`]) {
    const { status, body, headers } = await ask(port, '{}', { auth });
    expect([auth, status]).toEqual([auth, 401]);
    expect(headers['www-authenticate']).toBe('Basic realm="jsonrpc"');
    expect(body).not.toContain('secret');
  }
});

test('1.0.9 closes each connection, 2.3 keeps it', async () => {
  const body = '{"method":"getblockcount","id":1}';
  const old = await ask(await start(), body, { headers: { connection: 'keep-alive' } });
  expect(old.headers.connection).toBe('close');
  const next = await ask(await start('2.3'), body, { headers: { connection: 'keep-alive' } });
  expect(next.headers.connection).toBe('keep-alive');
});

test('a request that is too long is refused and the node goes on', async () => {
  const port = await start();
  const answer = await ask(port, ' '.repeat(17_000_000)).catch(() => ({ status: 413 }));
  expect(answer.status).toBe(413);
  expect((await ask(port, '{"method":"getblockcount"}')).status).toBe(200);
});

test('bytes that are no HTTP end their connection only', async () => {
  const port = await start();
  const ended = await new Promise<string>((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('\u0000\u0001 nonsense\r\n\r\n'));
    let got = '';
    socket.on('data', (part) => (got += part.toString()));
    socket.on('close', () => {
      done(got);
    });
  });
  expect(ended).toMatch(/^(HTTP\/1\.1 400|$)/);
  expect((await ask(port, '{"method":"getblockcount"}')).status).toBe(200);
});

describe('the body', () => {
  test.each([
    ['nested deep', `${'['.repeat(200)}${']'.repeat(200)}`, -32_700],
    ['a comma too many', '{"method":"echo",}', -32_700],
    ['a single quote', "{'method':'echo'}", -32_700],
    ['a control in a text', '{"method":"ec\u0001ho"}', -32_700],
    ['two values', '{} {}', -32_700],
    ['a number', '12', -32_700],
    ['NaN', '{"method":"echo","params":[NaN]}', -32_700],
    ['an unfinished text', '{"method":"echo', -32_700],
    ['no method', '{"__proto__":{"method":"echo"}}', -32_600],
  ])('%s is one clear error', async (_, body, code) => {
    const answer = await ask(await start(), body);
    expect(JSON.parse(answer.body)).toMatchObject({ result: null, error: { code } });
  });

  test('a batch of what is no call answers each', async () => {
    const { status, body } = await ask(await start(), '[1,null,{"method":"echo","id":2}]');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject([
      { error: { code: -32_600 } },
      { error: { code: -32_600 } },
      { result: [], id: 2 },
    ]);
  });

  test('numbers keep their digits through a call', async () => {
    const { body } = await ask(await start(), '{"method":"echo","params":[1.0,9007199254740993]}');
    expect(body).toBe('{"result":[1.0,9007199254740993],"error":null,"id":null}\n');
  });
});

describe('JSON', () => {
  test('reads what JSON.parse reads, and the same', () => {
    for (const text of [
      '{"a":[1,-2,0,{"b":null}],"c":"x\\"\\\\","d":true,"e":false}',
      ' [ ] ',
      '{ }',
      '"\\u00e9\\n"',
      '[[],[[]],{"":""}]',
      '1e3',
    ]) {
      const plain = JSON.stringify(JSON.parse(text));
      expect(JSON.stringify(readJson(text)).replace('1e3', '1000')).toBe(plain);
    }
  });

  test('keeps digits, and names that repeat', () => {
    expect(readJson('1.50')).toEqual(new Decimal('1.50'));
    expect(readJson('1.5')).toBe(1.5);
    expect(readJson('{"a":1,"b":2,"a":3}')).toEqual(
      new RepeatedFields([
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ]),
    );
  });

  test('is refused where JSON.parse refuses', () => {
    for (const text of ['', '{', '[1,]', '{"a"}', '01', '+1', '1.', '.5', 'tru', '"\\x"', '"a']) {
      expect(() => readJson(text)).toThrow(SyntaxError);
      expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    }
  });
});
