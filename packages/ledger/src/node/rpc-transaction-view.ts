/** How a node's answers show transactions. */
import { toHex } from '../format/bytes.ts';
import { ZERO } from './decimal.ts';
import { grantView, inputScriptView, outputAssetsView, outputScriptView } from './rpc-views.ts';
import { parseOutputScript } from '../format/script.ts';
import type { Transaction, TransactionOutput } from '../format/transaction.ts';
import { encodeTransaction, txidOf } from '../format/transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** `decoderawtransaction`: everything in a transaction that its bytes tell. */
export function transactionView(
  view: WalletView,
  transaction: Transaction,
): Readonly<Record<string, unknown>> {
  const txid = txidOf(encodeTransaction(transaction));
  const data = transaction.outputs.flatMap(({ script }) => {
    const meaning = parseOutputScript(script);
    return meaning.kind === 'data' ? [toHex(meaning.data)] : [];
  });
  return {
    txid,
    version: transaction.version,
    locktime: transaction.lockTime,
    vin: transaction.inputs.map(({ txid: from, vout, script, sequence }) => {
      return { txid: from, vout, scriptSig: inputScriptView(script), sequence };
    }),
    vout: transaction.outputs.map((output, n) => outputView(view, output, { n, txid })),
    data,
  };
}

function outputView(
  view: WalletView,
  { script }: TransactionOutput,
  { n, txid }: { readonly n: number; readonly txid: string },
): unknown {
  const meaning = parseOutputScript(script);
  const pays = meaning.kind === 'pay' ? meaning : undefined;
  return {
    value: ZERO,
    n,
    scriptPubKey: outputScriptView(view, script),
    assets: pays ? outputAssetsView(view, pays, txid) : [],
    permissions: pays ? pays.permissions.map((grant) => grantView(view, grant)) : [],
    items: [],
  };
}
