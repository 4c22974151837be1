/** A chain behind HTTP, for wallets elsewhere: one endpoint, `POST /chain`. What it answers is public, and what it takes speaks for itself by its signatures. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { handleChainRequest } from './chain-requests.ts';
import { HistoryLimit } from './history-limit.ts';
import type { Chain } from './chain.ts';
import { listenHttp, readBody } from '../http-server.ts';
import type { HttpServer, Listening } from '../http-server.ts';
import { CHAIN_REQUEST_BYTES_MAX } from '../limits.ts';

/** How a chain is served. */
export interface ChainServerOptions extends Listening {
  readonly chain: Chain;
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number;
}

/** Serves a chain. @throws LedgerError `port_taken`. */
export function serveChain(options: ChainServerOptions): Promise<HttpServer> {
  const histories = new HistoryLimit(options.now);
  const { chain } = options;
  return listenHttp((request, response) => serve({ chain, histories }, request, response), options);
}

async function serve(
  { chain, histories }: { readonly chain: Chain; readonly histories: HistoryLimit },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, CHAIN_REQUEST_BYTES_MAX);
  if (body.kind === 'cut_off') return;
  if (request.url !== '/chain') return finish(response, 404, { error: 'not found' });
  if (request.method !== 'POST') return finish(response, 405, { error: 'only POST is served' });
  if (body.kind === 'too_long') {
    return finish(response, 413, { error: 'the request is too large' });
  }
  const asked = body.kind === 'text' ? jsonOf(body.text) : undefined;
  if (asked === undefined) return finish(response, 400, { error: 'the request is no JSON' });
  const source = request.socket.remoteAddress ?? '';
  const refused = histories.refuse(asked.value, source);
  finish(response, 200, refused ?? (await handleChainRequest(chain, asked.value)));
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function finish(response: ServerResponse, status: number, answer: unknown): void {
  const bytes = Buffer.from(JSON.stringify(answer));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
  });
  response.end(bytes);
}
