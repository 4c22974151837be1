/**
 * The body of a request to a node, answered: JSON-RPC 1.0 as MultiChain speaks it. Knows no socket. What is wrong with a body, and with which HTTP status
 * it is answered, was recorded from real nodes.
 */
import type { Dialect } from './dialect.ts';
import { LedgerError } from '../ledger-error.ts';
import { SERVED_BATCH_BYTES_MAX, SERVED_BATCH_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { RepeatedFields } from './rpc-params.ts';
import { readJson } from './rpc-json.ts';

/** What answers calls: a `WalletNode`. */
export interface Callee {
  call(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** An answer, ready to be written. */
export interface BodyAnswer {
  readonly status: number;
  readonly body: string;
}

/** Codes of what is wrong with the body itself. */
const BODY = { parse: -32_700, invalidRequest: -32_600, internal: -32_603 } as const;

type Reply =
  | { readonly result: unknown; readonly error: null; readonly id: unknown }
  | { readonly result: null; readonly error: RpcError; readonly id: unknown };

/** Who answers, and how. */
export interface BodyOptions {
  readonly node: Callee;
  /** The chain's name, checked where a call names one. */
  readonly chain: string;
  readonly dialect: Dialect;
  /** Hears of a bug, whose call is answered with -32603 and no more. */
  readonly failed: (error: unknown) => void;
}

/**
 * Answers a body, one call or a batch of them. What is wrong with the body itself 2.3 answers under the id 0.
 * @param text undefined for bytes that are no text.
 */
export async function answerBody(
  text: string | undefined,
  options: BodyOptions,
): Promise<BodyAnswer> {
  const noId = options.dialect === '2.3' ? 0 : null;
  let request: unknown;
  if (text === undefined) return single(refusal(new RpcError(BODY.parse, 'Parse error'), noId));
  try {
    request = readJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return single(refusal(new RpcError(BODY.parse, 'Parse error'), noId));
  }
  if (Array.isArray(request)) {
    if (request.length > SERVED_BATCH_MAX) {
      return single(refusal(invalid(`More than ${SERVED_BATCH_MAX} calls in one batch`), noId));
    }
    return { status: 200, body: `[${(await batch(request, options)).join(',')}]\n` };
  }
  if (fieldsOf(request) === undefined) {
    return single(refusal(new RpcError(BODY.parse, 'Top-level object parse error'), noId));
  }
  const reply = await replyTo(request, options);
  const isRefused = reply.error?.code === BODY.invalidRequest;
  return single(isRefused && noId === 0 ? { ...reply, id: noId } : reply);
}

/** A body of more bytes than are read. */
export function answerTooLong(max: number): BodyAnswer {
  const error = invalid(`The request has more than ${max} bytes`);
  return { ...single(refusal(error, null)), status: 413 };
}

/** One call after the other, as a node does. */
async function batch(requests: readonly unknown[], options: BodyOptions): Promise<string[]> {
  const texts: string[] = [];
  let left = SERVED_BATCH_BYTES_MAX;
  for (const one of requests) {
    const reply =
      left > 0
        ? await replyTo(one, options)
        : refusal(new RpcError(BODY.internal, 'Not called: the answer is too long'), idOf(one));
    const text = textOf(reply);
    left -= text.length;
    texts.push(text);
  }
  return texts;
}

function single(reply: Reply): BodyAnswer {
  return { status: reply.error === null ? 200 : statusOf(reply.error), body: `${textOf(reply)}\n` };
}

function statusOf({ code }: RpcError): number {
  if (code === BODY.invalidRequest) return 400;
  return code === RPC.methodNotFound ? 404 : 500;
}

function textOf({ result, error, id }: Reply): string {
  const [first, second] = [JSON.stringify(result ?? null), JSON.stringify(error)];
  return `{"result":${first},"error":${second},"id":${JSON.stringify(id, withoutRepeats)}}`;
}

/** An id comes back as it was sent, but for names that stand in it twice. */
function withoutRepeats(_: string, value: unknown): unknown {
  if (!(value instanceof RepeatedFields)) return value;
  return Object.fromEntries(value.entries.toReversed());
}

function refusal(error: RpcError, id: unknown): Reply {
  return { result: null, error, id };
}

/** The fields of an object, the first of each name; undefined for anything else. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof RepeatedFields) return new Map(value.entries.toReversed());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function idOf(request: unknown): unknown {
  return fieldsOf(request)?.get('id') ?? null;
}

async function replyTo(request: unknown, { node, chain, failed }: BodyOptions): Promise<Reply> {
  const fields = fieldsOf(request);
  const id = idOf(request);
  try {
    const { method, params } = callIn(fields, chain);
    return { result: await node.call(method, params), error: null, id };
  } catch (error) {
    if (error instanceof RpcError) return refusal(error, id);
    // The chain behind the node is away: a caller may ask again.
    if (error instanceof LedgerError)
      return refusal(new RpcError(BODY.internal, error.message), id);
    failed(error);
    return refusal(new RpcError(BODY.internal, 'Internal error'), id);
  }
}

function invalid(message: string): RpcError {
  return new RpcError(BODY.invalidRequest, message);
}

/** @throws RpcError -32600 unless the request names a method, with a list of parameters or none, for this chain. */
function callIn(
  fields: ReadonlyMap<string, unknown> | undefined,
  chain: string,
): { readonly method: string; readonly params: readonly unknown[] } {
  if (fields === undefined) throw invalid('Invalid Request object');
  const named = fields.get('chain_name') ?? null;
  if (named !== null && typeof named !== 'string') throw invalid('Chain name must be a string');
  if (named !== null && named !== chain) throw invalid('Wrong chain name');
  const method = fields.get('method') ?? null;
  if (method === null) throw invalid('Missing method');
  if (typeof method !== 'string') throw invalid('Method must be a string');
  const params = fields.get('params') ?? [];
  if (!Array.isArray(params)) throw invalid('Params must be an array');
  return { method, params };
}
