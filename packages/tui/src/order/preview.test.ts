/** What the ticket says while it is typed: each thing that can stand against an order, and what becomes of one that can be sent. */
import { limits } from '@wattlot/core';
import type { Delivery, Phase } from '@wattlot/core';
import { describe, expect, test } from 'vitest';
import { previewOf } from './preview.ts';
import type { Preview } from './preview.ts';
import { protectionOf } from './protection.ts';
import { balances, book, instant, instrument, lots, noonMs, opening } from '../testing/market.ts';
import { ownOrder, price } from '../testing/market.ts';
import { openTicket } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { emptyView, foldEvent } from '../fold/view.ts';
import type { Market, View } from '../fold/view.ts';

/** A bid for 10 at 149, below the best ask at 151; own orders stand at 146, 149 (bids) and 151 (an ask). */
const fresh = openTicket(instrument, {
  clientOrderId: 'id-1',
  side: 'bid',
  volume: 10,
  price: 149,
  kind: 'gtc',
});

function viewWith(...events: Parameters<typeof foldEvent>[1][]): View {
  return [...opening, ...events].reduce((view, event) => foldEvent(view, event, 0), emptyView(''));
}

const alone = viewWith({ kind: 'orders', snapshot: true, orders: [] });

function marketIn(view: View): Market {
  const market = view.markets.get(instrument.symbol);
  if (market === undefined) throw new Error('no market');
  return market;
}

function preview(
  change: Partial<Ticket>,
  view = viewWith(),
  market: Partial<Market['instrument']> = {},
): Preview {
  const known = marketIn(view);
  return previewOf(
    { ...fresh, ...change },
    {
      market: { ...known, instrument: { ...instrument, ...market } },
      view,
      language: 'en',
      now: noonMs,
      offsetMinutes: 0,
    },
  );
}

test.each([
  ['bid', '226', undefined],
  ['bid', '227', true],
  ['ask', '100', undefined],
  ['ask', '99', true],
] as const)('a %s at %s against 151 and 149: far off? %s', (side, priceText, isFar) => {
  expect(preview({ side, priceText, volumeText: '1' }, alone)).toMatchObject({
    wish: { side },
    note: expect.stringMatching(/^trades at once for 1\.\d\d ecoin$/),
  });
  expect(preview({ side, priceText, volumeText: '1' }, alone).isFar).toBe(isFar);
});

test('a good ticket is the order that would be sent, with what it costs', () => {
  expect(preview({})).toEqual({
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

describe('what stands against an order is said as it is typed', () => {
  test.each<[string, Partial<Ticket>, string]>([
    ['no volume', { volumeText: '' }, 'type 1 lot or more'],
    ['volume 0', { volumeText: '0' }, 'type 1 lot or more'],
    ['a part of a lot', { volumeText: '1.5' }, 'whole lots only: no dot'],
    ['too many lots', { volumeText: '1001' }, 'at most 1000 lots an order'],
    ['no price', { priceText: '' }, 'type a price in steps of 1'],
    ['half a price', { priceText: '149.5' }, 'type a price in steps of 1'],
    ['two dots', { priceText: '1.4.9' }, 'type a price in steps of 1'],
    ['price 0', { priceText: '0' }, 'type a price in steps of 1'],
    ['above the cap', { priceText: '1001' }, 'price must be 1 to 1000'],
    ['a number beyond all numbers', { priceText: '999999999' }, 'price must be 1 to 1000'],
    ['more ecoin than is free', { volumeText: '900' }, 'only 906.50 ecoin free: 608 lots'],
    ['more energy than is free', { side: 'ask', volumeText: '1000', priceText: '900' }, ''],
    ['an own ask first in its way', { priceText: '151' }, ''],
    [
      'post-only that trades',
      { priceText: '151', postOnly: true },
      'post-only, but it would trade',
    ],
    ['post-only ioc', { kind: 'ioc', postOnly: true }, 'post-only has to rest: t or p changes'],
    ['post-only fok', { kind: 'fok', postOnly: true }, 'post-only has to rest: t or p changes'],
    [
      'a market order, post-only',
      { kind: 'market', postOnly: true },
      'post-only has to rest: t or p changes',
    ],
    ['gtd without a time', { kind: 'gtd' }, 'type a time of day, such as 1830'],
    ['gtd at no time', { kind: 'gtd', untilText: '2560' }, 'type a time of day, such as 1830'],
  ])('%s', (_, change, problem) => {
    const { problem: said, wish } = preview(change);
    expect(said ?? '').toBe(problem);
    expect(wish === undefined).toBe(problem !== '');
  });

  test('prices between two ticks', () => {
    const coarse = { tick: price(5), volumeMax: lots(50) };
    expect(preview({ priceText: '148' }, viewWith(), coarse).problem).toBe(
      'price must be a multiple of 5',
    );
    expect(preview({ priceText: '152' }, viewWith(), { priceFloor: price(100) }).problem).toBe(
      undefined,
    );
    expect(preview({ priceText: '99' }, viewWith(), { priceFloor: price(100) }).problem).toBe(
      'price must be 100 to 1000',
    );
  });

  test('energy that is held for other orders cannot be sold twice, and it says how much is free', () => {
    const view = viewWith(balances(140, 50, 0, 0));
    const ask = { side: 'ask' } as const;
    expect(preview({ ...ask, volumeText: '10' }, view).problem).toBe('only 0.090 kWh free: 9 lots');
    expect(preview({ ...ask, volumeText: '9' }, view).problem).toBeUndefined();
  });

  test('hidden amounts stay hidden', () => {
    const view = viewWith();
    const { problem } = previewOf(
      { ...fresh, volumeText: '900' },
      {
        market: marketIn(view),
        view,
        language: 'en',
        isDiscreet: true,
        now: noonMs,
        offsetMinutes: 0,
      },
    );
    expect(problem).toBe('not enough ecoin free');
  });

  test('an own order that is met before anybody else’s', () => {
    const ownFirst = viewWith(
      { kind: 'orders', snapshot: true, orders: [ownOrder(8, 'ask', 9, 150)] },
      {
        kind: 'book',
        book: book(
          [[149, 35]],
          [
            [150, 9],
            [151, 30],
          ],
        ),
      },
    );
    expect(preview({ priceText: '151' }, ownFirst).problem).toBe('meets your own order at 150');
    expect(preview({ priceText: '149' }, ownFirst).problem).toBeUndefined();
    // At 151 others stand beside the own lots: who is first is not known from the book.
    expect(preview({ priceText: '151' }).problem).toBeUndefined();
  });

  test('as many orders as one may have', () => {
    const many = Array.from({ length: limits.openOrdersMax }, (_, index) =>
      ownOrder(index + 10, 'bid', 1, 100),
    );
    const view = viewWith({ kind: 'orders', snapshot: true, orders: many });
    expect(preview({}, view).problem).toBe('you have 200 live orders: no more');
    const whole = many.slice(0, limits.wholeOrdersMax).map((one) => ({ ...one, whole: true }));
    const some = viewWith({ kind: 'orders', snapshot: true, orders: whole });
    expect(preview({ kind: 'whole' }, some).problem).toBe('you have 8 all-or-none orders: no more');
    expect(preview({}, some).problem).toBeUndefined();
  });

  test.each<[Phase, Partial<Ticket>, string | undefined]>([
    ['pre_open', {}, undefined],
    ['pre_open', { priceText: '152', postOnly: true }, undefined],
    ['pre_open', { kind: 'ioc' }, 'not open yet: gtc or gtd only (t)'],
    ['pre_open', { kind: 'whole' }, 'not open yet: gtc or gtd only (t)'],
    ['post_only', {}, undefined],
    ['post_only', { kind: 'market' }, 'nothing trades yet: gtc or gtd (t)'],
    ['post_only', { priceText: '151' }, 'nothing trades yet, and it would'],
    ['cancel_only', {}, 'the market takes cancels only'],
    ['halted', {}, 'the market is halted: wait'],
    ['closed', {}, 'the market has closed'],
  ])('a market that is %s, for %j', (phase, change, problem) => {
    expect(preview(change, alone, { phase }).problem).toBe(problem);
  });

  test('a gate that has fallen; a market that was closed long before it says so', () => {
    const delivery = (ms: number): Delivery => {
      const gate = instant(noonMs + ms);
      return { from: gate, to: instant(noonMs + ms + 3_600_000), gate };
    };
    const closed = (ms: number): string | undefined =>
      preview({}, alone, { phase: 'closed', delivery: delivery(ms) }).problem;
    expect(closed(-1)).toBe('the gate has closed');
    expect(closed(60_000)).toBe('the gate has closed');
    expect(closed(60_001)).toBe('the market has closed');
    const open = { phase: 'continuous', delivery: delivery(-1) } as const;
    expect(preview({}, alone, open).problem).toBeUndefined();
  });

  test('a lost connection, last: what is typed wrong is said first', () => {
    const view = viewWith({ kind: 'connection', state: 'stale', reason: 'lost' });
    expect(preview({}, view).problem).toBe('not connected: wait for LIVE');
    expect(preview({ volumeText: '0' }, view).problem).toBe('type 1 lot or more');
  });
});

describe('what becomes of an order that can be sent', () => {
  test.each<[string, Partial<Ticket>, string]>([
    ['a bid that takes some', { priceText: '151', volumeText: '40' }, '30 trade now, 10 wait'],
    [
      'a bid that takes all it wants',
      { priceText: '151', volumeText: '30' },
      'trades at once for 45.30 ecoin',
    ],
    [
      'an ask that takes some',
      { side: 'ask', priceText: '148', volumeText: '50' },
      '47 trade now, 3 wait',
    ],
    [
      'an ioc with a rest',
      { kind: 'ioc', priceText: '151', volumeText: '40' },
      '30 trade now, 10 cancelled',
    ],
    ['an ioc with no match', { kind: 'ioc' }, 'would be cancelled: no match'],
    [
      'a fok that finds all',
      { kind: 'fok', priceText: '152', volumeText: '70' },
      'trades at once for 106.10 ecoin',
    ],
    [
      'a fok that finds less',
      { kind: 'fok', priceText: '151', volumeText: '31' },
      'would be cancelled: 30 on offer',
    ],
    ['a whole order', { kind: 'whole', priceText: '151', volumeText: '31' }, 'waits on the book'],
    [
      'a market order',
      { kind: 'market', priceText: '153', volumeText: '71' },
      '70 trade now, 1 cancelled',
    ],
    ['a gtd order', { kind: 'gtd', untilText: '1830' }, 'waits on the book'],
  ])('%s', (_, change, note) => {
    expect(preview(change, alone).note).toBe(note);
  });

  test.each<[Partial<Ticket>, object]>([
    [{ kind: 'ioc' }, { timeInForce: 'ioc', postOnly: false }],
    [{ kind: 'fok' }, { timeInForce: 'fok' }],
    [
      { kind: 'whole', postOnly: true },
      { timeInForce: 'gtc', whole: true, postOnly: true },
    ],
    [
      { kind: 'gtd', untilText: '1830' },
      { timeInForce: 'gtd', expiresAt: Date.parse('2026-07-01T18:30:00Z') * 1000 },
    ],
    [
      { kind: 'market', priceText: '159' },
      { type: 'market', timeInForce: 'ioc', price: 159 },
    ],
  ])('%j is sent as %j', (change, wish) => {
    expect(preview(change, alone).wish).toMatchObject(wish);
  });

  test('before the opening nothing trades yet', () => {
    expect(preview({ priceText: '160' }, alone, { phase: 'pre_open' }).note).toBe(
      'waits for the opening',
    );
  });

  test('an order that would meet one of its owner’s own says where it stops', () => {
    expect(preview({ priceText: '152', volumeText: '70' }).note).toBe(
      'stops at your own order at 151',
    );
    const ownFurther = viewWith({
      kind: 'orders',
      snapshot: true,
      orders: [ownOrder(8, 'ask', 9, 160)],
    });
    expect(preview({ priceText: '160' }, ownFurther).note).toBe('trades at once for 15.10 ecoin');
  });
});

describe('the protection of a market order', () => {
  const market = marketIn(viewWith());

  test.each([
    ['bid', 30, 159],
    ['bid', 31, 160],
    ['bid', 900, 184],
    ['ask', 35, 141],
    ['ask', 36, 140],
    ['ask', 900, 124],
  ] as const)('for a market %s of %i lots is %i', (side, volume, expected) => {
    expect(protectionOf(market, { side, volume })).toBe(expected);
  });

  test('without a book it lets nothing trade, and it never leaves the band', () => {
    const empty = { instrument, trades: [] };
    expect(protectionOf(empty, { side: 'bid', volume: 1 })).toBe(1);
    expect(protectionOf(empty, { side: 'ask', volume: 1 })).toBe(1000);
    const high = { instrument, trades: [], book: book([], [[990, 5]]) };
    expect(protectionOf(high, { side: 'bid', volume: 1 })).toBe(1000);
  });
});
