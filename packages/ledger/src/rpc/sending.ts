/**
 * Sending to a node so that the outcome is known. A time-out says nothing, and errors -26 and -27 little: the node may have the transaction already. So the
 * node is asked for it, and only bytes that were sent before are sent again, which does no harm.
 */
import type { Txid } from '@wattlot/core';
import { LedgerError } from '../ledger-error.ts';
import { RPC_ATTEMPTS_MAX, RPC_RETRY_DELAY_MS } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { depthsOf, txidIn } from './node-ledger.ts';
import type { BatchNode } from './rpc-client.ts';

/** A signed transaction. */
export interface SignedTransaction {
  readonly txid: Txid;
  readonly hex: string;
}

/**
 * Sends transactions one after the other, in their order, each whatever became of those before.
 * @returns for each its txid when the node has it, now or from before, or why the node refused it.
 * @throws LedgerError, retryable, when the outcome of some is not known: the same bytes may be sent again.
 */
export async function sendKnown(
  node: BatchNode,
  transactions: readonly SignedTransaction[],
  pause: (ms: number) => Promise<unknown>,
): Promise<readonly (Txid | RpcError)[]> {
  const outcomes = new Map<SignedTransaction, Txid | RpcError>();
  let left = transactions;
  let trouble: LedgerError | undefined;
  for (let attempt = 1; attempt <= RPC_ATTEMPTS_MAX && left.length > 0; attempt++) {
    if (attempt > 1) await pause(RPC_RETRY_DELAY_MS * 2 ** (attempt - 2));
    try {
      await attemptToSend(node, left, outcomes);
    } catch (error) {
      if (!(error instanceof LedgerError) || !isPassing(error)) throw error;
      trouble = error;
    }
    left = left.filter((one) => !outcomes.has(one));
  }
  if (left.length > 0) throw unknownOutcome(left.length, trouble);
  return transactions.flatMap((one) => outcomes.get(one) ?? []);
}

function isPassing({ code }: LedgerError): boolean {
  return code === 'chain_unreachable' || code === 'chain_answer_invalid';
}

function unknownOutcome(count: number, cause: LedgerError | undefined): LedgerError {
  const what = count === 1 ? 'a transaction' : `${count} transactions`;
  const why = cause ? `: ${cause.message}` : '';
  const message = `it is not known whether the node has taken ${what}${why}`;
  return new LedgerError('chain_unreachable', message, { retryable: true, cause });
}

async function attemptToSend(
  node: BatchNode,
  transactions: readonly SignedTransaction[],
  outcomes: Map<SignedTransaction, Txid | RpcError>,
): Promise<void> {
  const calls = transactions.map(({ hex }) => ({ method: 'sendrawtransaction', params: [hex] }));
  let answers: readonly unknown[];
  try {
    answers = await node.batch(calls);
  } catch (error) {
    if (!(error instanceof LedgerError) || !isPassing(error)) throw error;
    // Whatever arrived is found at the node; the rest is sent in the next attempt.
    const depths = await depthsOf(node, txidsOf(transactions));
    transactions.forEach((one, i) => {
      if (depths[i] !== undefined) outcomes.set(one, one.txid);
    });
    return;
  }
  const refused: { readonly one: SignedTransaction; readonly error: RpcError }[] = [];
  transactions.forEach((one, i) => {
    const answer = answers[i];
    if (answer instanceof RpcError) refused.push({ one, error: answer });
    else outcomes.set(one, txidIn('sendrawtransaction', answer));
  });
  const depths = await depthsOf(node, txidsOf(refused.map(({ one }) => one)));
  refused.forEach(({ one, error }, i) => {
    outcomes.set(one, depths[i] === undefined && !isInChain(error) ? error : one.txid);
  });
}

function txidsOf(transactions: readonly SignedTransaction[]): Txid[] {
  return transactions.map(({ txid }) => txid);
}

function isInChain({ code, message }: RpcError): boolean {
  return code === RPC.transactionError && message === 'transaction already in block chain';
}
