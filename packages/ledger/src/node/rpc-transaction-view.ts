/** How a node's answers show transactions. */
import { toHex } from '../format/bytes.ts';
import { ZERO } from './decimal.ts';
import { grantView, inputScriptView, outputAssetsView, outputScriptView } from './rpc-views.ts';
import { parseOutputScript } from '../format/script.ts';
import type { Transaction, TransactionInput, TransactionOutput } from '../format/transaction.ts';
import { encodeTransaction, txidOf } from '../format/transaction.ts';
import type { RpcContext } from './rpc-params.ts';

/** The output number in the input of a coinbase. */
const NO_OUTPUT = 0xffff_ffff;

/** `decoderawtransaction`: everything in a transaction that its bytes tell. */
export function transactionView(
  context: RpcContext,
  transaction: Transaction,
): Readonly<Record<string, unknown>> {
  const txid = txidOf(encodeTransaction(transaction));
  const data = transaction.outputs.flatMap(({ script }) => dataIn(script));
  return {
    txid,
    version: transaction.version,
    locktime: transaction.lockTime,
    vin: transaction.inputs.map(inputView),
    vout: transaction.outputs.map((output, n) => outputView(context, output, { n, txid })),
    ...(context.dialect === '2.3' ? {} : { data }),
  };
}

/** The data of an output, if it is one of data. */
export function dataIn(script: Uint8Array): string[] {
  const meaning = parseOutputScript(script);
  return meaning.kind === 'data' ? [toHex(meaning.data)] : [];
}

function inputView({ txid, vout, script, sequence }: TransactionInput): unknown {
  if (vout === NO_OUTPUT) return { coinbase: toHex(script), sequence };
  return { txid, vout, scriptSig: inputScriptView(script), sequence };
}

function outputView(
  { view, dialect }: RpcContext,
  { script }: TransactionOutput,
  { n, txid }: { readonly n: number; readonly txid: string },
): unknown {
  const meaning = parseOutputScript(script);
  const pays = meaning.kind === 'pay' ? meaning : undefined;
  const assets = pays ? outputAssetsView(view, pays, txid) : [];
  const permissions = pays ? pays.permissions.map((grant) => grantView(view, grant, dialect)) : [];
  const output = { value: ZERO, n, scriptPubKey: outputScriptView(view, script) };
  if (dialect === '2.3')
    return { ...output, ...filled({ assets, permissions, data: dataIn(script) }) };
  return { ...output, assets, permissions, items: [] };
}

/** 2.3 leaves out lists that are empty. */
export function filled(lists: Readonly<Record<string, readonly unknown[]>>): object {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}
