/** Recorded calls of real nodes, asked of ours. */
import { readFileSync } from 'node:fs';
import { Decimal } from '../node/decimal.ts';
import type { PaperChain, RpcNode } from '../node/paper.ts';
import { RpcError } from '../rpc-error.ts';
import { compare, translate } from './likeness.ts';
import type { Likeness } from './likeness.ts';

/** One recorded call. */
export interface Call {
  readonly seq: number;
  readonly node: 'A' | 'P' | 'C';
  readonly case?: string;
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The calls of a file of recordings; lines that are notes or raw bodies are left out. */
export function readCalls(path: string): Call[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"method": "'))
    .map((line) => JSON.parse(line, exactNumber) as Call);
}

/** Keeps the text of numbers that are not written whole. */
function exactNumber(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source?.includes('.') ? new Decimal(source) : value;
}

/** Lists whose order follows ids. */
const UNORDERED = /balances|listunspent|listlockunspent|listpermissions|wallettransaction/;

/** Asks recorded calls of three nodes, one after the other, and compares. */
export class Replay {
  readonly #network: PaperChain;
  readonly #nodes: Readonly<Record<Call['node'], RpcNode>>;
  #likeness: Likeness = new Map();

  constructor(network: PaperChain) {
    this.#network = network;
    this.#nodes = { A: network.admin, P: network.producer, C: network.consumer };
  }

  /** Says which recorded address is which of ours, for calls that name one before its node was asked for it. */
  async meet(addresses: Readonly<Record<Call['node'], string>>): Promise<void> {
    for (const [node, address] of Object.entries(addresses)) {
      const ours = await this.#nodes[node as Call['node']].call('getaddresses');
      this.#take(compare([address], ours, this.#likeness, { unordered: false }));
    }
  }

  /** @returns how the answer differs from the recorded one; undefined if it does not. */
  async ask(call: Call): Promise<string | undefined> {
    const ours = await this.#answer(call);
    if (call.method === 'getblockcount') return undefined; // a height
    const recorded = call.error === undefined ? { result: call.result } : { error: call.error };
    return this.#take(
      compare(recorded, ours, this.#likeness, { unordered: UNORDERED.test(call.method) }),
    );
  }

  confirm(): Promise<void> {
    return this.#network.confirm();
  }

  #take(found: ReturnType<typeof compare>): string | undefined {
    if ('difference' in found) return found.difference;
    this.#likeness = found.likeness;
    return undefined;
  }

  async #answer({ node, method, params }: Call): Promise<unknown> {
    try {
      const ours = translate(params, this.#likeness);
      return { result: await this.#nodes[node].call(method, Array.isArray(ours) ? ours : []) };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { error: error.toJSON() };
    }
  }
}
