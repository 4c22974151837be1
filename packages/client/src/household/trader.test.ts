import { toOrderId } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OwnOrder } from '../events.ts';
import { amount, instant, instrument, lots, price, sure } from '../testing.ts';
import { intervalOf } from './clock.ts';
import { ownHome } from './home.ts';
import type { Home } from './home.ts';
import { feedInEcoin, intervalMicros, orderLotsMax, ordersMax, retailEcoin } from './limits.ts';
import { freshMeter, turnMeter } from './metering.ts';
import type { MeterState } from './metering.ts';
import { ecoinOf, limitEcoin, priceOf, quoteEcoin, usualEcoin } from './pricing.ts';
import { decide, freshTrader } from './trader.ts';
import type { HouseholdAction, HouseholdView, TraderState } from './trader.ts';

const dayStart = Date.UTC(2025, 5, 10) * 1_000;
const plainHome: Home = {
  index: 3,
  name: 'house-03',
  habits: { stream: 1_003, yearlyKWh: 3_000, shiftMinutes: 0 },
  storeKWh: 0,
  cogenerationWatts: 0,
  thrift: 0.2,
};
const sunnyHome: Home = { ...ownHome, index: 4, name: 'house-04' };

function orderOf(number: number, side: Side, orderPrice: number, remaining: number): OwnOrder {
  return {
    order: sure(toOrderId(`O${number}`)),
    clientOrderId: `house-04-r-${number}`,
    symbol: instrument.symbol,
    side,
    price: price(orderPrice),
    volume: lots(remaining),
    filled: lots(0),
    cancelled: lots(0),
    remaining: lots(remaining),
    timeInForce: 'gtc',
    postOnly: false,
    status: 'open',
    trades: [],
    at: instant(0),
  };
}

function viewAt(at: number, changes: Partial<HouseholdView> = {}): HouseholdView {
  const now = instant(dayStart + at);
  const none = { balance: amount(0), hold: amount(0) };
  return {
    at: now,
    interval: intervalOf(now),
    hour: 12,
    measuredWh: 0,
    expectedWh: 0,
    instrument,
    energy: none,
    ecoin: { balance: amount(200_000), hold: amount(0) },
    orders: [],
    arrivingLots: 0,
    ...changes,
  };
}

const anyOrders = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 60 })), {
    maxLength: ordersMax,
  })
  .chain((all) =>
    fc
      .constantFrom<Side>('ask', 'bid')
      .map((side) => all.map(([at, volume], index) => orderOf(index + 1, side, at, volume))),
  );

const anyPurse = fc
  .tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 300_000 }))
  .map(([balance, hold]) => ({ balance: amount(balance), hold: amount(Math.min(balance, hold)) }));

const anyPrice = fc.option(fc.integer({ min: 1, max: 1_000 }).map(price), { nil: undefined });

const anyView: fc.Arbitrary<HouseholdView> = fc
  .record({
    at: fc.integer({ min: 0, max: 86_400_000_000 }),
    hour: fc.double({ min: 0, max: 23.99, noNaN: true }),
    measuredWh: fc.double({ min: -2_000, max: 3_000, noNaN: true }),
    expectedWh: fc.double({ min: -2_000, max: 3_000, noNaN: true }),
    energy: anyPurse,
    ecoin: anyPurse,
    orders: anyOrders,
    arrivingLots: fc.integer({ min: 0, max: 100 }),
    bestAsk: anyPrice,
    bestBid: anyPrice,
    lastPrice: anyPrice,
  })
  .map(({ at, ...view }) => viewAt(at, view));

const anyHome = fc.constantFrom(plainHome, sunnyHome);
const anyTurn = fc.integer({ min: 0, max: 10_000 });

function sum(orders: readonly OwnOrder[], side: Side, of: (order: OwnOrder) => number): number {
  return orders.filter((order) => order.side === side).reduce((total, one) => total + of(one), 0);
}

function placed(actions: readonly HouseholdAction[]) {
  return actions.find((action) => action.kind === 'place');
}

test('never asks or bids more than is free, never more than the bounds, never both sides at once', () => {
  fc.assert(
    fc.property(anyHome, anyView, anyTurn, fc.integer(), (home, view, turn, seed) => {
      const running = instant(view.interval.start - intervalMicros);
      const state: TraderState = { ...freshTrader, turn, meter: { ...freshMeter, running } };
      const { actions } = decide({ home, seed, run: 'r' }, state, view);
      const order = placed(actions);
      if (order === undefined) return;
      const retired = actions.find(({ kind }) => kind === 'retire');
      const taken = retired?.kind === 'retire' ? retired.amount : 0;
      const asked = sum(view.orders, 'ask', ({ remaining }) => remaining * instrument.lot);
      const bid = sum(view.orders, 'bid', (one) => one.remaining * one.price);
      const { volume, side } = order;
      expect(volume).toBeGreaterThanOrEqual(1);
      expect(volume).toBeLessThanOrEqual(orderLotsMax);
      expect(Number.isInteger(volume)).toBe(true);
      expect(view.orders.length).toBeLessThan(ordersMax);
      expect(view.orders.every((one) => one.side === side)).toBe(true);
      if (side === 'ask') {
        const free = view.energy.balance - Math.max(view.energy.hold, asked) - taken;
        expect(volume * instrument.lot).toBeLessThanOrEqual(free);
        expect(ecoinOf(instrument, order.price)).toBeGreaterThanOrEqual(feedInEcoin);
      } else {
        const free = view.ecoin.balance - Math.max(view.ecoin.hold, bid);
        expect(volume * order.price).toBeLessThanOrEqual(free);
        expect(ecoinOf(instrument, order.price)).toBeLessThan(retailEcoin);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('the same sight leads to the same decision', () => {
  fc.assert(
    fc.property(anyHome, anyView, anyTurn, (home, view, turn) => {
      const state = { ...freshTrader, turn };
      expect(decide({ home, seed: 1, run: 'r' }, state, view)).toEqual(
        decide({ home, seed: 1, run: 'r' }, state, view),
      );
    }),
    { numRuns: 100 },
  );
});

test('issues no more than was measured or the battery holds, and retires no more than is free', () => {
  fc.assert(
    fc.property(anyHome, anyView, (home, view) => {
      const running = instant(view.interval.start - intervalMicros);
      const state = { ...freshTrader, turn: 9, meter: { ...freshMeter, running } };
      const { actions } = decide({ home, seed: 1, run: 'r' }, state, view);
      for (const action of actions) {
        if (action.kind === 'issue') {
          expect(action.amount % instrument.lot).toBe(0);
          expect(action.amount).toBeLessThanOrEqual(view.measuredWh);
          expect(view.energy.balance + action.amount).toBeLessThanOrEqual(home.storeKWh * 1_000);
        }
        if (action.kind === 'retire') {
          const asked = sum(view.orders, 'ask', ({ remaining }) => remaining * instrument.lot);
          const free = view.energy.balance - Math.max(view.energy.hold, asked);
          expect(action.amount).toBeLessThanOrEqual(free);
        }
      }
    }),
    { numRuns: 500 },
  );
});

const stand = {
  interval: intervalOf(instant(dayStart)),
  ownedLots: 0,
  freeLots: 0,
  arrivingLots: 0,
};

function nextInterval(meter: MeterState) {
  return intervalOf(instant((meter.running ?? dayStart) + intervalMicros));
}

test('what the meter measured is issued, retired, imported, exported or carried: nothing is lost', () => {
  const anyQuarter = fc.record({
    measuredWh: fc.double({ min: -1_500, max: 2_500, noNaN: true }),
    ownedLots: fc.integer({ min: 0, max: 500 }),
    freeLots: fc.integer({ min: 0, max: 200 }),
    arrivingLots: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(anyQuarter, { maxLength: 60 }), (quarters) => {
      const terms = { lotWh: 10, storeLots: 400 };
      let { meter } = turnMeter(freshMeter, terms, { ...stand, measuredWh: 0 });
      let measured = 0;
      for (const quarter of quarters) {
        const free = Math.min(quarter.freeLots, quarter.ownedLots);
        const turn = turnMeter(meter, terms, {
          ...quarter,
          freeLots: free,
          interval: nextInterval(meter),
        });
        measured += quarter.measuredWh;
        expect(Math.min(turn.issueLots, turn.retireLots)).toBe(0);
        expect(turn.retireLots).toBeLessThanOrEqual(free);
        if (turn.issueLots > 0) expect(quarter.ownedLots + turn.issueLots).toBeLessThanOrEqual(400);
        ({ meter } = turn);
      }
      const { issuedLots, exportedLots, retiredLots, importedLots, owedLots, remainderWh } = meter;
      const accounted = issuedLots + exportedLots - retiredLots - importedLots - owedLots;
      expect(accounted * 10 + remainderWh).toBeCloseTo(measured, 4);
      expect(Math.abs(remainderWh)).toBeLessThan(10);
      for (const count of [issuedLots, exportedLots, retiredLots, importedLots, owedLots]) {
        expect(count).toBeGreaterThanOrEqual(0);
        expect(Number.isInteger(count)).toBe(true);
      }
    }),
  );
});

test('a remainder below a lot is carried until it makes one', () => {
  const terms = { lotWh: 10, storeLots: 100 };
  let { meter } = turnMeter(freshMeter, terms, { ...stand, measuredWh: 99 });
  expect(meter.remainderWh).toBe(0);
  const issued: number[] = [];
  for (const measuredWh of [4, 4, 4, -1, 25]) {
    const turn = turnMeter(meter, terms, { ...stand, measuredWh, interval: nextInterval(meter) });
    issued.push(turn.issueLots);
    ({ meter } = turn);
  }
  expect(issued).toEqual([0, 0, 1, 0, 2]);
  expect(meter.remainderWh).toBe(6);
});

test('a quarter-hour is closed once; those in which nobody looked are left to the grid', () => {
  const terms = { lotWh: 10, storeLots: 100 };
  const first = turnMeter(freshMeter, terms, { ...stand, measuredWh: 50 });
  expect(first.issueLots).toBe(0);
  const again = turnMeter(first.meter, terms, { ...stand, measuredWh: 50 });
  expect(again).toEqual({ meter: first.meter, issueLots: 0, retireLots: 0 });
  const much = intervalOf(instant(dayStart + 9 * intervalMicros));
  const late = turnMeter(first.meter, terms, { ...stand, measuredWh: 50, interval: much });
  expect(late.issueLots).toBe(0);
  expect(late.meter.running).toBe(much.start);
});

test('energy that was bought and is still settling is waited for, the rest comes from the grid', () => {
  const terms = { lotWh: 10, storeLots: 0 };
  const { meter } = turnMeter(freshMeter, terms, { ...stand, measuredWh: 0 });
  const lacking = { ...stand, measuredWh: -100, ownedLots: 3, freeLots: 3, arrivingLots: 4 };
  const turn = turnMeter(meter, terms, { ...lacking, interval: nextInterval(meter) });
  expect(turn.retireLots).toBe(3);
  expect(turn.meter).toMatchObject({ owedLots: 4, importedLots: 3, retiredLots: 3 });
  const arrived = { ...stand, measuredWh: 0, ownedLots: 4, freeLots: 4 };
  const next = turnMeter(turn.meter, terms, { ...arrived, interval: nextInterval(turn.meter) });
  expect(next.retireLots).toBe(4);
  expect(next.meter).toMatchObject({ owedLots: 0, importedLots: 3, retiredLots: 7 });
});

test('a household without energy bids in its first turn, one with a full battery asks', () => {
  const lacking = viewAt(0, {
    expectedWh: -120,
    ecoin: { balance: amount(200_000), hold: amount(0) },
  });
  expect(
    placed(decide({ home: plainHome, seed: 1, run: 'r' }, freshTrader, lacking).actions),
  ).toMatchObject({
    side: 'bid',
    clientOrderId: 'house-03-r-1',
  });
  const full = viewAt(0, { energy: { balance: amount(8_000), hold: amount(0) } });
  expect(
    placed(decide({ home: sunnyHome, seed: 1, run: 'r' }, freshTrader, full).actions)?.side,
  ).toBe('ask');
});

test('a household short of ecoin asks for some, and gives the request time to arrive', () => {
  const poor = viewAt(0, { ecoin: { balance: amount(59_999), hold: amount(0) } });
  let state: TraderState = freshTrader;
  const requests: boolean[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const decision = decide({ home: plainHome, seed: 1, run: 'r' }, state, poor);
    requests.push(decision.actions.some(({ kind }) => kind === 'request_ecoin'));
    ({ state } = decision);
  }
  expect(requests.flatMap((asked, turn) => (asked ? [turn] : []))).toEqual([0, 10]);
});

test('an order that is too much for what is lacking is taken back, the cheapest bid first', () => {
  const orders = [orderOf(1, 'bid', 120, 10), orderOf(2, 'bid', 100, 10)];
  const { actions } = decide(
    { home: plainHome, seed: 1, run: 'r' },
    freshTrader,
    viewAt(0, { orders, expectedWh: 0 }),
  );
  expect(actions).toEqual([{ kind: 'cancel', order: 'O2' }]);
});

test('a seller who needs its energy itself takes an ask back before it bids', () => {
  const orders = [orderOf(1, 'ask', 150, 10), orderOf(2, 'ask', 170, 10)];
  const energy = { balance: amount(200), hold: amount(200) };
  const { actions } = decide(
    { home: sunnyHome, seed: 1, run: 'r' },
    freshTrader,
    viewAt(0, { orders, energy, expectedWh: -100 }),
  );
  expect(actions).toEqual([{ kind: 'cancel', order: 'O2' }]);
});

test('orders grow stale: within three quarter-hours each is replaced', () => {
  const energy = { balance: amount(9_000), hold: amount(50) };
  const order = { ...orderOf(1, 'ask', 150, 5), clientOrderId: 'house-04-r-1' };
  const state: TraderState = {
    ...freshTrader,
    turn: 5,
    placed: new Map([['house-04-r-1', instant(dayStart)]]),
  };
  const cancels = (at: number): boolean =>
    decide(
      { home: sunnyHome, seed: 1, run: 'r' },
      state,
      viewAt(at, { orders: [order], energy }),
    ).actions.some(({ kind }) => kind === 'cancel');
  expect(cancels(intervalMicros)).toBe(false);
  expect(cancels(3 * intervalMicros + 1)).toBe(true);
});

const anyMood = fc.record({
  hour: fc.double({ min: 0, max: 23.99, noNaN: true }),
  thrift: fc.double({ min: 0, max: 1, noNaN: true }),
  urgency: fc.double({ min: 0, max: 1, noNaN: true }),
  patient: fc.boolean(),
  whim: fc.double({ min: 0, max: 1, noNaN: true }),
  lastEcoin: fc.option(fc.double({ min: 1, max: 1_000, noNaN: true }), { nil: undefined }),
});

test('prices stay between feed-in and retail and within the reservation price', () => {
  fc.assert(
    fc.property(anyMood, (mood) => {
      const ask = quoteEcoin('ask', mood);
      const bid = quoteEcoin('bid', mood);
      expect(ask).toBeGreaterThanOrEqual(limitEcoin('ask', mood));
      expect(bid).toBeLessThanOrEqual(limitEcoin('bid', mood));
      expect(limitEcoin('ask', mood)).toBeGreaterThanOrEqual(feedInEcoin);
      expect(limitEcoin('bid', mood)).toBeLessThan(retailEcoin);
    }),
  );
});

test('energy is cheap at noon and dear in the evening; urgency narrows the gap', () => {
  expect(usualEcoin(13)).toBeLessThan(usualEcoin(3));
  expect(usualEcoin(3)).toBeLessThan(usualEcoin(19));
  const mood = { hour: 12, thrift: 0.5, patient: false, whim: 0.5 };
  const calm = { ...mood, urgency: 0 };
  const pressed = { ...mood, urgency: 1 };
  expect(quoteEcoin('ask', pressed)).toBeLessThan(quoteEcoin('ask', calm));
  expect(quoteEcoin('bid', pressed)).toBeGreaterThan(quoteEcoin('bid', calm));
});

test('149 ecoin a kilowatt-hour is price 149 in the usual market, on the tick in any', () => {
  expect(priceOf(instrument, 'ask', 148.2)).toBe(149);
  expect(priceOf(instrument, 'bid', 149.8)).toBe(149);
  expect(ecoinOf(instrument, price(149))).toBe(149);
  const coarse = { ...instrument, tick: price(5), lot: amount(20), volumeMax: lots(9) };
  expect(priceOf(coarse, 'ask', 100.1)).toBe(205);
  expect(priceOf(coarse, 'bid', 99.9)).toBe(195);
  expect(priceOf(instrument, 'ask', 99_999)).toBe(1_000);
});
