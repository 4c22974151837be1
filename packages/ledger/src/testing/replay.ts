/** Recorded calls of real nodes, asked of ours. */
import { readFileSync } from 'node:fs';
import { addressOf, hashOfAddress } from '../format/address.ts';
import type { ChainParams } from '../format/address.ts';
import { fromHex, toHex } from '../format/bytes.ts';
import { hash160 } from '../format/hash.ts';
import { readJson } from '../node/rpc-json.ts';
import { RpcError } from '../rpc-error.ts';
import type { ConformanceNetwork, NodeName } from './conformance-network.ts';
import { compare, Likeness, translate } from './likeness.ts';

/** One recorded call. */
export interface Call {
  readonly seq: number;
  readonly node: NodeName;
  readonly case?: string;
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A line of a recording. */
interface Line extends Omit<Call, 'method' | 'params'> {
  readonly method: string | null;
  readonly params: readonly unknown[] | null;
  readonly request_body?: string;
}

/** Raw bodies about HTTP itself: the tests of the HTTP side ask them. */
const ABOUT_HTTP = /^http: /;

/** The calls of a file of recordings. Notes, and what is about HTTP itself, are left out. */
export function readCalls(path: string): Call[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"node": '))
    .map((line) => readJson(line) as Line)
    .flatMap((line) => {
      const { method, params } = line;
      if (method !== null && params !== null) return [{ ...line, method, params }];
      if (ABOUT_HTTP.test(line.case ?? '') || line.request_body === undefined) return [];
      const body = readBody(line.request_body);
      return body === undefined ? [] : [{ ...line, ...body }];
    });
}

/** The call in a raw body. @returns undefined if it is no JSON: then a node never saw a call. */
function readBody(text: string): { method: string; params: readonly unknown[] } | undefined {
  try {
    return readJson(text) as { method: string; params: readonly unknown[] };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Lists whose order follows ids. */
const UNORDERED = /balances|listunspent|listlockunspent|listpermissions|wallettransaction/;
/** Whose first parameter is a height. */
const BY_HEIGHT = /^getblock(hash)?$/;

/** Asks recorded calls of three nodes, one after the other, and compares. */
export class Replay {
  readonly likeness: Likeness;
  readonly #network: ConformanceNetwork;

  /** @param recorded the parameters of the recorded chain. */
  constructor(network: ConformanceNetwork, recorded: ChainParams) {
    this.#network = network;
    const { params } = network.chain;
    this.likeness = new Likeness((one, other) => meeting(one, other, { recorded, ours: params }));
  }

  /** Says which recorded address is which of ours, for calls that name one before its node was asked for it. */
  async meet(node: NodeName, address: string): Promise<void> {
    const ours = await this.#network.call(node, 'getaddresses', []);
    const last: unknown = Array.isArray(ours) ? ours.at(-1) : undefined;
    if (typeof last === 'string') this.likeness.set(address, last);
  }

  /** @returns how the answer differs from the recorded one; undefined if it does not. */
  async ask(call: Call): Promise<string | undefined> {
    const ours = await this.#answer(call);
    if (call.method === 'getblockcount' && call.error === undefined) return undefined; // a height
    const recorded = call.error === undefined ? { result: call.result } : { error: call.error };
    const { method } = call;
    const comparison = { method, unordered: UNORDERED.test(method) };
    const difference = compare(recorded, ours, this.likeness, comparison);
    if (difference === undefined) this.#learnSecret(ours);
    return difference;
  }

  /** Private keys are not recorded; one that a node made is asked about in a later call. */
  #learnSecret(answer: unknown): void {
    const { result } = Object(answer) as { result?: unknown };
    const first: unknown = Array.isArray(result) ? result[0] : undefined;
    const { privkey } = Object(first) as { privkey?: unknown };
    if (typeof privkey === 'string') this.likeness.set('(removed)', privkey);
  }

  async #answer(call: Call): Promise<unknown> {
    try {
      const ours = translate(this.#paramsOf(call), this.likeness);
      const params = Array.isArray(ours) ? ours : [];
      return { result: await this.#network.call(call.node, call.method, params) };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { error: error.toJSON() };
    }
  }

  /** A height stands for that of our block, which the recorded hash tells. */
  #paramsOf({ method, params, result }: Call): readonly unknown[] {
    if (!BY_HEIGHT.test(method)) return params;
    const { hash } = Object(result) as { hash?: unknown };
    const block = this.likeness.get(String(hash ?? result));
    const ours = block === undefined ? undefined : this.#network.chain.block(block)?.height;
    if (ours === undefined) return params;
    const [height, ...rest] = params;
    return [typeof height === 'string' ? String(ours) : ours, ...rest];
  }
}

/** What else stands for each other when two texts do. */
function* meeting(
  recorded: string,
  ours: string,
  params: { readonly recorded: ChainParams; readonly ours: ChainParams },
): Iterable<readonly [string, string]> {
  if (/^[0-9a-f]{64}$/.test(recorded)) {
    // how a script names the asset that a transaction issues
    yield [assetBytes(recorded), assetBytes(ours)];
  } else if (/^0[23][0-9a-f]{64}$/.test(recorded)) {
    const [one, other] = [hash160(fromHex(recorded)), hash160(fromHex(ours))];
    yield [toHex(one), toHex(other)];
    yield [addressOf(one, params.recorded), addressOf(other, params.ours)];
  } else {
    const one = hashOfAddress(recorded, params.recorded);
    const other = hashOfAddress(ours, params.ours);
    if (one && other) yield [toHex(one), toHex(other)];
  }
}

function assetBytes(txid: string): string {
  return toHex(fromHex(txid.slice(0, 32)).toReversed());
}
