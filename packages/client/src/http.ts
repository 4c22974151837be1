/** The exchange's HTTP calls: JSON there and back, one time limit, one size limit, and every failure a value. */
import { httpAnswerBytesMax, httpTimeoutMs } from './limits.ts';
import { printable } from './text.ts';

/** `no`: refused, and asking again will not help. `retry`: nothing is known to be wrong with the request. */
export type HttpOutcome =
  | { readonly kind: 'yes'; readonly result: unknown }
  | { readonly kind: 'no'; readonly error: string }
  | { readonly kind: 'retry'; readonly reason: string };

async function readBounded(response: Response, bytesMax: number): Promise<string> {
  const { body } = response;
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > bytesMax) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function readAnswer(status: number, text: string): HttpOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'retry', reason: `an answer that is not JSON (HTTP ${status})` };
  }
  if (typeof value !== 'object' || value === null) {
    return { kind: 'retry', reason: `an answer that is not an object (HTTP ${status})` };
  }
  const error = 'error' in value && typeof value.error === 'string' ? value.error : undefined;
  if (status >= 200 && status < 300 && error === undefined && 'result' in value) {
    return { kind: 'yes', result: value.result };
  }
  const reason = printable(error ?? `HTTP ${status}`);
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return isFinal ? { kind: 'no', error: reason } : { kind: 'retry', reason };
}

/** The cause of a failed `fetch`, in one line. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}

/** Calls `path` of the exchange at `url`: GET without a body, else POST. Never throws. */
export async function callExchange(
  url: string,
  path: string,
  options: {
    readonly body?: unknown;
    readonly token?: string;
    readonly signal?: AbortSignal;
    readonly answerBytesMax?: number;
  } = {},
): Promise<HttpOutcome> {
  const { body, token, signal, answerBytesMax = httpAnswerBytesMax } = options;
  const timeout = AbortSignal.timeout(httpTimeoutMs);
  try {
    const response = await fetch(new URL(path, url), {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(response.status, await readBounded(response, answerBytesMax));
  } catch (error) {
    return { kind: 'retry', reason: `cannot reach ${url}: ${printable(causeOf(error))}` };
  }
}
