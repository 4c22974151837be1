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
 * stand at 0 to k - 1 and everything else follows.
 */
import type { Txid } from '@wattlot/core';
import { sameBytes } from './bytes.ts';
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

/**
 * Whether a transaction that spends an offered lot is the trade agreed: it spends the lot at its
 * index, pays the owner there exactly what the offer asks, and pays the taker at least what the lot gives.
 * Says nothing about its signatures: ask only about transactions that the chain has accepted.
 */
export function checkSettlement(
  bytes: Uint8Array,
  expected: {
    /** The offer's bytes, checked before. */
    readonly offer: Uint8Array;
    /** Hash of the taker's public key. */
    readonly taker: Uint8Array;
    readonly give: Give;
  },
): 'agreed' | 'other' {
  const offer = tryDecodeTransaction(expected.offer);
  const transaction = tryDecodeTransaction(bytes);
  if (!offer || !transaction || offer.inputs.length === 0) return 'other';
  const legs = offer.inputs.length;
  for (let i = 0; i < legs; i++) {
    const [asked, spent] = [offer.inputs[i], transaction.inputs[i]];
    const [wanted, paid] = [offer.outputs[i], transaction.outputs[i]];
    if (!asked || !spent || outputOf(asked) !== outputOf(spent)) return 'other';
    if (!wanted || !paid || wanted.value !== paid.value) return 'other';
    if (!sameBytes(wanted.script, paid.script)) return 'other';
  }
  let received = 0n;
  for (const output of transaction.outputs.slice(legs)) {
    const plain = parsePlainPayment(output.script);
    if (!plain || !sameBytes(plain.hash160, expected.taker)) continue;
    received += plain.assets.get(expected.give.asset) ?? 0n;
  }
  return received >= expected.give.raw ? 'agreed' : 'other';
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
