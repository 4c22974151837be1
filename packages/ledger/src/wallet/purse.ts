/** Choosing outputs to spend: few and large ones, from a working copy of the wallet's, so that one operation can build on its own change. */
import type { Address, Output } from '@wattlot/core';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import type { OwnOutput, WalletView } from './wallet-view.ts';
import { outputOf } from '../format/transaction.ts';

/** What can be spent: an unspent output, or one that a transaction not sent yet will make. */
export type Spendable = Pick<OwnOutput, 'txid' | 'vout' | 'address' | 'script' | 'assets'>;

/** Sums by asset. */
export type Sums = ReadonlyMap<AssetId, bigint>;

/** Bytes of the script of an output that does nothing but belong to somebody. */
const BARE_BYTES = 25;

/** What may be spent in one operation. What was taken is gone; change is put back. */
export class Purse {
  readonly #outputs = new Map<Output, Spendable>();
  /** Per asset, the largest last. */
  readonly #byAsset = new Map<AssetId, Spendable[]>();

  /**
   * The unlocked outputs of some addresses.
   * @param options.also outputs that may be spent although they are locked.
   */
  constructor(
    view: WalletView,
    options: { readonly addresses: readonly Address[]; readonly also?: readonly Output[] },
  ) {
    const addresses = new Set(options.addresses);
    const also = new Set(options.also);
    for (const output of view.outputs()) {
      const key = outputOf(output);
      if (!addresses.has(output.address) || (view.isLocked(key) && !also.has(key))) continue;
      this.#outputs.set(key, output);
      for (const { asset } of output.assets) this.#listOf(asset).push(output);
    }
    for (const [asset, list] of this.#byAsset) {
      list.sort((one, other) => compare(quantityOf(one, asset), quantityOf(other, asset)));
    }
  }

  /** Puts back what came of a transaction. */
  put(output: Spendable): void {
    this.#outputs.set(outputOf(output), output);
    for (const { asset, raw } of output.assets) {
      const list = this.#listOf(asset);
      let at = list.length;
      while (at > 0 && quantityOf(list[at - 1], asset) > raw) at--;
      list.splice(at, 0, output);
    }
  }

  /** Takes a certain output. @returns undefined if it is not there. */
  takeOutput(output: Output): Spendable | undefined {
    const taken = this.#outputs.get(output);
    this.#outputs.delete(output);
    return taken;
  }

  /**
   * Takes outputs that hold at least so much: those in `prefer` first, as long as they are needed, then the largest.
   * @returns undefined, having taken nothing, if there is not enough.
   */
  take(need: Sums, prefer: readonly Output[] = []): Spendable[] | undefined {
    const taken: Spendable[] = [];
    for (const [asset, raw] of need) {
      let missing = raw - sumOf(taken, asset);
      for (const key of prefer) {
        if (missing <= 0n) break;
        const output = this.#outputs.get(key);
        if (output && quantityOf(output, asset) > 0n) missing -= this.#take(output, asset, taken);
      }
      const list = this.#listOf(asset);
      while (missing > 0n) {
        const output = list.pop();
        if (!output) {
          for (const back of taken) this.put(back);
          return undefined;
        }
        if (this.#outputs.has(outputOf(output))) missing -= this.#take(output, asset, taken);
      }
    }
    return taken;
  }

  /** Takes one output of an address for a transaction that needs none of its assets: a bare one, else the one with the least in it. */
  takeAny(addresses: readonly Address[]): Spendable | undefined {
    let best: Spendable | undefined;
    for (const output of this.#outputs.values()) {
      if (!addresses.includes(output.address)) continue;
      if (output.script.length === BARE_BYTES) return this.takeOutput(outputOf(output));
      if (!best || output.assets.length < best.assets.length) best = output;
    }
    return best && this.takeOutput(outputOf(best));
  }

  /** How much there is of an asset. */
  total(asset: AssetId): bigint {
    return sumOf(this.#outputs.values(), asset);
  }

  #take(output: Spendable, asset: AssetId, taken: Spendable[]): bigint {
    this.#outputs.delete(outputOf(output));
    taken.push(output);
    return quantityOf(output, asset);
  }

  #listOf(asset: AssetId): Spendable[] {
    let list = this.#byAsset.get(asset);
    if (!list) this.#byAsset.set(asset, (list = []));
    return list;
  }
}

/** What some outputs hold of an asset. */
function sumOf(outputs: Iterable<Pick<Spendable, 'assets'>>, asset: AssetId): bigint {
  let sum = 0n;
  for (const output of outputs) sum += quantityOf(output, asset);
  return sum;
}

/** All that some outputs hold, less what is spent of it: what must come back as change. @throws RangeError if more is spent than there is. */
export function changeOf(
  inputs: readonly Pick<Spendable, 'assets'>[],
  spent: Iterable<readonly [AssetId, bigint]>,
): AssetQuantity[] {
  const left = new Map<AssetId, bigint>();
  for (const { assets } of inputs) {
    for (const { asset, raw } of assets) left.set(asset, (left.get(asset) ?? 0n) + raw);
  }
  for (const [asset, raw] of spent) left.set(asset, (left.get(asset) ?? 0n) - raw);
  const change: AssetQuantity[] = [];
  for (const [asset, raw] of left) {
    if (raw < 0n) throw new RangeError('spends more than it takes');
    if (raw > 0n) change.push({ asset, raw });
  }
  return change;
}

function quantityOf(output: Pick<Spendable, 'assets'> | undefined, asset: AssetId): bigint {
  return output?.assets.find((held) => held.asset === asset)?.raw ?? 0n;
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
