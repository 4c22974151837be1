import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancelReasons } from './event.ts';
import { Over } from './over.ts';
import type { OverOrder } from './state.ts';
import { alice, bob, openedDriver, orderId, sure, symbol } from './testing/driver.ts';
import { toInstant, toLots, toPrice } from './units.ts';

const { state } = openedDriver();
const market = sure(state.markets.get(symbol));
const participants = [alice, bob].map((address) => sure(state.participants.get(address)));

const large = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 2 ** 31 - 2, max: Number.MAX_SAFE_INTEGER }),
);
const price = large.map((value) => sure(toPrice(value)));
const lots = fc.integer({ min: 0, max: 4_000_000 }).map((value) => sure(toLots(value)));
const instant = fc.integer({ min: 0, max: 4e15 }).map((value) => sure(toInstant(value)));

/** Orders that are over, each with a number of its own. */
const orders = fc
  .array(
    fc.record({
      participant: fc.constantFrom(...participants),
      clientOrderId: fc.string({ maxLength: 18 }),
      side: fc.constantFrom('ask' as const, 'bid' as const),
      type: fc.constantFrom('limit' as const, 'market' as const),
      timeInForce: fc.constantFrom('gtc' as const, 'gtd' as const, 'ioc' as const, 'fok' as const),
      expiresAt: fc.option(instant, { nil: undefined }),
      postOnly: fc.boolean(),
      whole: fc.boolean(),
      selfTrade: fc.constantFrom(
        'cancel_incoming' as const,
        'cancel_resting' as const,
        'cancel_both' as const,
      ),
      placedAt: instant,
      placedPrice: price,
      placedVolume: lots,
      price,
      volume: lots,
      filled: lots,
      cancelled: lots,
      cost: fc.nat().map((value) => value as OverOrder['cost']),
      place: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      joinsBack: fc.boolean(),
      lotCount: fc.nat(),
      ended: fc.constantFrom<OverOrder['ended']>(undefined, ...cancelReasons),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map((one, index): OverOrder => {
      const number = index + 1;
      const fixed = { market, status: 'done', remaining: sure(toLots(0)) } as const;
      return { ...one, ...fixed, id: orderId(number), number };
    }),
  );

test('an order in a row is the order that was put there', () => {
  fc.assert(
    fc.property(orders, (all) => {
      const over = new Over();
      // Not in the order of acceptance: they are over in any order.
      const rows = all.toReversed().map((order) => over.add(order, order));
      expect(over.size).toBe(all.length);
      expect([...over.values()]).toEqual(all);
      for (const order of all) {
        const row = sure(over.rowOf(order.id));
        expect(rows).toContain(row);
        expect(over.at(row)).toEqual(order);
        expect(over.get(order.id)).toEqual(order);
        expect(over.idAt(row)).toBe(order.id);
      }
    }),
  );
});

test('the row of one that was deleted is the next one’s', () => {
  fc.assert(
    fc.property(orders, fc.integer({ min: 1, max: 5 }), (all, kept) => {
      const over = new Over();
      const rows: number[] = [];
      for (const [index, order] of all.entries()) {
        const oldest = rows[index % kept];
        if (oldest !== undefined)
          expect(over.delete(oldest)).toBe(all[index - kept]?.clientOrderId);
        const row = over.add(order, order, oldest);
        if (oldest !== undefined) expect(row).toBe(oldest);
        rows[index % kept] = row;
      }
      expect([...over.values()]).toEqual(all.slice(-kept));
      const gone = all.slice(0, -kept);
      for (const { id } of gone) expect(over.get(id)).toBeUndefined();
    }),
  );
});

test('rows go on beyond a page', () => {
  const over = new Over();
  const [one] = fc.sample(
    orders.filter(({ length }) => length > 0),
    { numRuns: 1, seed: 1 },
  );
  const first = sure(sure(one)[0]);
  for (let number = 1; number <= 3_000; number += 1) {
    over.add({ ...first, number }, first);
  }
  expect(over.size).toBe(3_000);
  expect(over.get(orderId(1_025))).toEqual({ ...first, id: orderId(1_025), number: 1_025 });
  expect([...over.values()].at(-1)?.number).toBe(3_000);
});
