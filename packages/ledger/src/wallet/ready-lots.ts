/**
 * Outputs of exactly one lot that a renewal has made: nobody has an offer on them, so that the next order of the same lots needs no split. In memory only:
 * after a restart nobody knows any more which outputs are fresh, and they are funds like any other.
 */
import type { Output } from '@wattlot/core';
import type { AssetId } from '../format/element.ts';
import type { KnownOutput } from '../format/offer.ts';
import { outputOf } from '../format/transaction.ts';
import { READY_LOTS_MAX } from '../limits.ts';
import type { Spendable } from './purse.ts';
import type { WalletView } from './wallet-view.ts';

/** What a lot holds. */
interface LotSize {
  readonly asset: AssetId;
  readonly raw: bigint;
}

/** The fresh lots of one wallet. */
export class ReadyLots {
  readonly #view: WalletView;
  /** The latest last. */
  readonly #ready = new Map<Output, LotSize>();
  /** Raw units of a lot in the last split of an asset, and in how many splits on end. */
  readonly #asked = new Map<AssetId, { readonly raw: bigint; readonly times: number }>();

  constructor(view: WalletView) {
    this.#view = view;
  }

  /** Notes that lots of this size are wanted. */
  asked({ asset, raw }: LotSize): void {
    const before = this.#asked.get(asset);
    this.#asked.set(asset, { raw, times: before?.raw === raw ? before.times + 1 : 1 });
  }

  /**
   * Whether an output is worth keeping as the lot that it is: of the size that was wanted the last two times. A bid's lots are as large as its price, and
   * of no use once that has changed.
   */
  isWorthKeeping({ assets }: Pick<Spendable, 'assets'>): boolean {
    const [held, more] = assets;
    if (held === undefined || more !== undefined) return false;
    const asked = this.#asked.get(held.asset);
    return asked?.raw === held.raw && asked.times >= 2;
  }

  /** Notes what a renewal has made. */
  add(outputs: readonly Spendable[]): void {
    for (const output of outputs) {
      const [held] = output.assets;
      if (held !== undefined) this.#ready.set(outputOf(output), held);
    }
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size <= READY_LOTS_MAX) return;
      this.#ready.delete(oldest);
    }
  }

  has(output: Output): boolean {
    return this.#ready.has(output);
  }

  /** Takes lots of a size out and locks them: at most so many, oldest first. Those spent meanwhile are forgotten. */
  take({ asset, raw }: LotSize, count: number): KnownOutput[] {
    const taken: KnownOutput[] = [];
    for (const [output, held] of this.#ready) {
      if (taken.length === count) break;
      const own = this.#view.output(output);
      if (own === undefined) {
        // Spent, or lost with a crash of the chain.
        this.#ready.delete(output);
        continue;
      }
      if (held.asset !== asset || held.raw !== raw || this.#view.isLocked(output)) continue;
      this.#ready.delete(output);
      taken.push({ txid: own.txid, vout: own.vout, script: own.script });
    }
    this.#view.lock(taken.map(outputOf), 'spent');
    return taken;
  }

  /** Puts back what was taken and not used. */
  putBack(outputs: readonly KnownOutput[], size: LotSize): void {
    const names = outputs.map(outputOf);
    this.#view.unlock(names);
    for (const output of names) this.#ready.set(output, size);
  }
}

/** Small outputs of an address that are worth combining: those of the asset with the most, smallest first, none locked, waiting for a block, or in `kept`. */
export function dustOf(
  view: WalletView,
  options: {
    readonly address: string;
    readonly kept: (output: Output) => boolean;
    /** How many there have to be. */
    readonly least: number;
    readonly most: number;
  },
): Spendable[] {
  const { address, kept, least, most } = options;
  const byAsset = new Map<AssetId, { readonly output: Spendable; readonly raw: bigint }[]>();
  for (const output of view.outputs()) {
    const name = outputOf(output);
    const [held, more] = output.assets;
    if (held === undefined || more !== undefined || output.address !== address) continue;
    if (output.height === undefined || view.isLocked(name) || kept(name)) continue;
    const list = byAsset.get(held.asset) ?? [];
    list.push({ output, raw: held.raw });
    byAsset.set(held.asset, list);
  }
  const [largest = []] = [...byAsset.values()].toSorted((one, other) => other.length - one.length);
  if (largest.length < least) return [];
  const sorted = largest.toSorted((one, other) => (one.raw < other.raw ? -1 : 1));
  return sorted.slice(0, most).map(({ output }) => output);
}
