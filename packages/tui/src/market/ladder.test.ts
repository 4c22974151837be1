import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandOf, onTick } from './book.ts';
import { moveCursor, newLadder, recentre, settleLadder } from './ladder.ts';
import type { Ladder, LadderSight } from './ladder.ts';
import { instrument, price } from '../testing/market.ts';

function sight(reference: number, rows = 16, tick = 1): LadderSight {
  return { instrument: { ...instrument, tick: price(tick) }, reference, rows };
}

function isWhole(ladder: Ladder, at: LadderSight): boolean {
  const { cursor, top } = ladder;
  const { low, high } = bandOf(at.instrument);
  if (cursor === undefined || top === undefined) return false;
  const row = (top - cursor) / at.instrument.tick;
  return (
    cursor >= low &&
    cursor <= high &&
    top <= high &&
    Number.isInteger(row) &&
    row >= 0 &&
    row < at.rows
  );
}

test('whatever moves, the cursor is on the tick, in the band and in sight', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.record({ to: fc.integer({ min: -50, max: 1500 }) }),
          fc.record({ middle: fc.integer({ min: 1, max: 1000 }) }),
          fc.record({ rows: fc.integer({ min: 1, max: 60 }) }),
        ),
        { maxLength: 20 },
      ),
      fc.constantFrom(1, 5, 7),
      (moves, tick) => {
        let at = sight(500, 16, tick);
        let ladder = settleLadder(newLadder, at);
        for (const move of moves) {
          if ('middle' in move) at = { ...at, reference: onTick(at.instrument, move.middle) };
          if ('rows' in move) at = { ...at, rows: move.rows };
          ladder = 'to' in move ? moveCursor(ladder, at, move.to) : settleLadder(ladder, at);
          expect(isWhole(ladder, at)).toBe(true);
        }
      },
    ),
  );
});

test('a cursor set by hand stays at its price while the market walks away', () => {
  const moved = moveCursor(settleLadder(newLadder, sight(150)), sight(150), 148);
  expect(settleLadder(moved, sight(400)).cursor).toBe(148);
});

test('a cursor that nobody touched follows the middle of the book', () => {
  const ladder = settleLadder(newLadder, sight(150));
  expect(settleLadder(ladder, sight(152))).toMatchObject({ cursor: 152, top: ladder.top });
  expect(settleLadder(ladder, sight(300)).top).toBe(307);
});

test('recentre brings the cursor back to the middle and lets it follow again', () => {
  const ladder = recentre(sight(150));
  expect(ladder).toEqual({ follows: true, cursor: 150, top: 157 });
});
