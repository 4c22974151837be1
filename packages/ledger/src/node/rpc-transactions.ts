/** RPC methods about raw transactions. */
import { ByteReader, fromHex, toHex, TransactionFormatError } from '../format/bytes.ts';
import { TRANSACTION_BYTES_MAX } from '../limits.ts';
import { confirmationsOf } from './rpc-balances.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { intParam, method, textParam, typeOf } from './rpc-params.ts';
import { transactionView } from './rpc-transaction-view.ts';
import type { Transaction } from '../format/transaction.ts';
import { decodeTransaction, outputOf, readTransaction } from '../format/transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** Reads a transaction as a node does: what follows it is ignored. @throws RpcError -22. */
export function decodedTransaction(hex: string): Transaction {
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

function decodeRaw(context: RpcContext, [hex]: readonly unknown[]): unknown {
  return transactionView(context, decodedTransaction(strictText(hex)));
}

function sendRaw({ view }: RpcContext, [hex]: readonly unknown[]): Promise<unknown> {
  return sendTransaction(view, strictText(hex));
}

/** Whether it is a transaction, but larger than the chain takes. */
function isOversized(hex: string): boolean {
  if (hex.length <= 2 * TRANSACTION_BYTES_MAX) return false;
  try {
    readTransaction(new ByteReader(fromHex(hex)));
    return true;
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    return false;
  }
}

/** Sends a signed transaction, whoever made it. @throws RpcError -22, or what the chain refuses with. */
export async function sendTransaction(view: WalletView, text: string): Promise<unknown> {
  if (isOversized(text)) throw new RpcError(RPC.transactionRejected, '64: tx-size');
  const { inputs } = decodedTransaction(text);
  const [answer] = await view.send([{ hex: text, spends: inputs.map(outputOf) }]);
  if (answer instanceof RpcError) throw answer;
  return answer;
}

async function getRaw(context: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const { view } = context;
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
  return { hex, ...transactionView(context, decodeTransaction(found.bytes)), ...place };
}

/** decoderawtransaction, sendrawtransaction, getrawtransaction. */
export const TRANSACTION_METHODS: readonly RpcMethod[] = [
  method('decoderawtransaction', 'tx-hex', decodeRaw),
  method('sendrawtransaction', 'tx-hex [allowhighfees]', sendRaw),
  method('getrawtransaction', 'txid [verbose]', getRaw),
];
