/**
 * The lots for which outputs stand: one output, one lot. The outputs of one transaction lie together, by their number, because lots are made, offered
 * and given up many at a time: one search for a transaction, then a place in a list for each. A lot knows its place, so that it leaves without a search.
 *
 * A lot whose transaction made no other lies there without a list: most splits are for an order of one lot, and a list of one takes as much as the lot itself.
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

/** What a lot belongs to that lies without a list. Never has any. */
const alone: OutputGroup = { key: '', lots: [], count: 0 };

function keyOf(output: string, number: number): string {
  return number < listedMax ? output.slice(0, txidLength) : output;
}

/** Lots by output. */
export class Outputs {
  /** By the key that a group has or would have. A lot alone lies there itself. */
  readonly #groups = new Map<string, OutputGroup | Lot>();
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
    const place = number < listedMax ? number : 0;
    const found = this.#groups.get(keyOf(output, number));
    if (found === undefined || 'lots' in found) return found?.lots[place];
    return found.place === place ? found : undefined;
  }

  /** Lets the lot's output stand for it. @returns false, and nothing has changed, when it stands for another. */
  add(lot: Lot): boolean {
    const { output } = lot;
    const number = numberOf(output);
    const place = number < listedMax ? number : 0;
    const group = this.#groupOf(output, number);
    if (group === undefined) {
      this.#groups.set(keyOf(output, number), lot);
    } else {
      if (group.lots[place] !== undefined) return false;
      group.lots[place] = lot;
      group.count += 1;
    }
    this.#size += 1;
    lot.group = group ?? alone;
    lot.place = place;
    return true;
  }

  /** The lot's output stands for nothing any more. @throws Error when it did not stand for the lot. */
  delete(lot: Lot): void {
    const { group, place, output } = lot;
    const key = group === alone ? keyOf(output, numberOf(output)) : '';
    const found = group === alone ? this.#groups.get(key) : group?.lots[place];
    assert(group !== undefined && found === lot, 'an output does not stand for its lot');
    lot.group = undefined;
    this.#size -= 1;
    if (group === alone) {
      this.#groups.delete(key);
      return;
    }
    group.lots[place] = undefined;
    group.count -= 1;
    if (group.count > 0) return;
    this.#groups.delete(group.key);
    if (this.#last === group) this.#last = undefined;
  }

  /** Every lot for which an output stands. */
  *values(): Generator<Lot, void, undefined> {
    for (const found of this.#groups.values()) {
      if ('lots' in found) {
        for (const lot of found.lots) if (lot !== undefined) yield lot;
      } else yield found;
    }
  }

  /** The group that an output belongs to, made when it is the second of its transaction. @returns undefined when it is the first. */
  #groupOf(output: string, number: number): OutputGroup | undefined {
    const isListed = number < listedMax;
    const last = this.#last;
    if (isListed && last !== undefined && output.startsWith(last.key)) return last;
    const key = keyOf(output, number);
    const found = this.#groups.get(key);
    if (found === undefined) return undefined;
    const group = 'lots' in found ? found : this.#groupFrom(key, found);
    if (isListed) this.#last = group;
    return group;
  }

  /** Makes a group of a lot that was alone. */
  #groupFrom(key: string, lot: Lot): OutputGroup {
    const group: OutputGroup = { key, lots: [], count: 1 };
    group.lots[lot.place] = lot;
    lot.group = group;
    this.#groups.set(key, group);
    return group;
  }
}
