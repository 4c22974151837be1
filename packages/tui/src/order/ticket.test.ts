import { describe, expect, test } from 'vitest';
import { orderKinds } from './order-kind.ts';
import { cycleKind, cycleUntil, eraseCharacter, moveField, openTicket } from './ticket.ts';
import { stepVolume, togglePostOnly, typeCharacter, volumeOf, withPrice } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { instrument, noonMs } from '../testing/market.ts';

const fresh = openTicket(instrument, {
  clientOrderId: 'id-1',
  side: 'bid',
  volume: 10,
  price: 149,
  kind: 'gtc',
});

const time = { now: noonMs, offsetMinutes: 0 };

/** After `t`, so many times. */
function cycled(ticket: Ticket, times: number): Ticket {
  return Array.from({ length: times }).reduce<Ticket>((one) => cycleKind(one, time, '159'), ticket);
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

  test('a dot is typed into lots too, where it stands against the order, and never left out', () => {
    expect(type(fresh, '1.5').volumeText).toBe('1.5');
    expect(volumeOf(type(fresh, '1.5'))).toBeUndefined();
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

  test('a price set from the ladder reads as on the ladder', () => {
    const decimal = { ...instrument, pricePrecision: 2, priceUnitsPerStep: 5 };
    expect(withPrice(fresh, decimal, 149).priceText).toBe('7.45');
  });
});

describe('kinds', () => {
  test('t goes around all of them, and post-only stays as it was chosen', () => {
    const post = togglePostOnly(fresh);
    expect(orderKinds.map((_, times) => cycled(post, times).kind)).toEqual(orderKinds);
    expect(cycled(post, orderKinds.length)).toMatchObject({ kind: 'gtc', postOnly: true });
  });

  test('a market order shows the price that protects it; the limit comes back after it', () => {
    const market = cycled(fresh, 5);
    expect(market).toMatchObject({ kind: 'market', priceText: '159' });
    const changed = type(moveField(market, -1), '155');
    expect(changed.priceText).toBe('155');
    expect(cycled(changed, 1)).toMatchObject({ kind: 'gtc', priceText: '149' });
    expect(cycled(changed, 1).limitText).toBeUndefined();
  });

  test('gtd has a time of day, offered or typed, and Tab leads to it', () => {
    const gtd = cycled(fresh, 4);
    expect(gtd).toMatchObject({ kind: 'gtd', untilText: '1509' });
    expect(cycleUntil(gtd, time).untilText).toBe('1809');
    expect(cycleUntil(cycleUntil(gtd, time), time).untilText).toBe('2400');
    const inTime = moveField(gtd, -1);
    expect(inTime.field).toBe('until');
    expect(type(inTime, '1.8305').untilText).toBe('1830');
    expect(cycled(type(inTime, '1830'), 6).untilText).toBe('1830');
    expect(cycled(inTime, 1).field).toBe('volume');
    expect(moveField(fresh, -1).field).toBe('price');
  });
});
