/** The past transactions of some addresses, found by reading blocks backwards: asked for by people, not by programs that trade. */
import type { Address } from '@wattlot/core';
import { addressOf } from '../format/address.ts';
import type { Chain, TransactionView } from './chain.ts';
import { hash160 } from '../format/hash.ts';
import { CHAIN_ANSWER_BYTES_MAX, HISTORY_BLOCKS_MAX } from '../limits.ts';
import { ownerOf } from '../format/script.ts';
import { readSignatureScript } from '../format/signature.ts';
import { decodeTransaction } from '../format/transaction.ts';

/** The latest `count` accepted transactions that touch the addresses, oldest first, those that wait last; looks through at most HISTORY_BLOCKS_MAX blocks, and leaves out what would make the answer longer than a chain answers. */
export function historyOf(
  chain: Chain,
  addresses: readonly Address[],
  count: number,
): TransactionView[] {
  const own = new Set<string>(addresses);
  const found: TransactionView[] = [];
  let length = 0;
  const take = (transactions: readonly TransactionView[]): void => {
    for (const transaction of transactions.toReversed()) {
      if (found.length >= count || length > CHAIN_ANSWER_BYTES_MAX) return;
      if (!touches(chain, transaction.bytes, own)) continue;
      length += 2 * transaction.bytes.length;
      // A copy, so that one transaction does not keep its whole block.
      const bytes = transaction.bytes.slice();
      if (length <= CHAIN_ANSWER_BYTES_MAX) found.push({ ...transaction, bytes });
    }
  };
  take(
    chain.pool().flatMap((txid) => {
      const waiting = chain.transaction(txid);
      return waiting ? [waiting] : [];
    }),
  );
  const lowest = Math.max(0, chain.height - HISTORY_BLOCKS_MAX);
  for (let height = chain.height; height >= lowest && found.length < count; height--) {
    const block = chain.block(height);
    if (!block) break;
    const { hash, time } = block;
    const all = height === 0 ? [block.coinbase] : block.transactions;
    const first = height === 0 ? 0 : 1;
    take(all.map((one, i) => ({ ...one, block: { height, hash, time, index: i + first } })));
  }
  return found.toReversed();
}

function touches(chain: Chain, bytes: Uint8Array, own: ReadonlySet<string>): boolean {
  const { inputs, outputs } = decodeTransaction(bytes);
  const isOwn = (hash: Uint8Array | undefined): boolean =>
    hash !== undefined && own.has(addressOf(hash, chain.params));
  for (const { script } of inputs) {
    const signature = readSignatureScript(script);
    if (signature && isOwn(hash160(signature.publicKey))) return true;
  }
  return outputs.some(({ script }) => isOwn(ownerOf(script)));
}
