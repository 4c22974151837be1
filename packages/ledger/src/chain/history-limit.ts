/** How often anybody may ask a chain for past transactions: each question reads thousands of blocks and holds up everybody for a moment; a wallet that trades never asks. */
import type { ChainAnswer } from './chain-requests.ts';
import { HISTORIES_BURST, HISTORIES_PER_SECOND, HISTORY_ASKERS_MAX } from '../limits.ts';

interface Asker {
  /** Questions that may be asked at once. */
  left: number;
  /** Milliseconds. */
  at: number;
}

const tooMany: ChainAnswer = {
  error: { code: 'chain_unreachable', message: 'too many questions at once', retryable: true },
};

/** Counts the questions of each address of the network. */
export class HistoryLimit {
  readonly #now: () => number;
  /** The longest silent first. */
  readonly #askers = new Map<string, Asker>();

  /** @param now milliseconds on a clock that never runs backwards. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a request, if it is such a question. @returns the answer to one too many. */
  refuse(request: unknown, source: string): ChainAnswer | undefined {
    if (!isHistory(request)) return undefined;
    const now = this.#now();
    const { left, at } = this.#askers.get(source) ?? { left: HISTORIES_BURST, at: now };
    const passed = Math.max(0, now - at);
    const have = Math.min(HISTORIES_BURST, left + (passed * HISTORIES_PER_SECOND) / 1000);
    const isOneTooMany = have < 1;
    this.#askers.delete(source);
    this.#askers.set(source, { left: isOneTooMany ? have : have - 1, at: Math.max(at, now) });
    for (const oldest of this.#askers.keys()) {
      if (this.#askers.size <= HISTORY_ASKERS_MAX) break;
      this.#askers.delete(oldest);
    }
    return isOneTooMany ? tooMany : undefined;
  }
}

function isHistory(request: unknown): boolean {
  return (
    typeof request === 'object' &&
    request !== null &&
    'method' in request &&
    request.method === 'history'
  );
}
