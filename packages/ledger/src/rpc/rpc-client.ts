/**
 * A MultiChain node over JSON-RPC: calls, and lists of calls in one request. What may be repeated without harm is repeated a few times when the node cannot
 * be reached or has not started yet; anything else is asked once, and when its outcome is not known the error says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '../ledger-error.ts';
import {
  RPC_ANSWER_BYTES_MAX,
  RPC_ATTEMPTS_MAX,
  RPC_BATCH_MAX,
  RPC_CONNECTIONS_MAX,
  RPC_ERROR_TEXT_MAX,
  RPC_REQUEST_BYTES_MAX,
  RPC_RETRY_DELAY_MS,
  RPC_TIMEOUT_MS,
  RPC_WAITING_MAX,
} from '../limits.ts';
import type { RpcNode } from '../node/paper.ts';
import { RpcError } from '../rpc-error.ts';
import { parseExact, writeExact } from './exact-json.ts';
import { HttpFailure, post } from './http-post.ts';
import type { HttpAnswer } from './http-post.ts';
import type { NodeUrl } from './node-url.ts';
import { isRepeatable } from './rpc-methods.ts';
import { Turns } from './turns.ts';

/** One call: a method and its parameters. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A node that answers several calls in one request. */
export interface BatchNode extends RpcNode {
  /**
   * Makes calls one after the other, each whatever became of those before.
   * @returns their results in the same order; an `RpcError` where the node refused.
   * @throws LedgerError when the outcome of some is not known, or none was made.
   */
  batch(calls: readonly RpcCall[]): Promise<readonly unknown[]>;
}

/** How to reach a node. The limits are those of limits.ts unless given. */
export interface RpcClientOptions {
  readonly url: NodeUrl;
  /** Milliseconds for one request, from the first byte to the last. */
  readonly timeoutMs?: number;
  readonly attemptsMax?: number;
  readonly answerBytesMax?: number;
  readonly connectionsMax?: number;
  /** Waits between attempts. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** A node's error code while it starts: it has done nothing of what was asked. */
const STARTING = -28;

/**
 * Quantities in results are `Decimal`s, whole numbers that fit are numbers; parameters may hold `Decimal`s and bigints.
 * Errors: `RpcError` as the node words it; LedgerError `chain_unreachable` (`retryable` tells whether asking again is harmless), `chain_answer_invalid`,
 * `chain_request_invalid` (user and password refused, no node there, a request too large), `closed`.
 */
export class RpcClient implements BatchNode {
  readonly url: NodeUrl;
  readonly #timeoutMs: number;
  readonly #attemptsMax: number;
  readonly #answerBytesMax: number;
  readonly #pause: (ms: number) => Promise<unknown>;
  readonly #turns: Turns;
  #closed = false;

  constructor(options: RpcClientOptions) {
    this.url = options.url;
    this.#timeoutMs = options.timeoutMs ?? RPC_TIMEOUT_MS;
    this.#attemptsMax = options.attemptsMax ?? RPC_ATTEMPTS_MAX;
    this.#answerBytesMax = options.answerBytesMax ?? RPC_ANSWER_BYTES_MAX;
    this.#pause = options.pause ?? sleep;
    const atOnceMax = options.connectionsMax ?? RPC_CONNECTIONS_MAX;
    this.#turns = new Turns({ atOnceMax, waitingMax: RPC_WAITING_MAX });
  }

  async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const [answer] = await this.#ask([{ method, params }], 'one');
    if (answer instanceof RpcError) throw answer;
    return answer;
  }

  async batch(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    for (let from = 0; from < calls.length; from += RPC_BATCH_MAX) {
      answers.push(...(await this.#ask(calls.slice(from, from + RPC_BATCH_MAX), 'list')));
    }
    return answers;
  }

  /** Takes no more calls. Those under way end as they may. */
  close(): void {
    this.#closed = true;
  }

  async #ask(calls: readonly RpcCall[], form: 'one' | 'list'): Promise<readonly unknown[]> {
    const requests = calls.map(({ method, params }, id) => ({ method, params, id }));
    const body = Buffer.from(writeExact(form === 'one' ? requests[0] : requests));
    if (body.length > RPC_REQUEST_BYTES_MAX) {
      const message = `a request of ${body.length} bytes; ${RPC_REQUEST_BYTES_MAX} are allowed`;
      throw new LedgerError('chain_request_invalid', message);
    }
    const harmless = calls.every(({ method }) => isRepeatable(method));
    const name = calls.length === 1 ? (calls[0]?.method ?? '') : `${calls.length} calls`;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#turns.run(() => this.#askOnce(body, { calls, form, name, harmless }));
      } catch (error) {
        const isPassing = error instanceof LedgerError && error.retryable;
        if (!isPassing || !harmless || attempt >= this.#attemptsMax) throw error;
        await this.#pause(RPC_RETRY_DELAY_MS * 2 ** (attempt - 1));
      }
    }
  }

  async #askOnce(
    body: Buffer,
    asked: {
      readonly calls: readonly RpcCall[];
      readonly form: 'one' | 'list';
      readonly name: string;
      readonly harmless: boolean;
    },
  ): Promise<readonly unknown[]> {
    const { calls, form, name, harmless } = asked;
    if (this.#closed) throw new LedgerError('closed', 'the connection to the node is closed');
    let answer: HttpAnswer;
    try {
      answer = await post(this.url, body, {
        timeoutMs: this.#timeoutMs,
        answerBytesMax: this.#answerBytesMax,
      });
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw this.#unanswered(name, error, harmless);
    }
    const parsed = this.#read(name, answer, harmless);
    const list = form === 'one' ? [parsed] : parsed;
    if (!Array.isArray(list) || list.length !== calls.length) {
      throw this.#invalid(name, 'not an answer for each call');
    }
    const results = list.map((one: unknown, id) => this.#resultOf(name, one, id));
    if (results.every((one) => one instanceof RpcError && one.code === STARTING)) {
      const message = `the node at ${this.url.origin} is starting`;
      throw new LedgerError('chain_unreachable', message, { retryable: true });
    }
    return results;
  }

  #read(name: string, { status, body }: HttpAnswer, harmless: boolean): unknown {
    const at = `the node at ${this.url.origin}`;
    if (status === 401) {
      const message = `${at} does not accept this user and password (HTTP 401)`;
      throw new LedgerError('chain_request_invalid', message);
    }
    try {
      return parseExact(body);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    }
    if (status === 403) {
      const message = `${at} does not let this machine in (HTTP 403): see rpcallowip`;
      throw new LedgerError('chain_request_invalid', message);
    }
    if (status === 404 || status === 405) {
      const message = `${at} is no MultiChain node (HTTP ${status})`;
      throw new LedgerError('chain_request_invalid', message);
    }
    if (status >= 500) {
      const message = `${at} answered ${name} with HTTP ${status} and no JSON`;
      throw new LedgerError('chain_unreachable', message, { retryable: harmless });
    }
    throw this.#invalid(name, `HTTP ${status} and no JSON`);
  }

  #resultOf(name: string, answer: unknown, id: number): unknown {
    if (typeof answer !== 'object' || answer === null) throw this.#invalid(name, 'no object');
    const fields: Readonly<Record<string, unknown>> = { ...answer };
    const { error } = fields;
    if (typeof error === 'object' && error !== null) {
      const { code, message }: Readonly<Record<string, unknown>> = { ...error };
      if (typeof code !== 'number' || typeof message !== 'string') {
        throw this.#invalid(name, 'an error without code and message');
      }
      return new RpcError(code, message.slice(0, RPC_ERROR_TEXT_MAX));
    }
    if (!('result' in fields) || (error !== null && error !== undefined)) {
      throw this.#invalid(name, 'no result');
    }
    if (fields['id'] !== id) throw this.#invalid(name, 'the answer to something else');
    return fields['result'];
  }

  #unanswered(name: string, failure: HttpFailure, harmless: boolean): LedgerError {
    if (failure.tooLong) return this.#invalid(name, failure.message);
    const why = `the node at ${this.url.origin} did not answer ${name}: ${failure.message}`;
    const isUnknown = failure.sent && !harmless;
    const message = isUnknown ? `${why}; it may have been done all the same` : why;
    return new LedgerError('chain_unreachable', message, {
      retryable: !isUnknown,
      cause: failure,
    });
  }

  #invalid(name: string, what: string): LedgerError {
    const message = `the node at ${this.url.origin} answered ${name} with ${what}`;
    return new LedgerError('chain_answer_invalid', message);
  }
}
