/** Offers checked against what was agreed, byte for byte, before anybody relies on them. */
import type { Output } from '@wattlot/core';
import { sameBytes } from './bytes.ts';
import { LADDER_LEGS_MAX, RAW_MAX } from '../limits.ts';
import { payment, unsignedInput } from './offer.ts';
import type { Give, Rung, Want } from './offer.ts';
import { parsePlainPayment } from './script.ts';
import { SIGHASH, signatureFault } from './signature.ts';
import type { SignatureCache } from './signature.ts';
import {
  outpointOf,
  outputOf,
  SEQUENCE_FINAL,
  TRANSACTION_VERSION,
  tryDecodeTransaction,
} from './transaction.ts';
import type { Transaction, TransactionInput, TransactionOutput } from './transaction.ts';

/** Everything that can be wrong with an offer, in the order in which it is looked for. */
export const OFFER_FAULTS = {
  'lot-not-plain': 'the output offered holds a permission, an issue, or nothing we understand',
  'lot-not-owned': 'the output offered is not the owner’s',
  'lot-not-exact': 'the output offered does not hold exactly what is to be given, and nothing else',
  'not-a-transaction': 'the bytes are no transaction, or more than one',
  version: 'the version is not 1',
  'lock-time': 'it is locked until later',
  'input-count': 'it has not exactly one input a lot',
  'output-count': 'it has not exactly one output a lot',
  'other-output': 'it spends another output, or one twice',
  sequence: 'its input is not final',
  'native-value': 'it moves native currency',
  'pays-more': 'its output does more than pay assets: a permission, an issue, an unknown element',
  'pays-other-owner': 'its output pays somebody else',
  'pays-other-sum': 'its output pays another asset or another quantity than wanted',
  'not-canonical': 'its output is not written as it should be',
  'signature-form': 'its signature script is not a strict signature and a compressed key',
  'signature-type': 'its signature is not SINGLE|ANYONECANPAY',
  'signature-key': 'its signature is of another key than the owner’s',
  'signature-wrong': 'its signature does not cover these bytes',
} as const;

/** One of `OFFER_FAULTS`. */
export type OfferFault = keyof typeof OFFER_FAULTS;

/** Only this file can make a `CheckedOffer`. */
const checked: unique symbol = Symbol('checked');

/** One input and the output at the same index, signed as one. */
export interface OfferLeg {
  readonly input: TransactionInput;
  readonly output: TransactionOutput;
  readonly give: Give;
  readonly want: Want;
}

/** An offer found good by `checkOffer`; only such can be completed. */
export interface CheckedOffer {
  readonly [checked]: true;
  readonly bytes: Uint8Array;
  /** Leg i stands at index i of every transaction. One, for a unit offer. */
  readonly legs: readonly OfferLeg[];
  /** Who is paid: 20 bytes. */
  readonly owner: Uint8Array;
}

/** What `checkOffer` found. */
export type OfferVerdict =
  | { readonly kind: 'good'; readonly offer: CheckedOffer }
  /** `leg`: where it is wrong; 0 when it is wrong as a whole. */
  | { readonly kind: 'bad'; readonly reason: OfferFault; readonly leg: number };

/** What an offer must be, or one leg of it. */
export interface ExpectedOffer {
  readonly give: Give;
  readonly want: Want;
  /** Hash of the owner's public key. */
  readonly owner: Uint8Array;
  /** The lot's output, `txid:vout`. */
  readonly output: Output | string;
  /** Script of that output as the ledger shows it, never as the offer's sender says. */
  readonly outputScript: Uint8Array;
  readonly cache?: SignatureCache;
}

/**
 * Checks an offer byte for byte against what was agreed. Never throws, whatever the bytes.
 * @param expected what its only leg must be, or the legs of a ladder in the order of their indices: 1 to LADDER_LEGS_MAX, all of one owner.
 */
export function checkOffer(
  bytes: Uint8Array,
  expected: ExpectedOffer | readonly ExpectedOffer[],
): OfferVerdict {
  const lots = isList(expected) ? expected : [expected];
  const [first] = lots;
  if (!first || lots.length > LADDER_LEGS_MAX) return bad('input-count');
  for (const [leg, lot] of lots.entries()) {
    const fault =
      lotFault(lot) ?? (sameBytes(lot.owner, first.owner) ? undefined : 'lot-not-owned');
    if (fault) return bad(fault, leg);
  }
  const transaction = tryDecodeTransaction(bytes);
  if (!transaction) return bad('not-a-transaction');
  const shape = shapeFault(transaction, lots.length);
  if (shape) return bad(shape);
  const legs: OfferLeg[] = [];
  const outputs = new Set<string>();
  for (const [index, lot] of lots.entries()) {
    const leg = outputs.has(lot.output) ? 'other-output' : checkLeg(transaction, index, lot);
    if (typeof leg === 'string') return bad(leg, index);
    outputs.add(lot.output);
    legs.push(leg);
  }
  const offer = { [checked]: true, bytes: Uint8Array.from(bytes), legs } as const;
  return { kind: 'good', offer: { ...offer, owner: Uint8Array.from(first.owner) } };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function bad(reason: OfferFault, leg = 0): OfferVerdict & { readonly kind: 'bad' } {
  return { kind: 'bad', reason, leg };
}

/**
 * Checks one rung without those before it, which its signature does not cover: as `checkOffer` checks its leg of a ladder. Never throws.
 * @returns what is wrong with it.
 */
export function checkRung(
  { index, script }: Rung,
  expected: ExpectedOffer,
): OfferFault | undefined {
  const lot = lotFault(expected);
  if (lot) return lot;
  const outpoint = outpointOf(expected.output);
  if (!outpoint) return 'other-output';
  const { want, owner, outputScript, cache } = expected;
  if (want.raw < 1n || want.raw > RAW_MAX) return 'pays-other-sum';
  if (!Number.isSafeInteger(index) || index < 0 || index >= LADDER_LEGS_MAX) {
    return 'signature-wrong';
  }
  const legs = index + 1;
  const input: TransactionInput = { ...unsignedInput(outpoint), script };
  const output = payment(owner, want);
  const transaction = {
    version: TRANSACTION_VERSION,
    inputs: Array.from({ length: legs }, () => input),
    outputs: Array.from({ length: legs }, () => output),
    lockTime: 0,
  };
  const hashType = SIGHASH.singleAnyoneCanPay;
  return signatureFault(transaction, index, outputScript, { hashType, cache });
}

function lotFault(expected: ExpectedOffer): OfferFault | undefined {
  const lot = parsePlainPayment(expected.outputScript);
  if (!lot) return 'lot-not-plain';
  if (!sameBytes(lot.hash160, expected.owner)) return 'lot-not-owned';
  const { asset, raw } = expected.give;
  if (raw < 1n || lot.assets.size !== 1 || lot.assets.get(asset) !== raw) return 'lot-not-exact';
  return undefined;
}

function shapeFault(transaction: Transaction, legs: number): OfferFault | undefined {
  if (transaction.version !== TRANSACTION_VERSION) return 'version';
  if (transaction.lockTime !== 0) return 'lock-time';
  if (transaction.inputs.length !== legs) return 'input-count';
  if (transaction.outputs.length !== legs) return 'output-count';
  return undefined;
}

/** The leg at an index, or what is wrong with it. */
function checkLeg(
  transaction: Transaction,
  index: number,
  expected: ExpectedOffer,
): OfferLeg | OfferFault {
  const { give, want, outputScript, cache } = expected;
  const hashType = SIGHASH.singleAnyoneCanPay;
  const input = transaction.inputs[index];
  const output = transaction.outputs[index];
  if (!input) return 'input-count';
  if (!output) return 'output-count';
  if (outputOf(input) !== expected.output) return 'other-output';
  if (input.sequence !== SEQUENCE_FINAL) return 'sequence';
  return (
    paymentFault(output, expected) ??
    signatureFault(transaction, index, outputScript, { hashType, cache }) ?? {
      input,
      output,
      give,
      want,
    }
  );
}

function paymentFault(output: TransactionOutput, expected: ExpectedOffer): OfferFault | undefined {
  const { owner, want } = expected;
  if (output.value !== 0n) return 'native-value';
  const paid = parsePlainPayment(output.script);
  if (!paid) return 'pays-more';
  if (!sameBytes(paid.hash160, owner)) return 'pays-other-owner';
  if (want.raw < 1n || want.raw > RAW_MAX) return 'pays-other-sum';
  if (paid.assets.size !== 1 || paid.assets.get(want.asset) !== want.raw) return 'pays-other-sum';
  if (!sameBytes(output.script, payment(owner, want).script)) return 'not-canonical';
  return undefined;
}
