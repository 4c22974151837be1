/**
 * Offers, made on bytes without asking a node.
 *
 * An offer is a transaction with one leg: one input, which gives an output of its owner, and one
 * output at the same index, which pays the owner what he wants. It is signed
 * `SINGLE|ANYONECANPAY`, so anybody may add inputs and outputs after it, and the leg holds in every
 * transaction where it stands at its index. A ladder is the same with legs at 0 to k - 1.
 */
import { sameBytes } from './bytes.ts';
import type { AssetId, AssetQuantity } from './element.ts';
import type { KeyPair } from './keys.ts';
import { RAW_MAX } from '../limits.ts';
import { buildOutputScript, parsePlainPayment } from './script.ts';
import { SIGHASH, signInput } from './signature.ts';
import { encodeTransaction, outputOf, SEQUENCE_FINAL, TRANSACTION_VERSION } from './transaction.ts';
import type { Outpoint, Transaction, TransactionInput, TransactionOutput } from './transaction.ts';

/** What a lot gives: 1 to 2^63 - 1 smallest units of one asset. */
export type Give = AssetQuantity;

/** What its owner wants for it: 1 to 2^63 - 1 smallest units of one other asset. */
export type Want = AssetQuantity;

/** An unspent output with its script, as the ledger shows it. */
export interface KnownOutput extends Outpoint {
  readonly script: Uint8Array;
}

/** Why an offer, or a completed one, could not be made. Callers switch on `code`. */
export type OfferErrorCode =
  /** A quantity is not 1 to 2^63 - 1; a real node would silently give the goods away for a want of 0. */
  | 'quantity-out-of-range'
  /** The offer would give and want the same asset. */
  | 'same-asset'
  /** An output to be spent holds something else than assets. */
  | 'output-not-plain'
  /** An output to be spent is not the key's. */
  | 'output-not-owned'
  /** A lot must hold one asset; this one holds another number of them. */
  | 'lot-not-single'
  /** One output is spent twice. */
  | 'output-twice'
  /** An asset's inputs and outputs differ: the chain would refuse it, or a surplus be anybody's. */
  | 'unbalanced'
  /** The transaction would be larger than the chain takes. */
  | 'too-long';

/** An offer cannot be made or completed as asked; nothing was signed. */
export class OfferError extends Error {
  readonly code: OfferErrorCode;

  constructor(code: OfferErrorCode, message: string) {
    super(message);
    this.name = 'OfferError';
    this.code = code;
  }
}

/**
 * Makes an offer of one lot: the bytes that `createrawexchange` makes of the same lot and ask.
 * @throws OfferError unless the output is a plain one of one asset that `key` owns, and the want a
 *   positive quantity of another asset.
 */
export function makeUnitOffer(request: {
  readonly output: KnownOutput;
  readonly want: Want;
  readonly key: KeyPair;
}): Uint8Array {
  const { output, want, key } = request;
  const assets = ownedAssets(output, key);
  const [lot] = assets;
  if (!lot || assets.size !== 1) throw new OfferError('lot-not-single', 'a lot holds one asset');
  requireQuantity({ asset: lot[0], raw: lot[1] });
  requireQuantity(want);
  if (lot[0] === want.asset) throw new OfferError('same-asset', 'gives what it wants');
  const unsigned: Transaction = {
    version: TRANSACTION_VERSION,
    inputs: [unsignedInput(output)],
    outputs: [payment(key.hash160, want)],
    lockTime: 0,
  };
  const script = signInput({
    transaction: unsigned,
    index: 0,
    prevScript: output.script,
    key,
    hashType: SIGHASH.singleAnyoneCanPay,
  });
  return encodeTransaction({ ...unsigned, inputs: [{ ...unsignedInput(output), script }] });
}

/** An input that spends an output and is not signed yet. */
export function unsignedInput({ txid, vout }: Outpoint): TransactionInput {
  return { txid, vout, script: new Uint8Array(0), sequence: SEQUENCE_FINAL };
}

/** An output that pays an asset to an owner, and does nothing else. */
export function payment(owner: Uint8Array, quantity: AssetQuantity): TransactionOutput {
  const script = buildOutputScript({
    kind: 'pay',
    hash160: owner,
    assets: [{ ...quantity, how: 'transfer' }],
  });
  return { value: 0n, script };
}

/** The assets of an output that `key` may spend. @throws OfferError `output-not-plain` or `output-not-owned`. */
export function ownedAssets(output: KnownOutput, key: KeyPair): ReadonlyMap<AssetId, bigint> {
  const plain = parsePlainPayment(output.script);
  if (!plain) throw new OfferError('output-not-plain', `${outputOf(output)} is more than assets`);
  if (!sameBytes(plain.hash160, key.hash160)) {
    throw new OfferError('output-not-owned', `${outputOf(output)} is not the key's`);
  }
  return plain.assets;
}

/** @throws OfferError `quantity-out-of-range` unless the quantity is 1 to 2^63 - 1. */
export function requireQuantity({ raw }: AssetQuantity): void {
  if (raw < 1n || raw > RAW_MAX) {
    throw new OfferError('quantity-out-of-range', 'a quantity is 1 to 2^63 - 1');
  }
}
