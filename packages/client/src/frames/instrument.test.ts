import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { instrument, lots, price } from '../testing.ts';
import { lotsOfQty, priceOfWire, qtyOfLots, wireOfPrice } from './instrument.ts';
import type { Instrument } from './instrument.ts';

const scales = fc.record({
  qtyPrecision: fc.integer({ min: 0, max: 8 }),
  qtyUnitsPerLot: fc.integer({ min: 1, max: 10_000 }),
  pricePrecision: fc.integer({ min: 0, max: 8 }),
  priceUnitsPerStep: fc.integer({ min: 1, max: 10_000 }),
});

test('lots and prices go to the wire and back unchanged, whatever the scale', () => {
  const whole = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(scales, whole, whole, (scale, volume, steps) => {
      const market: Instrument = { ...instrument, ...scale };
      expect(lotsOfQty(market, qtyOfLots(market, lots(volume)))).toBe(volume);
      expect(priceOfWire(market, wireOfPrice(market, price(steps)))).toBe(steps);
    }),
  );
});

test('five lots at 1.49 ecoin a lot read 0.05 kWh at 149 ecoin per kWh', () => {
  expect(qtyOfLots(instrument, lots(5))).toBe(0.05);
  expect(wireOfPrice(instrument, price(149))).toBe(149);
});

test('a part of a lot, a part of a step and what is negative are no quantity and no price', () => {
  const coarse: Instrument = { ...instrument, qtyUnitsPerLot: 10, priceUnitsPerStep: 5 };
  expect(lotsOfQty(coarse, 0.1)).toBe(1);
  expect(lotsOfQty(coarse, 0.05)).toBeUndefined();
  expect(lotsOfQty(coarse, -0.1)).toBeUndefined();
  expect(priceOfWire(coarse, 5)).toBe(1);
  expect(priceOfWire(coarse, 7)).toBeUndefined();
  expect(priceOfWire(coarse, 0)).toBeUndefined();
});
