import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pendingOffers } from './index.ts';
import type { Event } from './index.ts';
import { accept, arrive, createOracle, nextFor, remove, settleDown } from './testing/oracle.ts';
import type { NaiveTrade, Oracle } from './testing/oracle.ts';
import { advance, deliver, everybody, give, openedDriver, place, sure } from './testing/driver.ts';
import type { Driver } from './testing/driver.ts';

/** One thing that happens to the book. `pick` chooses among the orders it could happen to. */
type Step =
  | {
      readonly what: 'place';
      readonly who: number;
      readonly side: 'ask' | 'bid';
      readonly price: number;
      readonly volume: number;
      readonly timeInForce: 'gtc' | 'ioc';
      readonly postOnly: boolean;
      readonly deliverNow: boolean;
    }
  | { readonly what: 'deliver' | 'cancel' | 'lose'; readonly pick: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant('place' as const),
        who: fc.nat(everybody.length - 1),
        side: fc.constantFrom('ask' as const, 'bid' as const),
        price: fc.integer({ min: 96, max: 104 }),
        volume: fc.integer({ min: 1, max: 6 }),
        timeInForce: fc.constantFrom(
          'gtc' as const,
          'gtc' as const,
          'gtc' as const,
          'ioc' as const,
        ),
        postOnly: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
        deliverNow: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        what: fc.constantFrom('deliver' as const, 'cancel' as const, 'lose' as const),
        pick: fc.nat(1_000),
      }),
    },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);

/** The trades among events, in the oracle's words. */
function tradesOf(events: readonly Event[]): NaiveTrade[] {
  return events.flatMap((event) =>
    event.kind === 'trade.made'
      ? [
          {
            resting: event.trade.resting.order,
            incoming: event.trade.incoming.order,
            price: event.trade.price,
            lots: event.trade.lots.map(({ lot }) => lot),
          },
        ]
      : [],
  );
}

/** What the events say became of the rest of one order. */
function fateOf(events: readonly Event[]): string {
  for (const event of events) {
    if (event.kind === 'refused') return event.code;
    if (event.kind === 'order.opened') return `rests ${event.lots.map(({ lot }) => lot).join()}`;
    if (event.kind === 'order.cancelled') return `${event.reason} ${event.volume}`;
    if (event.kind === 'offers.requested') return `pending ${event.lots.join()}`;
  }
  return 'filled';
}

interface Outcome {
  readonly trades: readonly NaiveTrade[];
  readonly fate: string;
}

/** An ioc order cannot be post-only. */
function isPostOnly({ postOnly, timeInForce }: Step & { what: 'place' }): boolean {
  return postOnly && timeInForce === 'gtc';
}

/** The rules: what a placement leads to. */
function placeNaively(oracle: Oracle, step: Step & { what: 'place' }, owner: string): Outcome {
  const name = `O${oracle.orders.length + 1}`;
  const { side, price } = step;
  const order = accept(oracle, { name, owner, side, price }, step.volume);
  if (isPostOnly(step) && nextFor(oracle, order) !== undefined) {
    oracle.orders.pop();
    return { trades: [], fate: 'would_trade' };
  }
  const { trades, left, metItself } = arrive(oracle, order);
  if (left.length === 0) return { trades, fate: 'filled' };
  if (!metItself && step.timeInForce === 'gtc') return { trades, fate: `pending ${left.join()}` };
  remove(order);
  return { trades, fate: `${metItself ? 'self_trade' : 'not_filled_at_once'} ${left.length}` };
}

/** The rules: what the delivery of a pending order's offers leads to. */
function deliverNaively(oracle: Oracle, name: string, postOnly: boolean): Outcome {
  const order = sure(oracle.orders.find((other) => other.name === name));
  if (postOnly && nextFor(oracle, order) !== undefined) {
    const volume = order.lots.length;
    remove(order);
    return { trades: [], fate: `would_trade ${volume}` };
  }
  const { trades, left, metItself } = arrive(oracle, order);
  if (left.length === 0) return { trades, fate: 'filled' };
  if (metItself) {
    remove(order);
    return { trades, fate: `self_trade ${left.length}` };
  }
  settleDown(oracle, order);
  return { trades, fate: `rests ${left.join()}` };
}

function outcomeOf(events: readonly Event[]): Outcome {
  return { trades: tradesOf(events), fate: fateOf(events) };
}

function choose<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

function deliverBoth(driver: Driver, oracle: Oracle, pick: number): void {
  const view = choose(pendingOffers(driver.state), pick)?.view;
  if (view === undefined) return;
  const expected = deliverNaively(oracle, view.order, view.postOnly);
  expect(outcomeOf(deliver(driver, view.order))).toEqual(expected);
}

function run(driver: Driver, oracle: Oracle, step: Step): void {
  if (step.what === 'place') {
    const { side, price, volume, timeInForce } = step;
    const postOnly = isPostOnly(step);
    const participant = sure(everybody[step.who]);
    const expected = placeNaively(oracle, step, participant);
    const events = place(driver, { participant, side, price, volume, timeInForce, postOnly });
    expect(outcomeOf(events)).toEqual(expected);
    if (step.deliverNow && expected.fate.startsWith('pending')) {
      deliverBoth(driver, oracle, pendingOffers(driver.state).length - 1);
    }
    return;
  }
  if (step.what === 'deliver') {
    deliverBoth(driver, oracle, step.pick);
    return;
  }
  const live = [...driver.state.orders.values()].filter(
    ({ status }) => status === 'open' || (step.what === 'cancel' && status === 'pending'),
  );
  const order = choose(live, step.pick);
  if (order === undefined) return;
  const naive = sure(oracle.orders.find(({ name }) => name === order.id));
  if (step.what === 'cancel') {
    remove(naive);
    give(driver, { kind: 'order.cancel', participant: order.participant.address, order: order.id });
  } else {
    const lot = sure(choose(order.firm, step.pick)).lot;
    remove(naive, lot);
    advance(driver, { lost: [{ order: order.id, lot }] });
  }
}

/** What happened, but for balances: a bid and its mirror hold different assets. */
function kindsOf({ events }: Driver): string[] {
  return events.map(({ kind }) => kind).filter((kind) => kind !== 'balance.changed');
}

describe('matching', () => {
  test('every trade, lot by lot, is the one that the bare rules make', () => {
    fc.assert(
      fc.property(steps, (flow) => {
        const driver = openedDriver();
        const oracle = createOracle();
        for (const step of flow) run(driver, oracle, step);
      }),
      { numRuns: 150 },
    );
  });

  test('an exchange seen in a mirror trades the same at mirrored prices', () => {
    const mirror = 200;
    const reflect = (step: Step): Step =>
      step.what === 'place'
        ? { ...step, side: step.side === 'ask' ? 'bid' : 'ask', price: mirror - step.price }
        : step;
    fc.assert(
      fc.property(steps, (flow) => {
        const [left, right] = [openedDriver(), openedDriver()];
        const [first, second] = [createOracle(), createOracle()];
        for (const step of flow) {
          run(left, first, step);
          run(right, second, reflect(step));
        }
        const seen = tradesOf(right.events).map((t) => ({ ...t, price: mirror - t.price }));
        expect(seen).toEqual(tradesOf(left.events));
        expect(kindsOf(right)).toEqual(kindsOf(left));
      }),
      { numRuns: 40 },
    );
  });
});
