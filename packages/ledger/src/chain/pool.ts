/** Transactions accepted and not in a block yet, in the order of acceptance. */
import type { Txid } from '@wattlot/core';
import type { CheckedTransaction, Coins } from './chain-state.ts';
import { BLOCK_BYTES_MAX, POOL_BYTES_MAX } from '../limits.ts';

/** A waiting transaction and its outputs. */
export interface PoolEntry {
  readonly transaction: CheckedTransaction;
  readonly coins: Coins;
}

/** Bounded by POOL_BYTES_MAX. */
export class Pool {
  readonly #entries = new Map<Txid, PoolEntry>();
  #bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(txid: string): PoolEntry | undefined {
    return this.#entries.get(txid as Txid);
  }

  ids(): Txid[] {
    return [...this.#entries.keys()];
  }

  /** Whether a transaction of this many bytes still has room. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= POOL_BYTES_MAX;
  }

  add(entry: PoolEntry): void {
    this.#entries.set(entry.transaction.txid, entry);
    this.#bytes += entry.transaction.bytes.length;
  }

  remove({ txid, bytes }: CheckedTransaction): void {
    if (this.#entries.delete(txid)) this.#bytes -= bytes.length;
  }

  /** The first entries, as many as a block holds. */
  nextBlock(): PoolEntry[] {
    const entries: PoolEntry[] = [];
    let size = 0;
    for (const entry of this.#entries.values()) {
      size += entry.transaction.bytes.length;
      if (size > BLOCK_BYTES_MAX) break;
      entries.push(entry);
    }
    return entries;
  }
}
