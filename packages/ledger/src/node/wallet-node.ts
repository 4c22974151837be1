/** A wallet that answers MultiChain's JSON-RPC methods as a node does, for one participant, with his keys on his side. */
import { randomBytes } from 'node:crypto';
import { newNodeState } from './node-state.ts';
import { ADDRESS_METHODS } from './rpc-addresses.ts';
import { ASSET_METHODS } from './rpc-assets.ts';
import { ASSET_LIST_METHODS } from './rpc-asset-list.ts';
import { BLOCK_METHODS } from './rpc-blocks.ts';
import { BALANCE_METHODS } from './rpc-balances.ts';
import { TransactionFormatError } from '../format/bytes.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { inDialect } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { EXCHANGE_METHODS } from './rpc-exchange.ts';
import { HISTORY_METHODS } from './rpc-history.ts';
import { NODE_METHODS } from './rpc-node.ts';
import { OUTPUT_METHODS } from './rpc-outputs.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { method as entry, textParam } from './rpc-params.ts';
import { PAYMENT_METHODS } from './rpc-payments.ts';
import { PERMISSION_METHODS } from './rpc-permissions.ts';
import { RAW_METHODS } from './rpc-raw.ts';
import { TRANSACTION_METHODS } from './rpc-transactions.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** Lists the methods, or tells how one is called. */
const HELP = entry('help', '[method]', (_, [name]) => {
  if (name === undefined || name === null) return rpcHelp().join('\n');
  const text = textParam(name);
  const known = METHODS.get(text);
  if (known) return helpOf(known);
  throw new RpcError(RPC.misc, `help: unknown command: ${text}`);
});

/** Every method, by name. */
const METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  [
    ...NODE_METHODS,
    ...BLOCK_METHODS,
    ...ADDRESS_METHODS,
    ...PERMISSION_METHODS,
    ...ASSET_METHODS,
    ...ASSET_LIST_METHODS,
    ...BALANCE_METHODS,
    ...OUTPUT_METHODS,
    ...PAYMENT_METHODS,
    ...EXCHANGE_METHODS,
    ...RAW_METHODS,
    ...TRANSACTION_METHODS,
    ...HISTORY_METHODS,
    HELP,
  ].map((method) => [method.name, method]),
);

/** The methods and their parameters, one line each, as `help` lists them. */
export function rpcHelp(): string[] {
  return [...METHODS.values()].map(helpOf).toSorted();
}

function helpOf({ name, params }: RpcMethod): string {
  return `${name} ${params}`.trim();
}

/** What a node needs besides its wallet. */
export interface WalletNodeOptions {
  /** Milliseconds since 1970: stands in grants. */
  readonly now: () => number;
  /** For key pairs that are asked for and kept nowhere; the system's by default. */
  readonly random?: (length: number) => Uint8Array;
  /** Whose answers it gives: those of 1.0.9 by default. */
  readonly dialect?: Dialect;
  /** Ends the process after an answer to `stop`; without it the node refuses to be stopped. */
  readonly stop?: () => void;
}

/** One wallet as a node. Shares its view, and so its locks, with the `Wallet` of the same participant. */
export class WalletNode {
  readonly view: WalletView;
  readonly #now: () => number;
  readonly #random: (length: number) => Uint8Array;
  readonly #dialect: Dialect;
  readonly #state = newNodeState();
  readonly #stop: (() => void) | undefined;

  constructor(view: WalletView, options: WalletNodeOptions) {
    this.view = view;
    this.#now = options.now;
    this.#random = options.random ?? randomBytes;
    this.#dialect = options.dialect ?? '1.0.9';
    this.#stop = options.stop;
  }

  get #context(): RpcContext {
    return {
      view: this.view,
      now: this.#now,
      random: this.#random,
      dialect: this.#dialect,
      state: this.#state,
      stop: this.#stop,
    };
  }

  /**
   * Answers a call. Quantities in the result are `Decimal`s: numbers with a node's digits in JSON. Numbers in `params` may be JavaScript numbers, or
   * `Decimal`s where they must be exact.
   * @throws RpcError as a node answers, -32601 for a method that is not there, -1 with the help for a wrong number of parameters; LedgerError when the
   *   chain cannot be reached.
   */
  call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const known = METHODS.get(method);
    if (!known) return Promise.reject(new RpcError(RPC.methodNotFound, 'Method not found'));
    if (params.length < known.least || params.length > known.most) {
      return Promise.reject(new RpcError(RPC.misc, helpOf(known)));
    }
    return this.view.run(async () => {
      try {
        return inDialect(this.#dialect, await known.run(this.#context, params));
      } catch (error) {
        // what was asked for has no form on the chain: too long, or out of range
        if (!(error instanceof TransactionFormatError)) throw error;
        throw new RpcError(RPC.invalidParameter, `Invalid parameter, ${error.message}`);
      }
    });
  }
}
