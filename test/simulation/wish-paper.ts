/** A participant's wishes on a disk that is made up: a crash loses what was noted and not settled. */
import { WishBook } from '../../packages/client/src/wish-book.ts';
import type { WishStep } from '../../packages/client/src/wish-book.ts';
import type { WishFile } from '../../packages/client/src/wish-file.ts';
import type { Chance, Life, World } from './world.ts';

/** What outlives the participant's process: the steps as the file's lines. */
export class WishPaper {
  #lines: string[] = [];
  #lasting = 0;

  /** Opens it for one process. */
  open(world: World, life: Life): WishFile {
    const book = new WishBook();
    for (const line of this.#lines) {
      const step: WishStep = JSON.parse(line);
      book.apply(step);
    }
    const listeners: ((step: WishStep) => void)[] = [];
    return {
      book,
      note: (step) => {
        book.apply(step);
        this.#lines.push(JSON.stringify(step));
        for (const listener of listeners) listener(step);
      },
      listen: (listener) => void listeners.push(listener),
      settled: () =>
        new Promise((done) => {
          const count = this.#lines.length;
          world.after(
            world.chance.between(0.3, 4),
            () => {
              this.#lasting = Math.max(this.#lasting, count);
              done();
            },
            life,
          );
        }),
      close: () => Promise.resolve(),
    };
  }

  /** Whether something that lasts speaks of this. */
  speaksOf(text: string): boolean {
    return this.#lines.slice(0, this.#lasting).some((line) => line.includes(text));
  }

  /** The process is gone: of what was not settled the first lines may be there. */
  crash(chance: Chance): void {
    const kept = this.#lasting + chance.below(this.#lines.length - this.#lasting + 1);
    this.#lines = this.#lines.slice(0, kept);
    this.#lasting = kept;
  }
}
