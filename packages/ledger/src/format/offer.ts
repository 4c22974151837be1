/**
 * Offers, made on bytes without asking a node.
 *
 * An offer is a transaction with one leg: one input, which gives an output of its owner, and one
 * output at the same index, which pays the owner what he wants. It is signed
 * `SINGLE|ANYONECANPAY`, so anybody may add inputs and outputs after it, and the leg holds in every
 * transaction where it stands at its index. A ladder is the same with legs at 0 to k - 1, each of
 * them signed for its own index: a rung.
 */
import { sameBytes } from './bytes.ts';
import type { AssetId, AssetQuantity } from './element.ts';
import type { KeyPair } from './keys.ts';
import { LADDER_LEGS_MAX, RAW_MAX } from '../limits.ts';
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

/** A lot's signature for one place in a ladder: good wherever the lot's leg stands at `index`, whatever the other legs are. */
export interface Rung {
  /** 0 to LADDER_LEGS_MAX - 1. */
  readonly index: number;
  /** Signature script of the leg's input. */
  readonly script: Uint8Array;
}

/** One leg as a ladder needs it: which output it spends, whom it pays what, and its signature. */
export interface LadderLeg {
  readonly output: Outpoint;
  readonly owner: Uint8Array;
  readonly want: Want;
  readonly script: Uint8Array;
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
  const scripts = makeLadder({ outputs: [output], want, key });
  const owner = key.hash160;
  return ladderOffer(scripts.map((script) => ({ output, owner, want, script })));
}

/**
 * Signs a rung of each output: the i-th is good at index i. So the first k, for every k, are an offer of k lots in one transaction.
 * @param request.outputs 1 to LADDER_LEGS_MAX.
 * @returns the signature scripts, in the same order.
 * @throws OfferError as `makeUnitOffer`, of any of them; `output-twice`, `too-long`.
 */
export function makeLadder(request: {
  readonly outputs: readonly KnownOutput[];
  readonly want: Want;
  readonly key: KeyPair;
}): readonly Uint8Array[] {
  const { outputs, want, key } = request;
  if (outputs.length > LADDER_LEGS_MAX) throw new OfferError('too-long', 'too many rungs');
  if (new Set(outputs.map(outputOf)).size < outputs.length) {
    throw new OfferError('output-twice', 'one output is offered twice');
  }
  for (const output of outputs) requireLot(output, want, key);
  const unsigned: Transaction = {
    version: TRANSACTION_VERSION,
    inputs: outputs.map(unsignedInput),
    outputs: outputs.map(() => payment(key.hash160, want)),
    lockTime: 0,
  };
  const hashType = SIGHASH.singleAnyoneCanPay;
  return outputs.map(({ script: prevScript }, index) =>
    signInput({ transaction: unsigned, index, prevScript, key, hashType }),
  );
}

/** The bytes of an offer of several lots, leg i of them signed for index i. Whether it is a good one, `checkOffer` tells. */
export function ladderOffer(legs: readonly LadderLeg[]): Uint8Array {
  return encodeTransaction({
    version: TRANSACTION_VERSION,
    inputs: legs.map(({ output, script }) => ({ ...unsignedInput(output), script })),
    outputs: legs.map(({ owner, want }) => payment(owner, want)),
    lockTime: 0,
  });
}

/**
 * Cuts lots, in their order, into what can be settled in one transaction each: a lot whose rung is for the next index goes on with those before it, one for
 * index 0 begins anew, any other is alone.
 * @param indexOf the index for which a lot's rung is signed; undefined for a lot without one.
 */
export function ladderGroups<Lot>(
  lots: readonly Lot[],
  indexOf: (lot: Lot) => number | undefined,
): readonly (readonly Lot[])[] {
  const groups: Lot[][] = [];
  /** The group that begins at 0 and may go on. */
  let ladder: Lot[] | undefined;
  for (const lot of lots) {
    const index = indexOf(lot);
    if (ladder && index === ladder.length && index < LADDER_LEGS_MAX) {
      ladder.push(lot);
      continue;
    }
    const group = [lot];
    groups.push(group);
    ladder = index === 0 ? group : undefined;
  }
  return groups;
}

function requireLot(output: KnownOutput, want: Want, key: KeyPair): void {
  const assets = ownedAssets(output, key);
  const [lot] = assets;
  if (!lot || assets.size !== 1) throw new OfferError('lot-not-single', 'a lot holds one asset');
  requireQuantity({ asset: lot[0], raw: lot[1] });
  requireQuantity(want);
  if (lot[0] === want.asset) throw new OfferError('same-asset', 'gives what it wants');
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
