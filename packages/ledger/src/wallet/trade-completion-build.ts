/** Completing what was found good with the wallet's own inputs: nothing is sent here. */
import type { Output } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import { completeOffer } from '../format/completion.ts';
import type { Want } from '../format/offer.ts';
import { parsePlainPayment } from '../format/script.ts';
import { decodeTransaction, outputOf } from '../format/transaction.ts';
import { WALLET_INPUTS_MAX } from '../limits.ts';
import type { Payments } from './payments.ts';
import { changeOf, Purse } from './purse.ts';
import type { Spendable } from './purse.ts';
import { firstOf } from './trade-completion-parts.ts';
import type { LotTerms, Part, UnspentLot } from './trade-completion-parts.ts';
import type { JournalEntry } from './wallet-journal.ts';
import type { WalletView } from './wallet-view.ts';

/** A part completed and not sent yet. */
export interface Completion extends JournalEntry {
  readonly lots: readonly UnspentLot[];
  /** The wallet's own outputs that it spends. */
  readonly spends: readonly Output[];
}

/** With what to pay. */
export interface Payer {
  readonly view: WalletView;
  readonly payments: Payments;
  /** Own outputs to pay with first, locked or not. */
  readonly prefer: readonly Output[];
  /** What the wallet's journal calls a lot of this trade. */
  readonly keyOf: (lot: number) => string;
}

/**
 * Completes part after part, each on the change of those before. Of a ladder that cannot be paid whole, its first lots.
 * @returns the completions, and the lots for which there was not enough.
 */
export function completeParts(
  payer: Payer,
  parts: readonly Part[],
  terms: LotTerms,
): { readonly completions: readonly Completion[]; readonly unpaid: readonly UnspentLot[] } {
  const { view, payments, prefer } = payer;
  const purse = new Purse(view, { addresses: [payments.address], also: prefer });
  const completions: Completion[] = [];
  const unpaid: UnspentLot[] = [];
  for (const part of parts) {
    const count = affordable(purse, part, terms.want);
    unpaid.push(...part.lots.slice(count));
    if (count === 0) continue;
    const paid = count === part.lots.length ? part : firstOf(part, count, terms);
    completions.push(complete(payer, purse, paid, terms.want));
  }
  return { completions, unpaid };
}

function affordable(purse: Purse, { lots }: Part, want: Want): number {
  const most = purse.total(want.asset) / want.raw;
  return most < BigInt(lots.length) ? Number(most) : lots.length;
}

function complete(payer: Payer, purse: Purse, part: Part, want: Want): Completion {
  const { payments, prefer, keyOf } = payer;
  const { lots, offer } = part;
  const due = { asset: want.asset, raw: want.raw * BigInt(lots.length) };
  const before: string[] = [];
  const inputs = takePlain(purse, { payments, due, prefer, before });
  const { key, address } = payments;
  const change = changeOf(inputs, [[due.asset, due.raw]]);
  const paying = inputs.map((input) => ({ ...input, key }));
  const { bytes, txid } = completeOffer({ offer, inputs: paying, payer: key.hash160, change });
  const { outputs } = decodeTransaction(bytes);
  const first = outputs.length - change.length;
  change.forEach((quantity, i) => {
    const script = outputs[first + i]?.script;
    if (script) purse.put({ txid, vout: first + i, address, script, assets: [quantity] });
  });
  const [name = '', ...also] = lots.map(({ lot }) => keyOf(lot));
  const transactions = [...before, toHex(bytes)];
  return { key: name, also, txid, transactions, lots, spends: inputs.map(outputOf) };
}

/**
 * Takes plain outputs to pay with, no more than one transaction may have; others, such as those of an issue, and too many small ones are first written anew
 * in transactions of their own.
 * @throws Error when there is not so much: the caller has looked.
 */
function takePlain(
  purse: Purse,
  by: { payments: Payments; due: Want; prefer: readonly Output[]; before: string[] },
): readonly Spendable[] {
  const need = new Map([[by.due.asset, by.due.raw]]);
  let inputs = purse.take(need, by.prefer);
  // Each merge leaves one output of the asset for many, or for one that was not plain.
  while (inputs && !canPay(inputs)) {
    const merging = by.payments.merge(inputs.slice(0, WALLET_INPUTS_MAX));
    by.before.push(merging.hex);
    for (const output of inputs.slice(WALLET_INPUTS_MAX)) purse.put(output);
    for (const output of by.payments.merged(merging)) purse.put(output);
    inputs = purse.take(need);
  }
  if (!inputs) throw new Error('the wallet has less than it had');
  return inputs;
}

function canPay(inputs: readonly Spendable[]): boolean {
  const isPlain = inputs.every(({ script }) => parsePlainPayment(script) !== undefined);
  return isPlain && inputs.length <= WALLET_INPUTS_MAX;
}
