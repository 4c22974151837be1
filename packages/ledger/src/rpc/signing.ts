/** Transactions written here and signed by a node: what comes back is what was asked to be signed, or it is not used. */
import { toHex } from '../format/bytes.ts';
import { buildOutputScript } from '../format/script.ts';
import type { OutputRequest } from '../format/script.ts';
import { SIGHASH, signatureFault } from '../format/signature.ts';
import {
  encodeTransaction,
  outputOf,
  SEQUENCE_FINAL,
  TRANSACTION_VERSION,
  tryDecodeTransaction,
  txidOf,
} from '../format/transaction.ts';
import type { Outpoint, Transaction, TransactionOutput } from '../format/transaction.ts';
import { sameBytes } from '../format/bytes.ts';
import { accepted, bytesIn, fieldsIn, unexpected } from './answers.ts';
import type { BatchNode, RpcCall } from './rpc-client.ts';
import type { SignedTransaction } from './sending.ts';

const METHOD = 'signrawtransaction';

/** How a node is asked for each kind of signature. `ALL` is what it does unasked. */
const KINDS = {
  all: { hashType: SIGHASH.all, params: [] },
  single: { hashType: SIGHASH.singleAnyoneCanPay, params: [[], null, 'SINGLE|ANYONECANPAY'] },
} as const;

/** What is to be signed. */
export interface SigningRequest {
  readonly transaction: Transaction;
  /** Scripts of the outputs that the inputs spend, where the node is to sign; undefined where an input is to stay as it is. */
  readonly prevScripts: readonly (Uint8Array | undefined)[];
  readonly kind: keyof typeof KINDS;
}

/** A transaction signed by the node. */
export interface NodeSigned extends SignedTransaction {
  readonly transaction: Transaction;
}

/** A transaction without signatures. */
export function unsignedTransaction(
  inputs: readonly Outpoint[],
  outputs: readonly TransactionOutput[],
): Transaction {
  return {
    version: TRANSACTION_VERSION,
    inputs: inputs.map(({ txid, vout }) => {
      return { txid, vout, script: new Uint8Array(0), sequence: SEQUENCE_FINAL };
    }),
    outputs,
    lockTime: 0,
  };
}

/** Outputs of a transaction; equal requests (the same object) are written once. */
export function outputsOf(requests: readonly OutputRequest[]): TransactionOutput[] {
  const written = new Map<OutputRequest, TransactionOutput>();
  return requests.map((request) => {
    const output = written.get(request) ?? { value: 0n, script: buildOutputScript(request) };
    written.set(request, output);
    return output;
  });
}

/**
 * Has a node sign transactions, all in one request.
 * @throws LedgerError `chain_answer_invalid` unless each comes back rightly signed and otherwise unchanged; RpcError.
 */
export async function signedBy(
  node: BatchNode,
  requests: readonly SigningRequest[],
): Promise<readonly NodeSigned[]> {
  const calls = requests.map(({ transaction, kind }): RpcCall => {
    return {
      method: METHOD,
      params: [toHex(encodeTransaction(transaction)), ...KINDS[kind].params],
    };
  });
  const answers = await node.batch(calls);
  return requests.map((request, i) => checkSigned(request, accepted(answers[i])));
}

function checkSigned(request: SigningRequest, answer: unknown): NodeSigned {
  const { hex, complete } = fieldsIn(METHOD, answer);
  const bytes = bytesIn(METHOD, hex);
  const transaction = tryDecodeTransaction(bytes);
  if (!transaction) throw unexpected(METHOD, 'no transaction');
  if (complete !== true) throw unexpected(METHOD, 'a transaction that it could not sign whole');
  if (!isSame(request, transaction)) throw unexpected(METHOD, 'another transaction');
  const { hashType } = KINDS[request.kind];
  for (const [index, prevScript] of request.prevScripts.entries()) {
    const fault = prevScript && signatureFault(transaction, index, prevScript, { hashType });
    if (fault) throw unexpected(METHOD, `a signature that is not good: ${fault}`);
  }
  return { transaction, txid: txidOf(bytes), hex: toHex(bytes) };
}

/** The same but for the signatures asked for. */
function isSame({ transaction: asked, prevScripts }: SigningRequest, signed: Transaction): boolean {
  const { inputs, outputs } = signed;
  return (
    signed.version === asked.version &&
    signed.lockTime === asked.lockTime &&
    inputs.length === asked.inputs.length &&
    outputs.length === asked.outputs.length &&
    asked.inputs.every((input, i) => {
      const own = inputs[i];
      if (!own || outputOf(own) !== outputOf(input) || own.sequence !== input.sequence)
        return false;
      return prevScripts[i] !== undefined || sameBytes(own.script, input.script);
    }) &&
    asked.outputs.every(({ value, script }, i) => {
      const own = outputs[i];
      return own?.value === value && sameBytes(own.script, script);
    })
  );
}
