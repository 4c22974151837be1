import { LedgerError } from '@wattlot/ledger';
import { expect, test } from 'vitest';
import { Tidying } from './agent-tidy.ts';
import type { AgentWallet } from './agent-work.ts';
import type { Clock } from './clock.ts';
import { agentIdleMs } from './limits.ts';

/** Time that a test moves on. */
class StepClock implements Clock {
  #now = 0;
  readonly #timers = new Map<() => void, number>();

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    this.#timers.set(action, this.#now + ms);
    return () => this.#timers.delete(action);
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const [action, at] of this.#timers) {
      if (at > this.#now) continue;
      this.#timers.delete(action);
      action();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The part of a wallet that tidies: it has so many transactions to make. */
function untidy(times: number, error?: Error): { wallet: AgentWallet; count: () => number } {
  let done = 0;
  const unused = (): never => {
    throw new Error('a tidying agent does nothing else');
  };
  return {
    count: () => done,
    wallet: {
      split: unused,
      signOffers: unused,
      signLadder: unused,
      completeTrade: unused,
      known: unused,
      lock: unused,
      renew: unused,
      tidy: () => {
        done += 1;
        return error ? Promise.reject(error) : Promise.resolve(done < times);
      },
    },
  };
}

test('small outputs are combined after a while without work, one transaction at a time', async () => {
  const clock = new StepClock();
  const { wallet, count } = untidy(2);
  const tidying = new Tidying({ wallet, clock, isIdle: () => true });
  tidying.later();
  await clock.pass(agentIdleMs - 1);
  expect(count()).toBe(0);
  // There was work: the time begins anew.
  tidying.later();
  await clock.pass(agentIdleMs - 1);
  expect(count()).toBe(0);
  await clock.pass(1);
  expect(count()).toBe(1);
  await clock.pass(agentIdleMs);
  expect(count()).toBe(2);
  await clock.pass(10 * agentIdleMs);
  expect(count()).toBe(2);
});

test('nothing is combined while tasks wait, or after the end', async () => {
  const clock = new StepClock();
  const { wallet, count } = untidy(2);
  let isIdle = false;
  const tidying = new Tidying({ wallet, clock, isIdle: () => isIdle });
  tidying.later();
  await clock.pass(agentIdleMs);
  isIdle = true;
  tidying.later();
  await tidying.stop();
  await clock.pass(agentIdleMs);
  expect(count()).toBe(0);
});

test('a chain that is away is no failure: it is tried again after the next work', async () => {
  const clock = new StepClock();
  const { wallet, count } = untidy(2, new LedgerError('chain_unreachable', 'away'));
  const tidying = new Tidying({ wallet, clock, isIdle: () => true });
  tidying.later();
  await clock.pass(agentIdleMs);
  await clock.pass(agentIdleMs);
  expect(count()).toBe(1);
  tidying.later();
  await clock.pass(agentIdleMs);
  expect(count()).toBe(2);
});
