/**
 * Offers completed into settlements, on bytes, and settlements recognised.
 *
 * | index | inputs                  | outputs                                       |
 * | ----- | ----------------------- | --------------------------------------------- |
 * | 0     | the offer's lot         | what the owner wants, to the owner            |
 * | 1     | first of the payer's    | what the lot gives, to the payer              |
 * | 2 …   | the payer's others      | the payer's change, one output for each asset |
 *
 * The payer signs `ALL`: nobody can change the transaction after him. With a ladder of k legs they
 * stand at 0 to k - 1 and everything else follows: the goods of all of them in one output.
 */
import type { Output, Txid } from '@wattlot/core';
import { sameBytes, toHex } from './bytes.ts';
import type { AssetId, AssetQuantity } from './element.ts';
import type { KeyPair } from './keys.ts';
import { TRANSACTION_BYTES_MAX } from '../limits.ts';
import type { CheckedOffer } from './offer-check.ts';
import { OfferError, ownedAssets, payment, requireQuantity, unsignedInput } from './offer.ts';
import type { Give, KnownOutput } from './offer.ts';
import { parsePlainPayment } from './script.ts';
import { SIGHASH, signInput } from './signature.ts';
import {
  encodeTransaction,
  outputOf,
  TRANSACTION_VERSION,
  tryDecodeTransaction,
  txidOf,
} from './transaction.ts';
import type { Outpoint, Transaction } from './transaction.ts';

/** An output the payer spends, and its key. */
export interface PayerInput extends KnownOutput {
  readonly key: KeyPair;
}

/**
 * Completes an offer: appends the payer's inputs, the output that pays him what the lots give, and
 * his change, and signs his inputs over the whole.
 * @param request.payer who gets the goods and the change: hash of a public key.
 * @param request.change what comes back of the inputs, each entry an output of its own in this
 *   order, so that no output holds two assets.
 * @throws OfferError; `unbalanced` unless the payer's inputs are exactly what the owner wants plus the change.
 */
export function completeOffer(request: {
  readonly offer: CheckedOffer;
  readonly inputs: readonly PayerInput[];
  readonly payer: Uint8Array;
  readonly change: readonly AssetQuantity[];
}): { readonly bytes: Uint8Array; readonly txid: Txid } {
  const { offer, inputs, payer, change } = request;
  const { legs } = offer;
  requireDistinct([...legs.map((leg) => leg.input), ...inputs]);
  for (const quantity of change) requireQuantity(quantity);
  requireBalance(inputs, [...legs.map((leg) => leg.want), ...change]);
  const goods = [...sums(legs.map((leg) => leg.give))].map(([asset, raw]) => ({ asset, raw }));
  const unsigned: Transaction = {
    version: TRANSACTION_VERSION,
    inputs: [...legs.map((leg) => leg.input), ...inputs.map(unsignedInput)],
    outputs: [
      ...legs.map((leg) => leg.output),
      ...[...goods, ...change].map((quantity) => payment(payer, quantity)),
    ],
    lockTime: 0,
  };
  const scripts = inputs.map((input, i) =>
    signInput({
      transaction: unsigned,
      index: legs.length + i,
      prevScript: input.script,
      key: input.key,
      hashType: SIGHASH.all,
    }),
  );
  const signed = unsigned.inputs.map((input, i) => ({
    ...input,
    script: scripts[i - legs.length] ?? input.script,
  }));
  const bytes = encodeTransaction({ ...unsigned, inputs: signed });
  if (bytes.length > TRANSACTION_BYTES_MAX) throw new OfferError('too-long', 'too many inputs');
  return { bytes, txid: txidOf(bytes) };
}

/** A lot that was to be settled. */
export interface LotToSettle {
  /** The bytes of its unit offer, checked before. */
  readonly offer: Uint8Array;
  /** Hash of the taker's public key. */
  readonly taker: Uint8Array;
  readonly give: Give;
}

/**
 * Which of the lots that a transaction spends it settles as agreed. A lot is: the output at its input's index is exactly what its unit offer asks. And its
 * taker is: beside those legs the transaction pays him at least what all such lots of his give, together.
 * Says nothing about signatures: ask only about transactions that the chain has accepted.
 * @param lots all lots on offer that the transaction spends.
 * @returns an answer for each, in the same order.
 */
export function checkSettlement(
  bytes: Uint8Array,
  lots: readonly LotToSettle[],
): readonly ('agreed' | 'other')[] {
  const transaction = tryDecodeTransaction(bytes);
  if (!transaction) return lots.map(() => 'other');
  const places = new Map(transaction.inputs.map((input, i) => [outputOf(input), i]));
  const legs = lots.map(({ offer }) => legIn(transaction, places, offer));
  const taken = new Set(legs);
  const received = new Map<string, bigint>();
  for (const [index, { script }] of transaction.outputs.entries()) {
    const plain = taken.has(index) ? undefined : parsePlainPayment(script);
    if (plain) add(received, plain.hash160, plain.assets);
  }
  const due = new Map<string, bigint>();
  for (const [i, { taker, give }] of lots.entries()) {
    if (legs[i] !== undefined) add(due, taker, [[give.asset, give.raw]]);
  }
  return lots.map(({ taker, give }, i) => {
    const key = claimOf(taker, give.asset);
    const isPaid = (received.get(key) ?? 0n) >= (due.get(key) ?? 0n);
    return legs[i] !== undefined && isPaid ? 'agreed' : 'other';
  });
}

/** The index at which a unit offer's leg stands in a transaction. @returns undefined unless it stands there as signed. */
function legIn(
  { outputs }: Transaction,
  places: ReadonlyMap<Output, number>,
  unitOffer: Uint8Array,
): number | undefined {
  const offer = tryDecodeTransaction(unitOffer);
  const [asked] = offer?.inputs ?? [];
  const [wanted] = offer?.outputs ?? [];
  const index = asked && places.get(outputOf(asked));
  const paid = index === undefined ? undefined : outputs[index];
  if (!wanted || !paid || offer?.inputs.length !== 1 || offer.outputs.length !== 1) {
    return undefined;
  }
  const isAsAsked = wanted.value === paid.value && sameBytes(wanted.script, paid.script);
  return isAsAsked ? index : undefined;
}

function claimOf(owner: Uint8Array, asset: AssetId): string {
  return `${toHex(owner)} ${asset}`;
}

function add(
  claims: Map<string, bigint>,
  owner: Uint8Array,
  assets: Iterable<readonly [AssetId, bigint]>,
): void {
  for (const [asset, raw] of assets) {
    const key = claimOf(owner, asset);
    claims.set(key, (claims.get(key) ?? 0n) + raw);
  }
}

function requireDistinct(outpoints: readonly Outpoint[]): void {
  if (new Set(outpoints.map(outputOf)).size !== outpoints.length) {
    throw new OfferError('output-twice', 'one output is spent twice');
  }
}

function requireBalance(inputs: readonly PayerInput[], outputs: readonly AssetQuantity[]): void {
  const left = sums(outputs);
  for (const input of inputs) {
    for (const [asset, raw] of ownedAssets(input, input.key)) {
      left.set(asset, (left.get(asset) ?? 0n) - raw);
    }
  }
  for (const [asset, raw] of left) {
    if (raw !== 0n) {
      const what = raw > 0n ? `${raw} short of` : `${-raw} too much of`;
      throw new OfferError('unbalanced', `the payer's inputs are ${what} asset ${asset}`);
    }
  }
}

function sums(quantities: readonly AssetQuantity[]): Map<AssetId, bigint> {
  const total = new Map<AssetId, bigint>();
  for (const { asset, raw } of quantities) total.set(asset, (total.get(asset) ?? 0n) + raw);
  return total;
}
