/** The place in the queue: told of the market looked at, shown on the ladder, in the lists and in the ticket, and never where it is not known. */
import { describe, expect, test } from 'vitest';
import { longPlace, placeOf, shortPlace, wholePlace } from './place.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { drawn } from '../testing/screen.tsx';
import { instrument, lots, orderId, ownOrder, price } from '../testing/market.ts';
import { sketchQueue, symbolOf } from '../testing/market.ts';
import { after, openedAt, pressed, told, windowOf } from '../testing/state.ts';
import { makeTheme } from '../theme.ts';

const opened = openedAt(120, 40);
const behind = { order: orderId(8), volume: lots(5), place: 8 };
const unknown = told(opened, { kind: 'queue', symbol: instrument.symbol });

function placeIn(state: State, number: number): unknown {
  const order = state.view.orders.get(orderId(number));
  const market = marketOf(state);
  return order === undefined || market === undefined ? 'nothing' : placeOf(market, order);
}

async function screen(state: State): Promise<string> {
  return (await drawn(state, makeTheme({ name: 'mono', colorDepth: 1 }))).rows().join('\n');
}

test('it counts the orders and the lots in front, at the order’s own price and side', () => {
  expect(placeIn(opened, 5)).toEqual({ number: 3, of: 4, ahead: 12 });
  expect(placeIn(opened, 8)).toEqual({ number: 2, of: 2, ahead: 25 });
});

test.each([
  ['a pending order', opened, 9],
  ['a done order', opened, 3],
  ['any order while the queue is not known', unknown, 5],
  [
    'an order that the queue does not name',
    told(opened, { kind: 'orders', snapshot: false, orders: [ownOrder(77, 'bid', 3, 149)] }),
    77,
  ],
])('%s has none', (_, state, number) => {
  expect(placeIn(state, number)).toBeUndefined();
});

describe('on the screen', () => {
  test('beside the lots on the ladder, in the list, and in words at the cursor', async () => {
    const shown = await screen(pressed(opened, 'G').state);
    expect(shown).toContain('20*+12');
    expect(shown).toContain('5*+25');
    expect(shown).toContain('3rd, 12 ahead');
    expect(shown).toContain('your bid 20 lots at 149: 3rd of 4 at its price, 12 lots ahead');
    expect(await screen(pressed(opened, 'g').state)).toContain(
      '2nd of 2 at its price, 25 lots ahead',
    );
    expect(await screen(pressed(opened, '3', 'j', 'j').state)).toContain('3rd +12');
  });

  test('nowhere while it is not known, or amounts are hidden', async () => {
    for (const state of [unknown, pressed(opened, 'P').state]) {
      const shown = await screen(pressed(state, 'G').state);
      expect(shown).not.toContain('+12');
      expect(shown).not.toContain('ahead');
    }
  });

  test('in Korean', async () => {
    const state = pressed(openedAt(120, 40, { language: 'ko' }), 'G').state;
    expect(await screen(state)).toContain('같은 가격 4건 가운데 3번째, 앞에 12로트');
  });
});

test('an order that would meet an own one behind others is only stopped there', () => {
  const bid = pressed(opened, 'k', 'b', 'tab', 'enter');
  expect(bid.effects).toMatchObject([{ kind: 'place', wish: { side: 'bid', price: 151 } }]);
  const first = { ...sketchQueue, asks: [{ price: price(151), orders: [behind] }] };
  const inFront = told(opened, { kind: 'queue', symbol: instrument.symbol, queue: first });
  expect(placeIn(inFront, 8)).toEqual({ number: 1, of: 1, ahead: 0 });
  expect(pressed(inFront, 'k', 'b', 'tab', 'enter').effects).toEqual([]);
  expect(wholePlace({ number: 1, of: 2, ahead: 0 }, 'en')).toBe(
    '1st of 2 at its price, none ahead',
  );
  const ask = pressed(opened, 'j', 's', 'tab', 'enter');
  expect(ask.effects).toMatchObject([{ kind: 'place', wish: { side: 'ask', price: 149 } }]);
});

describe('which market it is told of', () => {
  const two = told(opened, {
    kind: 'instruments',
    instruments: [instrument, { ...instrument, symbol: symbolOf('ROOF/ECOIN') }],
  });

  test('the first that is named, and each that is looked at', () => {
    const named = { kind: 'instruments', instruments: [instrument] } as const;
    const first = after(windowOf(80, 24), [{ kind: 'event', event: named }]);
    expect(first.effects).toEqual([{ kind: 'follow-queue', symbol: 'KWH/ECOIN' }]);
    expect(pressed(two, ']').effects).toEqual([{ kind: 'follow-queue', symbol: 'ROOF/ECOIN' }]);
    expect(pressed(opened, ']', 'k', '3').effects).toEqual([]);
  });

  test('whoever only watches, who sees which orders rest at the cursor', async () => {
    const watching = windowOf(80, 24, { isReadOnly: true });
    const named = { kind: 'instruments', instruments: [instrument] } as const;
    expect(after(watching, [{ kind: 'event', event: named }]).effects).toHaveLength(1);
    const shown = openedAt(80, 24, { isReadOnly: true });
    const noOrders = told(shown, { kind: 'orders', snapshot: true, orders: [] });
    expect(await screen(pressed(noOrders, 'G').state)).toContain(
      '4 orders here, in the order in which they trade: 7 + 5 + 20 + 3 lots',
    );
    expect(await screen(pressed(noOrders, 'G', 'j').state)).not.toContain('orders here');
    const forgotten = told(noOrders, { kind: 'queue', symbol: instrument.symbol });
    expect(await screen(pressed(forgotten, 'G').state)).not.toContain('orders here');
    // Whoever trades is told of his own.
    expect(await screen(pressed(opened, 'G').state)).not.toContain('orders here');
  });
});

test.each([
  [1, '1st +0', '1st, 0 ahead'],
  [2, '2nd +1', '2nd, 1 ahead'],
  [3, '3rd +2', '3rd, 2 ahead'],
  [11, '11th +10', '11th, 10 ahead'],
  [22, '22nd +21', '22nd, 21 ahead'],
  [113, '113th +112', '113th, 112 ahead'],
])('place %i reads as in English', (number, short, long) => {
  const place = { number, of: 200, ahead: number - 1 };
  expect(shortPlace(place, 'en')).toBe(short);
  expect(longPlace(place, 'en')).toBe(long);
  expect(wholePlace(place, 'ko')).toContain(`${number}번째`);
});
