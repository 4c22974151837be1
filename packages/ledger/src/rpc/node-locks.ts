/**
 * Outputs that a real node is to leave alone. Its locks live in its memory and are gone after a restart, and what is not locked its wallet may merge away; so
 * they are remembered here and put back.
 */
import type { Output } from '@wattlot/core';
import type { Outpoint } from '../format/transaction.ts';
import { outpointOf } from '../format/transaction.ts';
import { accepted, countIn } from './answers.ts';
import { depthsOf } from './node-ledger.ts';
import type { BatchNode } from './rpc-client.ts';

/** What was seen of a locked output. */
interface Held {
  /** In a block: one that was and is not there any more is spent. */
  isConfirmed: boolean;
  /** The height at which it was first found spent: by a transaction that may still wait. */
  spentAt?: number;
}

/** The locks of one wallet. */
export class NodeLocks {
  readonly #node: BatchNode;
  readonly #held = new Map<Output, Held>();
  /** Outputs of a transaction whose fate was not known: to be freed when the node answers again. */
  readonly #loose = new Set<Output>();

  constructor(node: BatchNode) {
    this.#node = node;
  }

  has(output: Output): boolean {
    return this.#held.has(output);
  }

  /** Locks outputs in one call. The node need not know them yet. */
  async lock(outputs: readonly Output[]): Promise<void> {
    if (outputs.length === 0) return;
    for (const output of outputs) this.#held.set(output, { isConfirmed: false });
    await this.#call(false, outputs);
  }

  async unlock(outputs: readonly Output[]): Promise<void> {
    if (outputs.length === 0) return;
    for (const output of outputs) this.#held.delete(output);
    await this.#call(true, outputs);
  }

  /** Frees outputs as soon as the node answers. */
  free(outputs: readonly Output[]): void {
    for (const output of outputs) {
      this.#held.delete(output);
      this.#loose.add(output);
    }
  }

  /** Frees what is to be freed. To be done before the node is asked for what may be spent. */
  async release(): Promise<void> {
    if (this.#loose.size === 0) return;
    await this.#call(true, [...this.#loose]);
    this.#loose.clear();
  }

  /** Puts back what the node has forgotten. @param locked what it has. @returns how many locks were put back. */
  async restore(locked: ReadonlySet<string>): Promise<number> {
    const lost = [...this.#held.keys()].filter((output) => !locked.has(output));
    if (lost.length > 0) await this.#call(false, lost);
    return lost.length;
  }

  /** Takes locks off outputs that are spent and were so a block before: a seller's node keeps them for ever. */
  async prune(): Promise<void> {
    const held = [...this.#held];
    const [count, ...answers] = await this.#node.batch([
      { method: 'getblockcount', params: [] },
      ...held.map(([output]) => {
        const { txid, vout } = outpointIn(output);
        return { method: 'gettxout', params: [txid, vout, false] };
      }),
    ]);
    const height = countIn('getblockcount', accepted(count));
    await this.#noteConfirmed(held.filter((_, i) => accepted(answers[i]) === null));
    const gone: Output[] = [];
    for (const [i, [output, state]] of held.entries()) {
      if (accepted(answers[i]) !== null) {
        state.isConfirmed = true;
        delete state.spentAt;
      } else if (state.isConfirmed) {
        state.spentAt ??= height;
        if (height > state.spentAt) gone.push(output);
      }
    }
    await this.unlock(gone);
  }

  /** Outputs locked after a restart may have been spent long before: they were in a block if the transaction that made them is. */
  async #noteConfirmed(absent: readonly (readonly [Output, Held])[]): Promise<void> {
    const unsure = absent.filter(([, { isConfirmed }]) => !isConfirmed);
    const txids = [...new Set(unsure.map(([output]) => outpointIn(output).txid))];
    const depths = await depthsOf(this.#node, txids);
    const deep = new Set(txids.filter((_, i) => (depths[i] ?? 0) > 0));
    for (const [output, state] of unsure) {
      if (deep.has(outpointIn(output).txid)) state.isConfirmed = true;
    }
  }

  async #call(unlock: boolean, outputs: readonly Output[]): Promise<void> {
    await this.#node.call('lockunspent', [unlock, outputs.map(outpointIn)]);
  }
}

function outpointIn(output: Output): Outpoint {
  const outpoint = outpointOf(output);
  if (!outpoint) throw new RangeError(`${output} is no output`);
  return outpoint;
}
