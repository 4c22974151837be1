/**
 * Where a day can be taken up again. On a grid of entries, which is as wide as the number of them asks for from the beginning; when they are too large, together or for what it takes to read
 * from one to the next, every second one is let go and the grid becomes twice as wide. So their number and bytes are bounded, taking them is a part of the work of reading, and what has to be
 * read again to get anywhere is one width of the grid. A few more lie near the last jumps back.
 */
import {
  checkpointBytesMax,
  checkpointEntries,
  checkpointEntryBytesMax,
  checkpointsMax,
  nearCheckpointsMax,
} from '../limits.ts';
import type { Checkpoint } from './day-folds.ts';

export class Checkpoints {
  readonly #grid = new Map<number, Checkpoint>();
  readonly #near: Checkpoint[] = [];
  #width = checkpointEntries;

  /** @param last the number of the day's last entry. */
  constructor(last: number) {
    while (last > this.#width * checkpointsMax) this.#width *= 2;
  }

  /** Entries between two of them. */
  get width(): number {
    return this.#width;
  }

  /** Bytes of all, and how many there are. */
  get bytes(): number {
    let bytes = 0;
    for (const checkpoint of this.#grid.values()) bytes += checkpoint.bytes;
    return bytes;
  }

  get count(): number {
    return this.#grid.size;
  }

  /** Whether one is missing after this entry. */
  wants(seq: number): boolean {
    return seq % this.#width === 0 && !this.#grid.has(seq);
  }

  add(checkpoint: Checkpoint): void {
    this.#grid.set(checkpoint.seq, checkpoint);
    while (
      (this.bytes > checkpointBytesMax && this.count > 1) ||
      checkpoint.bytes > this.#width * checkpointEntryBytesMax
    ) {
      this.#width *= 2;
      for (const seq of this.#grid.keys()) if (seq % this.#width !== 0) this.#grid.delete(seq);
    }
  }

  /** One that is wanted for the next steps only. */
  addNear(checkpoint: Checkpoint): void {
    this.#near.push(checkpoint);
    if (this.#near.length > nearCheckpointsMax) this.#near.shift();
  }

  /** The newest that is not after an entry. */
  before(seq: number): Checkpoint | undefined {
    let best: Checkpoint | undefined;
    for (const one of [...this.#grid.values(), ...this.#near]) {
      if (one.seq <= seq && one.seq > (best?.seq ?? 0)) best = one;
    }
    return best;
  }
}
