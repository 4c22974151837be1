/** What a wallet needs of a chain, wherever that is: in this process or behind HTTP. */
import type { Address, Txid } from '@wattlot/core';
import type { AssetView } from './assets.ts';
import type { Block } from './block.ts';
import type { Changes } from './chain-changes.ts';
import type { OutputStanding } from './chain-state.ts';
import { historyOf } from './chain-history.ts';
import type { Chain, OutputView, TransactionView } from './chain.ts';
import type { AssetId } from '../format/element.ts';
import type { PermissionView } from './permissions.ts';
import { RpcError } from '../rpc-error.ts';
import type { Outpoint } from '../format/transaction.ts';

/** Which chain it is. */
export interface ChainInfo {
  readonly name: string;
  readonly height: number;
  readonly tip: string;
  /** Hash and time (seconds since 1970) of block 0. */
  readonly genesis: { readonly hash: string; readonly time: number };
  readonly operator: Address;
}

/** An output asked for: unspent, or why not. */
export type OutputAnswer =
  | { readonly standing: 'unspent'; readonly output: OutputView }
  | { readonly standing: Exclude<OutputStanding, 'unspent'> };

/**
 * A chain as a wallet sees it. Every call is one round trip.
 * Each throws LedgerError: `chain_unreachable` (retryable; what was sent may have arrived), `chain_answer_invalid`, `disk`, `closed`.
 */
export interface ChainPort {
  info(): Promise<ChainInfo>;
  /** See `Chain.changesSince`. */
  changes(query: {
    readonly cursor: string | undefined;
    readonly addresses: readonly Address[];
  }): Promise<Changes>;
  /** Sends transactions one after the other; one that is refused does not keep the next from being tried. Answers in the same order. */
  send(transactions: readonly string[]): Promise<readonly (Txid | RpcError)[]>;
  outputs(outpoints: readonly Outpoint[]): Promise<readonly OutputAnswer[]>;
  transactions(txids: readonly string[]): Promise<readonly (TransactionView | undefined)[]>;
  /** Accepted transactions that touch some addresses, the latest `count`, oldest first, those that wait last. */
  history(addresses: readonly Address[], count: number): Promise<readonly TransactionView[]>;
  permissions(
    entity: AssetId | null,
    addresses: readonly Address[] | undefined,
  ): Promise<readonly PermissionView[]>;
  assets(): Promise<readonly AssetView[]>;
  /** By number or hash. */
  block(which: number | string): Promise<Block | undefined>;
  /** The ids of what waits for a block, in the order of acceptance. */
  pool(): Promise<readonly Txid[]>;
  close(): Promise<void>;
}

/** The port of a chain in this process. Closing it leaves the chain open. */
export function localChainPort(chain: Chain): ChainPort {
  const answer = <T>(work: () => T): Promise<T> =>
    new Promise((resolve) => {
      resolve(work());
    });
  return {
    info: () => answer(() => infoOf(chain)),
    changes: ({ cursor, addresses }) => answer(() => chain.changesSince(cursor, addresses)),
    send: (transactions) =>
      answer(() =>
        transactions.map((hex) => {
          const sent = chain.send(hex);
          return sent instanceof RpcError ? sent : sent.txid;
        }),
      ),
    outputs: (outpoints) =>
      answer(() => outpoints.map(({ txid, vout }) => outputAnswer(chain, txid, vout))),
    transactions: (txids) => answer(() => txids.map((txid) => chain.transaction(txid))),
    history: (addresses, count) => answer(() => historyOf(chain, addresses, count)),
    permissions: (entity, addresses) => answer(() => chain.permissions(entity, addresses)),
    assets: () => answer(() => chain.assets()),
    block: (which) => answer(() => chain.block(which)),
    pool: () => answer(() => chain.pool()),
    close: () => Promise.resolve(),
  };
}

function infoOf(chain: Chain): ChainInfo {
  const { name, height, tip, operator } = chain;
  const first = chain.block(0);
  if (!first) throw new Error('a chain without a first block');
  return { name, height, tip, operator, genesis: { hash: first.hash, time: first.time } };
}

function outputAnswer(chain: Chain, txid: string, vout: number): OutputAnswer {
  const output = chain.output(txid, vout);
  if (output) return { standing: 'unspent', output };
  const standing = chain.standing(txid, vout);
  return standing === 'unspent' ? { standing: 'missing' } : { standing };
}
