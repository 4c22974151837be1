/** The agent's work on one task: check, sign, note, send. Each may be repeated; each is done alone. */
import { toAddress, toOrderId, toOutput } from '@wattlot/core';
import type { OrderId, Output } from '@wattlot/core';
import { LedgerError, RpcError } from '@wattlot/ledger';
import type { WalletPort } from '@wattlot/ledger';
import type { AgentLink } from './connect.ts';
import type { AgentTask, OffersRequested, SettlementRequested } from './frames/messages.ts';
import { lotsPerFrameMax } from './frames/requests.ts';
import { declineReasonLengthMax } from './limits.ts';
import { planTake } from './signing-rules.ts';
import { printable } from './text.ts';
import type { WishRecord } from './wish-book.ts';
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

/** How far the agent is with making an order firm: lots whose offers are signed and handed over, of those asked for. */
export interface AgentProgress {
  readonly order: OrderId;
  readonly lots: number;
  readonly of: number;
  /** `done`: all are. `stopped`: nothing more will be signed for it, as its order is over, it was refused, or the connection is gone. */
  readonly state: 'working' | 'done' | 'stopped';
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
  /** True when the exchange has said that nothing of the order can trade any more: what is not signed yet need not be. */
  readonly isOver: (order: string) => boolean;
  readonly progress: (progress: AgentProgress) => void;
  readonly note: (kind: AgentNote['kind'], work: Work, text: string) => void;
}

/** Nothing is left to do. */
export const done: Done = { kind: 'done' };
export const notOurs: Done = { kind: 'later', reason: 'not an order of ours' };

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
export async function renewOf(tools: Tools, work: Work, outputs: readonly Output[]): Promise<void> {
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
