/** A chain behind HTTP, as a wallet sees it. */
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { ChainPort } from './chain-port.ts';
import { ANSWERS, fieldsOf, readAnswer, WireError } from './chain-wire.ts';
import { LedgerError } from '../ledger-error.ts';
import { CHAIN_ANSWER_BYTES_MAX, CHAIN_CONNECTIONS_MAX, CHAIN_TIMEOUT_MS } from '../limits.ts';

/** Where a chain is. */
export interface HttpChainOptions {
  /** Of the chain's one endpoint, for example `http://127.0.0.1:7700/chain`. */
  readonly url: string;
  readonly timeoutMs?: number;
}

/**
 * The port of a chain behind HTTP. Connections are kept; every request can be repeated without harm, so one that meets a connection which the other side
 * has just closed is repeated once.
 */
export function httpChainPort(options: HttpChainOptions): ChainPort {
  const url = new URL(options.url);
  const timeoutMs = options.timeoutMs ?? CHAIN_TIMEOUT_MS;
  if (url.protocol !== 'http:') throw new RangeError('a chain is reached over http');
  const agent = new Agent({ keepAlive: true, maxSockets: CHAIN_CONNECTIONS_MAX });
  const ask = async <T>(
    method: string,
    params: unknown,
    read: (value: unknown) => T,
  ): Promise<T> => {
    const body = Buffer.from(JSON.stringify({ method, params }));
    const text = await post({ url, agent, body, timeoutMs, again: true });
    return readAnswer(method, resultOf(method, text), read);
  };
  return {
    info: () => ask('info', {}, ANSWERS.info),
    changes: (query) => ask('changes', query, ANSWERS.changes),
    send: (transactions) => ask('send', { transactions }, ANSWERS.send),
    outputs: (outpoints) => {
      const outputs = outpoints.map(({ txid, vout }) => ({ txid, vout }));
      return ask('outputs', { outputs }, ANSWERS.outputs);
    },
    transactions: (txids) => ask('transactions', { txids }, ANSWERS.transactions),
    history: (addresses, count) => ask('history', { addresses, count }, ANSWERS.history),
    permissions: (entity, addresses) =>
      ask('permissions', { entity, addresses }, ANSWERS.permissions),
    assets: () => ask('assets', {}, ANSWERS.assets),
    block: (which) => ask('block', { which }, ANSWERS.block),
    pool: () => ask('pool', {}, ANSWERS.pool),
    close: () => {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

interface Post {
  readonly url: URL;
  readonly agent: Agent;
  readonly body: Buffer;
  readonly timeoutMs: number;
  readonly again: boolean;
}

function post(one: Post): Promise<string> {
  const { url, agent, body, timeoutMs } = one;
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      if (one.again && request.reusedSocket && 'code' in error && error.code === 'ECONNRESET') {
        resolve(post({ ...one, again: false }));
      } else {
        reject(unreachable(url, error.message, error));
      }
    });
    request.on('response', (response) => {
      readText(response).then(
        (text) => {
          clearTimeout(timer);
          if (response.statusCode === 200) resolve(text);
          else reject(refusal(url, response.statusCode ?? 0));
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(unreachable(url, error instanceof Error ? error.message : 'cut off', error));
        },
      );
    });
    request.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    if (!(part instanceof Buffer)) continue;
    length += part.length;
    if (length > CHAIN_ANSWER_BYTES_MAX) throw new Error('an answer that is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function resultOf(method: string, text: string): unknown {
  const fields = readAnswer(method, text, (answer) => {
    try {
      return fieldsOf(JSON.parse(String(answer)));
    } catch (error) {
      if (error instanceof SyntaxError) throw new WireError('not JSON');
      throw error;
    }
  });
  if (fields['error'] === undefined) return fields['result'];
  const { code, message, retryable } = readAnswer(method, fields['error'], fieldsOf);
  const told = `the chain answered ${method} with ${String(code)}: ${String(message)}`;
  if (code === 'chain_request_invalid') throw new LedgerError('chain_request_invalid', told);
  if (code === 'disk' || code === 'closed') throw new LedgerError(code, told);
  throw new LedgerError('chain_unreachable', told, { retryable: retryable === true });
}

function unreachable(url: URL, why: string, cause: unknown): LedgerError {
  const message = `the chain at ${url.origin} cannot be reached: ${why}`;
  return new LedgerError('chain_unreachable', message, { retryable: true, cause });
}

function refusal(url: URL, status: number): LedgerError {
  const message = `the chain at ${url.origin} answered with status ${status}`;
  // 429: asked too often, and the wallets beside this one count too.
  return status >= 500 || status === 429
    ? new LedgerError('chain_unreachable', message, { retryable: true })
    : new LedgerError('chain_request_invalid', message);
}
