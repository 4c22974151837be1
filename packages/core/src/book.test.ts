import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditBook, bestPrice, createBook, depth, firstOrder, queueOf } from './book.ts';
import { reduce, rest, volumeAt } from './book.ts';
import type { Book } from './book.ts';
import type { Side } from './market.ts';
import { orderId, sure } from './testing/driver.ts';
import { toLots, toPrice } from './units.ts';
import type { Lots, Price } from './units.ts';

const price = (value: number): Price => sure(toPrice(value));
const lots = (value: number): Lots => sure(toLots(value));

function put(book: Book, side: Side, at: number, number: number, volume: number): void {
  rest(book, { order: orderId(number), side, price: price(at) }, lots(volume));
}

function take(book: Book, side: Side, at: number, number: number, volume: number): void {
  reduce(book, { order: orderId(number), side, price: price(at) }, lots(volume));
}

function drawn(book: Book, side: Side): string[] {
  return [...queueOf(book, side)].map((at) => `${at.order} ${at.volume} at ${at.price}`);
}

/** Three levels a side, put in no order of price, two orders at the best. */
function filledBook(): Book {
  const book = createBook();
  put(book, 'ask', 103, 1, 5);
  put(book, 'ask', 101, 2, 4);
  put(book, 'ask', 102, 3, 3);
  put(book, 'ask', 101, 4, 2);
  put(book, 'bid', 97, 5, 1);
  put(book, 'bid', 99, 6, 2);
  put(book, 'bid', 98, 7, 3);
  put(book, 'bid', 99, 8, 4);
  return book;
}

describe('the book', () => {
  test('is empty at first', () => {
    const book = createBook();
    expect(bestPrice(book, 'ask')).toBeUndefined();
    expect(firstOrder(book, 'bid')).toBeUndefined();
    expect(depth(book, 'ask', 5)).toEqual([]);
    expect(volumeAt(book, 'ask', price(100))).toBe(0);
    expect(auditBook(book)).toEqual([]);
  });

  test('runs from the lowest ask and the highest bid, oldest first at each price', () => {
    const book = filledBook();
    expect(drawn(book, 'ask')).toEqual([
      'O2 4 at 101',
      'O4 2 at 101',
      'O3 3 at 102',
      'O1 5 at 103',
    ]);
    expect(drawn(book, 'bid')).toEqual(['O6 2 at 99', 'O8 4 at 99', 'O7 3 at 98', 'O5 1 at 97']);
    expect(bestPrice(book, 'ask')).toBe(101);
    expect(bestPrice(book, 'bid')).toBe(99);
    expect(firstOrder(book, 'ask')).toBe('O2');
    expect(firstOrder(book, 'bid')).toBe('O6');
  });

  test('adds up what rests at a price', () => {
    const book = filledBook();
    expect(volumeAt(book, 'ask', price(101))).toBe(6);
    expect(volumeAt(book, 'ask', price(100))).toBe(0);
    expect(depth(book, 'bid', 2)).toEqual([
      { price: 99, volume: 6 },
      { price: 98, volume: 3 },
    ]);
    expect(depth(book, 'bid', 0)).toEqual([]);
    expect(depth(book, 'bid', -1)).toEqual([]);
  });

  test('keeps the place of an order that gets smaller', () => {
    const book = filledBook();
    take(book, 'ask', 101, 2, 3);
    expect(drawn(book, 'ask').slice(0, 2)).toEqual(['O2 1 at 101', 'O4 2 at 101']);
  });

  test('drops an order with its last lot, and a level with its last order', () => {
    const book = filledBook();
    take(book, 'ask', 101, 2, 4);
    expect(firstOrder(book, 'ask')).toBe('O4');
    take(book, 'ask', 101, 4, 2);
    expect(bestPrice(book, 'ask')).toBe(102);
    expect(depth(book, 'ask', 9)).toHaveLength(2);
  });

  test('takes an order out of the middle of a queue', () => {
    const book = filledBook();
    put(book, 'bid', 99, 9, 1);
    take(book, 'bid', 99, 8, 4);
    expect(drawn(book, 'bid').slice(0, 2)).toEqual(['O6 2 at 99', 'O9 1 at 99']);
  });

  test('asserts rather than rest an order twice, with nothing, or give what is not there', () => {
    const book = filledBook();
    expect(() => put(book, 'ask', 101, 2, 1)).toThrow('O2 rests twice');
    expect(() => put(book, 'ask', 101, 9, 0)).toThrow('nothing to rest');
    expect(() => take(book, 'ask', 101, 2, 5)).toThrow('5 lots cannot leave O2');
    expect(() => take(book, 'ask', 101, 2, 0)).toThrow('0 lots cannot leave O2');
    expect(() => take(book, 'ask', 102, 2, 1)).toThrow('O2 does not rest at 102');
    expect(() => take(book, 'bid', 101, 2, 1)).toThrow('O2 does not rest at 101');
  });

  test('tells a crossed or unsorted book and a wrong sum from a sound one', () => {
    const crossed = filledBook();
    put(crossed, 'bid', 101, 9, 1);
    expect(auditBook(crossed)).toEqual(['the book is crossed: bid 101, ask 101']);
    const unsorted = filledBook();
    unsorted.asks.reverse();
    expect(auditBook(unsorted).join()).toContain('ask level 102 stands behind 103');
    const wrong = filledBook();
    sure(wrong.bids[0]).volume = lots(7);
    expect(auditBook(wrong)).toEqual(['bid level 99 says 7 lots and has 6']);
  });

  test('holds, whatever rests and leaves, what a plain list sorted by price and arrival holds', () => {
    const moves = fc.array(
      fc.record({
        side: fc.constantFrom<Side>('ask', 'bid'),
        offset: fc.nat(5),
        volume: fc.integer({ min: 1, max: 9 }),
        takes: fc.boolean(),
        pick: fc.nat(50),
      }),
      { maxLength: 80, size: 'max' },
    );
    fc.assert(
      fc.property(moves, (flow) => {
        const book = createBook();
        let list: { side: Side; at: number; number: number; volume: number }[] = [];
        for (const [index, { side, offset, volume, takes, pick }] of flow.entries()) {
          const taken = list[pick % Math.max(1, list.length)];
          if (takes && taken !== undefined) {
            const off = Math.min(volume, taken.volume);
            take(book, taken.side, taken.at, taken.number, off);
            taken.volume -= off;
            list = list.filter((order) => order.volume > 0);
          } else {
            const at = side === 'ask' ? 101 + offset : 100 - offset;
            put(book, side, at, index + 1, volume);
            list.push({ side, at, number: index + 1, volume });
          }
          expect(auditBook(book)).toEqual([]);
        }
        for (const side of ['ask', 'bid'] as const) {
          const sign = side === 'ask' ? 1 : -1;
          const expected = list
            .filter((order) => order.side === side)
            .toSorted((a, b) => sign * (a.at - b.at) || a.number - b.number)
            .map((order) => `O${order.number} ${order.volume} at ${order.at}`);
          expect(drawn(book, side)).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});
