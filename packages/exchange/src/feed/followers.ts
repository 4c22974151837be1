/**
 * Those who follow something whose messages are absolute: whoever is too slow misses some of them, and gets all of it again when it has caught up.
 * So nobody's slowness costs more memory than `conflateBytes`.
 */
import { conflateBytes } from '../limits.ts';
import type { Subscriber } from './subscriber.ts';

/** The followers of one thing, such as a book at one depth. */
export class Followers {
  readonly #isBehind = new Map<Subscriber, boolean>();

  get size(): number {
    return this.#isBehind.size;
  }

  add(subscriber: Subscriber): void {
    this.#isBehind.set(subscriber, false);
  }

  delete(subscriber: Subscriber): void {
    this.#isBehind.delete(subscriber);
  }

  /** Sends an update to all who can take it. */
  send(frame: Buffer): void {
    for (const [subscriber, wasBehind] of this.#isBehind) {
      const isBehind = wasBehind || subscriber.buffered > conflateBytes;
      if (!isBehind) subscriber.send(frame);
      else if (!wasBehind) {
        this.#isBehind.set(subscriber, true);
        subscriber.fellBehind?.();
      }
    }
  }

  /** Sends everything to those who missed updates and have caught up. */
  catchUp(all: () => Buffer): void {
    let frame: Buffer | undefined;
    for (const [subscriber, isBehind] of this.#isBehind) {
      if (!isBehind || subscriber.buffered > conflateBytes / 2) continue;
      this.#isBehind.set(subscriber, false);
      frame ??= all();
      subscriber.send(frame);
    }
  }
}
