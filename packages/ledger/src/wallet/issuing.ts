/** Transactions that need an authority rather than funds: new assets, more of an asset, permissions. */
import type { Address } from '@wattlot/core';
import type { AssetDetails, AssetQuantity, PermissionGrant } from '../format/element.ts';
import { Purse } from './purse.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { OutputRequest } from '../format/script.ts';
import type { OwnTransaction } from './wallet-transaction.ts';
import { makeTransaction, paymentTo } from './wallet-transaction.ts';
import type { WalletView } from './wallet-view.ts';

/** A node's words when an address has nothing to make a transaction from. */
const NO_UNSPENT =
  'No unspent outputs are available. Please send a transaction with zero native currency to this address first.';

/** The outputs of the first issue of an asset. */
export function issueTo(hash160: Uint8Array, details: AssetDetails, raw: bigint): OutputRequest[] {
  return [
    { kind: 'pay', hash160, issue: raw },
    { kind: 'new-asset', details },
  ];
}

/** The output that issues more of an asset. */
export function issueMoreTo(hash160: Uint8Array, { asset, raw }: AssetQuantity): OutputRequest {
  return { kind: 'pay', hash160, assets: [{ asset, raw, how: 'issuemore' }] };
}

/** The output that grants or revokes, and gives a new address its first output. */
export function grantTo(hash160: Uint8Array, permission: PermissionGrant): OutputRequest {
  return { kind: 'pay', hash160, permissions: [permission] };
}

/**
 * A transaction that spends any one output of `from`, which answers for what the outputs do; what that output held comes back last.
 * @throws RpcError -716 if the address has no output that is not locked.
 */
export function authorityTransaction(
  view: WalletView,
  from: Address,
  outputs: readonly OutputRequest[],
): OwnTransaction {
  const key = view.keyOf(from);
  const input = new Purse(view, { addresses: [from] }).takeAny([from]);
  if (!key || !input) throw new RpcError(RPC.unspentNotFound, NO_UNSPENT);
  const change = paymentTo(key.hash160, input.assets);
  return makeTransaction([input], [...outputs, change], (owner) => view.keyOf(owner));
}
