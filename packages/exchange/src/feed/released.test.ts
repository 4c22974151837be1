import type { Address, LotOffer, OrderId, Output } from '@wattlot/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { releasedOutputsMax } from '../limits.ts';
import { ReleasedPast } from './released-past.ts';
import type { ReleasedOrder } from './released-past.ts';
import { keepReleased } from './released.ts';
import type { Released } from './released.ts';

const participant = 'alice' as Address;

/** As the module says it: everything counted each time. */
function keepPlainly(
  own: Map<OrderId, readonly Output[]>,
  order: OrderId,
  outputs: readonly Output[],
): void {
  own.set(order, [...(own.get(order) ?? []), ...outputs]);
  const count = (): number => [...own.values()].flat().length;
  while (count() > releasedOutputsMax) {
    const [oldest] = own.keys();
    if (oldest === undefined || oldest === order) return;
    own.delete(oldest);
  }
}

test('of released outputs those of the newest orders are kept, however they come', () => {
  const step = fc.record({
    number: fc.integer({ min: 1, max: 12 }),
    count: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.constant(2_500)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 60 }), (steps, copiedAt) => {
      let released: Released = new Map();
      const plain = new Map<OrderId, readonly Output[]>();
      let past = new ReleasedPast();
      const known = new Map<number, ReleasedOrder>();
      for (const [index, { number, count }] of steps.entries()) {
        // As after a start from a snapshot: what is there was not counted yet.
        if (index === copiedAt) {
          released = new Map([[participant, new Map(plain)]]);
          const before = past.keep();
          past = new ReleasedPast();
          for (const one of before) known.set(one.number, past.restore(one.number, one.outputs));
        }
        const order = `O${number}` as OrderId;
        const outputs = Array.from({ length: count }, (_, at) => `${index}:${at}` as Output);
        const lots = outputs.map((output, lot): LotOffer => ({ lot, output, offer: '' }));
        const kept = keepReleased(released, { participant, order }, lots);
        keepPlainly(plain, order, outputs);
        expect(kept).toEqual(plain.get(order));
        expect([...(released.get(participant) ?? [])]).toEqual([...plain]);
        known.set(number, past.add(known.get(number), number, lots));
        const folded = past.keep().map((one) => [`O${one.number}`, one.outputs]);
        expect(folded).toEqual([...plain]);
      }
    }),
    { numRuns: 30 },
  );
});
