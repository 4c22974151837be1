/** Signing the inputs of a raw transaction with the keys at hand. */
import type { Address } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import type { KeyPair } from '../format/keys.ts';
import { ownerOf } from '../format/script.ts';
import type { HashType } from '../format/signature.ts';
import { SIGHASH, signInput, verifyInput } from '../format/signature.ts';
import type { Transaction } from '../format/transaction.ts';
import { outputOf } from '../format/transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** The kinds of signature that the chain takes, by the names that a call gives them. */
export const HASH_TYPES = {
  ALL: SIGHASH.all,
  'SINGLE|ANYONECANPAY': SIGHASH.singleAnyoneCanPay,
} as const;

/** How to sign. */
export interface SigningOptions {
  readonly hashType: HashType;
  /** Scripts of outputs that the chain does not know, by output. */
  readonly previous?: ReadonlyMap<string, Uint8Array>;
  /** Instead of the wallet's keys. */
  readonly keys?: readonly KeyPair[] | undefined;
}

/**
 * Signs every input whose key is at hand and leaves the others as they are.
 * @returns the transaction, and whether all its inputs are rightly signed now.
 */
export async function signTransaction(
  view: WalletView,
  transaction: Transaction,
  { hashType, previous = new Map<string, Uint8Array>(), keys }: SigningOptions,
): Promise<{ readonly transaction: Transaction; readonly complete: boolean }> {
  const answers = await view.port.outputs(transaction.inputs);
  const given = new Map(keys?.map((key) => [toHex(key.hash160), key]));
  const keyFor = (owner: Uint8Array): KeyPair | undefined =>
    keys ? given.get(toHex(owner)) : view.keyOf(view.addressOf(owner) satisfies Address);
  const scripts = transaction.inputs.map((input, i) => {
    const answer = answers[i];
    return answer?.standing === 'unspent' ? answer.output.script : previous.get(outputOf(input));
  });
  const inputs = transaction.inputs.map((input, index) => {
    const prevScript = scripts[index];
    const owner = prevScript && ownerOf(prevScript);
    const key = owner && keyFor(owner);
    const hasOutput = hashType === SIGHASH.all || index < transaction.outputs.length;
    if (!prevScript || !key || !hasOutput) return input;
    return { ...input, script: signInput({ transaction, index, prevScript, key, hashType }) };
  });
  const signed = { ...transaction, inputs };
  const complete = scripts.every((script, i) => script && verifyInput(signed, i, script));
  return { transaction: signed, complete };
}
