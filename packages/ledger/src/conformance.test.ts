import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { openPaperChain } from './paper.ts';
import type { PaperChain, RpcNode } from './paper.ts';
import { RpcError } from './rpc-error.ts';
import { compare, translate } from './testing/likeness.ts';
import type { Likeness } from './testing/likeness.ts';

const TRANSCRIPT = join(
  process.env['WATTLOT_SHARED'] ?? '../shared',
  'multichain/transcript-paper.jsonl',
);

interface Call {
  readonly seq: number;
  readonly node: string;
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Calls after which a block came, as the transcript's notes and heights tell. */
const BLOCKS_AFTER = new Set([10, 27, 49]);

/** Calls that must differ, and why. */
const DIFFERENT: ReadonlyMap<number, string> = new Map([
  [15, 'getpeerinfo: wallet nodes ask the operator’s chain and have no peers'],
  [36, 'decoderawexchange right after the offer: here the output is known everywhere at once'],
]);

/** Lists whose order follows ids. */
const UNORDERED = /balances|listunspent|listlockunspent|listpermissions|wallettransaction/;

let network: PaperChain | undefined;
let folder: string | undefined;

afterEach(async () => {
  await network?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function readCalls(): Call[] {
  return readFileSync(TRANSCRIPT, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"method"'))
    .map((line) => JSON.parse(line, exactNumber) as Call);
}

/** Keeps the text of numbers that are not whole. */
function exactNumber(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isExact = typeof value === 'number' && context?.source?.includes('.') === true;
  return isExact ? new Decimal(context.source) : value;
}

test.skipIf(!existsSync(TRANSCRIPT))(
  'the paper’s scenario on embedded nodes answers as the recorded nodes did, but for the calls named',
  async () => {
    folder = mkdtempSync(join(tmpdir(), 'wattlot-paper-'));
    network = await openPaperChain({ folder, random: randomBytes, now: () => 1_795_352_831_000 });
    const nodes: Readonly<Record<string, RpcNode>> = {
      A: network.admin,
      P: network.producer,
      C: network.consumer,
    };
    let likeness: Likeness = new Map();
    const different = new Map<number, string>();
    const calls = readCalls();
    // the addresses come before their nodes are first asked for them
    for (const [node, seq] of [
      ['A', 3],
      ['P', 11],
      ['C', 13],
    ] as const) {
      const recorded = calls.find((call) => call.seq === seq)?.result;
      const known = compare(recorded, await nodes[node]?.call('getaddresses'), likeness, {
        unordered: false,
      });
      if ('likeness' in known) likeness = known.likeness;
    }
    for (const call of calls) {
      if (call.method === 'getblockcount') continue; // a height
      const ours = await answer(nodes[call.node], call, likeness);
      const recorded = call.error === undefined ? { result: call.result } : { error: call.error };
      const unordered = UNORDERED.test(call.method);
      const found = compare(recorded, ours, likeness, { unordered });
      if ('likeness' in found) likeness = found.likeness;
      else different.set(call.seq, `${call.seq} ${call.method} ${found.difference}`);
      if (BLOCKS_AFTER.has(call.seq)) await network.confirm();
    }
    console.log(`paper: ${calls.length - different.size} of ${calls.length} calls equal`);
    expect([...different].filter(([seq]) => !DIFFERENT.has(seq))).toEqual([]);
    expect([...different.keys()]).toEqual([...DIFFERENT.keys()]);
  },
);

async function answer(node: RpcNode | undefined, call: Call, likeness: Likeness): Promise<unknown> {
  try {
    const params = translate(call.params, likeness);
    return { result: await node?.call(call.method, Array.isArray(params) ? params : []) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { error: error.toJSON() };
  }
}
