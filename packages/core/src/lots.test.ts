import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addLots, findLot, takeHighest, takeLot, takeLowest, volumeOfLots } from './lots.ts';
import { openedDriver, orderId, placeFirm, alice, sure } from './testing/driver.ts';
import type { Lot } from './state.ts';
import { toLots } from './units.ts';

/** A firm lot of a real order, under another index. */
const [sample] = ((): Lot[] => {
  const driver = openedDriver();
  placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 1 });
  return sure(driver.state.orders.get(orderId(1))).firm;
})();

function lotsOf(indices: readonly number[], volume = 1): Lot[] {
  return indices.map((lot) => ({ ...sure(sample), lot, volume: sure(toLots(volume)) }));
}

const indicesOf = (lots: readonly Lot[]): number[] => lots.map(({ lot }) => lot);
const sets = fc
  .uniqueArray(fc.nat(40), { maxLength: 20 })
  .map((all) => all.toSorted((a, b) => a - b));

test('the lowest lots leave first, the highest from the other end, the rest keeps its order', () => {
  fc.assert(
    fc.property(sets, fc.nat(20), fc.nat(20), (all, low, high) => {
      const lots = lotsOf(all);
      const first = Math.min(low, all.length);
      const last = Math.min(high, all.length - first);
      expect(indicesOf(takeLowest(lots, first))).toEqual(all.slice(0, first));
      expect(indicesOf(takeHighest(lots, last))).toEqual(all.slice(all.length - last));
      expect(indicesOf(lots)).toEqual(all.slice(first, all.length - last));
      expect(volumeOfLots(lots)).toBe(lots.length);
    }),
  );
});

test('a lot is found, taken out and put back where it was', () => {
  fc.assert(
    fc.property(sets, fc.nat(40), (all, index) => {
      const lots = lotsOf(all);
      const isThere = all.includes(index);
      expect(findLot(lots, index)?.lot).toBe(isThere ? index : undefined);
      const taken = takeLot(lots, index);
      expect(taken?.lot).toBe(isThere ? index : undefined);
      expect(indicesOf(lots)).toEqual(all.filter((lot) => lot !== index));
      if (taken !== undefined) addLots(lots, [taken]);
      expect(indicesOf(lots)).toEqual(all);
    }),
  );
});

test('lots that come are merged by index, whatever order there was', () => {
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      const added = other.filter((lot) => !one.includes(lot));
      const lots = lotsOf(one);
      addLots(lots, lotsOf(added));
      expect(indicesOf(lots)).toEqual([...one, ...added].toSorted((a, b) => a - b));
    }),
  );
});

test('the entry of a whole order stands for all of it, and is never split', () => {
  const lots = lotsOf([3], 7);
  expect(volumeOfLots(lots)).toBe(7);
  expect(() => takeLowest(lotsOf([3], 7), 6)).toThrow('do not cover');
  expect(() => takeHighest(lotsOf([3], 7), 6)).toThrow('do not cover');
  expect(indicesOf(takeLowest(lots, 7))).toEqual([3]);
  expect(volumeOfLots(lots)).toBe(0);
});

test('entries that stand for several lots each are counted by what they stand for', () => {
  const lots = lotsOf([1, 4, 6, 9], 3);
  expect(volumeOfLots(lots)).toBe(12);
  expect(indicesOf(takeLowest(lots, 3))).toEqual([1]);
  expect(indicesOf(takeHighest(lots, 6))).toEqual([6, 9]);
  expect(indicesOf(lots)).toEqual([4]);
});

test('more than there is cannot be taken, and nothing is there twice', () => {
  expect(() => takeLowest(lotsOf([1, 2]), 3)).toThrow('do not cover');
  expect(() => takeHighest(lotsOf([1, 2]), 3)).toThrow('do not cover');
  expect(() => takeLowest([], 1)).toThrow('do not cover');
  expect(() => addLots(lotsOf([1, 2]), lotsOf([2]))).toThrow('firm twice');
});
