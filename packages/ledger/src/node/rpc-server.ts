/**
 * A node behind HTTP, as MultiChain serves one: Basic authentication, POST to `/`, the statuses, headers and bodies that were recorded. 1.0.9 closes the
 * connection after each answer; 2.3 keeps it when asked.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from './dialect.ts';
import { answerBody, answerTooLong } from './rpc-body.ts';
import type { Callee } from './rpc-body.ts';
import { listenHttp, readBody, skipBody } from '../http-server.ts';
import type { HttpServer, Listening } from '../http-server.ts';
import { SERVED_REQUEST_BYTES_MAX, RPC_WRONG_PASSWORD_MS } from '../limits.ts';

/** How a node is served. */
export interface RpcServerOptions extends Listening {
  readonly node: Callee;
  /** The chain's name: a call may name the one it means. */
  readonly chain: string;
  /** Without a colon, which ends it where it is sent. */
  readonly user: string;
  /** Not empty. Never written anywhere. */
  readonly password: string;
  readonly dialect: Dialect;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const UNAUTHORIZED = [
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"',
  '"http://www.w3.org/TR/1999/REC-html401-19991224/loose.dtd">',
  '<HTML>',
  '<HEAD>',
  '<TITLE>Error</TITLE>',
  "<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=ISO-8859-1'>",
  '</HEAD>',
  '<BODY><H1>401 Unauthorized.</H1></BODY>',
  '</HTML>',
  '',
].join('\r\n');

/** What the versions call themselves; 2.3 in its good answers only. */
const SERVERS = {
  '1.0.9': 'bitcoin-json-rpc/v0.10.0.0-unk',
  '2.3': 'multichain-json-rpc/2.3.3',
} as const satisfies Record<Dialect, string>;

const HTML_23 = 'text/html; charset=ISO-8859-1';

/** Serves a node. @throws LedgerError `port_taken`; RangeError for a user or a password that cannot be. */
export async function serveRpc(options: RpcServerOptions): Promise<HttpServer> {
  if (options.password === '') throw new RangeError('a node needs a password');
  if (options.user.includes(':')) throw new RangeError('a user has no colon');
  const { dialect } = options;
  const serve = dialect === '2.3' ? serve23 : serve109;
  return listenHttp((request, response) => serve(options, request, response), options);
}

async function serve109(
  options: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('Connection', 'close');
  if (request.method !== 'POST' && request.method !== 'GET') {
    request.socket.destroy();
    return;
  }
  if (request.url !== '/') {
    return refuse(request, () =>
      finish(response, { status: 404, type: 'text/plain', body: 'Not Found' }, '1.0.9'),
    );
  }
  if (!(await isLetIn(options, request))) {
    return refuse(request, () => endUnauthorized(request));
  }
  await answer(options, request, response);
}

async function serve23(
  options: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuseWith = (status: number, body: string): Promise<void> =>
    refuse(request, () => finish(response, { status, type: HTML_23, body }, '2.3'));
  if (request.url !== '/') return refuseWith(404, '');
  if (request.method !== 'POST')
    return refuseWith(405, 'JSONRPC server handles only POST requests');
  if (!(await isLetIn(options, request))) {
    response.setHeader('WWW-Authenticate', 'Basic realm="jsonrpc"');
    return refuseWith(401, '');
  }
  await answer(options, request, response);
}

/** Whoever gives no password does not guess, and does not wait. */
async function isLetIn(options: RpcServerOptions, { headers }: IncomingMessage): Promise<boolean> {
  const given = headers.authorization;
  if (isAuthorized(options, given)) return true;
  if (given !== undefined) await wait(RPC_WRONG_PASSWORD_MS);
  return false;
}

/** Answers without a look at the body, which is read to its end all the same: else the answer might not arrive. */
async function refuse(request: IncomingMessage, tell: () => void): Promise<void> {
  if (await skipBody(request, SERVED_REQUEST_BYTES_MAX)) tell();
}

async function answer(
  options: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, SERVED_REQUEST_BYTES_MAX);
  if (body.kind === 'cut_off') return;
  const told =
    body.kind === 'too_long'
      ? answerTooLong(SERVED_REQUEST_BYTES_MAX)
      : await answerBody(body.kind === 'text' ? body.text : undefined, options);
  finish(response, { ...told, type: 'application/json' }, options.dialect);
}

function finish(response: ServerResponse, { status, type, body }: Answer, dialect: Dialect): void {
  const bytes = Buffer.from(body);
  if (dialect === '1.0.9' || status === 200) response.setHeader('Server', SERVERS[dialect]);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
}

/** 1.0.9 says this in HTTP/1.0, which `http` does not write. */
function endUnauthorized({ socket }: IncomingMessage): void {
  const head = [
    'HTTP/1.0 401 Authorization Required',
    `Date: ${new Date().toUTCString()}`,
    `Server: ${SERVERS['1.0.9']}`,
    'WWW-Authenticate: Basic realm="jsonrpc"',
    'Content-Type: text/html',
    `Content-Length: ${UNAUTHORIZED.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${UNAUTHORIZED}`);
  socket.destroySoon();
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Compares digests, which are of one length: neither the length nor the first wrong letter shows in the time it takes. */
function isAuthorized({ user, password }: RpcServerOptions, given: string | undefined): boolean {
  if (given === undefined || !given.startsWith('Basic ')) return false;
  const right = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return timingSafeEqual(digestOf(given.trimEnd()), digestOf(right));
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
