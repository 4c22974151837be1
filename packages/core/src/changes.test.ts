import { expect, test } from 'vitest';
import { createChanges, finish, touchBalance, touchLevel } from './changes.ts';
import { reduce, rest } from './book.ts';
import { alice, energy, openedDriver, orderId, sure, symbol } from './testing/driver.ts';
import { toLots, toPrice } from './units.ts';

test('a level and a balance that are as before are not said', () => {
  const { state } = openedDriver();
  const market = sure(state.markets.get(symbol));
  const [price, volume] = [sure(toPrice(100)), sure(toLots(3))];
  const place = { order: orderId(1), side: 'ask', price } as const;
  const changes = createChanges();
  touchBalance(state, changes, alice, energy);
  touchLevel(changes, market, 'ask', price);
  rest(market.book, place, volume);
  touchLevel(changes, market, 'ask', price);
  reduce(market.book, place, volume);
  expect(finish(state, changes)).toEqual([]);
});
