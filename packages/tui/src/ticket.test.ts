import { describe, expect, test } from 'vitest';
import {
  cycleTimeInForce,
  eraseCharacter,
  moveField,
  openTicket,
  previewOf,
  stepVolume,
  togglePostOnly,
  typeCharacter,
  withPrice,
} from './ticket.ts';
import type { Preview, Ticket } from './ticket.ts';
import { balances, instrument, lots, opening, ownOrder, price } from './testing/market.ts';
import { emptyView, foldEvent } from './view.ts';
import type { Market, View } from './view.ts';

const fresh = openTicket(instrument, {
  clientOrderId: 'id-1',
  side: 'bid',
  volume: 10,
  price: 149,
  timeInForce: 'gtc',
});

function viewWith(...events: Parameters<typeof foldEvent>[1][]): View {
  return [...opening, ...events].reduce((view, event) => foldEvent(view, event, 0), emptyView(''));
}

function preview(ticket: Ticket, view = viewWith(), change: Partial<Market> = {}): Preview {
  const market = view.markets.get(instrument.symbol);
  if (market === undefined) throw new Error('no market');
  return previewOf(ticket, { market: { ...market, ...change }, view, language: 'en' });
}

function type(ticket: Ticket, text: string): Ticket {
  return [...text].reduce(typeCharacter, ticket);
}

describe('typing', () => {
  test('the first digit replaces what stands in the field, the next ones join it', () => {
    expect(type(fresh, '205').volumeText).toBe('205');
    expect(type(moveField(fresh, -1), '151').priceText).toBe('151');
  });

  test('erasing empties a field that nobody typed in, and takes one digit of one that somebody did', () => {
    expect(eraseCharacter(fresh).volumeText).toBe('');
    expect(eraseCharacter(type(fresh, '205')).volumeText).toBe('20');
  });

  test('a dot belongs to prices only', () => {
    expect(type(fresh, '1.5').volumeText).toBe('15');
    expect(type(moveField(fresh, -1), '1.5').priceText).toBe('1.5');
  });

  test('a digit typed on Confirm goes to the volume and takes the focus off Confirm', () => {
    const ticket = type(moveField(fresh, 1), '7');
    expect(ticket).toMatchObject({ field: 'volume', volumeText: '7' });
  });

  test('Tab goes around lots, Confirm and price', () => {
    const around = [1, 2, 3].map((times) =>
      Array.from({ length: times }).reduce<Ticket>((ticket) => moveField(ticket, 1), fresh),
    );
    expect(around.map(({ field }) => field)).toEqual(['confirm', 'price', 'volume']);
  });

  test('a field never grows beyond its limit', () => {
    expect(type(fresh, '9'.repeat(40)).volumeText).toHaveLength(9);
  });

  test('the volume is never stepped below one lot', () => {
    expect(stepVolume(fresh, -50).volumeText).toBe('1');
    expect(stepVolume(type(fresh, '0'), 1).volumeText).toBe('1');
  });

  test('an order that must trade at once is never one that must not', () => {
    const post = togglePostOnly(cycleTimeInForce(fresh));
    expect(post).toMatchObject({ timeInForce: 'gtc', postOnly: true });
    expect(cycleTimeInForce(post)).toMatchObject({ timeInForce: 'ioc', postOnly: false });
  });
});

describe('preview', () => {
  test('a good ticket is the order that would be sent, with what it costs', () => {
    expect(preview(fresh)).toEqual({
      energy: '0.10',
      cost: '14.90',
      note: 'waits on the book',
      wish: {
        clientOrderId: 'id-1',
        symbol: instrument.symbol,
        side: 'bid',
        price: 149,
        volume: 10,
        timeInForce: 'gtc',
        postOnly: false,
      },
    });
  });

  test.each<[string, Ticket, string]>([
    ['no volume', eraseCharacter(fresh), 'type 1 lot or more'],
    ['volume 0', type(fresh, '0'), 'type 1 lot or more'],
    ['too many lots', type(fresh, '1001'), 'at most 1000 lots an order'],
    ['no price', eraseCharacter(moveField(fresh, -1)), 'type a price in steps of 1'],
    ['half a price', type(moveField(fresh, -1), '149.5'), 'type a price in steps of 1'],
    ['two dots', type(moveField(fresh, -1), '1.4.9'), 'type a price in steps of 1'],
    ['price 0', type(moveField(fresh, -1), '0'), 'type a price in steps of 1'],
    ['above the cap', type(moveField(fresh, -1), '1001'), 'price must be 1 to 1000'],
    ['too dear', type(fresh, '900'), 'only 906.50 ecoin free'],
    ['no such energy', { ...type(fresh, '1000'), side: 'ask', priceText: '900' }, ''],
    [
      'post-only that trades',
      { ...fresh, priceText: '151', postOnly: true },
      'post-only, but it would trade',
    ],
  ])('%s is said as it is typed', (_, ticket, problem) => {
    const { problem: said, wish } = preview(ticket);
    expect(said ?? '').toBe(problem);
    expect(wish === undefined).toBe(problem !== '');
  });

  test('energy that is held for other orders cannot be sold twice', () => {
    const ask: Ticket = { ...fresh, side: 'ask' };
    const view = viewWith(balances(140, 50, 0, 0));
    expect(preview(type(ask, '10'), view).problem).toBe('only 0.090 kWh free');
    expect(preview(type(ask, '9'), view).problem).toBeUndefined();
  });

  test('prices between two ticks are refused on a coarse market', () => {
    const coarse = { ...instrument, tick: price(5), volumeMax: lots(50) };
    const ticket = { ...fresh, priceText: '148' };
    expect(preview(ticket, viewWith(), { instrument: coarse }).problem).toBe(
      'price must be a multiple of 5',
    );
  });

  test('nothing is sent while the connection is stale', () => {
    const view = viewWith({ kind: 'connection', state: 'stale', reason: 'lost' });
    expect(preview(fresh, view).problem).toBe('not connected: wait for LIVE');
  });

  test.each<[string, Partial<Ticket>, string]>([
    ['a bid that takes some', { priceText: '151', volumeText: '40' }, '30 trade now, 10 wait'],
    ['a bid that takes all it wants', { priceText: '151', volumeText: '30' }, 'trades at once'],
    [
      'an ask that takes some',
      { side: 'ask', priceText: '148', volumeText: '50' },
      '47 trade now, 3 wait',
    ],
    [
      'an ioc with a rest',
      { timeInForce: 'ioc', priceText: '151', volumeText: '40' },
      '30 trade now, 10 cancelled',
    ],
    ['an ioc with no match', { timeInForce: 'ioc' }, 'would be cancelled: no match'],
  ])('%s knows what becomes of it', (_, change, note) => {
    const alone = viewWith({ kind: 'orders', snapshot: true, orders: [] });
    expect(preview({ ...fresh, ...change }, alone).note).toBe(note);
  });

  test('an order that would meet one of its owner’s own says where it stops', () => {
    expect(preview({ ...fresh, priceText: '152' }).note).toBe('stops at your own order at 151');
    const ownFurther = viewWith({
      kind: 'orders',
      snapshot: true,
      orders: [ownOrder(8, 'ask', 9, 160)],
    });
    expect(preview({ ...fresh, priceText: '160' }, ownFurther).note).toBe('trades at once');
    const ask: Ticket = { ...fresh, side: 'ask', priceText: '140' };
    expect(preview(ask).note).toBe('stops at your own order at 149');
  });

  test('a price set from the ladder reads as on the ladder', () => {
    const decimal = { ...instrument, pricePrecision: 2, priceUnitsPerStep: 5 };
    expect(withPrice(fresh, decimal, 149).priceText).toBe('7.45');
  });
});
