/** What a wallet over a real node may spend in one operation: confirmed outputs and the change of its own transactions, none that it has locked. */
import type { Output } from '@wattlot/core';
import type { AssetId } from '../format/element.ts';
import { outputOf } from '../format/transaction.ts';
import type { Spendable, Sums } from '../wallet/purse.ts';

/** A working copy: what was taken is gone. */
export class Funds {
  #left: readonly Spendable[];

  constructor(outputs: readonly Spendable[]) {
    this.#left = outputs;
  }

  /** How much there is of an asset. */
  total(asset: AssetId): bigint {
    return this.#left.reduce((sum, output) => sum + heldIn(output, asset), 0n);
  }

  /**
   * Takes outputs that hold at least so much: those in `prefer` first, then the largest.
   * @returns undefined, having taken nothing, if there is not enough.
   */
  take(need: Sums, prefer: readonly Output[] = []): readonly Spendable[] | undefined {
    const preferred = new Set(prefer);
    const taken = new Set<Spendable>();
    for (const [asset, raw] of need) {
      let missing = raw;
      for (const output of taken) missing -= heldIn(output, asset);
      const rest = this.#left.filter((output) => !taken.has(output) && heldIn(output, asset) > 0n);
      const rank = (output: Spendable): number => (preferred.has(outputOf(output)) ? 0 : 1);
      const sorted = rest.toSorted(
        (one, other) =>
          rank(one) - rank(other) || compare(heldIn(other, asset), heldIn(one, asset)),
      );
      for (const output of sorted) {
        if (missing <= 0n) break;
        taken.add(output);
        missing -= heldIn(output, asset);
      }
      if (missing > 0n) return undefined;
    }
    this.#left = this.#left.filter((output) => !taken.has(output));
    return [...taken];
  }

  /** Takes the output with the fewest assets in it, for a transaction that needs none. */
  takeAny(): Spendable | undefined {
    const [best] = this.#left.toSorted((one, other) => one.assets.length - other.assets.length);
    this.#left = this.#left.filter((output) => output !== best);
    return best;
  }

  put(outputs: readonly Spendable[]): void {
    this.#left = [...this.#left, ...outputs];
  }
}

function heldIn({ assets }: Spendable, asset: AssetId): bigint {
  return assets.find((held) => held.asset === asset)?.raw ?? 0n;
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
