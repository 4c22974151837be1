/** Does what a household decided: asks the exchange and the meter, and counts what became of it. */
import type { Amount, MarketSymbol } from '@wattlot/core';
import type { ExchangeClient, Outcome } from '../events.ts';
import type { Meter } from './meter.ts';
import type { HouseholdAction } from './trader.ts';

export interface DoingCounts {
  readonly placed: number;
  readonly cancelled: number;
  /** Requests that were refused or whose outcome is unknown, and meter transactions that the ledger did not take. */
  readonly failed: number;
}

/** None of these rejects: what goes wrong is counted and told. */
export interface Doing {
  counts(): DoingCounts;
  issue(amount: Amount): Promise<void>;
  act(action: HouseholdAction, symbol: MarketSymbol): Promise<void>;
}

export function createDoing({
  client,
  meter,
  trouble,
}: {
  readonly client: ExchangeClient;
  readonly meter: Meter;
  /** Told of each request that did not go through, in one line. */
  readonly trouble: (line: string) => void;
}): Doing {
  const counts = { placed: 0, cancelled: 0, failed: 0 };
  const fail = (what: string, why: string): void => {
    counts.failed += 1;
    trouble(`${what}: ${why}`);
  };
  const check = (what: string, outcome: Outcome<unknown>): number => {
    if (outcome.kind === 'yes') return 1;
    fail(what, outcome.kind === 'no' ? outcome.error : outcome.reason);
    return 0;
  };
  const measure = async (what: string, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      fail(what, error instanceof Error ? error.message : String(error));
    }
  };
  const issue = (amount: Amount): Promise<void> => measure('issue energy', meter.issue(amount));
  return {
    counts: () => ({ ...counts }),
    issue,
    act: async (action, symbol) => {
      switch (action.kind) {
        case 'issue':
          return issue(action.amount);
        case 'retire':
          return measure('retire energy', meter.retire(action.amount));
        case 'request_ecoin':
          check('request ecoin', await client.requestEcoin(action.amount));
          return;
        case 'cancel': {
          const outcome = await client.cancelOrder(action.order);
          counts.cancelled += check('cancel', outcome);
          return;
        }
        case 'place': {
          const { clientOrderId, side, price, volume } = action;
          const wish = { clientOrderId, symbol, side, price, volume };
          const outcome = await client.placeOrder({ ...wish, timeInForce: 'gtc', postOnly: false });
          counts.placed += check(side, outcome);
        }
      }
    },
  };
}
