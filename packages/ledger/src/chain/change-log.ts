/** What happened lately on the chain, so that a wallet asks only for what is new to it. */
import type { Address } from '@wattlot/core';
import type { Coins, OutputContent, Spend } from './chain-state.ts';
import { CHANGES_MAX } from '../limits.ts';

/** One accepted transaction, or one block. Numbered without gaps. */
export type Change =
  | {
      readonly kind: 'transaction';
      readonly seq: number;
      readonly coins: Coins;
      readonly made: readonly (OutputContent | undefined)[];
      readonly spends: readonly Spend[];
      readonly touched: readonly Address[];
    }
  | {
      readonly kind: 'block';
      readonly seq: number;
      readonly height: number;
      /** The last transaction in it: it holds all that were accepted between the block before and this one. */
      readonly last: number;
      readonly touched: readonly Address[];
    };

/** The latest changes: CHANGES_MAX at least, half as many again at most. */
export class ChangeLog {
  #changes: Change[] = [];
  #seq = 0;

  /** The number of the latest change. */
  get seq(): number {
    return this.#seq;
  }

  /** The number that the next change must have. */
  get nextSeq(): number {
    return this.#seq + 1;
  }

  add(change: Change): void {
    this.#seq = change.seq;
    this.#changes.push(change);
    if (this.#changes.length > CHANGES_MAX * 1.5) this.#changes = this.#changes.slice(-CHANGES_MAX);
  }

  /** The changes after `seq`. @returns undefined when some of them are forgotten. */
  since(seq: number): readonly Change[] | undefined {
    const count = this.#seq - seq;
    if (count < 0 || count > this.#changes.length) return undefined;
    return this.#changes.slice(this.#changes.length - count);
  }
}
