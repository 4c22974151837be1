/** Transactions that a wallet makes of its own outputs. */
import type { Address, Output, Txid } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import type { AssetQuantity } from '../format/element.ts';
import type { KeyPair } from '../format/keys.ts';
import type { Spendable } from './purse.ts';
import { buildOutputScript } from '../format/script.ts';
import type { OutputRequest } from '../format/script.ts';
import { SIGHASH, signInput } from '../format/signature.ts';
import type { Transaction } from '../format/transaction.ts';
import {
  encodeTransaction,
  outputOf,
  SEQUENCE_FINAL,
  TRANSACTION_VERSION,
  txidOf,
} from '../format/transaction.ts';

/** A signed transaction of the wallet. */
export interface OwnTransaction {
  readonly txid: Txid;
  readonly hex: string;
  /** What it spends of the wallet's. */
  readonly spends: readonly Output[];
  readonly scripts: readonly Uint8Array[];
}

/** Builds and signs a transaction over everything in it. Equal output requests (the same object) are written once. */
export function makeTransaction(
  inputs: readonly Spendable[],
  outputs: readonly OutputRequest[],
  keyOf: (address: Address) => KeyPair | undefined,
): OwnTransaction {
  const written = new Map<OutputRequest, Uint8Array>();
  const scripts = outputs.map((output) => {
    const script = written.get(output) ?? buildOutputScript(output);
    written.set(output, script);
    return script;
  });
  const unsigned: Transaction = {
    version: TRANSACTION_VERSION,
    inputs: inputs.map(({ txid, vout }) => {
      return { txid, vout, script: new Uint8Array(0), sequence: SEQUENCE_FINAL };
    }),
    outputs: scripts.map((script) => ({ value: 0n, script })),
    lockTime: 0,
  };
  const signed = unsigned.inputs.map((input, index) => {
    const spent = inputs[index];
    const key = spent && keyOf(spent.address);
    if (!spent || !key) throw new RangeError('an output to be spent is not the wallet’s');
    const hashType = SIGHASH.all;
    const request = { transaction: unsigned, index, prevScript: spent.script, key, hashType };
    return { ...input, script: signInput(request) };
  });
  const bytes = encodeTransaction({ ...unsigned, inputs: signed });
  return { txid: txidOf(bytes), hex: toHex(bytes), spends: inputs.map(outputOf), scripts };
}

/** A payment of assets to an address' key. */
export function paymentTo(hash160: Uint8Array, assets: readonly AssetQuantity[]): OutputRequest {
  return {
    kind: 'pay',
    hash160,
    assets: assets.map((quantity) => ({ ...quantity, how: 'transfer' as const })),
  };
}
