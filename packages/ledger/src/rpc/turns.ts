/** At most so many at a time, in the order of asking. */
import { LedgerError } from '../ledger-error.ts';

/** Lets some work be done at a time; what comes beyond waits, up to a limit. */
export class Turns {
  readonly #atOnceMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(options: { readonly atOnceMax: number; readonly waitingMax: number }) {
    this.#atOnceMax = options.atOnceMax;
    this.#waitingMax = options.waitingMax;
  }

  /** @throws LedgerError retryable, without having begun, when too much waits already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#atOnceMax) {
      if (this.#waiting.length >= this.#waitingMax) {
        const message = `more than ${this.#waitingMax} calls wait for the node`;
        throw new LedgerError('chain_unreachable', message, { retryable: true });
      }
      // Whoever ends hands its place over, so that nobody slips in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#busy++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }
}
