/** Combining a wallet's small outputs when its agent has had nothing to do for a while. */
import { LedgerError, RpcError } from '@wattlot/ledger';
import type { AgentWallet } from './agent-work.ts';
import type { Clock } from './clock.ts';
import { agentIdleMs } from './limits.ts';

/** Does it one transaction at a time, and never while there is work. */
export class Tidying {
  readonly #wallet: AgentWallet;
  readonly #clock: Clock;
  readonly #isIdle: () => boolean;
  #cancel: () => void = () => undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly wallet: AgentWallet;
    readonly clock: Clock;
    readonly isIdle: () => boolean;
  }) {
    this.#wallet = options.wallet;
    this.#clock = options.clock;
    this.#isIdle = options.isIdle;
  }

  /** To be called when there is nothing to do any more: the time begins anew. */
  later(): void {
    this.#cancel();
    if (this.#wallet.tidy === undefined) return;
    this.#cancel = this.#clock.after(agentIdleMs, () => {
      // Whoever is at work says when it is done.
      if (this.#isIdle()) this.#last = this.#tidy();
    });
  }

  /** Begins nothing more, and is done when what was begun is. */
  async stop(): Promise<void> {
    this.#cancel();
    await this.#last;
  }

  async #tidy(): Promise<void> {
    try {
      if ((await this.#wallet.tidy?.()) === true && this.#isIdle()) this.later();
    } catch (error) {
      // Nothing depends on it: it is tried again after the next work.
      if (!(error instanceof LedgerError || error instanceof RpcError)) throw error;
    }
  }
}
