/** Payments of one address of a wallet: what goes in, what comes back. */
import type { Address, Txid } from '@wattlot/core';
import type { AssetQuantity } from '../format/element.ts';
import type { KeyPair } from '../format/keys.ts';
import { WALLET_INPUTS_MAX } from '../limits.ts';
import { changeOf, Purse } from './purse.ts';
import type { Spendable, Sums } from './purse.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { OutputRequest } from '../format/script.ts';
import { parsePlainPayment } from '../format/script.ts';
import type { OwnTransaction } from './wallet-transaction.ts';
import { makeTransaction, paymentTo } from './wallet-transaction.ts';
import type { WalletView } from './wallet-view.ts';

/** Makes transactions that spend an address' outputs. Nothing is sent. */
export interface Payments {
  readonly address: Address;
  readonly key: KeyPair;
  /** Builds and signs. */
  make(inputs: readonly Spendable[], outputs: readonly OutputRequest[]): OwnTransaction;
  /** A payment back to the address. */
  toMyself(assets: readonly AssetQuantity[]): OutputRequest;
  /** Outputs that hold what is needed, and what must be sent first: merges of small outputs when there would be too many. @throws RpcError -6. */
  gather(need: Sums): { readonly inputs: Spendable[]; readonly before: OwnTransaction[] };
  /** Pays outputs back to the address: those in `kept`, first and in their order, each as it was, and the others an output for each asset. All plain, whatever these were. */
  merge(inputs: readonly Spendable[], kept?: readonly Spendable[]): OwnTransaction;
  /** What `merge` made. */
  merged(transaction: OwnTransaction): Spendable[];
}

/** The payments of one address. @throws RangeError if it is not the wallet's. */
export function paymentsOf(view: WalletView, address: Address): Payments {
  const key = view.keyOf(address);
  if (!key) throw new RangeError(`the wallet has no key of ${address}`);
  const make: Payments['make'] = (inputs, outputs) =>
    makeTransaction(inputs, outputs, (owner) => view.keyOf(owner));
  const toMyself: Payments['toMyself'] = (assets) => paymentTo(key.hash160, assets);
  const merge: Payments['merge'] = (inputs, kept = []) => {
    const apart = kept.flatMap(({ assets }) => assets);
    const rest = changeOf(
      inputs,
      apart.map(({ asset, raw }) => [asset, raw] as const),
    );
    const outputs = [
      ...kept.map(({ assets }) => toMyself(assets)),
      ...rest.map((one) => toMyself([one])),
    ];
    return make(inputs, outputs.length > 0 ? outputs : [toMyself([])]);
  };
  const merged: Payments['merged'] = ({ txid, scripts }) =>
    scripts.map((script, vout) => {
      const assets = [...(parsePlainPayment(script)?.assets ?? [])];
      return {
        txid,
        vout,
        address,
        script,
        assets: assets.map(([asset, raw]) => ({ asset, raw })),
      };
    });
  return {
    address,
    key,
    make,
    toMyself,
    merge,
    merged,
    gather: (need) => {
      const purse = new Purse(view, { addresses: [address] });
      const before: OwnTransaction[] = [];
      for (;;) {
        const inputs = purse.take(need);
        if (!inputs) throw new RpcError(RPC.insufficientFunds, 'Insufficient funds');
        if (inputs.length <= WALLET_INPUTS_MAX) return { inputs, before };
        const merging = merge(inputs.slice(0, WALLET_INPUTS_MAX));
        before.push(merging);
        for (const output of inputs.slice(WALLET_INPUTS_MAX)) purse.put(output);
        for (const output of merged(merging)) purse.put(output);
      }
    },
  };
}

/** Whether the chain took a transaction, now or before. */
export function isAccepted(answer: Txid | RpcError | undefined): boolean {
  if (!(answer instanceof RpcError)) return answer !== undefined;
  return (
    answer.code === RPC.transactionError && answer.message === 'transaction already in block chain'
  );
}
