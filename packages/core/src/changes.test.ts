import { expect, test } from 'vitest';
import { accountOf } from './account.ts';
import { finish, touchLevel } from './changes.ts';
import { alice, energy, openedDriver, sure, symbol } from './testing/driver.ts';
import { toLots, toPrice } from './units.ts';

test('a level and a balance that are as before are not said', () => {
  const { state } = openedDriver();
  const { changes } = state;
  const market = sure(state.markets.get(symbol));
  const [price, volume] = [sure(toPrice(100)), sure(toLots(3))];
  accountOf(state, changes, alice, energy);
  const slot = market.book.rest('ask', price, volume, 0);
  touchLevel(changes, market, { side: 'ask', price, lots: 3 });
  market.book.reduce(slot, volume);
  touchLevel(changes, market, { side: 'ask', price, lots: -3 });
  expect(finish(state, changes)).toEqual([]);
});
