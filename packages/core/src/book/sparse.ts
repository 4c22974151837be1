/**
 * The levels of one side where prices have no bounds worth a ladder: keys in ascending order with the best last, so that what happens near the top
 * of a book moves little. A key is the price, below 0 for asks.
 */
import { assert } from '../exact.ts';

const capacityAtFirst = 64;

/** The levels of one side. Changed by `addLevel` and `dropLevel` only. */
export class SparseLevels {
  private keys: Float64Array = new Float64Array(capacityAtFirst);
  private levels: Int32Array = new Int32Array(capacityAtFirst);
  private held = 0;

  /** The best level; 0 when there is none. */
  get best(): number {
    return this.at(this.held - 1);
  }

  /** The level at an index of the ascending order; 0 beyond its ends. */
  at(index: number): number {
    return index >= 0 && index < this.held ? (this.levels[index] ?? 0) : 0;
  }

  /** The index of a key, or where it would be. The best keys are tried first: most of what happens, happens there. */
  indexOf(key: number): number {
    const keys = this.keys;
    let high = this.held;
    let step = 1;
    while (high - step >= 0 && (keys[high - step] ?? 0) >= key) {
      high -= step;
      step *= 2;
    }
    let low = Math.max(0, high - step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The level of a key; 0 when there is none. */
  find(key: number): number {
    const index = this.indexOf(key);
    return index < this.held && this.keys[index] === key ? this.at(index) : 0;
  }

  /** Adds the level of a key that has none. */
  addLevel(key: number, level: number): void {
    if (this.held === this.keys.length) this.grow();
    const index = this.indexOf(key);
    this.keys.copyWithin(index + 1, index, this.held);
    this.levels.copyWithin(index + 1, index, this.held);
    this.keys[index] = key;
    this.levels[index] = level;
    this.held += 1;
  }

  /** Takes the level of a key out. */
  dropLevel(key: number): void {
    const index = this.indexOf(key);
    assert(this.keys[index] === key, `no level at ${key}`);
    this.keys.copyWithin(index, index + 1, this.held);
    this.levels.copyWithin(index, index + 1, this.held);
    this.held -= 1;
  }

  private grow(): void {
    const [keys, levels] = [this.keys, this.levels];
    this.keys = new Float64Array(2 * keys.length);
    this.levels = new Int32Array(2 * levels.length);
    this.keys.set(keys);
    this.levels.set(levels);
  }
}
