import { toOrderId, toOutput, toTradeId } from '@wattlot/core';
import type { Output } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderWish } from './events.ts';
import type { LadderRequested, OffersRequested } from './frames/messages.ts';
import type { SettlementRequested } from './frames/messages.ts';
import { ladderRungsMax } from './frames/requests.ts';
import { planLadder, planOffers, planTake } from './signing-rules.ts';
import { assets, instant, instrument, lots, price, sure, symbol, time } from './testing.ts';
import { exposureOf, WishBook } from './wish-book.ts';
import type { WishRecord } from './wish-book.ts';

const outputNumber = (count: number): Output =>
  sure(toOutput(`${String(count).padStart(64, '0')}:0`));

function bookOf(change: Partial<OrderWish> = {}): { book: WishBook; record: WishRecord } {
  const book = new WishBook();
  const wish: OrderWish = {
    clientOrderId: 'a1',
    symbol,
    side: 'bid',
    price: price(150),
    volume: lots(5),
    timeInForce: 'gtc',
    postOnly: false,
    ...change,
  };
  book.apply({ step: 'wished', wish, terms: { ...assets, lot: instrument.lot } });
  book.apply({ step: 'placed', id: 'a1', order: sure(toOrderId('O1')) });
  return { book, record: sure(book.byId('a1')) };
}

const offers = (change: Partial<OffersRequested> = {}): OffersRequested => ({
  kind: 'offers.requested',
  order_id: 'O1',
  symbol,
  side: 'buy',
  price: 150,
  lots: [0, 1],
  deadline: time,
  ...change,
});

const settlement = (change: Partial<SettlementRequested> = {}): SettlementRequested => ({
  kind: 'settlement.requested',
  trade_id: 'T1',
  order_id: 'O1',
  symbol,
  side: 'buy',
  price: 149,
  owner: '1Owner',
  deadline: time,
  lots: [{ lot: 7, output: outputNumber(7), offer: 'ab' }],
  ...change,
});

const ladder = (change: Partial<LadderRequested> = {}): LadderRequested => ({
  kind: 'ladder.requested',
  order_id: 'O1',
  symbol,
  side: 'buy',
  price: 150,
  lots: [0, 1, 2].map((lot) => ({ lot, output: outputNumber(lot) })),
  ...change,
});

/** A bid that has offered lots 0 to 3 on the outputs of the same numbers. */
function offeredBook(change: Partial<OrderWish> = {}): { book: WishBook; record: WishRecord } {
  const { book, record } = bookOf(change);
  const made = [0, 1, 2, 3].map((lot) => ({ lot, output: outputNumber(lot) }));
  book.apply({ step: 'offered', id: 'a1', offers: made });
  return { book, record };
}

test('a ladder is signed of lots that were offered, on their outputs, at the order’s own terms', () => {
  const { record } = offeredBook();
  expect(planLadder(record, ladder())).toEqual({
    kind: 'sign',
    terms: { give: { asset: 'ecoin', raw: 150n }, want: { asset: 'energy', raw: 10n } },
    lots: [0, 1, 2].map((lot) => ({ lot, output: outputNumber(lot) })),
  });
  const later = [3, 1].map((lot) => ({ lot, output: outputNumber(lot) }));
  expect(planLadder(record, ladder({ lots: later }))).toMatchObject({ lots: later });
});

const rung = (lot: number, output = lot): LadderRequested['lots'][number] => {
  return { lot, output: outputNumber(output) };
};

test.each<[string, Partial<OrderWish>, Partial<LadderRequested>]>([
  ['an order that was not to rest', { timeInForce: 'ioc' }, {}],
  ['another market', {}, { symbol: 'KWH/EURO' }],
  ['the other side', {}, { side: 'sell' }],
  ['a better price', {}, { price: 149 }],
  ['a worse price', {}, { price: 151 }],
  ['no lots', {}, { lots: [] }],
  ['a lot twice', {}, { lots: [rung(0), rung(0)] }],
  ['a lot that was not offered', {}, { lots: [rung(0), rung(4)] }],
  ['the output of another lot', {}, { lots: [rung(0), rung(1, 2)] }],
  ['an output of another order', {}, { lots: [rung(0), rung(1, 77)] }],
  ['text that is no output', {}, { lots: [{ lot: 0, output: '' }] }],
])('no ladder is signed for %s', (_, wish, task) => {
  expect(planLadder(offeredBook(wish).record, ladder(task)).kind).toBe('refused');
});

test('no ladder is signed of more lots than a ladder has, nor over a lot that was renewed', () => {
  const { book, record } = bookOf({ volume: lots(200) });
  const made = Array.from({ length: ladderRungsMax + 1 }, (_, lot) => rung(lot));
  const offered = made.map(({ lot }) => ({ lot, output: outputNumber(lot) }));
  book.apply({ step: 'offered', id: 'a1', offers: offered });
  expect(planLadder(record, ladder({ lots: made })).kind).toBe('refused');
  const few = ladder({ lots: made.slice(0, 4) });
  book.apply({ step: 'renewed', id: 'a1', outputs: [outputNumber(2)] });
  expect(planLadder(record, few)).toMatchObject({ kind: 'sign', lots: offered.slice(0, 2) });
  book.apply({ step: 'renewed', id: 'a1', outputs: [outputNumber(0)] });
  expect(planLadder(record, few)).toMatchObject({ kind: 'sign', lots: [] });
});

test('a bid gives its price for a lot and an ask gives a lot for its price', () => {
  const energy = { asset: 'energy', raw: 10n };
  const ecoin = { asset: 'ecoin', raw: 150n };
  expect(planOffers(bookOf().record, offers())).toEqual({
    kind: 'sign',
    terms: { give: ecoin, want: energy },
    made: [],
    fresh: [0, 1],
  });
  expect(planOffers(bookOf({ side: 'ask' }).record, offers({ side: 'sell' }))).toMatchObject({
    terms: { give: energy, want: ecoin },
  });
});

test('a trade settles at its own price when that is as good as the limit', () => {
  expect(planTake(bookOf().record, settlement())).toMatchObject({
    kind: 'take',
    trade: 'T1',
    terms: { give: { raw: 149n }, want: { raw: 10n } },
  });
  for (const at of [149, 150]) {
    expect(planTake(bookOf().record, settlement({ price: at })).kind).toBe('take');
  }
  for (const at of [150, 151]) {
    const ask = bookOf({ side: 'ask' }).record;
    expect(planTake(ask, settlement({ side: 'sell', price: at })).kind).toBe('take');
  }
});

test.each<[string, Partial<OrderWish>, Partial<OffersRequested>]>([
  ['an order that was not to rest', { timeInForce: 'ioc' }, {}],
  ['another market', {}, { symbol: 'KWH/EURO' }],
  ['the other side', {}, { side: 'sell' }],
  ['a better price', {}, { price: 149 }],
  ['a worse price', {}, { price: 151 }],
  ['no lots', {}, { lots: [] }],
  ['a lot twice', {}, { lots: [1, 1] }],
  ['a lot that was not ordered', {}, { lots: [5] }],
])('no offers are signed for %s', (_, wish, task) => {
  expect(planOffers(bookOf(wish).record, offers(task)).kind).toBe('refused');
});

test.each<[string, Partial<OrderWish>, Partial<SettlementRequested>]>([
  ['an order that was only to rest', { postOnly: true }, {}],
  ['another market', {}, { symbol: 'KWH/EURO' }],
  ['the other side', {}, { side: 'sell' }],
  ['a price above the limit of a bid', {}, { price: 151 }],
  ['a price below the limit of an ask', { side: 'ask' }, { side: 'sell', price: 149 }],
  ['no price', {}, { price: 0 }],
  ['no trade', {}, { trade_id: 'T0' }],
  ['no lots', {}, { lots: [] }],
  ['an output that is none', {}, { lots: [{ lot: 0, output: 'x', offer: 'ab' }] }],
  [
    'an output twice',
    {},
    {
      lots: [
        { lot: 0, output: outputNumber(7), offer: 'ab' },
        { lot: 1, output: outputNumber(7), offer: 'ab' },
      ],
    },
  ],
])('no settlement is signed for %s', (_, wish, task) => {
  expect(planTake(bookOf(wish).record, settlement(task)).kind).toBe('refused');
});

test('a lot whose output was renewed is offered again with a new output only', () => {
  const { book, record } = bookOf();
  book.apply({ step: 'offered', id: 'a1', offers: [{ lot: 0, output: outputNumber(1) }] });
  expect(planOffers(record, offers({ lots: [0] }))).toMatchObject({ kind: 'sign', fresh: [] });
  book.apply({ step: 'renewed', id: 'a1', outputs: [outputNumber(1)] });
  const again = planOffers(record, offers({ lots: [0] }));
  expect(again).toMatchObject({ kind: 'sign', made: [], fresh: [0] });
  book.apply({ step: 'offered', id: 'a1', offers: [{ lot: 0, output: outputNumber(2) }] });
  expect(planOffers(record, offers({ lots: [0] }))).toMatchObject({
    kind: 'sign',
    made: [{ lot: 0, output: outputNumber(2) }],
  });
});

test('a lot that was taken may be taken again in any trade, as it can settle only once', () => {
  const { book, record } = bookOf({ volume: lots(1) });
  const first = planTake(record, settlement());
  if (first.kind !== 'take') throw new Error(first.reason);
  const taken = first.fresh.map(({ lot, output }) => ({ trade: first.trade, lot, output }));
  book.apply({ step: 'taken', id: 'a1', lots: taken });
  expect(planTake(record, settlement())).toMatchObject({ kind: 'take', fresh: [] });
  expect(planTake(record, settlement({ trade_id: 'T2' }))).toMatchObject({ fresh: [] });
  const other = [{ lot: 8, output: outputNumber(8), offer: 'ab' }];
  expect(planTake(record, settlement({ lots: other })).kind).toBe('later');
});

/** Any request an exchange could make, true or not. */
const requests = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('offers' as const),
      lots: fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 6 }),
    }),
    fc.record({
      kind: fc.constant('settlement' as const),
      outputs: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 6 }),
    }),
    fc.record({ kind: fc.constant('renewal' as const), output: fc.nat(30) }),
  ),
  { maxLength: 20 },
);

test('whatever the exchange asks for, in whatever order, no more than the volume is ever signed for', () => {
  fc.assert(
    fc.property(requests, (asked) => {
      const { book, record } = bookOf();
      let next = 1_000;
      for (const request of asked) {
        if (request.kind === 'offers') {
          const plan = planOffers(record, offers({ lots: request.lots }));
          if (plan.kind !== 'sign') continue;
          const made = plan.fresh.map((lot) => ({ lot, output: outputNumber((next += 1)) }));
          book.apply({ step: 'offered', id: 'a1', offers: made });
        } else if (request.kind === 'settlement') {
          const wanted = request.outputs.map((lot) => {
            return { lot, output: outputNumber(lot), offer: 'ab' };
          });
          const plan = planTake(record, settlement({ lots: wanted }));
          if (plan.kind !== 'take') continue;
          const taken = plan.fresh.map(({ lot, output }) => ({ trade: plan.trade, lot, output }));
          book.apply({ step: 'taken', id: 'a1', lots: taken });
        } else {
          const outputs = [outputNumber(1_000 + request.output)];
          book.apply({ step: 'renewed', id: 'a1', outputs });
        }
        expect(exposureOf(record)).toBeLessThanOrEqual(record.wish.volume);
      }
    }),
  );
});

test('an order that expires is offered as one that rests; one that may not rest never is', () => {
  const expires = { timeInForce: 'gtd', expiresAt: instant(1) } as const;
  expect(planOffers(bookOf(expires).record, offers()).kind).toBe('sign');
  for (const change of [{ timeInForce: 'fok' }, { type: 'market', timeInForce: 'ioc' }] as const) {
    expect(planOffers(bookOf(change).record, offers()).kind).toBe('refused');
    expect(planLadder(offeredBook(change).record, ladder()).kind).toBe('refused');
  }
});

test('a market order trades up to its protection and no further', () => {
  const { record } = bookOf({ type: 'market', timeInForce: 'ioc' });
  expect(planTake(record, settlement({ price: 150 })).kind).toBe('take');
  expect(planTake(record, settlement({ price: 151 })).kind).toBe('refused');
});

test('an order that is all or none has one offer for all of it, and no ladder', () => {
  const { book, record } = bookOf({ whole: true });
  expect(planOffers(record, offers({ lots: [0] }))).toEqual({
    kind: 'sign',
    terms: { give: { asset: 'ecoin', raw: 750n }, want: { asset: 'energy', raw: 50n } },
    made: [],
    fresh: [0],
  });
  expect(planOffers(record, offers({ lots: [0, 1] })).kind).toBe('refused');
  book.apply({ step: 'offered', id: 'a1', offers: [{ lot: 0, output: outputNumber(0) }] });
  expect(exposureOf(record)).toBe(5);
  expect(planOffers(record, offers({ lots: [0] }))).toMatchObject({ made: [{ lot: 0 }] });
  // A second one would be as much again.
  expect(planOffers(record, offers({ lots: [1] })).kind).toBe('later');
  expect(planLadder(record, ladder({ lots: [rung(0)] })).kind).toBe('refused');
});

test('another volume of a whole order waits until the offer of the old one is dead', () => {
  const { book, record } = bookOf({ whole: true });
  book.apply({ step: 'offered', id: 'a1', offers: [{ lot: 0, output: outputNumber(0) }] });
  const target = { price: price(150), volume: lots(3) };
  book.apply({ step: 'amended', id: 'a1', ...target });
  expect(planOffers(record, offers({ lots: [5] })).kind).toBe('later');
  book.apply({ step: 'amend_accepted', id: 'a1', ...target });
  for (const lot of [0, 5]) expect(planOffers(record, offers({ lots: [lot] })).kind).toBe('later');
  book.apply({ step: 'renewed', id: 'a1', outputs: [outputNumber(0)] });
  expect(planOffers(record, offers({ lots: [5] }))).toMatchObject({
    kind: 'sign',
    terms: { give: { raw: 450n }, want: { raw: 30n } },
  });
});

test('the lot of a whole order is taken as the lots that it stands for', () => {
  const whole = { lot: 0, output: outputNumber(7), offer: 'ab', volume: 5 };
  const { book, record } = bookOf();
  expect(planTake(record, settlement({ lots: [whole] }))).toMatchObject({
    kind: 'take',
    terms: { give: { asset: 'ecoin', raw: 745n }, want: { asset: 'energy', raw: 50n } },
    fresh: [{ volume: 5 }],
  });
  const more = { ...whole, volume: 6 };
  expect(planTake(record, settlement({ lots: [more] })).kind).toBe('later');
  const mixed = [whole, { lot: 1, output: outputNumber(8), offer: 'ab' }];
  expect(planTake(record, settlement({ lots: mixed })).kind).toBe('refused');
  const trade = sure(toTradeId('T1'));
  const { lot, output, volume } = whole;
  book.apply({ step: 'taken', id: 'a1', lots: [{ trade, lot, output, volume }] });
  expect(exposureOf(record)).toBe(5);
});

/** What an exchange could ask of an order that its owner amends all the time. */
const amendments = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        'amended' as const,
        'amend_accepted' as const,
        'amend_refused' as const,
      ),
      price: fc.integer({ min: 148, max: 152 }),
      volume: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({
      kind: fc.constant('offers' as const),
      price: fc.integer({ min: 147, max: 153 }),
      lots: fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 8 }),
    }),
    fc.record({
      kind: fc.constant('settlement' as const),
      price: fc.integer({ min: 147, max: 153 }),
      outputs: fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 8 }),
    }),
  ),
  { maxLength: 30 },
);

test('amended in whatever way, nothing is signed that any undecided word forbids', () => {
  fc.assert(
    fc.property(amendments, fc.boolean(), (all, isBid) => {
      const side = isBid ? 'bid' : 'ask';
      const wire = isBid ? 'buy' : 'sell';
      const { book, record } = bookOf({ side });
      let next = 1_000;
      for (const one of all) {
        if (one.kind !== 'offers' && one.kind !== 'settlement') {
          const target = { price: price(one.price), volume: lots(one.volume) };
          book.apply({ step: one.kind, id: 'a1', ...target });
          continue;
        }
        const allowed = [record.wish, ...record.amendments];
        const isFine = allowed.every((word) =>
          isBid ? one.price <= word.price : one.price >= word.price,
        );
        const volume = Math.min(...allowed.map((word) => word.volume));
        const { price: at } = one;
        if (one.kind === 'offers') {
          const plan = planOffers(record, offers({ side: wire, price: at, lots: one.lots }));
          if (plan.kind !== 'sign') continue;
          expect(allowed.some((word) => word.price === at)).toBe(true);
          const made = plan.fresh.map((lot) => ({ lot, output: outputNumber((next += 1)) }));
          book.apply({ step: 'offered', id: 'a1', offers: made });
        } else {
          const wanted = one.outputs.map((lot) => {
            return { lot, output: outputNumber(lot), offer: 'ab' };
          });
          const plan = planTake(record, settlement({ side: wire, price: at, lots: wanted }));
          if (plan.kind !== 'take') continue;
          const taken = plan.fresh.map(({ lot, output }) => ({ trade: plan.trade, lot, output }));
          book.apply({ step: 'taken', id: 'a1', lots: taken });
        }
        expect(isFine).toBe(true);
        expect(exposureOf(record)).toBeLessThanOrEqual(volume);
      }
    }),
  );
});
