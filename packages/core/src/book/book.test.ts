import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BookPair, bookSteps, lots, price } from '../testing/book-pair.ts';
import type { BookStep } from '../testing/book-pair.ts';
import { Book, outcomeWords } from './book.ts';
import type { PriceRange } from './book.ts';

const range = { floor: price(1), cap: price(1_000), tick: price(1) };
/** What one lot more than the largest ladder takes. */
const unbounded = { floor: price(1), cap: price(2 ** 43), tick: price(1) };

const shapes: readonly (readonly [string, PriceRange, number, number])[] = [
  ['neighbouring prices', range, 100, 1],
  ['the lowest prices', range, 1, 1],
  ['the highest prices', range, 988, 1],
  ['prices in other words of the bits', { ...range, cap: price(131_072) }, 5, 9_000],
  ['prices on a coarse tick', { floor: price(50), cap: price(500), tick: price(25) }, 50, 25],
  ['prices without bounds', unbounded, 8_000_000_000_000, 1],
  ['prices without bounds, far apart', unbounded, 7, 600_000_000_000],
];

function mirrored(step: BookStep): BookStep {
  return { ...step, side: step.side === 'ask' ? 'bid' : 'ask', level: 12 - step.level };
}

function outcomesOf(book: Book): readonly number[][] {
  return Array.from({ length: book.outcomeCount }, (_, index) => [
    ...book.outcomes.subarray(index * outcomeWords, (index + 1) * outcomeWords),
  ]);
}

describe('the book', () => {
  test.each(shapes)('does what the plain one does, with %s', (_, prices, base, step) => {
    fc.assert(
      fc.property(bookSteps, (steps) => {
        const pair = new BookPair(prices, base, step);
        for (const each of steps) pair.take(each);
      }),
      { numRuns: 40 },
    );
  });

  test('seen in a mirror trades the same at mirrored prices', () => {
    fc.assert(
      fc.property(bookSteps, (steps) => {
        const [left, right] = [new BookPair(range, 100, 1), new BookPair(range, 100, 1)];
        for (const step of steps) {
          left.take(step);
          right.take(mirrored(step));
          const seen = right.plain.outcomes.map((one) => ({ ...one, price: 212 - one.price }));
          expect(seen).toEqual(left.plain.outcomes);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('looks at no more orders than it fills, one more, those of the own owner and whole ones', () => {
    fc.assert(
      fc.property(bookSteps, fc.integer({ min: 1, max: 300 }), (steps, volume) => {
        const pair = new BookPair(range, 100, 1);
        for (const each of steps) pair.take(each);
        const { fast: book } = pair;
        const wholes = book.wholeCount('ask') + book.wholeCount('bid');
        const before = book.visited;
        book.match('bid', price(112), lots(volume), 0, 'cancel_resting');
        expect(book.visited - before).toBeLessThanOrEqual(book.outcomeCount + wholes + 1);
      }),
      { numRuns: 100 },
    );
  });

  test('gives the first order at the best price, then the next, then the next price', () => {
    const book = new Book(range);
    const [c, a, b] = [
      book.rest('ask', price(102), lots(5), 3),
      book.rest('ask', price(101), lots(2), 1),
      book.rest('ask', price(101), lots(2), 2),
    ];
    expect(book.match('bid', price(102), lots(6), 9, 'cancel_incoming')).toBe(0);
    expect(outcomesOf(book)).toEqual([
      [a, 2, 101],
      [b, 2, 101],
      [c, 2, 102],
    ]);
    expect(book.depth('ask', 9)).toEqual([{ price: 102, volume: 3, orders: 1 }]);
  });

  test('has nothing in it and has done nothing when it is new', () => {
    const book = new Book(range);
    expect(book).toMatchObject({ outcomeCount: 0, stopped: false, lastPlace: 0, visited: 0 });
    expect([book.orderCount, book.levelCount('ask'), book.firingWhole()]).toEqual([0, 0, -1]);
  });

  test('says after each match whether it was stopped, and counts the orders it looked at', () => {
    const book = new Book(range);
    for (const owner of [1, 1, 9, 1]) book.rest('ask', price(101), lots(2), owner);
    const seen = (act: () => unknown): number => {
      const before = book.visited;
      act();
      return book.visited - before;
    };
    const bid = [price(101), lots(3), 9] as const;
    expect(seen(() => book.match('bid', ...bid, 'cancel_incoming'))).toBe(2);
    const more = () => book.match('bid', price(101), lots(4), 9, 'cancel_incoming');
    expect([seen(more), book.stopped, book.outcomeCount]).toEqual([2, true, 1]);
    const whole = () => book.matchWhole('bid', ...bid, 'cancel_incoming');
    expect([seen(whole), book.stopped, book.outcomeCount]).toEqual([1, false, 0]);
    book.restWhole('ask', price(100), lots(1), 1, 'cancel_incoming');
    expect(seen(() => book.match('bid', price(101), lots(3), 9, 'cancel_resting'))).toBe(3);
    expect(book.orderCount).toBe(0);
  });

  test('takes off an own order in the way and goes on, when that is the mode', () => {
    const book = new Book(range);
    const own = book.rest('ask', price(101), lots(2), 9);
    const other = book.rest('ask', price(101), lots(2), 1);
    expect(book.match('bid', price(101), lots(1), 9, 'cancel_resting')).toBe(0);
    expect(outcomesOf(book)).toEqual([
      [own, -2, 101],
      [other, 1, 101],
    ]);
    expect(book.stopped).toBe(false);
  });

  test('passes a whole order by when it does not fit, and takes it when it does', () => {
    const book = new Book(range);
    const whole = book.restWhole('ask', price(100), lots(5), 1, 'cancel_incoming');
    const small = book.rest('ask', price(101), lots(3), 2);
    expect(book.match('bid', price(101), lots(2), 9, 'cancel_incoming')).toBe(0);
    expect(outcomesOf(book)).toEqual([[small, 2, 101]]);
    expect(book.match('bid', price(101), lots(6), 9, 'cancel_incoming')).toBe(0);
    expect(outcomesOf(book)).toEqual([
      [whole, 5, 100],
      [small, 1, 101],
    ]);
  });

  test('keeps sums beyond 32 bits', () => {
    const book = new Book(range);
    for (let count = 0; count < 3; count += 1) {
      book.rest('bid', price(7), lots(2_000_000_000), count);
    }
    expect(book.volumeAtPrice('bid', price(7))).toBe(6_000_000_000);
    expect(book.costOf('bid', lots(5_000_000_000))).toEqual({
      volume: 5_000_000_000,
      cost: 35_000_000_000,
      worst: 7,
    });
    expect(book.audit()).toEqual([]);
  });

  test.each([range, unbounded])('grows, empties and is used again', (prices) => {
    const book = new Book(prices);
    for (let round = 0; round < 3; round += 1) {
      const slots = Array.from({ length: 1_000 }, (_, index) =>
        book.rest(index % 2 === 0 ? 'ask' : 'bid', price(1 + (index % 500)), lots(1), index),
      );
      expect(new Set(slots).size).toBe(1_000);
      expect(Math.max(...slots)).toBeLessThan(2_000);
      expect(book.audit()).toEqual([]);
      if (round === 1) book.match('bid', price(1_000), lots(1_000), -1, 'cancel_both');
      else
        for (const slot of slots.filter((each) => book.sideOf(each) === 'ask')) {
          book.reduce(slot, lots(1));
        }
      book.match('ask', price(1), lots(1_000), -1, 'cancel_both');
      expect(book.orderCount).toBe(0);
      expect(book.audit()).toEqual([]);
    }
  });

  test('has room for as many outcomes as a match has', () => {
    const book = new Book(range);
    for (let count = 0; count < 2_000; count += 1) {
      book.rest('ask', price(1 + (count % 900)), lots(1), 0);
    }
    expect(book.match('bid', price(1_000), lots(2_000), 1, 'cancel_both')).toBe(0);
    expect(book.outcomeCount).toBe(2_000);
    const prices = outcomesOf(book).map(([, , at]) => at ?? 0);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  });

  test('keeps what a match did so far when it needs more room, with whole orders on the way too', () => {
    for (const hasWhole of [false, true]) {
      const book = new Book(range);
      if (hasWhole) book.restWhole('ask', price(2), lots(3), 0, 'cancel_both');
      const slots = Array.from({ length: 600 }, (_, count) =>
        book.rest('ask', price(3 + count), lots(1), 0),
      );
      book.match('bid', price(1_000), lots(603), 1, 'cancel_both');
      const ordinary = outcomesOf(book).slice(hasWhole ? 1 : 0);
      expect(ordinary).toEqual(slots.map((slot, count) => [slot, 1, 3 + count]));
    }
  });

  test.each([
    [[1, 3, 5, 7, 9, 11, 13]],
    [[13, 11, 9, 7, 5, 3, 1]],
    [[7, 3, 11, 1, 13, 5, 9]],
    [[9, 5, 13, 1, 11, 3, 7]],
  ])('puts orders that come back where they were, in the order %j', (back) => {
    for (const alone of [false, true]) {
      const book = new Book(range);
      const slots = Array.from({ length: 15 }, (_, owner) =>
        book.rest('bid', price(9), lots(1), owner),
      );
      for (const place of back) book.cancel(slots[place - 1] ?? -1);
      for (const [index, place] of back.entries()) {
        book.rejoin('bid', price(9), lots(2), 50 + place, place);
        if (alone && index > 0) book.cancel([...book.queue('bid')].at(-1) ?? -1);
        const places = [...book.queue('bid')].map((slot) => book.placeOf(slot));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(book.audit()).toEqual([]);
      }
      if (!alone) expect(book.volumeAtPrice('bid', price(9))).toBe(15 + back.length);
    }
  });

  test.each([range, unbounded])('lets any order be cancelled, whole ones too', (prices) => {
    const book = new Book(prices);
    const [first, whole, last] = [
      book.rest('ask', price(5), lots(2), 0),
      book.restWhole('ask', price(5), lots(4), 0, 'cancel_both'),
      book.rest('ask', price(6), lots(3), 0),
    ];
    book.cancel(whole);
    expect([...book.queue('ask')]).toEqual([first, last]);
    book.cancel(first);
    expect(book.depth('ask', 9)).toEqual([{ price: 6, volume: 3, orders: 1 }]);
    book.cancel(last);
    expect([book.orderCount, book.wholeCount('ask'), book.firstSlot('ask')]).toEqual([0, 0, -1]);
    expect(book.bestPrice('ask')).toBeUndefined();
    expect(book.audit()).toEqual([]);
  });

  test('has nothing at a price that it does not have, whatever rests beside it', () => {
    const book = new Book({ floor: price(50), cap: price(500), tick: price(25) });
    for (const side of ['ask', 'bid'] as const) {
      for (const at of [50, 75, 475, 500]) book.rest(side, price(at), lots(at), 0);
    }
    for (const side of ['ask', 'bid'] as const) {
      const volumes = [25, 50, 60, 75, 90, 475, 499, 500, 525].map((at) =>
        book.volumeAtPrice(side, price(at)),
      );
      expect(volumes).toEqual([0, 50, 0, 75, 0, 475, 0, 500, 0]);
    }
    expect(book.audit()).toEqual([]);
  });

  test.each(['ask', 'bid'] as const)('takes no %s beyond its prices', (side) => {
    const book = new Book({ floor: price(50), cap: price(500), tick: price(25) });
    for (const at of [25, 525]) {
      const rest = () => book.rest(side, price(at), lots(1), 0);
      expect(rest).toThrow('the price is beyond the book');
    }
  });

  test('keeps an order of as many lots as a record can count', () => {
    const book = new Book(range);
    const slot = book.rest('ask', price(5), lots(2 ** 31 - 1), 0);
    expect(book.volumeOf(slot)).toBe(2 ** 31 - 1);
    expect(() => book.grow(slot, lots(1))).toThrow('more lots than a record can keep');
    expect(book.volumeOf(slot)).toBe(2 ** 31 - 1);
  });

  test('throws on a slot or a volume that only a bug can name', () => {
    const book = new Book(range);
    const slot = book.rest('ask', price(1_000), lots(2), 0);
    const whole = book.restWhole('ask', price(5), lots(2), 0, 'cancel_both');
    const bugs: readonly (readonly [() => unknown, string])[] = [
      [() => book.reduce(slot, lots(3)), 'loses more lots than it has'],
      [() => book.reduce(slot, lots(0)), 'loses more lots than it has'],
      [() => book.reduce(whole, lots(1)), 'a whole order lost a part'],
      [() => book.grow(whole, lots(1)), 'is not on a level'],
      [() => book.volumeOf(9), 'nobody rests'],
      [() => book.volumeOf(-1), 'nobody rests'],
      [() => book.cancel(9), 'nobody rests'],
      [() => book.rest('ask', price(5), lots(0), 0), 'than a record can keep'],
      [() => book.rest('ask', price(5), lots(2 ** 31), 0), 'than a record can keep'],
    ];
    for (const [bug, what] of bugs) expect(bug).toThrow(what);
    book.reduce(slot, lots(2));
    expect(() => book.reduce(slot, lots(1))).toThrow('nobody rests');
  });

  test('says what is wrong with it', () => {
    const book = new Book(range);
    book.rest('ask', price(5), lots(2), 0);
    book.lastPlace = 0;
    expect(book.audit()).toEqual(['places at ask 5 do not ascend']);
  });
});
