/** A chain behind HTTP, for wallets elsewhere: one endpoint, `POST /chain`. What it answers is public, and what it takes speaks for itself by its signatures. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { handleChainRequest } from './chain-requests.ts';
import type { Chain } from './chain.ts';
import { listenHttp, readBody } from '../http-server.ts';
import type { HttpServer, Listening } from '../http-server.ts';
import { CHAIN_REQUEST_BYTES_MAX, SERVED_CONNECTIONS_MAX, SERVED_REQUEST_MS } from '../limits.ts';

/** How a chain is served. */
export interface ChainServerOptions extends Listening {
  readonly chain: Chain;
  /** Hears of what no caller can be told: a bug, or a broken disk. */
  readonly failed: (error: unknown) => void;
}

/** Serves a chain. @throws LedgerError `port_taken`. */
export function serveChain(options: ChainServerOptions): Promise<HttpServer> {
  const timeouts = { requestTimeout: SERVED_REQUEST_MS, headersTimeout: SERVED_REQUEST_MS };
  const server = createServer(timeouts, (request, response) => {
    serve(options.chain, request, response).catch(options.failed);
  });
  server.maxConnections = SERVED_CONNECTIONS_MAX;
  return listenHttp(server, options);
}

async function serve(
  chain: Chain,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined);
  if (request.url !== '/chain') return finish(response, 404, { error: 'not found' });
  if (request.method !== 'POST') return finish(response, 405, { error: 'only POST is served' });
  const body = await readBody(request, CHAIN_REQUEST_BYTES_MAX);
  if (body === undefined) return finish(response, 413, { error: 'the request is too large' });
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return finish(response, 400, { error: 'the request is no JSON' });
  }
  finish(response, 200, await handleChainRequest(chain, parsed));
}

function finish(response: ServerResponse, status: number, answer: unknown): void {
  const bytes = Buffer.from(JSON.stringify(answer));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
  });
  response.end(bytes);
}
