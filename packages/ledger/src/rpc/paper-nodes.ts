/**
 * The paper's scenario on three real nodes. What such nodes do and embedded ones do not: a transaction needs up to a second to reach the other nodes and a
 * block to be sure, which takes seconds; and the chain may have an asset called energy already.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Txid } from '@wattlot/core';
import { LedgerError } from '../ledger-error.ts';
import { playPaper } from '../node/paper.ts';
import type { PaperAssets, PaperNodes, PaperRole, RpcNode } from '../node/paper.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { PAPER_ARRIVAL_MS_MAX, PAPER_BLOCK_MS_MAX, PAPER_POLL_MS } from '../limits.ts';
import { fieldsIn, listIn, textIn } from './answers.ts';
import { depthsOf } from './node-ledger.ts';
import type { BatchNode } from './rpc-client.ts';

const ROLES: readonly PaperRole[] = ['admin', 'producer', 'consumer'];

/** Seconds between two lines that say that one still waits. */
const PROGRESS_SECONDS = 5;

/** Why the scenario ended: one line for a person. `cause` is what the node said. */
export class PaperError extends Error {
  readonly code = 'paper_failed';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'PaperError';
  }
}

/** Three nodes, and how to wait. */
export interface RealPaperOptions {
  readonly nodes: Readonly<Record<PaperRole, BatchNode>>;
  readonly print: (line: string) => void;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Plays the scenario on real nodes and prints each call with its result. May be played again on the same chain: the assets then get names of their own, so
 * that nothing is issued of one in use.
 * @throws PaperError for what the nodes refuse or do not do in time, LedgerError when one cannot be reached or a call's outcome is not known, Error as `playPaper`.
 */
export async function playPaperOnNodes(options: RealPaperOptions): Promise<void> {
  const { nodes, print } = options;
  await requireThree(nodes);
  const assets = await freeNames(nodes.admin);
  if (assets.energy !== 'energy') {
    print(
      `This chain has an energy or an ecoin: here they are ${assets.energy} and ${assets.ecoin}.`,
    );
  }
  await playPaper(patientNodes(options), print, assets);
}

/** The first names that the chain does not have. Names that differ only in case count as the same. */
async function freeNames(admin: BatchNode): Promise<PaperAssets> {
  const method = 'listassets';
  const taken = new Set(
    listIn(method, await admin.call(method)).map((asset) => {
      const { name } = fieldsIn(method, asset);
      return typeof name === 'string' ? name.toLowerCase() : '';
    }),
  );
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : String(n);
    const assets = { energy: `energy${suffix}`, ecoin: `ecoin${suffix}` };
    if (!taken.has(assets.energy) && !taken.has(assets.ecoin)) return assets;
  }
}

/** Three different nodes of one chain. @throws PaperError. */
async function requireThree(nodes: RealPaperOptions['nodes']): Promise<void> {
  const seen = await Promise.all(
    ROLES.map(async (role) => {
      const node = nodes[role];
      const { chainname } = fieldsIn('getinfo', await node.call('getinfo'));
      const [address] = listIn('getaddresses', await node.call('getaddresses'));
      const genesis = textIn('getblockhash', await node.call('getblockhash', [0]));
      return { role, chain: String(chainname), genesis, address: textIn('getaddresses', address) };
    }),
  );
  for (const [i, one] of seen.entries()) {
    for (const other of seen.slice(0, i)) {
      if (one.genesis !== other.genesis) {
        const both = `${other.role}: ${other.chain}, ${one.role}: ${one.chain}`;
        throw new PaperError(`the nodes are not of one chain (${both})`);
      }
      if (one.address === other.address) {
        const both = `${other.role} and ${one.role}`;
        throw new PaperError(`${both} have the same address; the scenario needs three nodes`);
      }
    }
  }
}

/** Nodes that wait for what is on its way, and remember what was sent. */
function patientNodes(options: RealPaperOptions): PaperNodes {
  const sent = new Set<Txid>();
  const patient = (role: PaperRole): RpcNode => ({
    call: async (method, params = []) => {
      const answer = await arrived(options, role, { method, params });
      const txid = sentIn(method, answer);
      if (txid !== undefined) sent.add(txid);
      return answer;
    },
  });
  return {
    admin: patient('admin'),
    producer: patient('producer'),
    consumer: patient('consumer'),
    confirm: async () => {
      await confirmed(options, [...sent]);
      sent.clear();
    },
  };
}

/** The transaction that a call has sent. */
function sentIn(method: string, answer: unknown): Txid | undefined {
  if (/^(issue|grant|sendraw)/.test(method)) return textIn(method, answer) as Txid;
  if (!method.startsWith('preparelockunspent')) return undefined;
  return textIn(method, fieldsIn(method, answer)['txid']) as Txid;
}

/** Calls a node, and again while what the call builds on has not reached it. Refused calls have done nothing. */
async function arrived(
  options: RealPaperOptions,
  role: PaperRole,
  { method, params }: { readonly method: string; readonly params: readonly unknown[] },
): Promise<unknown> {
  const { nodes, now, pause = sleep } = options;
  const end = now() + PAPER_ARRIVAL_MS_MAX;
  for (;;) {
    try {
      return await nodes[role].call(method, params);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (!isEarly(error)) throw refusal(role, method, error);
      if (now() >= end) throw await neverArrived(nodes[role], { role, method, error });
    }
    await pause(PAPER_POLL_MS);
  }
}

/** Whether a refusal may pass by itself: an output that is not here yet, a chain without blocks. */
function isEarly({ code, message }: RpcError): boolean {
  if (code === RPC.exchange) return message.startsWith('Missing inputs');
  return code === RPC.unspentNotFound || code === RPC.entityNotFound;
}

async function neverArrived(
  node: BatchNode,
  { role, method, error }: { role: PaperRole; method: string; error: RpcError },
): Promise<PaperError> {
  const txid = /txid: ([0-9a-f]{64})/.exec(error.message)?.[1];
  if (error.code !== RPC.exchange || txid === undefined) return refusal(role, method, error);
  const [depth] = await depthsOf(node, [txid]);
  const why =
    depth === undefined
      ? `what was offered has not reached this node in ${PAPER_ARRIVAL_MS_MAX / 1000} s: are the nodes connected?`
      : 'what was offered is spent: somebody else took the offer, or its owner spent it';
  return new PaperError(`${role}: ${method}: ${why}`, { cause: error });
}

const HINTS: ReadonlyMap<number, string> = new Map([
  [RPC.insufficientFunds, 'outputs that are locked or wait for a block do not count'],
  [RPC.insufficientPermissions, 'is the admin’s node one whose first address is an admin?'],
  [RPC.notAllowed, 'the asset is closed'],
  [RPC.duplicateName, 'somebody issued an asset of this name just now; start again'],
]);

function refusal(role: PaperRole, method: string, error: RpcError): PaperError {
  const [line = ''] = error.message.split('\n');
  const hint = HINTS.get(error.code);
  const told = `${role}: ${method}: ${line} (${error.code})`;
  return new PaperError(hint === undefined ? told : `${told}: ${hint}`, { cause: error });
}

/** Waits until transactions are in a block that all three nodes have. */
async function confirmed(options: RealPaperOptions, txids: readonly Txid[]): Promise<void> {
  const { nodes, print, now, pause = sleep } = options;
  const start = now();
  /** Seconds that were told last. */
  let told: number | undefined;
  for (;;) {
    const waiting = await waitingIn(nodes, txids);
    if (waiting === undefined) return;
    const seconds = Math.floor((now() - start) / 1000);
    if (seconds * 1000 >= PAPER_BLOCK_MS_MAX) {
      const { txid, role, depth } = waiting;
      const how = depth === undefined ? 'is not known to' : 'is in no block at';
      const message = `after ${seconds} s ${txid} ${how} the node of the ${role}: is a miner running, and are the nodes connected?`;
      throw new PaperError(message);
    }
    if (told === undefined || seconds >= told + PROGRESS_SECONDS) {
      print(told === undefined ? '  waiting for a block …' : `  … ${seconds} s`);
      told = seconds;
    }
    await pause(PAPER_POLL_MS);
  }
}

async function waitingIn(
  nodes: RealPaperOptions['nodes'],
  txids: readonly Txid[],
): Promise<
  { readonly txid: Txid; readonly role: PaperRole; readonly depth: number | undefined } | undefined
> {
  for (const role of ROLES) {
    const depths = await depthsOf(nodes[role], txids);
    for (const [i, txid] of txids.entries()) {
      const depth = depths[i];
      if (depth === undefined || depth < 1) return { txid, role, depth };
    }
  }
  return undefined;
}

/** Whether an error says that a node could not be reached. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof LedgerError && error.code === 'chain_unreachable';
}
