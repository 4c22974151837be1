/** Opens a MultiChain node's chain as the exchange's ledger. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '@wattlot/core';
import {
  chainParamsOf,
  genesisOf,
  MARKET_ASSETS,
  NodeBlocks,
  operatorOn,
  RPC_TIMEOUT_MS,
  RpcClient,
  targetBlockTimeOf,
} from '@wattlot/ledger';
import type { NodeOperator, NodeUrl } from '@wattlot/ledger';
import type { Clock } from './clock.ts';
import { ExchangeError } from './errors.ts';
import { NodeLedger } from './ledger-node.ts';
import type { LedgerPort, MarketOperator, OpenLedger } from './ledger-port.ts';

/** Which node, and when its blocks are final. */
export interface NodeSettings {
  readonly url: NodeUrl;
  /** Blocks that a final one lies deep, itself counted: 1 or more. */
  readonly depth: number;
  /** The market's assets on a chain where the usual names mean something else; made when they are missing. Default: `energy` and `ecoin`. */
  readonly names?: LedgerPort['names'] | undefined;
}

/** Says of which chain a journal is whose ledger is not in the folder. */
const chainFile = 'node-chain.json';

/** Blocks beyond the depth that a transaction may take: to be made, to reach the miner, and one that somebody else mines without it. */
const BLOCKS_SPARE = 3;

/**
 * Asks the node who is the operator, makes sure of the market's assets, and reads how far the chain is.
 * @throws LedgerError when the node cannot be asked or has no administrator's address; ExchangeError `ledger_mismatch` when the journal followed another
 *   chain; RpcError when the node refuses.
 */
export async function openNodeLedger(options: {
  readonly folder: string;
  readonly node: NodeSettings;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}): Promise<OpenLedger> {
  const { folder, node: settings, clock, log } = options;
  const node = new RpcClient({ url: settings.url });
  try {
    const params = await chainParamsOf(node);
    const { energy, ecoin } = MARKET_ASSETS;
    const { depth, names = { energy: energy.name, ecoin: ecoin.name } } = settings;
    const operator = await operatorOn(node, params, {
      energy: { ...energy, name: names.energy },
      ecoin: { ...ecoin, name: names.ecoin },
    });
    const first = await genesisOf(node);
    requireChain(folder, { chain: params.name, genesis: first, ...names });
    const found = await operator.ensureMarket();
    const assets = new Map(found.map(({ id, name }) => [id, name as Asset]));
    const blocks = new NodeBlocks({ node, params, assets });
    const blockMs = (await targetBlockTimeOf(node)) * 1000;
    const port = new NodeLedger({
      node,
      blocks,
      params,
      genesis: first,
      operator: operator.address,
      assets: found,
      names,
      depth,
      finalMs: (depth + BLOCKS_SPARE) * blockMs,
      tip: await blocks.tip(),
      clock,
      log,
    });
    return {
      port,
      operator: noting(operator, port),
      chain: undefined,
      begin: (state) => {
        port.state = state;
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
      close: () => {
        node.close();
        return Promise.resolve();
      },
    };
  } catch (error) {
    node.close();
    throw error;
  }
}

function noting(operator: NodeOperator, port: NodeLedger): MarketOperator {
  return {
    ...operator.participants,
    admit: (address) => operator.admit(address),
    admitMeter: (address) => operator.admitMeter(address),
    repeatMs: 2 * RPC_TIMEOUT_MS,
    issueTo: async (issue) => {
      const txid = await operator.issueTo(issue);
      port.issued(txid, issue);
      return txid;
    },
  };
}

/** A folder belongs to one kind of ledger. @throws ExchangeError `ledger_mismatch` when it is a node's. */
export function requireNoNode(folder: string): void {
  if (!existsSync(join(folder, chainFile))) return;
  const what = `the exchange in ${folder} settles on the chain of a MultiChain node: start it with --node`;
  throw new ExchangeError('ledger_mismatch', what);
}

/** The journal in the folder is of this very chain; noted at the first start. @throws ExchangeError `ledger_mismatch`. */
function requireChain(
  folder: string,
  chain: { readonly chain: string; readonly genesis: string } & LedgerPort['names'],
): void {
  if (existsSync(join(folder, 'chain'))) {
    const what = `the exchange in ${folder} has a chain of its own: start it without --node, or elsewhere`;
    throw new ExchangeError('ledger_mismatch', what);
  }
  const path = join(folder, chainFile);
  const text = `${JSON.stringify({ format: 'wattlot-node-chain-1', ...chain }, null, 2)}\n`;
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === text) return;
    const what = `the journal in ${folder} followed another chain than this node's ${chain.chain}, or other assets (${path})`;
    throw new ExchangeError('ledger_mismatch', what);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}.new`;
  writeFileSync(beside, text, { flush: true });
  renameSync(beside, path);
}
