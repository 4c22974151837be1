import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outputs } from './outputs.ts';
import type { Lot } from './state.ts';
import type { Output } from './units.ts';

/** Two transactions that differ in their last digit, and numbers of which the last has no place in a list. */
const outputs = ['a', 'b'].flatMap((last) =>
  [0, 1, 7, 65_536].map((number) => `${'a'.repeat(63)}${last}:${number}` as Output),
);

function lotOf(output: Output): Lot {
  return { output, group: undefined, place: 0 } as Lot;
}

test('lots are found by their outputs as in a map, alone and many to a transaction', () => {
  const change = fc.record({ output: fc.constantFrom(...outputs), isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const all = new Outputs();
      const model = new Map<Output, Lot>();
      for (const { output, isAdded } of changes) {
        const known = model.get(output);
        if (isAdded) {
          const lot = lotOf(output);
          expect(all.add(lot)).toBe(known === undefined);
          if (known === undefined) model.set(output, lot);
        } else if (known !== undefined) {
          all.delete(known);
          expect(() => all.delete(known)).toThrow('does not stand for its lot');
          model.delete(output);
        }
        expect(all.size).toBe(model.size);
        expect(new Set(all.values())).toEqual(new Set(model.values()));
        for (const one of outputs) expect(all.get(one)).toBe(model.get(one));
      }
    }),
  );
});
