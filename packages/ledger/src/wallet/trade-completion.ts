/**
 * Completing a trade: the offers of its lots are checked against what was agreed, byte for byte and against the chain, completed with the wallet's own
 * inputs, written into the journal, and sent. Lots whose rungs make a ladder go in one transaction, any other in one of its own.
 *
 * A lot cannot be paid twice: every completion of it spends the one output that was offered. Transactions are built on each other's change; when one is refused,
 * those after it are built anew without what is gone.
 */
import type { Address, Output, Txid } from '@wattlot/core';
import type { OutputAnswer } from '../chain/chain-port.ts';
import { SignatureCache } from '../format/signature.ts';
import { outpointOf } from '../format/transaction.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { Payments } from './payments.ts';
import { isAccepted } from './payments.ts';
import { completeParts } from './trade-completion-build.ts';
import type { Completion } from './trade-completion-build.ts';
import { bytesOf, NOWHERE, partsOf, withoutRungs } from './trade-completion-parts.ts';
import type { LotFault, LotTerms, UnspentLot } from './trade-completion-parts.ts';
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
    /** The lot's place in a ladder; `script` hexadecimal. */
    readonly rung?: { readonly index: number; readonly script: string } | undefined;
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
  | { readonly code: 'offer_bad'; readonly fault: LotFault }
  /** Somebody else took the lot, or its owner renewed it. */
  | { readonly code: 'output_spent' }
  /** The chain knows no such output. */
  | { readonly code: 'output_missing' }
  | { readonly code: 'insufficient_funds' }
  /** The chain refused, for example because a permission was withdrawn. */
  | { readonly code: 'refused'; readonly message: string };

/**
 * What became of one lot. With a txid, which lots of one ladder share, it is accepted, not settled: that is when it is in a block. `rungFault`: its rung was
 * not as agreed and not used.
 */
export type LotResult = {
  readonly lot: number;
  readonly rungFault?: LotFault;
} & ({ readonly txid: Txid } | { readonly failure: LotFailure });

/** What completing needs of a wallet. */
export interface CompletionTools {
  readonly view: WalletView;
  readonly journal: WalletJournal;
  readonly payments: Payments;
}

type RequestedOffer = CompletionRequest['offers'][number];

/** What is known of each lot so far. */
interface Findings {
  readonly results: Map<number, LotResult>;
  readonly rungFaults: Map<number, LotFault>;
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
    const findings: Findings = { results: new Map(), rungFaults: new Map() };
    const fresh = await sendAgain(tools, request, findings);
    const terms = termsOf(view, request);
    const unspent = unspentOf(request, { fresh, answers: await asked }, findings);
    await completeAll(tools, { request, terms }, unspent, findings);
    return request.offers.map(({ lot }) => {
      const result = findings.results.get(lot) ?? failed(lot, UNKNOWN_REFUSAL);
      const rungFault = findings.rungFaults.get(lot);
      return rungFault === undefined ? result : { ...result, rungFault };
    });
  });
}

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
  { results }: Findings,
): Promise<Set<RequestedOffer>> {
  const fresh = new Set(offers);
  const known: { offer: RequestedOffer; entry: JournalEntry }[] = [];
  /** Those of one ladder have the same transactions. */
  const entries = new Map<Txid, JournalEntry>();
  for (const offer of offers) {
    const entry = await journal.get(keyOf(trade, offer.lot));
    if (!entry) continue;
    known.push({ offer, entry });
    entries.set(entry.txid, entry);
  }
  if (known.length === 0) return fresh;
  const sent = [...entries.values()];
  const answers = await view.port.send(sent.flatMap(({ transactions }) => transactions));
  let at = -1;
  const accepted = new Set<Txid>();
  for (const { txid, transactions } of sent) {
    at += transactions.length;
    if (isAccepted(answers[at])) accepted.add(txid);
  }
  const dead: string[] = [];
  for (const { offer, entry } of known) {
    if (accepted.has(entry.txid)) {
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

/** The lots that can still be had. */
function unspentOf(
  { offers }: CompletionRequest,
  { fresh, answers }: { fresh: ReadonlySet<RequestedOffer>; answers: readonly OutputAnswer[] },
  { results, rungFaults }: Findings,
): UnspentLot[] {
  return offers.flatMap((requested, i): UnspentLot[] => {
    if (!fresh.has(requested)) return [];
    const { lot, output, offer } = requested;
    const answer = answers[i];
    if (answer?.standing !== 'unspent') {
      results.set(lot, failed(lot, goneAs(answer?.standing)));
      return [];
    }
    const script = requested.rung && bytesOf(requested.rung.script);
    if (requested.rung && !script) rungFaults.set(lot, 'not-hex');
    const rung = requested.rung && script && { index: requested.rung.index, script };
    return [{ lot, output, outputScript: answer.output.script, offer, rung }];
  });
}

function termsOf(view: WalletView, { owner, give, want }: CompletionRequest): LotTerms {
  const hash = view.hashOf(owner);
  if (!hash) throw new RpcError(RPC.invalidAddress, `Invalid address: ${owner}`);
  return {
    owner: hash,
    give: { asset: requireAsset(view, give.asset).id, raw: give.raw },
    want: { asset: requireAsset(view, want.asset).id, raw: want.raw },
    cache: new SignatureCache(),
  };
}

function goneAs(standing: OutputAnswer['standing'] = 'missing'): LotFailure {
  return { code: standing === 'missing' ? 'output_missing' : 'output_spent' };
}

/** Completes and sends in rounds: each settles what it can, and drops at least one lot or takes ladders apart, or is the last. */
async function completeAll(
  tools: CompletionTools,
  { request, terms }: { request: CompletionRequest; terms: LotTerms },
  unspent: readonly UnspentLot[],
  findings: Findings,
): Promise<void> {
  const { results } = findings;
  const payer = {
    ...tools,
    prefer: request.prefer ?? [],
    keyOf: (lot: number) => keyOf(request.trade, lot),
  };
  let left = unspent;
  while (left.length > 0) {
    const { parts, bad, rungs } = partsOf(left, terms);
    for (const { lot, fault } of rungs) findings.rungFaults.set(lot, fault);
    for (const { lot, fault } of bad) {
      results.set(lot.lot, failed(lot.lot, { code: 'offer_bad', fault }));
    }
    const { completions, unpaid } = completeParts(payer, parts, terms);
    for (const { lot } of unpaid) results.set(lot, failed(lot, { code: 'insufficient_funds' }));
    if (completions.length === 0) return;
    await tools.journal.put(completions);
    const again = await sendCompletions(tools, completions, findings);
    if (again.length === completions.flatMap(({ lots }) => lots).length) {
      // Nothing was decided: ladders are taken apart, and what is single already is given up.
      if (completions.every(({ lots }) => lots.length === 1)) {
        for (const { lot } of again) results.set(lot, failed(lot, UNKNOWN_REFUSAL));
        return;
      }
      left = withoutRungs(again);
    } else left = again;
    if (left.length > 0) await tools.view.refresh();
  }
}

/** Sends completions. @returns the lots that must be completed anew: those that built on a refused one, shared its ladder, or whose own inputs were gone. */
async function sendCompletions(
  { view, journal }: CompletionTools,
  completions: readonly Completion[],
  { results }: Findings,
): Promise<readonly UnspentLot[]> {
  const answers = await view.send(
    completions.flatMap(({ transactions, spends }) =>
      transactions.map((hex, i) => ({ hex, spends: i === transactions.length - 1 ? spends : [] })),
    ),
  );
  const refused: Refused[] = [];
  let at = -1;
  for (const { key, also = [], lots, txid, transactions } of completions) {
    at += transactions.length;
    const answer = answers[at];
    if (isAccepted(answer)) for (const { lot } of lots) results.set(lot, { lot, txid });
    else {
      refused.push({
        keys: [key, ...also],
        lots,
        answer: answer instanceof RpcError ? answer : undefined,
      });
    }
  }
  if (refused.length === 0) return [];
  await journal.void(refused.flatMap(({ keys }) => keys));
  const outputs = refused.flatMap(({ lots }) => lots.map(({ output }) => output));
  const standings = await view.port.outputs(outputs.map((output) => outpointOf(output) ?? NOWHERE));
  const standingOf = new Map(outputs.map((output, i) => [output, standings[i]?.standing]));
  return refused.flatMap((one) => againOf(one, standingOf, results));
}

interface Refused {
  readonly keys: readonly string[];
  readonly lots: readonly UnspentLot[];
  readonly answer: RpcError | undefined;
}

/** What of a refused completion is to be tried again; the rest has failed. */
function againOf(
  { lots, answer }: Refused,
  standingOf: ReadonlyMap<Output, OutputAnswer['standing'] | undefined>,
  results: Map<number, LotResult>,
): readonly UnspentLot[] {
  const unspent: UnspentLot[] = [];
  for (const lot of lots) {
    const standing = standingOf.get(lot.output);
    if (standing === 'unspent') unspent.push(lot);
    else results.set(lot.lot, failed(lot.lot, goneAs(standing)));
  }
  if (isAboutInputs(answer)) return unspent;
  // Whatever the chain has against the ladder, it need not have against each lot.
  if (lots.length > 1) return withoutRungs(unspent);
  const message = answer?.message ?? 'no answer';
  for (const { lot } of unspent) results.set(lot, failed(lot, { code: 'refused', message }));
  return [];
}

/** Whether a refusal says that something to be spent is not there: with the lot still unspent, it was the wallet's own. */
function isAboutInputs(answer: RpcError | undefined): boolean {
  return answer?.message === 'missing inputs' || answer?.message === '18: bad-txns-inputs-spent';
}
