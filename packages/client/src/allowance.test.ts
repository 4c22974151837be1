import { toOrderId, toOutput } from '@wattlot/core';
import type { OrderId, Output } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adoptionOf, AllowanceError, mayFollow, parseAllowance } from './allowance.ts';
import type { Allowance } from './allowance.ts';
import type { OwnOrder } from './events.ts';
import type { Instrument } from './frames/instrument.ts';
import { planOffers } from './signing-rules.ts';
import { amount, assets, instant, instrument, lots, price, sure, symbol, time } from './testing.ts';
import { exposureOf, WishBook } from './wish-book.ts';

const allowance = parseAllowance('sell >= 100, buy <= 200, 50 lots');

function own(change: Partial<OwnOrder> = {}): OwnOrder {
  return {
    order: sure(toOrderId('O1')),
    clientOrderId: 'bot-1',
    symbol,
    side: 'bid',
    price: price(150),
    volume: lots(5),
    filled: lots(0),
    cancelled: lots(0),
    remaining: lots(5),
    timeInForce: 'gtc',
    postOnly: false,
    status: 'pending',
    trades: [],
    at: instant(1),
    ...change,
  };
}

function adopt(order: OwnOrder, allowances: readonly Allowance[] = [allowance], of = instrument) {
  return adoptionOf(order, { allowances, instrument: of, records: [] });
}

test.each<[string, Allowance]>([
  ['sell >= 100, buy <= 200, 50 lots', { sellFrom: 100, buyUpTo: 200, lots: 50 }],
  ['50 lots,buy<=200.5', { buyUpTo: 200.5, lots: 50 }],
  ['  KWH/ECOIN: sell >= 100, 1 lot ', { symbol, sellFrom: 100, lots: 1 }],
])('an allowance is read: %s', (text, expected) => {
  expect(parseAllowance(text)).toEqual(expected);
});

test.each([
  ['', 'cannot be read'],
  ['50 lots', 'neither'],
  ['sell >= 100', 'no number of lots'],
  ['sell >= 100, 0 lots', 'no number of lots'],
  ['sell >= 100, 1000001 lots', 'no number of lots'],
  ['sell <= 100, 5 lots', 'wrong sign'],
  ['buy >= 100, 5 lots', 'wrong sign'],
  ['sell >= 100, sell >= 90, 5 lots', 'twice'],
  ['sell >= 100, 5 lots, 6 lots', 'twice'],
  ['sell >= -1, 5 lots', 'cannot be read'],
  ['sell >= 1e3, 5 lots', 'cannot be read'],
  ['sell >= 100, 5 lots, please', 'cannot be read'],
  ['KWH ECOIN: sell >= 100, 5 lots', 'cannot be read'],
])('an allowance that cannot be read says why: %s', (text, why) => {
  expect(() => parseAllowance(text)).toThrow(AllowanceError);
  expect(() => parseAllowance(text)).toThrow(why);
});

test('an order within the allowance is adopted as it is', () => {
  const order = own({ side: 'ask', price: price(100), volume: lots(50), whole: true });
  expect(adopt(order)).toEqual({
    clientOrderId: 'bot-1',
    symbol,
    side: 'ask',
    price: 100,
    volume: 50,
    timeInForce: 'gtc',
    postOnly: false,
    whole: true,
  });
  expect(adopt(own({ price: price(200) }))).toBeDefined();
});

const settled = { settlement: 'settled', trade: 'T1' as never, lots: [], at: instant(1) } as const;

test.each<[string, Partial<OwnOrder>]>([
  ['a price below what may be sold at', { side: 'ask', price: price(99) }],
  ['a price above what may be bought at', { price: price(201) }],
  ['more lots than may live', { volume: lots(51) }],
  ['no lots', { volume: lots(0) }],
  ['an order that is over', { status: 'done' }],
  [
    'an order whose trades are over',
    {
      status: 'done',
      trades: [{ ...settled, price: price(150), volume: lots(5), resting: false }],
    },
  ],
  ['an id that does not fit into a file', { clientOrderId: 'a b' }],
  ['an id of nothing', { clientOrderId: '' }],
])('%s is not adopted', (_, change) => {
  expect(adopt(own(change))).toBeUndefined();
});

test('an order that traded at once and settles still is adopted, so that it can settle', () => {
  const open = { ...settled, settlement: 'requested', resting: false } as const;
  const trades = [{ ...open, price: price(150), volume: lots(5) }];
  expect(adopt(own({ status: 'done', trades }))).toBeDefined();
});

test('a market order is adopted up to the allowance’s price, whatever its protection', () => {
  const market = own({ type: 'market', timeInForce: 'ioc', price: price(260) });
  expect(adopt(market)).toMatchObject({ type: 'market', price: 200 });
  expect(adopt(own({ ...market, side: 'ask', price: price(1) }))).toMatchObject({ price: 100 });
  expect(adopt(own({ ...market, price: price(180) }))).toMatchObject({ price: 180 });
});

test('an allowance of one market is not that of another, and comes before one of all', () => {
  const here = parseAllowance(`${symbol}: buy <= 100, 5 lots`);
  const elsewhere = parseAllowance('A/B: buy <= 900, 5 lots');
  expect(adopt(own(), [elsewhere])).toBeUndefined();
  expect(adopt(own(), [elsewhere, allowance])).toBeDefined();
  expect(adopt(own(), [allowance, here])).toBeUndefined();
  expect(adopt(own(), [])).toBeUndefined();
});

test('a side that is not named is not allowed', () => {
  const buyer = [parseAllowance('buy <= 200, 50 lots')];
  expect(adopt(own({ side: 'ask' }), buyer)).toBeUndefined();
  expect(adopt(own(), buyer)).toBeDefined();
});

test.each<[string, Partial<Instrument>]>([
  ['a lot of ten times the energy', { lot: amount(100) }],
  ['a price of a tenth', { priceUnitsPerStep: 10 }],
])('nothing is adopted when the decimals of the market hide %s', (_, lie) => {
  expect(adopt(own({ price: price(101) }), [allowance], { ...instrument, ...lie })).toBeUndefined();
});

test('prices of more decimals than the market has are rounded to the owner’s side', () => {
  const fine = [parseAllowance('sell >= 100.5, buy <= 199.5, 50 lots')];
  expect(adopt(own({ side: 'ask', price: price(100) }), fine)).toBeUndefined();
  expect(adopt(own({ side: 'ask', price: price(101) }), fine)).toBeDefined();
  expect(adopt(own({ price: price(200) }), fine)).toBeUndefined();
  expect(adopt(own({ price: price(199) }), fine)).toBeDefined();
});

test('an order that shrank counts for what it has on offer still, until that is renewed', () => {
  const book = new WishBook();
  const wish = sure(adopt(own({ volume: lots(50) })));
  book.apply({ step: 'wished', wish, terms: { ...assets, lot: instrument.lot }, adopted: true });
  const output = (count: number): Output => sure(toOutput(`${String(count).padStart(64, '0')}:0`));
  const outputs = Array.from({ length: 50 }, (_, lot) => output(lot));
  const offers = outputs.map((one, lot) => ({ lot, output: one }));
  book.apply({ step: 'offered', id: 'bot-1', offers });
  const target = { price: price(150), volume: lots(1) };
  book.apply({ step: 'amended', id: 'bot-1', ...target });
  book.apply({ step: 'amend_accepted', id: 'bot-1', ...target });
  const context = () => ({ allowances: [allowance], instrument, records: book.records() });
  const other = own({ clientOrderId: 'bot-2', volume: lots(49) });
  expect(adoptionOf(other, context())).toBeUndefined();
  book.apply({ step: 'renewed', id: 'bot-1', outputs });
  expect(adoptionOf(other, context())).toBeDefined();
  // And the other way round: a second order, then the first back to what it was.
  const second = sure(adoptionOf(own({ clientOrderId: 'bot-2', volume: lots(10) }), context()));
  const terms = { ...assets, lot: instrument.lot };
  book.apply({ step: 'wished', wish: second, terms, adopted: true });
  const record = sure(book.byId('bot-1'));
  expect(mayFollow(own({ volume: lots(40) }), record, context())).toBe(true);
  expect(mayFollow(own({ volume: lots(41) }), record, context())).toBe(false);
  // A smaller one does not follow while more than the allowance is out for both.
  const fresh = Array.from({ length: 45 }, (_, lot) => ({ lot, output: output(100 + lot) }));
  book.apply({ step: 'offered', id: 'bot-1', offers: fresh });
  expect(mayFollow(own({ volume: lots(5) }), record, context())).toBe(false);
});

/** Whatever an exchange may claim or ask of a household whose owner ordered nothing. */
const claims = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('report' as const),
      order: fc.integer({ min: 1, max: 5 }),
      side: fc.constantFrom('ask' as const, 'bid' as const),
      price: fc.constantFrom(99, 100, 150, 200, 201),
      volume: fc.constantFrom(0, 1, 10, 25, 49, 50, 51),
    }),
    fc.record({
      kind: fc.constant('offers' as const),
      order: fc.integer({ min: 1, max: 5 }),
      price: fc.constantFrom(99, 100, 150, 200, 201),
      lots: fc
        .constantFrom(1, 10, 25, 49, 50)
        .map((count) => Array.from({ length: count }, (_, lot) => lot)),
    }),
    fc.record({ kind: fc.constant('renewal' as const), order: fc.integer({ min: 1, max: 5 }) }),
  ),
  { maxLength: 60 },
);

test('whatever the exchange claims, no more is signed at once than the allowance, nor at a worse price', () => {
  fc.assert(
    fc.property(claims, (all) => {
      const book = new WishBook();
      let outputs = 0;
      const newOutput = (): Output => {
        outputs += 1;
        return sure(toOutput(`${String(outputs).padStart(64, '0')}:0`));
      };
      for (const claim of all) {
        const order: OrderId = sure(toOrderId(`O${claim.order}`));
        const record = book.byOrder(order);
        const context = { allowances: [allowance], instrument, records: book.records() };
        if (claim.kind === 'report') {
          const change = { price: price(claim.price), volume: lots(claim.volume) };
          const told = own({ order, clientOrderId: order, side: claim.side, ...change });
          if (record === undefined) {
            const wish = adoptionOf(told, context);
            if (wish === undefined) continue;
            const terms = { ...assets, lot: instrument.lot };
            book.apply({ step: 'wished', wish, terms, adopted: true });
            book.apply({ step: 'placed', id: order, order });
          } else if (mayFollow(told, record, context)) {
            book.apply({ step: 'amended', id: order, ...change });
            book.apply({ step: 'amend_accepted', id: order, ...change });
          }
        } else if (record !== undefined && claim.kind === 'offers') {
          const { wish } = record;
          const side = wish.side === 'ask' ? 'sell' : 'buy';
          const plan = planOffers(record, {
            kind: 'offers.requested',
            order_id: order,
            symbol,
            side,
            price: claim.price,
            lots: claim.lots,
            deadline: time,
          });
          if (plan.kind !== 'sign') continue;
          expect(claim.price).toBeGreaterThanOrEqual(wish.side === 'ask' ? 100 : 90);
          expect(claim.price).toBeLessThanOrEqual(wish.side === 'bid' ? 200 : 210);
          const offers = plan.fresh.map((lot) => ({ lot, output: newOutput() }));
          book.apply({ step: 'offered', id: order, offers });
        } else if (record !== undefined) {
          const renewed = [...record.offers.values()].map(({ output }) => output);
          book.apply({ step: 'renewed', id: order, outputs: renewed });
        }
        let exposed = 0;
        for (const one of book.records()) exposed += exposureOf(one);
        expect(exposed).toBeLessThanOrEqual(allowance.lots);
      }
    }),
  );
});
