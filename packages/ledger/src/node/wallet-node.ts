/** A wallet that answers MultiChain's JSON-RPC methods as a node does, for one participant, with his keys on his side. */
import { ADDRESS_METHODS } from './rpc-addresses.ts';
import { ASSET_METHODS } from './rpc-assets.ts';
import { BALANCE_METHODS } from './rpc-balances.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { EXCHANGE_METHODS } from './rpc-exchange.ts';
import { HISTORY_METHODS } from './rpc-history.ts';
import { NODE_METHODS } from './rpc-node.ts';
import { OUTPUT_METHODS } from './rpc-outputs.ts';
import type { RpcMethod } from './rpc-params.ts';
import { PERMISSION_METHODS } from './rpc-permissions.ts';
import { TRANSACTION_METHODS } from './rpc-transactions.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** Every method, by name. */
const METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  [
    ...NODE_METHODS,
    ...ADDRESS_METHODS,
    ...PERMISSION_METHODS,
    ...ASSET_METHODS,
    ...BALANCE_METHODS,
    ...OUTPUT_METHODS,
    ...EXCHANGE_METHODS,
    ...TRANSACTION_METHODS,
    ...HISTORY_METHODS,
  ].map((method) => [method.name, method]),
);

/** The methods and their parameters, one line each, as `help` lists them. */
export function rpcHelp(): string[] {
  return [...METHODS.values()].map(({ name, params }) => `${name} ${params}`.trim()).toSorted();
}

/** One wallet as a node. Shares its view, and so its locks, with the `Wallet` of the same participant. */
export class WalletNode {
  readonly view: WalletView;
  readonly #now: () => number;

  /** @param options.now milliseconds since 1970: stands in grants. */
  constructor(view: WalletView, options: { readonly now: () => number }) {
    this.view = view;
    this.#now = options.now;
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
      return Promise.reject(new RpcError(RPC.misc, `${known.name} ${known.params}`));
    }
    return this.view.run(() => known.run({ view: this.view, now: this.#now }, params));
  }
}
