import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownOrders } from '../known.ts';
import { queueOf } from '../index.ts';
import type { Delivery } from '../index.ts';
import { symbol, terms } from '../testing/driver.ts';
import type { Driver } from '../testing/driver.ts';
import { Oracle } from '../testing/oracle.ts';
import {
  deliveryOf,
  plain,
  richDriver,
  take,
  told,
  trading,
  withPhases,
} from '../testing/rules-flow.ts';
import type { RuleStep } from '../testing/rules-flow.ts';

/** What both know of every live order and of the queues, in the same words. */
function comparePositions({ state }: Driver, oracle: Oracle): void {
  const seen = [...knownOrders(state)].map((order) => ({
    order: order.id,
    price: order.price,
    volume: order.volume,
    filled: order.filled,
    cancelled: order.cancelled,
    remaining: order.remaining,
    firm: 'firm' in order ? order.firm.map(({ lot }) => lot) : [],
    bare: 'bare' in order ? [...order.bare] : [],
  }));
  const names = new Set(seen.map(({ order }) => String(order)));
  const said = oracle.book.orders
    .filter(({ name }) => names.has(name))
    .map(({ name: order, price, volume, filled, cancelled, remaining, firm, bare }) => {
      return { order, price, volume, filled, cancelled, remaining, firm, bare };
    });
  expect(seen.toSorted((a, b) => Number(a.order.slice(1)) - Number(b.order.slice(1)))).toEqual(
    said,
  );
  for (const side of ['ask', 'bid'] as const) {
    const queue = [...queueOf(state, symbol, side)].map(({ order }) => order);
    expect(queue).toEqual(oracle.book.queue(side).map(({ name }) => name));
  }
}

function runBoth(flow: readonly RuleStep[], more: { readonly delivery?: Delivery } = {}): void {
  const driver = richDriver(more);
  const oracle = new Oracle({ ...terms, ...more });
  for (const step of flow) {
    take(driver, step, ({ command, at, events }) => {
      const expected = oracle.take(command, at);
      expect({ command, events: told(events) }).toEqual({ command, events: expected });
      comparePositions(driver, oracle);
    });
  }
}

test('every event, remaining volume and place in the queue is what an ordinary matcher of partial fills has', () => {
  fc.assert(
    fc.property(plain(80), (flow) => runBoth(flow)),
    { numRuns: 150 },
  );
});

test('every event is what the rules say, with whole, fok, gtd, market and post-only orders, owners, amendments and lots that come back', () => {
  fc.assert(
    fc.property(trading(80), (flow) => runBoth(flow)),
    { numRuns: 300 },
  );
});

test('every event is what the rules say while the market changes its phase and band, auctions included', () => {
  fc.assert(
    fc.property(withPhases(80), (flow) => runBoth(flow)),
    { numRuns: 300 },
  );
});

test('every event is what the rules say up to the gate of a market’s delivery and after it', () => {
  fc.assert(
    fc.property(withPhases(80), (flow) => runBoth(flow, deliveryOf(flow))),
    { numRuns: 200 },
  );
});
