/**
 * Completing a trade: the offers of its lots are checked against what was agreed, byte for byte and against the chain, completed with the wallet's own
 * inputs, written into the journal, and sent.
 *
 * A lot cannot be paid twice: every completion of it spends the one output that was offered. Lots are built on each other's change; when one is refused,
 * those after it are built anew without it.
 */
import type { Address, Output, Txid } from '@wattlot/core';
import { fromHex, TransactionFormatError, toHex } from '../format/bytes.ts';
import type { OutputAnswer } from '../chain/chain-port.ts';
import { completeOffer } from '../format/completion.ts';
import { checkOffer } from '../format/offer-check.ts';
import type { CheckedOffer, OfferFault } from '../format/offer-check.ts';
import type { Give, Want } from '../format/offer.ts';
import type { Payments } from './payments.ts';
import { isAccepted } from './payments.ts';
import { changeOf, Purse } from './purse.ts';
import type { Spendable } from './purse.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { parsePlainPayment } from '../format/script.ts';
import { WALLET_INPUTS_MAX } from '../limits.ts';
import { decodeTransaction, outpointOf, outputOf } from '../format/transaction.ts';
import type { JournalEntry, WalletJournal } from './wallet-journal.ts';
import type { NamedQuantity } from './wallet.ts';
import type { WalletView } from './wallet-view.ts';
import { requireAsset } from './wallet-view.ts';

/** A trade to be completed: what the other side offered, and what was agreed. */
export interface CompletionRequest {
  /** The trade's id: with the lot's number it names a completion for ever. */
  readonly trade: string;
  /** Who made the offers. */
  readonly owner: Address;
  readonly offers: readonly {
    readonly lot: number;
    readonly output: Output;
    /** Hexadecimal, as it was delivered. */
    readonly offer: string;
  }[];
  /** What each lot holds, and the wallet gets. */
  readonly give: NamedQuantity;
  /** What each offer asks, and the wallet pays. */
  readonly want: NamedQuantity;
  /** Own outputs to pay with first, locked or not. */
  readonly prefer?: readonly Output[];
}

/** Why a lot was not completed. `offer_bad`: it is not what was agreed, `fault` says how. Nothing was paid in any case. */
export type LotFailure =
  | { readonly code: 'offer_bad'; readonly fault: OfferFault | 'not-hex' }
  /** Somebody else took the lot, or its owner renewed it. */
  | { readonly code: 'output_spent' }
  /** The chain knows no such output. */
  | { readonly code: 'output_missing' }
  | { readonly code: 'insufficient_funds' }
  /** The chain refused, for example because a permission was withdrawn. */
  | { readonly code: 'refused'; readonly message: string };

/** What became of one lot. With a txid it is accepted, not settled: that is when it is in a block. */
export type LotResult =
  | { readonly lot: number; readonly txid: Txid }
  | { readonly lot: number; readonly failure: LotFailure };

/** What completing needs of a wallet. */
export interface CompletionTools {
  readonly view: WalletView;
  readonly journal: WalletJournal;
  readonly payments: Payments;
}

type RequestedOffer = CompletionRequest['offers'][number];

interface Terms {
  readonly give: Give;
  readonly want: Want;
  readonly owner: Uint8Array;
}

/** An offer found good. */
interface GoodLot {
  readonly lot: number;
  readonly output: Output;
  readonly offer: CheckedOffer;
}

/** A lot completed and not sent yet. */
interface Completion extends JournalEntry {
  readonly good: GoodLot;
  /** The wallet's own outputs that it spends. */
  readonly spends: readonly Output[];
}

/**
 * Completes a trade. Repeating it sends the same bytes again and answers the same; it never pays twice.
 * @returns a result for each offer, in the same order.
 * @throws LedgerError when the chain could not be asked: the outcome is not known, repeat it.
 */
export async function completeTrade(
  tools: CompletionTools,
  request: CompletionRequest,
): Promise<readonly LotResult[]> {
  const { view } = tools;
  const outpoints = request.offers.map(({ output }) => outpointOf(output) ?? NOWHERE);
  const asked = view.port.outputs(outpoints);
  asked.catch(() => undefined);
  return view.run(async () => {
    const results = new Map<number, LotResult>();
    const fresh = await sendAgain(tools, request, results);
    const good = checkAll(tools, request, { fresh, answers: await asked }, results);
    await completeAll(tools, request, good, results);
    return request.offers.map(({ lot }) => results.get(lot) ?? failed(lot, UNKNOWN_REFUSAL));
  });
}

const NOWHERE = { txid: '0'.repeat(64), vout: 0 };
const UNKNOWN_REFUSAL: LotFailure = { code: 'refused', message: 'not completed' };

function failed(lot: number, failure: LotFailure): LotResult {
  return { lot, failure };
}

function keyOf(trade: string, lot: number): string {
  return `trade/${trade}/${lot}`;
}

/** Sends what the journal holds of this trade. @returns the offers that are to be completed now. */
async function sendAgain(
  { view, journal }: CompletionTools,
  { trade, offers }: CompletionRequest,
  results: Map<number, LotResult>,
): Promise<Set<RequestedOffer>> {
  const fresh = new Set(offers);
  const known: { offer: RequestedOffer; entry: JournalEntry }[] = [];
  for (const offer of offers) {
    const entry = await journal.get(keyOf(trade, offer.lot));
    if (entry) known.push({ offer, entry });
  }
  if (known.length === 0) return fresh;
  const answers = await view.port.send(known.flatMap(({ entry }) => entry.transactions));
  let at = -1;
  const dead: string[] = [];
  for (const { offer, entry } of known) {
    at += entry.transactions.length;
    if (isAccepted(answers[at])) {
      results.set(offer.lot, { lot: offer.lot, txid: entry.txid });
      fresh.delete(offer);
    } else {
      dead.push(entry.key);
    }
  }
  await journal.void(dead);
  await view.refresh();
  return fresh;
}

function checkAll(
  { view }: CompletionTools,
  request: CompletionRequest,
  { fresh, answers }: { fresh: ReadonlySet<RequestedOffer>; answers: readonly OutputAnswer[] },
  results: Map<number, LotResult>,
): GoodLot[] {
  const terms = termsOf(view, request);
  return request.offers.flatMap((requested, i): GoodLot[] => {
    if (!fresh.has(requested)) return [];
    const checked = checkLot(requested, answers[i], terms);
    if ('failure' in checked) results.set(requested.lot, checked);
    else return [checked];
    return [];
  });
}

function termsOf(view: WalletView, { owner, give, want }: CompletionRequest): Terms {
  const hash = view.hashOf(owner);
  if (!hash) throw new RpcError(RPC.invalidAddress, `Invalid address: ${owner}`);
  return {
    owner: hash,
    give: { asset: requireAsset(view, give.asset).id, raw: give.raw },
    want: { asset: requireAsset(view, want.asset).id, raw: want.raw },
  };
}

function checkLot(
  { lot, output, offer }: RequestedOffer,
  answer: OutputAnswer | undefined,
  terms: Terms,
): GoodLot | (LotResult & { readonly failure: LotFailure }) {
  if (answer?.standing !== 'unspent') return { lot, failure: goneAs(answer?.standing) };
  let bytes: Uint8Array;
  try {
    bytes = fromHex(offer);
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    return { lot, failure: { code: 'offer_bad', fault: 'not-hex' } };
  }
  const expected = { ...terms, output, outputScript: answer.output.script };
  const verdict = checkOffer(bytes, expected);
  if (verdict.kind === 'good') return { lot, output, offer: verdict.offer };
  return { lot, failure: { code: 'offer_bad', fault: verdict.reason } };
}

function goneAs(standing: OutputAnswer['standing'] = 'missing'): LotFailure {
  return { code: standing === 'missing' ? 'output_missing' : 'output_spent' };
}

/** Completes and sends in rounds: each settles what it can and drops at least one lot, or is the last. */
async function completeAll(
  tools: CompletionTools,
  request: CompletionRequest,
  good: readonly GoodLot[],
  results: Map<number, LotResult>,
): Promise<void> {
  let left = good;
  while (left.length > 0) {
    const completions = build(tools, request, left, results);
    if (completions.length === 0) return;
    await tools.journal.put(completions);
    const again = await sendCompletions(tools, completions, results);
    if (again.length === completions.length) {
      for (const { lot } of again) results.set(lot, failed(lot, UNKNOWN_REFUSAL));
      return;
    }
    left = again;
    if (left.length > 0) await tools.view.refresh();
  }
}

/** Completes lot after lot, each on the change of those before. */
function build(
  { view, payments }: CompletionTools,
  { trade, want, prefer = [] }: CompletionRequest,
  lots: readonly GoodLot[],
  results: Map<number, LotResult>,
): Completion[] {
  const purse = new Purse(view, { addresses: [payments.address], also: prefer });
  const wanted = { asset: requireAsset(view, want.asset).id, raw: want.raw };
  const completions: Completion[] = [];
  for (const good of lots) {
    const before: string[] = [];
    const inputs = takePlain(purse, { payments, wanted, prefer, before });
    if (inputs)
      completions.push(complete(good, { payments, wanted, trade, purse, inputs, before }));
    else results.set(good.lot, failed(good.lot, { code: 'insufficient_funds' }));
  }
  return completions;
}

/** Takes plain outputs to pay with; others, such as those of an issue, are first written anew in a transaction of their own. */
function takePlain(
  purse: Purse,
  by: { payments: Payments; wanted: Want; prefer: readonly Output[]; before: string[] },
): Spendable[] | undefined {
  const need = new Map([[by.wanted.asset, by.wanted.raw]]);
  const inputs = purse.take(need, by.prefer);
  if (!inputs || canPay(inputs)) return inputs;
  const merging = by.payments.merge(inputs.slice(0, WALLET_INPUTS_MAX));
  by.before.push(merging.hex);
  for (const output of inputs.slice(WALLET_INPUTS_MAX)) purse.put(output);
  for (const output of by.payments.merged(merging)) purse.put(output);
  const plain = purse.take(need);
  return plain && canPay(plain) ? plain : undefined;
}

function canPay(inputs: readonly Spendable[]): boolean {
  const isPlain = inputs.every(({ script }) => parsePlainPayment(script) !== undefined);
  return isPlain && inputs.length <= WALLET_INPUTS_MAX;
}

function complete(
  good: GoodLot,
  by: {
    readonly payments: Payments;
    readonly wanted: Want;
    readonly trade: string;
    readonly purse: Purse;
    readonly inputs: readonly Spendable[];
    readonly before: readonly string[];
  },
): Completion {
  const { payments, wanted, inputs, purse } = by;
  const { key, address } = payments;
  const change = changeOf(inputs, [[wanted.asset, wanted.raw]]);
  const paying = inputs.map((input) => ({ ...input, key }));
  const { offer } = good;
  const { bytes, txid } = completeOffer({ offer, inputs: paying, payer: key.hash160, change });
  const { outputs } = decodeTransaction(bytes);
  const first = outputs.length - change.length;
  change.forEach((quantity, i) => {
    const script = outputs[first + i]?.script;
    if (script) purse.put({ txid, vout: first + i, address, script, assets: [quantity] });
  });
  const transactions = [...by.before, toHex(bytes)];
  const spends = inputs.map(outputOf);
  return { key: keyOf(by.trade, good.lot), txid, transactions, good, spends };
}

/** Sends completions. @returns the lots that must be completed anew: those that built on a refused one, or whose own inputs were gone. */
async function sendCompletions(
  { view, journal }: CompletionTools,
  completions: readonly Completion[],
  results: Map<number, LotResult>,
): Promise<GoodLot[]> {
  const answers = await view.send(
    completions.flatMap(({ transactions, spends }) =>
      transactions.map((hex, i) => ({ hex, spends: i === transactions.length - 1 ? spends : [] })),
    ),
  );
  const refused: { completion: Completion; answer: RpcError | undefined }[] = [];
  let at = -1;
  for (const completion of completions) {
    at += completion.transactions.length;
    const answer = answers[at];
    const { lot } = completion.good;
    if (isAccepted(answer)) results.set(lot, { lot, txid: completion.txid });
    else refused.push({ completion, answer: answer instanceof RpcError ? answer : undefined });
  }
  if (refused.length === 0) return [];
  await journal.void(refused.map(({ completion }) => completion.key));
  const outpoints = refused.map(({ completion }) => outpointOf(completion.good.output) ?? NOWHERE);
  const standings = await view.port.outputs(outpoints);
  return refused.flatMap(({ completion: { good }, answer }, i): GoodLot[] => {
    const standing = standings[i]?.standing;
    if (standing === 'unspent' && isAboutInputs(answer)) return [good];
    const message = answer?.message ?? 'no answer';
    const failure =
      standing === 'unspent' ? { code: 'refused' as const, message } : goneAs(standing);
    results.set(good.lot, failed(good.lot, failure));
    return [];
  });
}

/** Whether a refusal says that something to be spent is not there: with the lot still unspent, it was the wallet's own. */
function isAboutInputs(answer: RpcError | undefined): boolean {
  return answer?.message === 'missing inputs' || answer?.message === '18: bad-txns-inputs-spent';
}
