import { describe, expect, test } from 'vitest';
import { balancesOf, conditionsOf, offerOf, orderOf, queueOf, tradeOf } from './index.ts';
import type { Address, Event } from './index.ts';
import { advance, alice, bob, carol, deliver, dora, give, openedDriver } from './testing/driver.ts';
import { orderId, place, placeFirm, sure, symbol, terms, tradeId } from './testing/driver.ts';
import type { Driver, Placement } from './testing/driver.ts';
import { eventsOf } from './testing/watch.ts';

type What = Partial<Placement>;

/** An order with its offers, and the events of both. */
function ask(driver: Driver, who: Address, price: number, volume: number, what: What = {}) {
  return placeFirm(driver, { participant: who, side: 'ask', price, volume, ...what });
}

function bid(driver: Driver, who: Address, price: number, volume: number, what: What = {}) {
  return placeFirm(driver, { participant: who, side: 'bid', price, volume, ...what });
}

/** What was traded, in order: who took which lots of whom, at which price, and which of its own lots that made needless. */
function trades(events: readonly Event[]): string[] {
  return eventsOf(events, 'trade.made').map(({ trade, spare }) => {
    const lots = trade.lots.map(({ lot }) => lot).join(' ');
    const { resting, incoming } = trade;
    const needless = spare.length === 0 ? '' : `, spares ${spare.map(({ lot }) => lot).join(' ')}`;
    return `${incoming.order} takes ${lots} of ${resting.order} at ${trade.price}${needless}`;
  });
}

/** What was cancelled, in order. */
function losses(events: readonly Event[]): string[] {
  return eventsOf(events, 'order.cancelled').map(
    ({ view, volume, reason }) => `${view.order} loses ${volume}: ${reason}`,
  );
}

/** Both sides of the book in the order of trading. */
function book({ state }: Driver): { asks: string[]; bids: string[] } {
  const [asks, bids] = (['ask', 'bid'] as const).map((side) =>
    [...queueOf(state, symbol, side)].map(({ order, price, volume }) => {
      return `${order} ${volume} at ${price}`;
    }),
  );
  return { asks: sure(asks), bids: sure(bids) };
}

function hold({ state }: Driver, who: Address): Record<string, number> {
  return Object.fromEntries(balancesOf(state, who).map((one) => [one.asset, one.hold]));
}

/** What became of an order so far. */
function fate({ state }: Driver, number: number): string {
  const { status, filled, cancelled, remaining, cost } = sure(orderOf(state, orderId(number)));
  return `${status}: ${filled} filled for ${cost}, ${cancelled} cancelled, ${remaining} remain`;
}

function phase(driver: Driver, to: string, more: object = {}): readonly Event[] {
  return give(driver, { kind: 'market.phase', market: symbol, phase: to, ...more });
}

describe('a trade', () => {
  test('is told whole, with both orders as it left them and the deadline of its settlement', () => {
    const driver = openedDriver();
    ask(driver, alice, 100, 5);
    const { now: at } = driver;
    const events = bid(driver, bob, 102, 2);
    expect(eventsOf(events, 'trade.made')).toEqual([
      {
        kind: 'trade.made',
        trade: {
          trade: 'T1',
          market: symbol,
          price: 100,
          volume: 2,
          side: 'bid',
          resting: { order: 'O1', participant: alice },
          incoming: { order: 'O2', participant: bob },
          lots: [
            { lot: 0, volume: 1, state: 'requested' },
            { lot: 1, volume: 1, state: 'requested' },
          ],
          at,
        },
        resting: orderOf(driver.state, orderId(1)),
        incoming: orderOf(driver.state, orderId(2)),
        spare: [],
        deadline: at + terms.settlementTimeout,
      },
    ]);
    expect(fate(driver, 1)).toBe('open: 2 filled for 200, 0 cancelled, 3 remain');
    expect(fate(driver, 2)).toBe('done: 2 filled for 200, 0 cancelled, 0 remain');
  });

  test('is numbered on from the last one, and its price is the market’s reference', () => {
    const driver = openedDriver();
    ask(driver, alice, 101, 1);
    ask(driver, bob, 100, 1);
    ask(driver, alice, 102, 1);
    expect(conditionsOf(driver.state, symbol)?.reference).toBeUndefined();
    const first = bid(driver, carol, 101, 2);
    const numbers = (events: readonly Event[]) =>
      eventsOf(events, 'trade.made').map(({ trade }) => trade.trade);
    expect(numbers(first)).toEqual(['T1', 'T2']);
    expect(trades(first)).toEqual(['O4 takes 0 of O2 at 100', 'O4 takes 0 of O1 at 101']);
    expect(conditionsOf(driver.state, symbol)?.reference).toBe(101);
    const second = bid(driver, carol, 105, 1);
    expect(numbers(second)).toEqual(['T3']);
    expect(conditionsOf(driver.state, symbol)?.reference).toBe(102);
  });

  test('frees what a bid saves, whichever side it is on, and nothing of an ask', () => {
    const driver = openedDriver();
    ask(driver, alice, 90, 3);
    bid(driver, bob, 100, 2);
    expect(hold(driver, bob)).toEqual({ energy: 0, ecoin: 180 });
    expect(hold(driver, alice)).toEqual({ energy: 30, ecoin: 0 });
    bid(driver, carol, 80, 2);
    ask(driver, dora, 70, 1);
    expect(hold(driver, carol)).toEqual({ energy: 0, ecoin: 160 });
    expect(hold(driver, dora)).toEqual({ energy: 10, ecoin: 0 });
  });

  test('is settled lot by lot by the order that gave them, and is over then', () => {
    const driver = openedDriver();
    ask(driver, alice, 100, 3);
    bid(driver, bob, 100, 2);
    bid(driver, carol, 100, 1);
    const [first, second] = [tradeId(1), tradeId(2)];
    const settle = (...settled: readonly { trade: typeof first; lot: number }[]) =>
      eventsOf(advance(driver, { settled }), 'trade.updated').map(
        ({ trade, lots, final }) => `${trade.trade} ${lots.join(' ')}${final ? ', final' : ''}`,
      );
    expect(settle({ trade: first, lot: 1 })).toEqual(['T1 1']);
    const rest = settle({ trade: first, lot: 0 }, { trade: second, lot: 2 });
    expect(rest).toEqual(['T1 0, final', 'T2 2, final']);
    expect([tradeOf(driver.state, first), tradeOf(driver.state, second)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(hold(driver, alice)).toEqual({ energy: 0, ecoin: 0 });
  });

  test('is overdue at its deadline and not before', () => {
    const driver = openedDriver();
    ask(driver, alice, 100, 1);
    const { now: at } = driver;
    bid(driver, bob, 100, 1);
    driver.now = at + terms.settlementTimeout - 1;
    expect(eventsOf(give(driver, { kind: 'time.tick' }), 'trade.updated')).toEqual([]);
    expect(eventsOf(give(driver, { kind: 'time.tick' }), 'trade.updated')).toMatchObject([
      { final: false, trade: { lots: [{ lot: 0, state: 'overdue' }] } },
    ]);
  });
});

describe('a resting order', () => {
  test('of which only lots without offers remain is pending until they come', () => {
    const driver = openedDriver();
    ask(driver, alice, 100, 2);
    give(driver, { kind: 'order.amend', participant: alice, order: orderId(1), volume: 3 });
    const [part] = eventsOf(bid(driver, bob, 100, 1), 'trade.made');
    expect(part?.resting).toMatchObject({ status: 'open', remaining: 2 });
    const [all] = eventsOf(bid(driver, bob, 100, 1), 'trade.made');
    expect(all?.resting).toMatchObject({ status: 'pending', filled: 2, remaining: 1 });
    expect(fate(driver, 1)).toBe('pending: 2 filled for 200, 0 cancelled, 1 remain');
    expect(book(driver)).toEqual({ asks: [], bids: [] });
    deliver(driver, orderId(1));
    expect(fate(driver, 1)).toBe('open: 2 filled for 200, 0 cancelled, 1 remain');
    expect(book(driver)).toEqual({ asks: ['O1 1 at 100'], bids: [] });
    expect(trades(bid(driver, bob, 100, 1))).toEqual(['O4 takes 2 of O1 at 100']);
  });

  test('gives its lowest lots; one that comes in with offers keeps its lowest', () => {
    const driver = openedDriver();
    place(driver, { participant: alice, side: 'ask', price: 100, volume: 4 });
    bid(driver, bob, 101, 2);
    const events = deliver(driver, orderId(1));
    expect(trades(events)).toEqual(['O1 takes 0 1 of O2 at 101']);
    expect(eventsOf(events, 'order.opened')).toMatchObject([
      { view: { order: 'O1', remaining: 2 }, lots: [{ lot: 0 }, { lot: 1 }] },
    ]);
    expect(offerOf(driver.state, orderId(1), 1)).toBeDefined();
    expect(offerOf(driver.state, orderId(1), 2)).toBeUndefined();
    expect(trades(bid(driver, carol, 100, 1))).toEqual(['O3 takes 0 of O1 at 100']);
  });
});

describe('a fok order', () => {
  test.each([
    [4, 101, ['O3 takes 0 1 of O1 at 100', 'O3 takes 0 1 of O2 at 101'], []],
    [5, 101, [], ['O3 loses 5: not_filled_at_once']],
    [3, 100, [], ['O3 loses 3: not_filled_at_once']],
  ])('of %i at %i trades in full or not at all', (volume, price, traded, lost) => {
    const driver = openedDriver();
    ask(driver, alice, 100, 2);
    ask(driver, bob, 101, 2);
    const before = book(driver);
    const events = bid(driver, carol, price, volume, { timeInForce: 'fok' });
    expect(trades(events)).toEqual(traded);
    expect(losses(events)).toEqual(lost);
    expect(book(driver)).toEqual(traded.length > 0 ? { asks: [], bids: [] } : before);
  });
});

describe('an order that meets one of its owner', () => {
  function met(selfTrade: string, volume: number) {
    const driver = openedDriver();
    ask(driver, alice, 100, 1);
    ask(driver, bob, 101, 2);
    ask(driver, carol, 102, 4);
    const events = bid(driver, bob, 103, volume, { selfTrade });
    return { traded: trades(events), lost: losses(events), asks: book(driver).asks, driver };
  }

  test.each([
    ['cancel_incoming', ['O4 loses 3: self_trade'], ['O2 2 at 101', 'O3 4 at 102']],
    ['cancel_both', ['O2 loses 2: self_trade', 'O4 loses 3: self_trade'], ['O3 4 at 102']],
  ])('ends there with %s', (mode, lost, asks) => {
    const found = met(mode, 4);
    expect(found).toMatchObject({ traded: ['O4 takes 0 of O1 at 100'], lost, asks });
    expect(fate(found.driver, 4)).toBe('done: 1 filled for 100, 3 cancelled, 0 remain');
  });

  test('goes on without it with cancel_resting, and the cancelled one’s funds are free', () => {
    const { traded, lost, asks, driver } = met('cancel_resting', 4);
    expect(traded).toEqual(['O4 takes 0 of O1 at 100', 'O4 takes 0 1 2 of O3 at 102']);
    expect(lost).toEqual(['O2 loses 2: self_trade']);
    expect(asks).toEqual(['O3 1 at 102']);
    expect(hold(driver, bob)).toEqual({ energy: 0, ecoin: 100 + 3 * 102 });
    expect(fate(driver, 2)).toBe('done: 0 filled for 0, 2 cancelled, 0 remain');
  });

  test.each(['cancel_incoming', 'cancel_both', 'cancel_resting'])(
    'does not meet it when it is filled before, with %s',
    (mode) => {
      expect(met(mode, 1)).toMatchObject({
        traded: ['O4 takes 0 of O1 at 100'],
        lost: [],
        asks: ['O2 2 at 101', 'O3 4 at 102'],
      });
    },
  );

  test('loses what rests of it, too, when its new lots met the other one', () => {
    const driver = openedDriver();
    ask(driver, alice, 100, 2);
    give(driver, { kind: 'order.amend', participant: alice, order: orderId(1), volume: 4 });
    give(driver, { kind: 'participant.admit', participant: dora, name: 'dora', owner: alice });
    bid(driver, bob, 99, 1);
    give(driver, { kind: 'order.amend', participant: alice, order: orderId(1), price: 98 });
    bid(driver, dora, 99, 1);
    const events = deliver(driver, orderId(1));
    expect(losses(events)).toEqual(['O1 loses 3: self_trade']);
    expect(book(driver)).toEqual({ asks: [], bids: ['O3 1 at 99'] });
  });
});

describe('a whole order that rests', () => {
  test('fires when it would fill: its own lot is spared, once', () => {
    const driver = openedDriver();
    bid(driver, alice, 100, 3, { whole: true });
    ask(driver, bob, 100, 1);
    expect(book(driver)).toEqual({ asks: ['O2 1 at 100'], bids: ['O1 3 at 100'] });
    const events = ask(driver, carol, 99, 2);
    expect(trades(events)).toEqual([
      'O1 takes 0 1 of O3 at 99, spares 0',
      'O1 takes 0 of O2 at 100',
    ]);
    expect(hold(driver, alice)).toEqual({ energy: 0, ecoin: 2 * 99 + 100 });
    expect(fate(driver, 1)).toBe('done: 3 filled for 298, 0 cancelled, 0 remain');
    expect(book(driver)).toEqual({ asks: [], bids: [] });
    expect(offerOf(driver.state, orderId(1), 0)).toBeUndefined();
  });

  test('fires one after another, the earliest first, while each would fill', () => {
    const driver = openedDriver();
    bid(driver, alice, 100, 2, { whole: true });
    bid(driver, bob, 101, 2, { whole: true });
    bid(driver, carol, 100, 3, { whole: true });
    phase(driver, 'pre_open');
    ask(driver, dora, 100, 5);
    expect(trades(phase(driver, 'continuous'))).toEqual([
      'O1 takes 0 1 of O4 at 100, spares 0',
      'O2 takes 2 3 of O4 at 100, spares 0',
    ]);
    expect(book(driver)).toEqual({ asks: ['O4 1 at 100'], bids: ['O3 3 at 100'] });
  });

  test('is taken in full by a larger one, and needs nothing spared', () => {
    const driver = openedDriver();
    ask(driver, alice, 100, 3, { whole: true });
    const events = bid(driver, bob, 100, 4, { timeInForce: 'ioc' });
    expect(trades(events)).toEqual(['O2 takes 0 of O1 at 100']);
    const [made] = eventsOf(events, 'trade.made');
    expect(made?.trade).toMatchObject({ volume: 3, lots: [{ lot: 0, volume: 3 }] });
    expect(losses(events)).toEqual(['O2 loses 1: not_filled_at_once']);
  });

  test('fires while there are as many on the other side', () => {
    const driver = openedDriver();
    bid(driver, alice, 100, 2, { whole: true });
    ask(driver, bob, 105, 2, { whole: true });
    ask(driver, carol, 100, 1);
    expect(trades(ask(driver, dora, 100, 1))).toEqual([
      'O1 takes 0 of O3 at 100, spares 0',
      'O1 takes 0 of O4 at 100',
    ]);
    expect(book(driver)).toEqual({ asks: ['O2 2 at 105'], bids: [] });
  });

  test.each(['pre_open', 'post_only'])('waits for the phase continuous in %s', (to) => {
    const driver = openedDriver();
    bid(driver, alice, 100, 2, { whole: true });
    phase(driver, to);
    ask(driver, bob, 100, 1);
    expect(trades(ask(driver, carol, 100, 1))).toEqual([]);
    expect(trades(give(driver, { kind: 'time.tick' }))).toEqual([]);
    expect(trades(phase(driver, 'halted'))).toEqual([]);
    expect(trades(phase(driver, 'continuous'))).toEqual([
      'O1 takes 0 of O2 at 100, spares 0',
      'O1 takes 0 of O3 at 100',
    ]);
  });

  test('cancels an own order on its way when that is its mode', () => {
    const driver = openedDriver();
    bid(driver, alice, 100, 2, { whole: true, selfTrade: 'cancel_resting' });
    ask(driver, alice, 99, 1);
    ask(driver, bob, 99, 1);
    const events = ask(driver, carol, 100, 1);
    expect(trades(events)).toEqual(['O1 takes 0 of O3 at 99, spares 0', 'O1 takes 0 of O4 at 100']);
    expect(losses(events)).toEqual(['O2 loses 1: self_trade']);
    expect(book(driver)).toEqual({ asks: [], bids: [] });
  });
});

describe('an auction', () => {
  /** Opens the market again, with the book that rested before. @returns the events. */
  function opened(driver: Driver, reference: number): readonly Event[] {
    return phase(driver, 'continuous', { reference });
  }

  test('makes the later order of each pair the incoming one, which spares its highest lots', () => {
    const driver = openedDriver();
    phase(driver, 'pre_open');
    ask(driver, alice, 100, 3);
    bid(driver, bob, 104, 2);
    bid(driver, carol, 103, 4);
    ask(driver, dora, 101, 2);
    expect(trades(opened(driver, 102))).toEqual([
      'O2 takes 0 1 of O1 at 102, spares 0 1',
      'O3 takes 2 of O1 at 102, spares 3',
      'O4 takes 0 1 of O3 at 102, spares 0 1',
    ]);
    expect(book(driver)).toEqual({ asks: [], bids: ['O3 1 at 103'] });
    expect(fate(driver, 3)).toBe('open: 3 filled for 306, 0 cancelled, 1 remain');
    expect(hold(driver, carol)).toEqual({ energy: 0, ecoin: 3 * 102 + 103 });
    expect(hold(driver, bob)).toEqual({ energy: 0, ecoin: 2 * 102 });
    expect(conditionsOf(driver.state, symbol)?.reference).toBe(102);
    expect(trades(ask(driver, alice, 103, 1))).toEqual(['O5 takes 2 of O3 at 103']);
  });

  test('tells a level that it emptied, also when a part of it was cancelled for its owner', () => {
    const driver = openedDriver();
    phase(driver, 'pre_open');
    ask(driver, alice, 100, 4);
    bid(driver, bob, 100, 2);
    bid(driver, alice, 100, 1, { selfTrade: 'cancel_resting' });
    const events = opened(driver, 100);
    expect(trades(events)).toEqual(['O2 takes 0 1 of O1 at 100, spares 0 1']);
    expect(losses(events)).toEqual(['O1 loses 2: self_trade']);
    const [level] = eventsOf(events, 'level.changed').filter(({ side }) => side === 'ask');
    expect(level).toMatchObject({ price: 100, volume: 0 });
  });

  test('leaves orders whose other lots wait for offers pending, on either side', () => {
    const driver = openedDriver();
    phase(driver, 'pre_open');
    ask(driver, alice, 100, 1);
    bid(driver, bob, 100, 1);
    for (const [participant, number] of [
      [alice, 1],
      [bob, 2],
    ] as const) {
      give(driver, { kind: 'order.amend', participant, order: orderId(number), volume: 2 });
    }
    const [made] = eventsOf(opened(driver, 100), 'trade.made');
    expect(made).toMatchObject({
      resting: { order: 'O1', status: 'pending', filled: 1, remaining: 1 },
      incoming: { order: 'O2', status: 'pending', filled: 1, remaining: 1 },
      spare: [{ lot: 0 }],
    });
    expect(book(driver)).toEqual({ asks: [], bids: [] });
    deliver(driver, orderId(1));
    expect(trades(deliver(driver, orderId(2)))).toEqual(['O2 takes 1 of O1 at 100']);
    expect(fate(driver, 1)).toBe('done: 2 filled for 200, 0 cancelled, 0 remain');
    expect(fate(driver, 2)).toBe('done: 2 filled for 200, 0 cancelled, 0 remain');
  });
});
