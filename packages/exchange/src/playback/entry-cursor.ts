/** Reads a day's entries one after the other, and goes elsewhere when it has to. */
import type { Entry } from '@wattlot/core';
import type { RecordedDay } from './recorded-day.ts';

export class EntryCursor {
  readonly #day: RecordedDay;
  #entries: Generator<Entry, void, undefined> | undefined;
  #next: Entry | undefined;
  /** The number of the next entry, there or not. */
  #seq = 0;

  constructor(day: RecordedDay) {
    this.#day = day;
  }

  /** The next entry to be read is this one. Costs nothing when it is the next anyway, or the one after it. */
  moveTo(seq: number): void {
    if (seq === this.#seq) return;
    if (seq !== this.#seq + 1 || this.#entries === undefined) {
      this.#entries?.return();
      this.#entries = this.#day.entries(seq);
    }
    this.#seq = seq;
    const { done, value } = this.#entries.next();
    this.#next = done === true ? undefined : value;
  }

  /** The next entry; undefined after the last. */
  peek(): Entry | undefined {
    return this.#next;
  }
}
