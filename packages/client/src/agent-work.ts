/** The agent's work on one task: check, sign, note, send. Each may be repeated; each is done alone. */
import { toAddress, toOrderId, toOutput } from '@wattlot/core';
import type { Output } from '@wattlot/core';
import { LedgerError, RpcError } from '@wattlot/ledger';
import type { WalletPort } from '@wattlot/ledger';
import type { AgentLink } from './connect.ts';
import { deliveryFrames } from './delivery.ts';
import type { DeliveredLot } from './delivery.ts';
import { isPassing } from './asks.ts';
import type { AgentTask, OffersRequested, SettlementRequested } from './frames/messages.ts';
import { lotsPerFrameMax } from './frames/requests.ts';
import { declineReasonLengthMax } from './limits.ts';
import { planOffers, planTake } from './signing-rules.ts';
import type { OfferPlan } from './signing-rules.ts';
import { printable } from './text.ts';
import { liveOutputs } from './wish-book.ts';
import type { OfferedLot, WishRecord } from './wish-book.ts';
import type { WishFile } from './wish-file.ts';

/** What of the wallet the agent uses. */
export type AgentWallet = Pick<
  WalletPort,
  'split' | 'signOffers' | 'signLadder' | 'completeTrade' | 'known' | 'lock' | 'renew' | 'tidy'
>;

/** What the agent did or would not do: one line for a person, and for a log. */
export interface AgentNote {
  readonly kind: 'offered' | 'laddered' | 'submitted' | 'renewed' | 'refused' | 'failed';
  readonly order: string;
  readonly text: string;
}

/** A task of the exchange, or one's own: the order is over, what is left of its outputs comes back. */
export type Work = AgentTask | { readonly kind: 'order.over'; readonly order_id: string };

/** Two tasks of one name are one: the newer replaces the older. */
export function nameOf(work: Work): string {
  if (work.kind === 'settlement.requested') return `${work.kind} ${work.trade_id}`;
  // An order may have several ladders; one that is cut anew ends as it did before.
  const part = work.kind === 'ladder.requested' ? ` ${work.lots.at(-1)?.lot}` : '';
  return `${work.kind} ${work.order_id}${part}`;
}

/** `later`: something else has to happen first. `again`: after a while. */
export type Done =
  { readonly kind: 'done' } | { readonly kind: 'later' | 'again'; readonly reason: string };

/** With what the agent works. */
export interface Tools {
  readonly wallet: AgentWallet;
  readonly wishes: WishFile;
  readonly link: AgentLink;
  /** True when the exchange has said that the order is on the book. */
  readonly isOpen: (order: string) => boolean;
  readonly note: (kind: AgentNote['kind'], work: Work, text: string) => void;
}

/** Nothing is left to do. */
export const done: Done = { kind: 'done' };
const notOurs: Done = { kind: 'later', reason: 'not an order of ours' };

/** An unspent output of the wallet. */
export type OwnOutput = Awaited<ReturnType<AgentWallet['known']>>[number];

/** An output's name. */
export function keyOf({ txid, vout }: { readonly txid: string; readonly vout: number }): Output {
  const output = toOutput(`${txid}:${vout}`);
  if (output === undefined) throw new Error(`${txid}:${vout} is no output`);
  return output;
}

/** The wish behind an order; undefined when it is not ours, or over. */
export function recordOf({ wishes }: Tools, text: string): WishRecord | undefined {
  const order = toOrderId(text);
  return order === undefined ? undefined : wishes.book.byOrder(order);
}

/** Locks outputs. A wallet that cannot be asked now remembers them, and locks them before it spends anything. */
export async function lockAgain(wallet: AgentWallet, outputs: readonly Output[]): Promise<void> {
  try {
    await wallet.lock(outputs);
  } catch (error) {
    if (!(error instanceof LedgerError || error instanceof RpcError)) throw error;
  }
}

/** Tells the exchange that a pending order will not become firm. */
export async function decline(
  { link }: Tools,
  task: OffersRequested,
  reason: string,
): Promise<void> {
  await link.ask({
    method: 'offers.declined',
    params: { order_id: task.order_id, reason: printable(reason, declineReasonLengthMax) },
  });
}

/** Makes the lots of a pending order firm: one new output and one signed offer each. */
export async function offerLots(tools: Tools, task: OffersRequested): Promise<Done> {
  const record = recordOf(tools, task.order_id);
  if (record === undefined) return notOurs;
  const plan = planOffers(record, task);
  if (plan.kind === 'later') return plan;
  if (plan.kind === 'refused') {
    tools.note('refused', task, plan.reason);
    await decline(tools, task, plan.reason);
    return done;
  }
  const lots = await signPlan(tools, record, plan);
  if (lots === undefined) {
    // Taken behind our back, or lost with a crash of the ledger: either way it may still be worth something to somebody.
    await decline(tools, task, 'an output of the order is gone');
    return done;
  }
  return deliver(tools, record, task, lots);
}

/** @returns undefined when an output that was offered before is gone. */
async function signPlan(
  { wallet, wishes }: Tools,
  record: WishRecord,
  { terms: { give, want }, made, fresh }: OfferPlan & { kind: 'sign' },
): Promise<readonly DeliveredLot[] | undefined> {
  const outputs = new Map<OfferedLot, OwnOutput>();
  if (made.length > 0) {
    const known = await wallet.known(made.map(({ output }) => output));
    const byKey = new Map(known.map((own) => [keyOf(own), own]));
    for (const offered of made) {
      const own = byKey.get(offered.output);
      if (own === undefined) return undefined;
      outputs.set(offered, own);
    }
  }
  if (fresh.length > 0) {
    const count = fresh.length;
    const split = await wallet.split({ asset: give.asset, lotRaw: give.raw, count });
    const offers: OfferedLot[] = [];
    for (const [index, lot] of fresh.entries()) {
      const own = split[index];
      if (own === undefined) throw new Error('the wallet made fewer outputs than lots');
      const offered = { lot, output: keyOf(own) };
      offers.push(offered);
      outputs.set(offered, own);
    }
    // On disk before a signature leaves: what may be out always counts.
    wishes.note({ step: 'offered', id: record.wish.clientOrderId, offers });
    await wishes.settled();
  }
  const signed = await wallet.signOffers({ outputs: [...outputs.values()], want });
  return [...outputs.keys()].flatMap(({ lot, output }, index) => {
    const offer = signed[index];
    return offer === undefined ? [] : [{ lot, output, offer }];
  });
}

/** Hands the offers over. When the exchange does not want them they have to die: they have been out of our hands. */
async function deliver(
  tools: Tools,
  record: WishRecord,
  task: OffersRequested,
  delivered: readonly DeliveredLot[],
): Promise<Done> {
  for (const lots of deliveryFrames(delivered)) {
    const outcome = await tools.link.ask({
      method: 'offers.delivered',
      params: { order_id: task.order_id, lots: [...lots] },
    });
    // Unknown: the exchange asks again after the connection is back.
    if (outcome.kind === 'unknown') return done;
    if (outcome.kind === 'yes') continue;
    if (isPassing(outcome.error)) return { kind: 'again', reason: outcome.error };
    // Delivered twice, and the first time was enough.
    if (tools.isOpen(task.order_id)) return done;
    tools.note('failed', task, `the offers were not taken: ${outcome.error}`);
    await renewOf(tools, task, liveOutputs(record));
    return done;
  }
  tools.note('offered', task, `${delivered.length} lots offered`);
  return done;
}

/** Takes the lots of a trade: each offer checked and completed with our own leg, and sent to the ledger. */
export async function settleTrade(tools: Tools, task: SettlementRequested): Promise<Done> {
  const record = recordOf(tools, task.order_id);
  if (record === undefined) return notOurs;
  const plan = planTake(record, task);
  if (plan.kind === 'later') return plan;
  const owner = toAddress(task.owner);
  if (plan.kind === 'refused' || owner === undefined) {
    tools.note('refused', task, plan.kind === 'refused' ? plan.reason : 'no owner');
    return done;
  }
  const { trade, terms, lots, fresh } = plan;
  if (fresh.length > 0) {
    // On disk before it is signed: what may be out always counts.
    const taken = fresh.map(({ lot, output, volume = 1 }) => ({ trade, lot, output, volume }));
    tools.wishes.note({ step: 'taken', id: record.wish.clientOrderId, lots: taken });
    await tools.wishes.settled();
  }
  // The resting side gives what we want and wants what we give.
  const { give: want, want: give } = terms;
  const results = await tools.wallet.completeTrade({ trade, owner, offers: lots, give, want });
  const sent = results.flatMap((result) =>
    'txid' in result ? [{ lot: result.lot, txid: result.txid }] : [],
  );
  for (const result of results) {
    if (result.rungFault !== undefined) {
      tools.note('failed', task, `the rung of lot ${result.lot} is no good: ${result.rungFault}`);
    }
    if ('txid' in result) continue;
    tools.note('failed', task, `lot ${result.lot} was not taken: ${result.failure.code}`);
  }
  for (let from = 0; from < sent.length; from += lotsPerFrameMax) {
    await tools.link.ask({
      method: 'settlement.submitted',
      params: { trade_id: task.trade_id, lots: sent.slice(from, from + lotsPerFrameMax) },
    });
  }
  if (sent.length > 0) tools.note('submitted', task, `${sent.length} lots sent to the ledger`);
  return done;
}

/**
 * Spends to oneself what the exchange names and is ours: only that makes the offers on it worthless, whoever holds them. An output that is offered for
 * another order is left alone.
 */
export async function comeBack(
  tools: Tools,
  work: Work,
  named: readonly { readonly order: string; readonly output: string }[],
): Promise<Done> {
  const { book } = tools.wishes;
  const outputs: Output[] = [];
  for (const { order, output: text } of named) {
    const output = toOutput(text);
    if (output === undefined) continue;
    const record = book.byOutput(output);
    if (record === undefined || record.order === order) outputs.push(output);
  }
  await renewOf(tools, work, outputs);
  return done;
}

/** The order is over: what of its outputs nobody took comes back, and the wish is forgotten. */
export async function endOrder(tools: Tools, work: Work): Promise<Done> {
  const record = recordOf(tools, work.order_id);
  if (record === undefined) return done;
  // All of them: a renewal that a crash of the ledger undid is done again.
  await renewOf(
    tools,
    work,
    [...record.offers.values()].map(({ output }) => output),
  );
  tools.wishes.note({ step: 'over', id: record.wish.clientOrderId });
  return done;
}

/** Renews those of the outputs that are ours and unspent. One that somebody took stays counted as taken. */
async function renewOf(tools: Tools, work: Work, outputs: readonly Output[]): Promise<void> {
  if (outputs.length === 0) return;
  const { wallet, wishes } = tools;
  const own = (await wallet.known(outputs)).map(keyOf);
  if (own.length === 0) return;
  await wallet.renew(own);
  const byId = new Map<string, Output[]>();
  for (const output of own) {
    const id = wishes.book.byOutput(output)?.wish.clientOrderId;
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), output]);
  }
  for (const [id, renewed] of byId) wishes.note({ step: 'renewed', id, outputs: renewed });
  tools.note('renewed', work, `${own.length} outputs are free again`);
}
