/** The three nodes of the recordings as embedded ones, on one chain in a folder of its own. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localChainPort } from '../chain/chain-port.ts';
import type { Chain } from '../chain/chain.ts';
import { openChain } from '../chain/open-chain.ts';
import type { Dialect } from '../node/dialect.ts';
import { WalletNode } from '../node/wallet-node.ts';
import { newKeyPair } from '../format/keys.ts';
import { keysInMemory } from '../wallet/key-file.ts';
import { WalletView } from '../wallet/wallet-view.ts';

/** A node of the recordings: admin, producer, consumer. */
export type NodeName = 'A' | 'P' | 'C';

/** Every node's name. */
export const NODE_NAMES: readonly NodeName[] = ['A', 'P', 'C'];

/** Three embedded nodes with time and chance of their own: the same calls give the same answers on every run. */
export interface ConformanceNetwork {
  readonly chain: Chain;
  call(node: NodeName, method: string, params: readonly unknown[]): Promise<unknown>;
  /** Stops a node and starts it again with its keys: what it held in memory is gone. */
  restart(node: NodeName): void;
  /** Puts what waits into a block. */
  confirm(): Promise<void>;
  close(): Promise<void>;
}

const START_MS = 1_795_352_831_000;

/** Starts the nodes. */
export async function openConformanceNetwork(options: {
  readonly chain: string;
  readonly dialect: Dialect;
}): Promise<ConformanceNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-conformance-'));
  const random = seededBytes(options.chain);
  let now = START_MS;
  const operatorKey = newKeyPair(random);
  const chain = await openChain({ folder, name: options.chain, operatorKey, now, random });
  const port = localChainPort(chain);
  const keyFiles = {
    A: { ...keysInMemory([], random), keys: [{ name: '', key: operatorKey }] },
    P: keysInMemory([''], random),
    C: keysInMemory([''], random),
  };
  const start = (name: NodeName): WalletNode =>
    new WalletNode(new WalletView({ chain: options.chain, port, keys: keyFiles[name] }), {
      now: () => now,
      random,
      dialect: options.dialect,
      // the replay goes on: what is tested is the answer
      stop: () => undefined,
    });
  const nodes = { A: start('A'), P: start('P'), C: start('C') };
  return {
    chain,
    call: (node, method, params) => nodes[node].call(method, params),
    restart: (node) => {
      nodes[node] = start(node);
    },
    confirm: async () => {
      now += 1000;
      while (chain.waiting > 0) await chain.produceBlock(now);
    },
    close: async () => {
      await chain.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Bytes that look like chance and are the same on every run. */
function seededBytes(seed: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    const parts: Buffer[] = [];
    for (let made = 0; made < length; made += 32) {
      parts.push(createHash('sha256').update(`${seed} ${count++}`).digest());
    }
    return new Uint8Array(Buffer.concat(parts).subarray(0, length));
  };
}
