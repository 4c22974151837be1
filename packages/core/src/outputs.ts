/**
 * The lots for which outputs stand: one output, one lot. The outputs of one transaction lie together, by their number, because lots are made, offered
 * and given up many at a time: one search for a transaction, then a place in a list for each. A lot knows its place, so that it leaves without a search.
 */
import { assert } from './exact.ts';
import type { Lot } from './state.ts';
import type { Output } from './units.ts';

const txidLength = 64;
/** Numbers below this have a place in their transaction's list: a ledger's transactions have fewer. Any other output is a group of its own. */
const listedMax = 65_536;

/** The lots of one transaction's outputs. */
export interface OutputGroup {
  /** The transaction's id; of an output that is a group of its own, the output. */
  readonly key: string;
  /** By the output's number; holes where none stands for a lot. */
  lots: (Lot | undefined)[];
  count: number;
}

function numberOf(output: string): number {
  let number = 0;
  for (let index = txidLength + 1; index < output.length; index += 1) {
    number = number * 10 + output.charCodeAt(index) - 0x30;
  }
  return number;
}

/** Lots by output. */
export class Outputs {
  readonly #groups = new Map<string, OutputGroup>();
  /** The group that was last added to: the next output is mostly of the same transaction. */
  #last: OutputGroup | undefined;
  #size = 0;

  /** How many outputs stand for a lot. */
  get size(): number {
    return this.#size;
  }

  /** The lot for which an output stands. */
  get(output: Output): Lot | undefined {
    const number = numberOf(output);
    const isListed = number < listedMax;
    const key = isListed ? output.slice(0, txidLength) : output;
    return this.#groups.get(key)?.lots[isListed ? number : 0];
  }

  /** Lets the lot's output stand for it. @returns false, and nothing has changed, when it stands for another. */
  add(lot: Lot): boolean {
    const { output } = lot;
    const number = numberOf(output);
    const isListed = number < listedMax;
    const group = this.#groupFor(output, isListed);
    const place = isListed ? number : 0;
    if (group.lots[place] !== undefined) return false;
    // A list that grew from nothing would keep room for sixteen, and a split of one lot is common.
    if (place === 0 && group.lots.length === 0) group.lots = [lot];
    else group.lots[place] = lot;
    group.count += 1;
    this.#size += 1;
    lot.group = group;
    lot.place = place;
    return true;
  }

  /** The lot's output stands for nothing any more. @throws Error when it did not stand for the lot. */
  delete(lot: Lot): void {
    const { group, place } = lot;
    assert(group?.lots[place] === lot, 'an output does not stand for its lot');
    group.lots[place] = undefined;
    group.count -= 1;
    lot.group = undefined;
    this.#size -= 1;
    if (group.count > 0) return;
    this.#groups.delete(group.key);
    if (this.#last === group) this.#last = undefined;
  }

  /** Every lot for which an output stands. */
  *values(): Generator<Lot, void, undefined> {
    for (const { lots } of this.#groups.values()) {
      for (const lot of lots) if (lot !== undefined) yield lot;
    }
  }

  #groupFor(output: string, isListed: boolean): OutputGroup {
    const last = this.#last;
    if (isListed && last !== undefined && output.startsWith(last.key)) return last;
    const key = isListed ? output.slice(0, txidLength) : output;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { key, lots: [], count: 0 };
      this.#groups.set(key, group);
    }
    if (isListed) this.#last = group;
    return group;
  }
}
