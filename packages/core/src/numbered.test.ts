import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Numbered, numberOfId } from './numbered.ts';
import { orderId } from './testing/driver.ts';
import type { OrderId } from './units.ts';

test('things by number are what a map of ids holds, and come in the order of their numbers', () => {
  const steps = fc.array(
    fc.record({ next: fc.integer({ min: 1, max: 70 }), back: fc.integer({ min: 0, max: 9 }) }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 4_294_967_200, 9_000_000_000_000_000), (all, from) => {
      const numbered = new Numbered<OrderId, { readonly number: number }>();
      const map = new Map<OrderId, { readonly number: number }>();
      let number = from;
      for (const { next, back } of all) {
        number += next;
        const thing = { number };
        numbered.set(orderId(number), thing);
        map.set(orderId(number), thing);
        const gone = [...map.keys()][back] ?? orderId(number + 1);
        numbered.delete(gone);
        map.delete(gone);
        expect(numbered.get(gone)).toBeUndefined();
      }
      expect([...numbered.values()]).toEqual([...map.values()]);
      expect(numbered.size).toBe(map.size);
      for (const [id, thing] of map) expect(numbered.get(id)).toBe(thing);
    }),
  );
});

test('what is set again under an id takes the place of what was there', () => {
  const numbered = new Numbered<OrderId, string>();
  numbered.set(orderId(7), 'first');
  numbered.set(orderId(7), 'second');
  expect([...numbered.values()]).toEqual(['second']);
  expect(numbered.size).toBe(1);
});

test('an id with more digits than a number holds finds nothing', () => {
  const numbered = new Numbered<OrderId, string>();
  numbered.set(orderId(1), 'first');
  expect(numbered.get('O9999999999999999' as OrderId)).toBeUndefined();
  expect(numberOfId(orderId(123))).toBe(123);
});
