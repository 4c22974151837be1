/**
 * A node behind HTTP, as MultiChain serves one: Basic authentication, POST to `/`, the statuses and bodies that were recorded. 1.0.9 closes the connection
 * after each answer; 2.3 keeps it when asked.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from './dialect.ts';
import { answerBody } from './rpc-body.ts';
import type { Callee } from './rpc-body.ts';
import { listenHttp, readBody } from '../http-server.ts';
import type { HttpServer, Listening } from '../http-server.ts';
import {
  SERVED_CONNECTIONS_MAX,
  SERVED_REQUEST_BYTES_MAX,
  SERVED_REQUEST_MS,
  RPC_WRONG_PASSWORD_MS,
} from '../limits.ts';

/** How a node is served. */
export interface RpcServerOptions extends Listening {
  readonly node: Callee;
  /** The chain's name: a call may name the one it means. */
  readonly chain: string;
  readonly user: string;
  /** Never written anywhere. */
  readonly password: string;
  readonly dialect: Dialect;
  /** Hears of what no caller can be told: a bug, or a broken disk. */
  readonly failed: (error: unknown) => void;
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

/** Serves a node. @throws LedgerError `port_taken`. */
export function serveRpc(options: RpcServerOptions): Promise<HttpServer> {
  const timeouts = {
    requestTimeout: SERVED_REQUEST_MS,
    headersTimeout: SERVED_REQUEST_MS,
    keepAliveTimeout: SERVED_REQUEST_MS,
  };
  const server = createServer(timeouts, (request, response) => {
    serve(options, request, response).catch(options.failed);
  });
  server.maxConnections = SERVED_CONNECTIONS_MAX;
  return listenHttp(server, options);
}

async function serve(
  options: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { dialect } = options;
  if (dialect === '1.0.9') response.setHeader('Connection', 'close');
  response.on('error', () => undefined);
  if (request.url !== '/') return finish(response, text(404, dialect === '2.3' ? '' : 'Not Found'));
  const isPost = request.method === 'POST';
  if (dialect === '2.3' && !isPost) {
    return finish(response, text(405, 'JSONRPC server handles only POST requests'));
  }
  const given = request.headers.authorization;
  if (!isAuthorized(options, given)) {
    // Whoever gives none does not guess.
    if (given !== undefined) await wait(RPC_WRONG_PASSWORD_MS);
    response.setHeader('WWW-Authenticate', 'Basic realm="jsonrpc"');
    const body = dialect === '2.3' ? '' : UNAUTHORIZED;
    return finish(response, { status: 401, type: 'text/html', body });
  }
  if (!isPost && request.method !== 'GET') {
    request.destroy();
    return;
  }
  const body = await readBody(request, SERVED_REQUEST_BYTES_MAX);
  if (body === undefined) return finish(response, text(413, 'Request too large'));
  const answer = await answerBody(body, options);
  finish(response, { ...answer, type: 'application/json' });
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}

function finish(response: ServerResponse, { status, type, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
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
