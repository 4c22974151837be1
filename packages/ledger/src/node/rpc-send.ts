/** Sending a transaction of the wallet's own from an RPC method. */
import type { Txid } from '@wattlot/core';
import { RpcError } from '../rpc-error.ts';
import type { OwnTransaction } from '../wallet/wallet-transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** Sends it. @throws RpcError what the chain refuses with. */
export async function sendOne(view: WalletView, transaction: OwnTransaction): Promise<Txid> {
  const [answer] = await view.send([transaction]);
  if (answer instanceof RpcError) throw answer;
  return transaction.txid;
}
