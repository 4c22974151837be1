import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dialect } from './dialect.ts';
import { serveRpc } from './rpc-server.ts';
import type { HttpServer } from '../http-server.ts';
import { SERVED_BATCH_BYTES_MAX, SERVED_BATCH_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';

const PROJECT = resolve(import.meta.dirname, '../../../..');
const SHARED = join(resolve(PROJECT, process.env['WATTLOT_SHARED'] ?? '../shared'), 'multichain');
const AUTH = `Basic ${Buffer.from('user:secret').toString('base64')}`;

/** Answers the call that the recordings of HTTP make, and whatever else the tests ask. */
const node = {
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    called.push(method);
    if (method === 'getblockcount') return Promise.resolve(16);
    if (method === 'slow') {
      return new Promise((done) => {
        setImmediate(() => {
          called.push('slow ended');
          done(method);
        });
      });
    }
    if (method === 'bug') return Promise.reject(new TypeError('secret'));
    if (method === 'long') return Promise.resolve('x'.repeat(SERVED_BATCH_BYTES_MAX / 2));
    if (method === 'echo') return Promise.resolve(params);
    return Promise.reject(new RpcError(RPC.methodNotFound, 'Method not found'));
  },
};

let servers: HttpServer[] = [];
let failures: unknown[] = [];
const called: string[] = [];

beforeEach(() => {
  servers = [];
  failures = [];
  called.length = 0;
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
  readonly response_headers: readonly string[];
}

function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const pairs = lines.map((line) => line.split(': '));
  return new Map(pairs.map(([name = '', value = '']) => [name.toLowerCase(), value]));
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
        const recorded = headersOf(line.response_headers);
        for (const name of ['content-type', 'server', 'www-authenticate']) {
          expect([line.case, name, answer?.headers[name]]).toEqual([
            line.case,
            name,
            recorded.get(name),
          ]);
        }
        if (dialect === '1.0.9')
          expect(answer?.headers.connection).toBe(recorded.get('connection'));
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
  const answer = await ask(port, ' '.repeat(17_000_000));
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body)).toMatchObject({ result: null, error: { code: -32_600 } });
  expect((await ask(port, '{"method":"getblockcount"}')).status).toBe(200);
});

/** What comes back for bytes, until the connection closes. */
function sendBytes(port: number, bytes: string | Buffer, thenLeave = false): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes, () => {
        if (thenLeave) socket.destroy();
      });
    });
    let got = '';
    socket.on('data', (part) => (got += part.toString()));
    socket.on('error', failed);
    socket.on('close', () => {
      done(got);
    });
  });
}

function post(body: string, { auth = AUTH, length = body.length } = {}): string {
  const head = [
    'POST / HTTP/1.1',
    'Host: x',
    `Authorization: ${auth}`,
    `Content-Length: ${length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

test('bytes that are no HTTP end their connection only', async () => {
  const port = await start();
  const ended = await sendBytes(port, '\u0000\u0001 nonsense\r\n\r\n');
  expect(ended).toMatch(/^(HTTP\/1\.1 400|$)/);
  expect((await ask(port, '{"method":"getblockcount"}')).status).toBe(200);
});

test('a client that leaves in the middle of its request harms nobody', async () => {
  const port = await start();
  await sendBytes(port, post('{"meth', { length: 5_000 }), true);
  await sendBytes(port, post('{"meth', { length: 5_000, auth: 'Basic eDp5' }), true);
  // the servers' failures are looked at after each test
  expect((await ask(port, '{"method":"getblockcount"}')).status).toBe(200);
});

test('requests sent ahead are not called behind an answer that closes the connection', async () => {
  const ahead = post('{"method":"echo","params":["ahead"]}');
  const port = await start();
  for (const first of [post('{"method":"getblockcount"}'), post('{}', { auth: 'Basic eDp5' })]) {
    called.length = 0;
    const got = await sendBytes(port, first + ahead + ahead);
    expect(got.match(/HTTP\/1\.[01] \d+/g)).toHaveLength(1);
    expect(called).not.toContain('echo');
  }
});

test('requests sent ahead to 2.3 are answered in turn', async () => {
  const port = await start('2.3');
  const last = post('{"method":"getblockcount","id":3}').replace(
    'Host: x',
    'Connection: close\r\nHost: x',
  );
  const got = await sendBytes(
    port,
    `${post('{"method":"slow","id":1}')}${post('{"id":2}')}${last}`,
  );
  expect([...got.matchAll(/"id":(\d)/g)].map(([, id]) => id)).toEqual(['1', '0', '3']);
  expect(called).toEqual(['slow', 'slow ended', 'getblockcount']);
});

test('a large body reaches the refusal of its password', async () => {
  const { status } = await ask(await start(), ' '.repeat(8_000_000), { auth: 'Basic eDp5' });
  expect(status).toBe(401);
});

test('a bug is one error to its caller, without its words, and told to the one who serves', async () => {
  const port = await start();
  const { status, body } = await ask(port, '[{"method":"bug","id":1},{"method":"getblockcount"}]');
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject([{ error: { code: -32_603 }, id: 1 }, { result: 16 }]);
  expect(body).not.toContain('secret');
  expect(failures.splice(0).map(String)).toEqual(['TypeError: secret']);
});

test('no node is served without a password', async () => {
  const options = { node, chain: 'x', dialect: '1.0.9', host: '127.0.0.1', port: 0 } as const;
  const failed = (error: unknown): void => void failures.push(error);
  await expect(serveRpc({ ...options, failed, user: 'u', password: '' })).rejects.toThrow(
    RangeError,
  );
  await expect(serveRpc({ ...options, failed, user: 'u:v', password: 'w' })).rejects.toThrow(
    RangeError,
  );
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

  test('bytes that are no UTF-8 are no call', async () => {
    const body = Buffer.from('{"method":"echo","params":["\u00ff"]}', 'latin1');
    const got = await sendBytes(
      await start(),
      Buffer.concat([Buffer.from(post('', { length: body.length })), body]),
    );
    expect(got).toContain('{"code":-32700,"message":"Parse error"}');
    expect(called).toEqual([]);
  });

  test('a batch is bounded, in its calls and in its answer', async () => {
    const port = await start();
    const calls = (method: string, count: number): string =>
      JSON.stringify(Array.from({ length: count }, () => ({ method })));
    const many = await ask(port, calls('echo', SERVED_BATCH_MAX + 1));
    expect([many.status, JSON.parse(many.body)]).toMatchObject([400, { error: { code: -32_600 } }]);
    expect(called).toEqual([]);
    const long = await ask(port, calls('long', 4));
    expect(called).toEqual(['long', 'long']);
    expect(JSON.parse(long.body)).toMatchObject([
      {},
      {},
      ...[1, 2].map(() => ({ error: { code: -32_603 } })),
    ]);
  });

  test('numbers keep their digits through a call', async () => {
    const { body } = await ask(await start(), '{"method":"echo","params":[1.0,9007199254740993]}');
    expect(body).toBe('{"result":[1.0,9007199254740993],"error":null,"id":null}\n');
  });
});
