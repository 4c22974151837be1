/**
 * Completing a trade over a real node: the offers are checked here, byte for byte against what was agreed and against the outputs as the node shows them,
 * completed with bytes written here that the node signs, written into the journal, and sent. A handful of requests, whatever the number of lots.
 *
 * A lot cannot be paid twice: every completion of it spends the one output that was offered.
 */
import { SignatureCache } from '../format/signature.ts';
import { outpointOf } from '../format/transaction.ts';
import { RPC_ARRIVAL_MS_MAX, RPC_ARRIVAL_POLL_MS } from '../limits.ts';
import { RpcError } from '../rpc-error.ts';
import { bytesOf, NOWHERE, partsOf, withoutRungs } from '../wallet/trade-completion-parts.ts';
import type { LotFault, LotTerms, UnspentLot } from '../wallet/trade-completion-parts.ts';
import type { CompletionRequest, LotFailure, LotResult } from '../wallet/trade-completion.ts';
import type { JournalEntry, WalletJournal } from '../wallet/wallet-journal.ts';
import { standingsOf } from './node-ledger.ts';
import type { NodeStanding } from './node-ledger.ts';
import { completed } from './rpc-completion-build.ts';
import type { Completion } from './rpc-completion-build.ts';
import type { WalletCore } from './wallet-core.ts';

type RequestedOffer = CompletionRequest['offers'][number];

/** Rounds of completing: the second is for lots whose payment was gone or whose ladder was refused, the third for both. */
const ROUNDS_MAX = 3;

/** What is known of each lot so far. */
interface Findings {
  readonly results: Map<number, LotResult>;
  readonly rungFaults: Map<number, LotFault>;
}

/**
 * Completes a trade. Repeating it sends the same bytes again and answers the same; it never pays twice.
 * @returns a result for each offer, in the same order.
 * @throws LedgerError when the node could not be asked: the outcome is not known, repeat it. RpcError -708 for an unknown asset, -5 for a wrong address.
 */
export async function completeOverNode(
  core: WalletCore,
  journal: WalletJournal,
  request: CompletionRequest,
): Promise<readonly LotResult[]> {
  const findings: Findings = { results: new Map(), rungFaults: new Map() };
  const terms = await termsOf(core, request);
  const fresh = await sendAgain(core, journal, request, findings);
  let left = await unspentLots(core, fresh, findings);
  for (let round = 1; left.length > 0 && round <= ROUNDS_MAX; round++) {
    const { parts, bad, rungs } = partsOf(left, terms);
    for (const { lot, fault } of rungs) findings.rungFaults.set(lot, fault);
    for (const { lot, fault } of bad) fail(findings, lot.lot, { code: 'offer_bad', fault });
    const { completions, unpaid } = await completed(core, {
      parts,
      terms,
      prefer: request.prefer ?? [],
      keyOf: (lot) => keyOf(request.trade, lot),
    });
    for (const { lot } of unpaid) fail(findings, lot, { code: 'insufficient_funds' });
    if (completions.length === 0) break;
    await journal.put(completions.map(entryOf));
    left = await send(core, journal, completions, findings);
  }
  return request.offers.map(({ lot }) => {
    const failure: LotFailure = { code: 'refused', message: 'not completed' };
    const result = findings.results.get(lot) ?? { lot, failure };
    const rungFault = findings.rungFaults.get(lot);
    return rungFault === undefined ? result : { ...result, rungFault };
  });
}

function fail({ results }: Findings, lot: number, failure: LotFailure): void {
  results.set(lot, { lot, failure });
}

function keyOf(trade: string, lot: number): string {
  return `trade/${trade}/${lot}`;
}

function entryOf({ keys: [key = '', ...also], signed: { txid, hex } }: Completion): JournalEntry {
  return { key, also, txid, transactions: [hex] };
}

async function termsOf(
  core: WalletCore,
  { owner, give, want }: CompletionRequest,
): Promise<LotTerms> {
  const [given, wanted] = [await core.asset(give.asset), await core.asset(want.asset)];
  return {
    owner: core.hashOf(owner),
    give: { asset: given.id, raw: give.raw },
    want: { asset: wanted.id, raw: want.raw },
    cache: new SignatureCache(),
  };
}

/** Sends what the journal holds of this trade. @returns the offers that are to be completed now. */
async function sendAgain(
  core: WalletCore,
  journal: WalletJournal,
  { trade, offers }: CompletionRequest,
  { results }: Findings,
): Promise<readonly RequestedOffer[]> {
  const entries = new Map<RequestedOffer, JournalEntry>();
  for (const offer of offers) {
    const entry = await journal.get(keyOf(trade, offer.lot));
    if (entry) entries.set(offer, entry);
  }
  // Those of one ladder have the same transaction.
  const distinct = [...new Map([...entries.values()].map((entry) => [entry.txid, entry])).values()];
  const answers = await core.send(
    distinct.map(({ txid, transactions }) => ({ txid, hex: transactions.at(-1) ?? '' })),
  );
  const accepted = new Set(answers.filter((answer) => !(answer instanceof RpcError)));
  const dead: string[] = [];
  for (const [{ lot }, { key, txid }] of entries) {
    if (accepted.has(txid)) results.set(lot, { lot, txid });
    else dead.push(key);
  }
  await journal.void(dead);
  return offers.filter(({ lot }) => !results.has(lot));
}

/** The lots that can still be had. One that the node does not know may be on its way from another node: it is waited for. */
async function unspentLots(
  core: WalletCore,
  offers: readonly RequestedOffer[],
  findings: Findings,
): Promise<readonly UnspentLot[]> {
  const standings = await arrivedStandings(core, offers);
  return offers.flatMap((requested, i): UnspentLot[] => {
    const { lot, output, offer } = requested;
    const found = standings[i];
    if (found?.standing !== 'unspent') {
      fail(findings, lot, goneAs(found));
      return [];
    }
    const script = requested.rung && bytesOf(requested.rung.script);
    if (requested.rung && !script) findings.rungFaults.set(lot, 'not-hex');
    const rung = requested.rung && script && { index: requested.rung.index, script };
    return [{ lot, output, outputScript: found.script, offer, rung }];
  });
}

async function arrivedStandings(
  core: WalletCore,
  offers: readonly RequestedOffer[],
): Promise<readonly NodeStanding[]> {
  const outpoints = offers.map(({ output }) => outpointOf(output) ?? NOWHERE);
  for (let waited = 0; ; waited += RPC_ARRIVAL_POLL_MS) {
    const standings = await standingsOf(core.node, outpoints);
    const isComplete = standings.every(({ standing }) => standing !== 'missing');
    if (isComplete || waited >= RPC_ARRIVAL_MS_MAX) return standings;
    await core.pause(RPC_ARRIVAL_POLL_MS);
  }
}

function goneAs(found: NodeStanding | undefined): LotFailure {
  return { code: found?.standing === 'spent' ? 'output_spent' : 'output_missing' };
}

/** Sends completions. @returns the lots that may be completed anew: their payment was gone, or they shared a ladder that was refused. */
async function send(
  core: WalletCore,
  journal: WalletJournal,
  completions: readonly Completion[],
  findings: Findings,
): Promise<readonly UnspentLot[]> {
  const answers = await core.send(completions.map(({ signed }) => signed));
  const refused: { readonly completion: Completion; readonly error: RpcError }[] = [];
  completions.forEach((completion, i) => {
    const { lots } = completion.part;
    const answer = answers[i];
    if (answer instanceof RpcError) refused.push({ completion, error: answer });
    else
      for (const { lot } of lots) findings.results.set(lot, { lot, txid: completion.signed.txid });
  });
  if (refused.length === 0) return [];
  await journal.void(refused.flatMap(({ completion }) => completion.keys));
  const lots = refused.flatMap(({ completion }) => completion.part.lots);
  const standings = await standingsOf(
    core.node,
    lots.map(({ output }) => outpointOf(output) ?? NOWHERE),
  );
  const standingOf = new Map(lots.map(({ output }, i) => [output, standings[i]]));
  return refused.flatMap(({ completion: { part }, error }) => {
    const unspent = part.lots.filter(({ lot, output }) => {
      const found = standingOf.get(output);
      if (found?.standing === 'unspent') return true;
      fail(findings, lot, goneAs(found));
      return false;
    });
    if (isAboutInputs(error)) return unspent;
    // Whatever the chain has against the ladder, it need not have against each lot.
    if (part.lots.length > 1) return withoutRungs(unspent);
    for (const { lot } of unspent) {
      fail(findings, lot, { code: 'refused', message: error.message });
    }
    return [];
  });
}

/** Whether a refusal says that something to be spent is not there: with the lot still unspent, it was the wallet's own. */
function isAboutInputs({ message }: RpcError): boolean {
  return /missing inputs|bad-txns-inputs-spent/i.test(message);
}
