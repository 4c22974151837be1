/**
 * The body of a request to a node, answered: JSON-RPC 1.0 as MultiChain speaks it. Knows no socket. What is wrong with a body, and with which HTTP status
 * it is answered, was recorded from real nodes.
 */
import type { Dialect } from './dialect.ts';
import { LedgerError } from '../ledger-error.ts';
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
}

/** Answers a body, one call or a batch of them. What is wrong with the body itself 2.3 answers under the id 0. */
export async function answerBody(text: string, options: BodyOptions): Promise<BodyAnswer> {
  const noId = options.dialect === '2.3' ? 0 : null;
  let request: unknown;
  try {
    request = readJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return single(refusal(new RpcError(BODY.parse, 'Parse error'), noId));
  }
  if (Array.isArray(request)) {
    const replies: Reply[] = [];
    // One after the other, as a node does.
    for (const one of request) replies.push(await replyTo(one, options));
    return { status: 200, body: `[${replies.map(textOf).join(',')}]\n` };
  }
  if (fieldsOf(request) === undefined) {
    return single(refusal(new RpcError(BODY.parse, 'Top-level object parse error'), noId));
  }
  const reply = await replyTo(request, options);
  const isRefused = reply.error?.code === BODY.invalidRequest;
  return single(isRefused && noId === 0 ? { ...reply, id: noId } : reply);
}

function single(reply: Reply): BodyAnswer {
  return { status: reply.error === null ? 200 : statusOf(reply.error), body: `${textOf(reply)}\n` };
}

function statusOf({ code }: RpcError): number {
  if (code === BODY.invalidRequest) return 400;
  return code === RPC.methodNotFound ? 404 : 500;
}

function textOf({ result, error, id }: Reply): string {
  return JSON.stringify({ result: result ?? null, error, id });
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

async function replyTo(request: unknown, { node, chain }: BodyOptions): Promise<Reply> {
  const fields = fieldsOf(request);
  const id = fields?.get('id') ?? null;
  try {
    const { method, params } = callIn(fields, chain);
    return { result: await node.call(method, params), error: null, id };
  } catch (error) {
    if (error instanceof RpcError) return refusal(error, id);
    // The chain behind the node is away: a caller may ask again.
    if (error instanceof LedgerError)
      return refusal(new RpcError(BODY.internal, error.message), id);
    throw error;
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
