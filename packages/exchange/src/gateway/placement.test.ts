import { toInstant, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Address, Lots, Price } from '@wattlot/core';
import { expect, test } from 'vitest';
import { instrumentOf } from '../feed/instrument.ts';
import { defaultTerms } from '../terms.ts';
import { isTooLate, placementOf, protectionPrice } from './placement.ts';
import type { OrderWords } from './placement.ts';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing');
  return value;
}

const price = (value: number): Price => sure(toPrice(value));
const lots = (value: number): Lots => sure(toLots(value));
const energy = { name: 'energy', multiple: 1000, id: '0'.repeat(32) } as never;
const ecoin = { name: 'ecoin', multiple: 100, id: '1'.repeat(32) } as never;
const instrument = instrumentOf(defaultTerms, energy, ecoin);
const empty = { asks: [], bids: [] };
const book = {
  asks: [
    { price: price(100), volume: lots(2) },
    { price: price(120), volume: lots(3) },
  ],
  bids: [{ price: price(80), volume: lots(5) }],
};
const words: OrderWords = { order_type: 'limit', side: 'buy', order_qty: 0.01, limit_price: 150 };

function place(more: Partial<OrderWords>, mirror: object = book): unknown {
  const context = {
    participant: 'alice' as Address,
    instrument,
    mirror: mirror as never,
    newId: () => 'made',
  };
  return placementOf({ ...words, ...more }, context);
}

test('a plain limit order says nothing that it need not', () => {
  const market = toMarketSymbol(defaultTerms.symbol);
  expect(place({})).toEqual({
    kind: 'order.place',
    participant: 'alice',
    clientOrderId: 'made',
    market,
    side: 'bid',
    price: sure(toPrice(sure(placedPrice(150)))),
    volume: 1,
    timeInForce: 'gtc',
    postOnly: false,
  });
});

/** The core's price of one on the wire. */
function placedPrice(wire: number): number | undefined {
  const command = place({ limit_price: wire });
  return typeof command === 'object' && command !== null && 'price' in command
    ? Number(command.price)
    : undefined;
}

test('every word of the dialect has its place in the command', () => {
  expect(place({ time_in_force: 'fok', stp_type: 'cancel_oldest' })).toMatchObject({
    timeInForce: 'fok',
    selfTrade: 'cancel_resting',
  });
  expect(place({ stp_type: 'cancel_newest' })).toMatchObject({ selfTrade: 'cancel_incoming' });
  expect(place({ all_or_none: true, stp_type: 'cancel_both' })).toMatchObject({
    whole: true,
    selfTrade: 'cancel_both',
  });
  const until = { time_in_force: 'gtd', expire_time: '2026-11-25T10:00:00Z' } as const;
  expect(place(until)).toMatchObject({ timeInForce: 'gtd', expiresAt: 1_795_600_800_000_000 });
  expect(place({ ...until, expire_time: 'tomorrow at noon, say' })).toMatch(/expire_time/);
  expect(place({ expire_time: 'tomorrow at noon, say' })).toMatch(/expire_time/);
  expect(place({ expire_time: until.expire_time })).toMatch(/expire_time/);
  expect(place({ time_in_force: 'gtd' })).toMatch(/expire_time/);
  expect(place({ cl_ord_id: 'mine', post_only: true })).toMatchObject({
    clientOrderId: 'mine',
    postOnly: true,
  });
});

test('a limit order needs a price, a market order does not', () => {
  const { limit_price: _, ...market } = words;
  const context = {
    participant: 'alice' as Address,
    instrument,
    mirror: book as never,
    newId: () => 'made',
  };
  expect(placementOf(market, context)).toMatch(/Invalid price/);
  expect(placementOf({ ...market, order_type: 'market' }, context)).toMatchObject({
    type: 'market',
    timeInForce: 'ioc',
    price: 105,
  });
  expect(place({ order_type: 'market' })).toMatchObject({
    type: 'market',
    price: placedPrice(150),
  });
});

test('a market order is protected by the price that its volume would reach, and a twentieth more', () => {
  const of = (side: 'ask' | 'bid', volume: number, mirror: object = book): number =>
    protectionPrice(instrument, mirror as never, { side, volume });
  expect(of('bid', 2)).toBe(105);
  expect(of('bid', 3)).toBe(126);
  expect(of('bid', 100)).toBe(126);
  expect(of('ask', 1)).toBe(76);
  expect(of('bid', 1, empty)).toBe(instrument.priceFloor);
  expect(of('ask', 1, empty)).toBe(instrument.priceCap);
  const high = { asks: [{ price: instrument.priceCap, volume: lots(1) }], bids: [] };
  expect(of('bid', 1, high)).toBe(instrument.priceCap);
  const low = { asks: [], bids: [{ price: instrument.priceFloor, volume: lots(1) }] };
  expect(of('ask', 1, low)).toBe(instrument.priceFloor);
});

test('what comes after its deadline is too late, and so is what names no time', () => {
  const now = sure(toInstant(1_795_600_800_000_000));
  expect(isTooLate(undefined, now)).toBe(false);
  expect(isTooLate('2026-11-25T10:00:00Z', now)).toBe(false);
  expect(isTooLate('2026-11-25T09:59:59.999999Z', now)).toBe(true);
  expect(isTooLate('2026-02-30T09:59:59.999999Z', now)).toBe(true);
});
