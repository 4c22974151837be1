import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDeadline, createDeadlines, dropDeadline, earliest, takeDue } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import { sure, tradeId } from './testing/driver.ts';
import { toInstant } from './units.ts';
import type { Instant } from './units.ts';

const at = (value: number): Instant => sure(toInstant(value));

describe('deadlines', () => {
  test('fall at their instant, not before, and only once', () => {
    const deadlines = createDeadlines();
    const one = addDeadline(deadlines, at(10), { kind: 'settlement', trade: tradeId(1) });
    expect(takeDue(deadlines, at(9))).toBeUndefined();
    expect(takeDue(deadlines, at(10))).toBe(one);
    expect(takeDue(deadlines, at(99))).toBeUndefined();
    dropDeadline(deadlines, one);
    expect(earliest(deadlines)).toBeUndefined();
  });

  test('fall in the order of their instants, ties in the order of creation, without those that were kept', () => {
    const instants = fc.array(fc.tuple(fc.nat(20)), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(instants, fc.array(fc.nat(100), { maxLength: 30 }), (made, kept) => {
        const deadlines = createDeadlines();
        let left: Deadline[] = made.map(([instant], index) =>
          addDeadline(deadlines, at(instant), { kind: 'settlement', trade: tradeId(index + 1) }),
        );
        for (const pick of kept) {
          const dropped = left[pick % Math.max(1, left.length)];
          if (dropped === undefined) break;
          dropDeadline(deadlines, dropped);
          left = left.filter((deadline) => deadline !== dropped);
        }
        const fallen: Deadline[] = [];
        for (let due = takeDue(deadlines, at(20)); due !== undefined;) {
          fallen.push(due);
          due = takeDue(deadlines, at(20));
        }
        expect(fallen).toEqual(left.toSorted((a, b) => a.at - b.at || a.made - b.made));
      }),
    );
  });
});
