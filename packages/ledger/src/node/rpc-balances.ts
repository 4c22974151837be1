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
import { amountsView, heldIn } from './rpc-views.ts';
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

/** What outputs hold, as a list of an answer. */
function sumsView(
  { view, dialect }: RpcContext,
  outputs: readonly OwnOutput[],
  filter: Filter,
  shown: readonly AssetId[] = [],
): unknown[] {
  const { assets } = filter;
  const sums = new Map<AssetId, bigint>();
  for (const output of outputs) {
    for (const [asset, raw] of heldIn(output, dialect)) {
      if (!assets || assets.includes(asset)) sums.set(asset, (sums.get(asset) ?? 0n) + raw);
    }
  }
  for (const asset of shown) sums.set(asset, sums.get(asset) ?? 0n);
  const isShown = dialect === '2.3' || shown.length > 0;
  return amountsView(view, sums, isShown ? 'shown' : 'left out');
}

function getTotalBalances(context: RpcContext, params: readonly unknown[]): unknown {
  const [minimum, , locked] = params;
  const filter = { minimum: intParam(minimum, 1), locked: boolParam(locked, false) };
  return sumsView(context, countedOutputs(context.view, filter), filter);
}

/** The same of all accounts together: an embedded wallet has no others. */
function getAssetBalances(context: RpcContext, [, ...params]: readonly unknown[]): unknown {
  return getTotalBalances(context, params);
}

async function getAddressBalances(
  context: RpcContext,
  [which, minimum, locked]: readonly unknown[],
): Promise<unknown> {
  const { view } = context;
  const filter = {
    minimum: intParam(minimum, 1),
    locked: boolParam(locked, false),
    addresses: [addressParam(view, which)],
  };
  const outputs = [
    ...countedOutputs(view, filter),
    ...(await watchedOutputs(context, filter.addresses, filter.minimum)),
  ];
  return sumsView(context, outputs, filter);
}

async function getMultiBalances(
  context: RpcContext,
  [addresses, assets, minimum, watch, locked]: readonly unknown[],
): Promise<unknown> {
  const { view, state } = context;
  const named = isAll(addresses) ? undefined : addressesParam(view, addresses);
  const filter = {
    minimum: intParam(minimum, 1),
    locked: boolParam(locked, false),
    addresses: named,
    assets: isAll(assets) ? undefined : assetIdsParam(view, assets),
  };
  if (filter.assets?.length === 0) return {};
  const isWatching = boolParam(watch, false);
  const watched = isWatching ? [...state.watched.keys()] : [];
  const known = [...view.addresses, ...watched].filter((one) => named?.includes(one) ?? true);
  const outputs = [
    ...countedOutputs(view, filter),
    ...(await watchedOutputs(context, known, filter.minimum)),
  ];
  const answer: [string, unknown[]][] = [];
  for (const address of known) {
    const own = outputs.filter((output) => output.address === address);
    // a watched address has an entry for each asset asked for, were it of nothing
    const shown = state.watched.has(address) ? (filter.assets ?? []) : [];
    const amounts = sumsView(context, own, filter, shown);
    if (amounts.length > 0) answer.push([address, amounts]);
  }
  answer.push(['total', sumsView(context, outputs, filter)]);
  return Object.fromEntries(answer);
}

/** What watched addresses have, as far as it counts. */
async function watchedOutputs(
  { view, state }: RpcContext,
  addresses: readonly Address[],
  minimum: number,
): Promise<OwnOutput[]> {
  const watched = addresses.filter((address) => state.watched.has(address));
  if (watched.length === 0) return [];
  const { gained } = await view.port.changes({ cursor: undefined, addresses: watched });
  return gained.filter((output) => {
    const { fromHeight = 0 } = state.watched.get(output.address) ?? {};
    const isNew = output.height === undefined || output.height >= fromHeight;
    return isNew && confirmationsOf(view, output) >= minimum;
  });
}

function isAll(value: unknown): boolean {
  return value === undefined || value === null || value === '*';
}

function assetIdsParam(view: WalletView, value: unknown): AssetId[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.map((name) => assetParam(view, name).id);
}

/** getaddressbalances, getmultibalances, gettotalbalances, getassetbalances, getbalance. */
export const BALANCE_METHODS: readonly RpcMethod[] = [
  method('getaddressbalances', 'address [minconf] [includeLocked]', getAddressBalances),
  method(
    'getmultibalances',
    '[addresses] [assets] [minconf] [includeWatchonly] [includeLocked]',
    getMultiBalances,
  ),
  method('gettotalbalances', '[minconf] [includeWatchonly] [includeLocked]', getTotalBalances),
  method(
    'getassetbalances',
    '[account] [minconf] [includeWatchonly] [includeLocked]',
    getAssetBalances,
  ),
  method('getbalance', '[account] [minconf] [includeWatchonly]', () => ZERO),
];
