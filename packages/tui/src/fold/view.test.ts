import { expect, test } from 'vitest';
import { doneOrdersMax, tapeTradesMax } from '../limits.ts';
import { book, instrument, opening, orderId, ownOrder, trade } from '../testing/market.ts';
import { emptyView, foldEvent, freeOf, listedOrders, liveOrders } from './view.ts';
import type { View } from './view.ts';

const opened = opening.reduce(
  (view, event) => foldEvent(view, event, 1000),
  emptyView('connecting'),
);

function tradesOf(view: View): number[] {
  return (view.markets.get(instrument.symbol)?.trades ?? []).map(({ price }) => price);
}

test('the tape holds the newest trade first and no more than its limit', () => {
  let view = opened;
  expect(tradesOf(view)).toEqual([149, 150, 148]);
  for (let number = 0; number < tapeTradesMax + 10; number += 1) {
    const trades = [trade(10 + number, 'bid', 100 + (number % 7), 1)];
    view = foldEvent(view, { kind: 'trades', snapshot: false, trades }, 0);
  }
  expect(tradesOf(view)).toHaveLength(tapeTradesMax);
  expect(tradesOf(view)[0]).toBe(100 + ((tapeTradesMax + 9) % 7));
});

test('a snapshot of trades replaces the tape', () => {
  const view = foldEvent(
    opened,
    { kind: 'trades', snapshot: true, trades: [trade(9, 'ask', 7, 1)] },
    0,
  );
  expect(tradesOf(view)).toEqual([7]);
});

test('live orders stand before done ones, the newest first in each', () => {
  expect(listedOrders(opened, instrument.symbol).map(({ order }) => order)).toEqual([
    'O9',
    'O8',
    'O5',
    'O3',
  ]);
  expect(liveOrders(opened).map(({ order }) => order)).toEqual(['O5', 'O8', 'O9']);
});

test('done orders beyond the limit are forgotten, the oldest first; live ones never', () => {
  let view = opened;
  for (let number = 100; number < 100 + doneOrdersMax + 5; number += 1) {
    const orders = [ownOrder(number, 'bid', 1, 100, { cancelled: 1, status: 'done' })];
    view = foldEvent(view, { kind: 'orders', snapshot: false, orders }, 0);
  }
  expect(liveOrders(view)).toHaveLength(3);
  expect(view.orders.size).toBe(doneOrdersMax + 3);
  expect(view.orders.has(orderId(3))).toBe(false);
  expect(view.orders.has(orderId(100 + doneOrdersMax + 4))).toBe(true);
});

test('a snapshot of orders is all there is', () => {
  const view = foldEvent(opened, { kind: 'orders', snapshot: true, orders: [] }, 0);
  expect(view.orders.size).toBe(0);
});

test('what is free is what is owned less what is held', () => {
  expect(freeOf(opened, 'KWH')).toBe(12_290);
  expect(freeOf(opened, 'ECOIN')).toBe(90_650);
  expect(freeOf(opened, 'GOLD')).toBe(0);
  expect(freeOf(emptyView(''), 'KWH')).toBeUndefined();
});

test('reasons from outside are made printable, and the next attempt becomes an instant', () => {
  const view = foldEvent(
    opened,
    { kind: 'connection', state: 'stale', reason: '\u001b]0;owned\u0007lost', retryInMs: 3000 },
    1000,
  );
  expect(view.connection).toEqual({ state: 'stale', reason: '�]0;owned�lost', retryAt: 4000 });
});

test('a book of a market that was never described is left alone', () => {
  const view = foldEvent(emptyView(''), { kind: 'book', book: book([[1, 1]], []) }, 0);
  expect(view.markets.size).toBe(0);
});
