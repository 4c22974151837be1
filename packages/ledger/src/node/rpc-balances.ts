/** RPC methods about balances. */
import type { Address } from '@wattlot/core';
import type { AssetId } from '../format/element.ts';
import { ZERO } from './decimal.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressesParam,
  addressParam,
  assetParam,
  boolParam,
  intParam,
  method,
} from './rpc-params.ts';
import { amountsView } from './rpc-views.ts';
import { outputOf } from '../format/transaction.ts';
import type { OwnOutput, WalletView } from '../wallet/wallet-view.ts';

interface Filter {
  readonly minimum: number;
  readonly locked: boolean;
  readonly addresses?: readonly Address[] | undefined;
  readonly assets?: readonly AssetId[] | undefined;
}

/** The outputs that count, in the order in which a node goes through them: by id. What the wallet paid itself counts at once. */
export function countedOutputs(view: WalletView, filter: Filter): OwnOutput[] {
  const counted = [...view.outputs()].filter((output) => {
    if (filter.addresses && !filter.addresses.includes(output.address)) return false;
    if (!filter.locked && view.isLocked(outputOf(output))) return false;
    return output.own || confirmationsOf(view, output) >= filter.minimum;
  });
  return sortedOutputs(counted);
}

/** By transaction id, then number. */
export function sortedOutputs<T extends { readonly txid: string; readonly vout: number }>(
  outputs: readonly T[],
): T[] {
  return outputs.toSorted((one, other) => {
    if (one.txid !== other.txid) return one.txid < other.txid ? -1 : 1;
    return one.vout - other.vout;
  });
}

/** Blocks on top of a transaction, its own counted; 0 while it waits. */
export function confirmationsOf(
  view: Pick<WalletView, 'height'>,
  { height }: { readonly height: number | undefined },
): number {
  return height === undefined ? 0 : Math.max(1, view.height - height + 1);
}

function sumsOf(outputs: readonly OwnOutput[], { assets }: Filter): Map<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  for (const output of outputs) {
    for (const { asset, raw } of output.assets) {
      if (!assets || assets.includes(asset)) sums.set(asset, (sums.get(asset) ?? 0n) + raw);
    }
  }
  return sums;
}

function getTotalBalances({ view }: RpcContext, params: readonly unknown[]): unknown {
  const [minimum, , locked] = params;
  const filter = { minimum: intParam(minimum, 1), locked: boolParam(locked, false) };
  return amountsView(view, sumsOf(countedOutputs(view, filter), filter));
}

function getAddressBalances({ view }: RpcContext, params: readonly unknown[]): unknown {
  const [which, minimum, locked] = params;
  const address = addressParam(view, which);
  const filter = {
    minimum: intParam(minimum, 1),
    locked: boolParam(locked, false),
    addresses: [address],
  };
  return amountsView(view, sumsOf(countedOutputs(view, filter), filter));
}

function getMultiBalances({ view }: RpcContext, params: readonly unknown[]): unknown {
  const [addresses, assets, minimum, , locked] = params;
  const filter = {
    minimum: intParam(minimum, 1),
    locked: boolParam(locked, false),
    addresses: isAll(addresses) ? undefined : addressesParam(view, addresses),
    assets: isAll(assets) ? undefined : assetIdsParam(view, assets),
  };
  const outputs = countedOutputs(view, filter);
  const answer: [string, unknown[]][] = [];
  for (const address of filter.addresses ?? view.addresses) {
    const own = outputs.filter((output) => output.address === address);
    const amounts = amountsView(view, sumsOf(own, filter));
    if (amounts.length > 0) answer.push([address, amounts]);
  }
  answer.push(['total', amountsView(view, sumsOf(outputs, filter))]);
  return Object.fromEntries(answer);
}

function isAll(value: unknown): boolean {
  return value === undefined || value === null || value === '*';
}

function assetIdsParam(view: WalletView, value: unknown): AssetId[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.map((name) => assetParam(view, name).id);
}

/** getaddressbalances, getmultibalances, gettotalbalances, getbalance. */
export const BALANCE_METHODS: readonly RpcMethod[] = [
  method('getaddressbalances', 'address [minconf] [includeLocked]', getAddressBalances),
  method(
    'getmultibalances',
    '[addresses] [assets] [minconf] [includeWatchonly] [includeLocked]',
    getMultiBalances,
  ),
  method('gettotalbalances', '[minconf] [includeWatchonly] [includeLocked]', getTotalBalances),
  method('getbalance', '[account] [minconf] [includeWatchonly]', () => ZERO),
];
