/** Deliveries on a ledger where outputs take long to be final. */
import type { LotOffer, OrderId, Output } from '@wattlot/core';
import { expect, test } from 'vitest';
import type { Feed } from './feed/feed.ts';
import type { LedgerPort } from './ledger-port.ts';
import { Deliveries } from './offers.ts';

/** A ledger whose outputs are final when it says so, and the orders that wait for offers. */
class SlowMarket {
  readonly pending = new Set<OrderId>();
  readonly #looks = new Set<() => void>();
  isFinal = false;
  isReachable = true;

  get listeners(): number {
    return this.#looks.size;
  }

  block(): void {
    for (const look of this.#looks) look();
  }

  open(): Deliveries {
    const ledger: Partial<LedgerPort> = {
      finalMs: 30_000,
      look: (_outputs, then) => then(this.isReachable),
      output: () => ({ script: new Uint8Array(), isFinal: this.isFinal }),
      onBlock: (look) => {
        this.#looks.add(look);
        return () => void this.#looks.delete(look);
      },
    };
    const feed = { pendingOf: (order: OrderId) => (this.pending.has(order) ? {} : undefined) };
    return new Deliveries(feed as unknown as Feed, ledger as LedgerPort);
  }
}

const order = 'O1' as OrderId;
const lots: readonly LotOffer[] = [{ lot: 0, output: `${'a'.repeat(64)}:0` as Output, offer: '' }];

test('an order that is cancelled while its outputs wait to be final leaves nothing behind', () => {
  const market = new SlowMarket();
  const deliveries = market.open();
  const told: unknown[] = [];
  market.pending.add(order);
  deliveries.whenFinal(order, lots, (error) => told.push(error));
  market.block();
  expect([deliveries.waiting, market.listeners]).toEqual([1, 1]);
  market.pending.delete(order);
  market.block();
  expect([deliveries.waiting, market.listeners]).toEqual([0, 0]);
  market.isFinal = true;
  market.block();
  expect(told).toEqual([]);
});

test('of two deliveries for one order the newer counts, and nothing of the older is left', () => {
  const market = new SlowMarket();
  const deliveries = market.open();
  const told: string[] = [];
  market.pending.add(order);
  deliveries.whenFinal(order, lots, () => told.push('older'));
  deliveries.whenFinal(order, lots, () => told.push('newer'));
  market.isReachable = false;
  market.block();
  expect([deliveries.waiting, market.listeners]).toEqual([1, 1]);
  market.isReachable = true;
  market.isFinal = true;
  market.block();
  expect(told).toEqual(['newer']);
  expect([deliveries.waiting, market.listeners]).toEqual([0, 0]);
});
