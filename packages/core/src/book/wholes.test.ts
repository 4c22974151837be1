import { describe, expect, test } from 'vitest';
import type { Side } from '../market.ts';
import { lots, price } from '../testing/book-pair.ts';
import { WholeOrders } from './wholes.ts';

/** A list with one order a slot, from 0 on, at these prices and places. */
function listOf(side: Side, orders: readonly (readonly [number, number])[]): WholeOrders {
  const wholes = new WholeOrders(side === 'ask' ? 1 : 0);
  for (const [slot, [at, place]] of orders.entries()) {
    const volume = lots(5);
    const selfTrade = 'cancel_both';
    wholes.add({ slot, side, price: price(at), volume, owner: slot, selfTrade, place });
  }
  return wholes;
}

function slotsOf(wholes: WholeOrders): (number | undefined)[] {
  return Array.from({ length: wholes.count }, (_, index) => wholes.at(index)?.slot);
}

const orders = [
  [101, 4],
  [100, 3],
  [101, 1],
  [102, 2],
] as const;

describe('the whole orders of a side', () => {
  test.each([
    ['ask', [1, 2, 0, 3]],
    ['bid', [3, 2, 0, 1]],
  ] as const)('stand by price, then by place, for the side %s', (side, expected) => {
    const wholes = listOf(side, orders);
    expect(slotsOf(wholes)).toEqual(expected);
    expect(wholes.count).toBe(4);
    expect(wholes.at(4)).toBeUndefined();
  });

  test('move within their price only', () => {
    const wholes = listOf('ask', orders);
    wholes.move(2, 9);
    expect(slotsOf(wholes)).toEqual([1, 0, 2, 3]);
    expect(wholes.find(2)).toMatchObject({ price: 101, place: 9, owner: 2, volume: 5 });
  });

  test('keep everything but the owner when that changes', () => {
    const wholes = listOf('bid', orders);
    wholes.setOwner(2, 77);
    expect(slotsOf(wholes)).toEqual([3, 2, 0, 1]);
    expect(wholes.find(2)).toEqual({
      slot: 2,
      side: 'bid',
      price: 101,
      volume: 5,
      owner: 77,
      selfTrade: 'cancel_both',
      place: 1,
    });
  });

  test('leave one at a time, and only those that are there', () => {
    const wholes = listOf('ask', orders);
    expect(wholes.remove(0)).toMatchObject({ slot: 0, price: 101, place: 4 });
    expect(slotsOf(wholes)).toEqual([1, 2, 3]);
    for (const slot of [0, 4, -1]) {
      expect(() => wholes.remove(slot)).toThrow('the whole order is not there');
      expect(() => wholes.move(slot, 9)).toThrow('the whole order is not there');
    }
    expect(slotsOf(wholes)).toEqual([1, 2, 3]);
    expect(wholes.find(0)).toBeUndefined();
  });

  test('are such when one of them is', () => {
    const wholes = listOf('ask', orders);
    expect(wholes.some(({ place }) => place === 2)).toBe(true);
    expect(wholes.some(({ place }) => place === 5)).toBe(false);
    expect(listOf('ask', []).some(() => true)).toBe(false);
  });
});
