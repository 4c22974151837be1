/** RPC methods about raw transactions. */
import { toHex, TransactionFormatError } from '../format/bytes.ts';
import { confirmationsOf } from './rpc-balances.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { intParam, method, textParam, typeOf } from './rpc-params.ts';
import { transactionView } from './rpc-transaction-view.ts';
import type { Transaction } from '../format/transaction.ts';
import { decodeTransaction, outputOf } from '../format/transaction.ts';

function decoded(hex: string): Transaction {
  try {
    return decodeTransaction(hex, { trailing: 'ignored' });
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw new RpcError(RPC.transactionDecode, 'TX decode failed');
  }
}

/** Where a node says 'Expected type' instead of 'value is type'. */
function strictText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new RpcError(RPC.type, `Expected type str, got ${typeOf(value)}`);
}

function decodeRaw({ view }: RpcContext, [hex]: readonly unknown[]): unknown {
  return transactionView(view, decoded(strictText(hex)));
}

async function sendRaw({ view }: RpcContext, [hex]: readonly unknown[]): Promise<unknown> {
  const text = strictText(hex);
  const { inputs } = decoded(text);
  const [answer] = await view.send([{ hex: text, spends: inputs.map(outputOf) }]);
  if (answer instanceof RpcError) throw answer;
  return answer;
}

async function getRaw({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const [id, verbose] = params;
  const txid = textParam(id).toLowerCase();
  const isId = /^[0-9a-f]{64}$/.test(txid);
  const [found] = isId ? await view.port.transactions([txid]) : [];
  if (!found) {
    const message = 'No information available about transaction';
    throw new RpcError(RPC.transactionNotFound, message);
  }
  const hex = toHex(found.bytes);
  if (intParam(verbose, 0) === 0) return hex;
  const { block } = found;
  const place = block && {
    blockhash: block.hash,
    confirmations: confirmationsOf(view, block),
    time: block.time,
    blocktime: block.time,
  };
  return { hex, ...transactionView(view, decodeTransaction(found.bytes)), ...place };
}

/** decoderawtransaction, sendrawtransaction, getrawtransaction. */
export const TRANSACTION_METHODS: readonly RpcMethod[] = [
  method('decoderawtransaction', 'tx-hex', decodeRaw),
  method('sendrawtransaction', 'tx-hex [allowhighfees]', sendRaw),
  method('getrawtransaction', 'txid [verbose]', getRaw),
];
