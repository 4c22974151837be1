import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LotOffer, OrderView, Output } from '@wattlot/core';
import { FirmOrder } from './firm.ts';

function lotOf(lot: number, offer: string): LotOffer {
  return { lot, output: `${'a'.repeat(64)}:${lot}` as Output, offer };
}

test('the lots of an order are those of a map, ascending, whatever is added and taken', () => {
  const index = fc.nat({ max: 20 });
  const change = fc.oneof(
    fc.record({ add: fc.uniqueArray(index, { maxLength: 6 }) }),
    fc.record({ take: fc.array(index, { maxLength: 12 }) }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const firm = new FirmOrder({} as OrderView);
      const model = new Map<number, LotOffer>();
      for (const [time, one] of changes.entries()) {
        if ('add' in one) {
          const lots = one.add.map((lot) => lotOf(lot, `${time}`));
          firm.add(lots);
          for (const lot of lots) model.set(lot.lot, lot);
        } else {
          firm.delete(one.take);
          for (const lot of one.take) model.delete(lot);
        }
        expect(firm.values()).toEqual([...model.values()].toSorted((a, b) => a.lot - b.lot));
        expect(firm.size).toBe(model.size);
        for (let lot = 0; lot <= 20; lot += 1) expect(firm.get(lot)).toBe(model.get(lot));
      }
    }),
  );
});
