/**
 * Those who follow something whose messages are absolute: whoever is too slow misses some of them, and gets all of it again when it has caught up.
 * So nobody's slowness costs more memory than `conflateBytes`.
 */
import { conflateBytes } from '../limits.ts';
import type { Subscriber } from './subscriber.ts';

/** The followers of one thing, such as a book at one depth. */
export class Followers {
  readonly #isBehind = new Map<Subscriber, boolean>();
  /** Everything, as it was sent since the last change. */
  #whole: Buffer | undefined;

  get size(): number {
    return this.#isBehind.size;
  }

  /** Adds a subscriber to whom everything up to now is known or nothing to him. */
  add(subscriber: Subscriber): void {
    this.#isBehind.set(subscriber, false);
  }

  /** Adds a subscriber and sends it everything: now, or when it has read what waits for it. */
  begin(subscriber: Subscriber, all: () => Buffer): void {
    const isBehind = subscriber.buffered > conflateBytes;
    this.#isBehind.set(subscriber, isBehind);
    if (!isBehind) subscriber.send(this.#everything(all));
  }

  delete(subscriber: Subscriber): void {
    this.#isBehind.delete(subscriber);
  }

  /** Sends an update to all who can take it. */
  send(frame: Buffer): void {
    this.changed();
    for (const [subscriber, wasBehind] of this.#isBehind) {
      const isBehind = wasBehind || subscriber.buffered > conflateBytes;
      if (!isBehind) subscriber.send(frame);
      else if (!wasBehind) {
        this.#isBehind.set(subscriber, true);
        subscriber.fellBehind?.();
      }
    }
  }

  /** Something is different, though nobody may have been sent it. */
  changed(): void {
    this.#whole = undefined;
  }

  /** Sends everything to those who missed updates and have caught up. */
  catchUp(all: () => Buffer): void {
    for (const [subscriber, isBehind] of this.#isBehind) {
      if (!isBehind || subscriber.buffered > conflateBytes / 2) continue;
      this.#isBehind.set(subscriber, false);
      subscriber.send(this.#everything(all));
    }
  }

  /** Whoever asks again and again is sent the same bytes until something changes. */
  #everything(all: () => Buffer): Buffer {
    return (this.#whole ??= all());
  }
}
