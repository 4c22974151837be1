import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { costOf, depthOf, queueOf, toLots } from '../index.ts';
import type { OrderView, RestingView, Side, State } from '../index.ts';
import { sure, symbol } from '../testing/driver.ts';
import { plain, take, told, trading, withPhases } from '../testing/rules-flow.ts';
import type { RuleStep } from '../testing/rules-flow.ts';
import { eventsOf, lightDriver, watch } from '../testing/watch.ts';

const sides = ['ask', 'bid'] as const;

function queue(state: State, side: Side): RestingView[] {
  return [...queueOf(state, symbol, side)];
}

function isBetter(side: Side, a: number, b: number): boolean {
  return side === 'ask' ? a < b : a > b;
}

test('the book does not cross at rest in the phases that match', () => {
  watch(withPhases(60), ({ state }) => {
    const { phase } = sure(state.markets.get(symbol));
    if (phase !== 'continuous' && phase !== 'post_only') return;
    const [ask] = depthOf(state, symbol, 'ask', 1);
    const [bid] = depthOf(state, symbol, 'bid', 1);
    if (ask !== undefined && bid !== undefined) expect(bid.price).toBeLessThan(ask.price);
  });
});

test('the best price trades first', () => {
  watch(plain(60), ({ events }) => {
    const made = eventsOf(events, 'trade.made');
    for (const [index, { trade, resting }] of made.entries()) {
      const previous = made[index - 1];
      if (previous === undefined || previous.trade.incoming.order !== trade.incoming.order)
        continue;
      expect(isBetter(resting.side, trade.price, previous.trade.price)).toBe(false);
    }
  });
});

test('first in is first out within a price', () => {
  const places = new Map<string, RestingView>();
  watch(plain(60), ({ events, state }) => {
    const made = eventsOf(events, 'trade.made');
    for (const { trade, resting } of made) {
      const mine = places.get(trade.resting.order);
      if (mine === undefined) continue;
      const overtaken = queue(state, resting.side).filter(
        ({ price, place }) => price === trade.price && place < mine.place,
      );
      expect(overtaken).toEqual([]);
    }
    places.clear();
    for (const side of sides) for (const one of queue(state, side)) places.set(one.order, one);
  });
});

test('a trade has the resting order’s price or its auction’s, within both limits', () => {
  watch(withPhases(60), ({ events }) => {
    const auctions = eventsOf(events, 'auction.held').map(({ price }) => price);
    for (const { trade, resting, incoming } of eventsOf(events, 'trade.made')) {
      expect([...auctions, resting.price]).toContain(trade.price);
      const [ask, bid] = resting.side === 'ask' ? [resting, incoming] : [incoming, resting];
      expect(ask.price).toBeLessThanOrEqual(trade.price);
      expect(bid.price).toBeGreaterThanOrEqual(trade.price);
    }
  });
});

test('only whole lots trade, each in one trade at a time', () => {
  const matched = new Set<string>();
  watch(
    trading(60),
    ({ events }) => {
      for (const event of events) {
        if (event.kind === 'order.opened') {
          for (const { lot } of event.lots) matched.delete(`${event.view.order}:${lot}`);
        }
        if (event.kind !== 'trade.made') continue;
        const { trade } = event;
        expect(Number.isSafeInteger(trade.volume) && trade.volume > 0).toBe(true);
        expect(trade.lots.reduce((sum, { volume }) => sum + volume, 0)).toBe(trade.volume);
        for (const { lot } of trade.lots) {
          const name = `${trade.resting.order}:${lot}`;
          expect(matched.has(name)).toBe(false);
          matched.add(name);
        }
      }
    },
    { last: () => matched.clear() },
  );
});

test('filled, cancelled and remaining lots are the lots of the order', () => {
  watch(withPhases(60), ({ after }) => {
    for (const { filled, cancelled, remaining, volume } of after.values()) {
      expect(filled + cancelled + remaining).toBe(volume);
      expect(Math.min(filled, cancelled, remaining)).toBeGreaterThanOrEqual(0);
    }
  });
});

test('what is done and settled never changes again', () => {
  const final = new Map<string, OrderView>();
  watch(
    withPhases(60),
    ({ state, after }) => {
      for (const [id, view] of final) expect(after.get(view.order)).toEqual(final.get(id));
      for (const { id } of state.over.values()) final.set(id, sure(after.get(id)));
    },
    { last: () => final.clear() },
  );
});

test('orders of one owner never trade with each other', () => {
  watch(withPhases(60), ({ events, state }) => {
    for (const { trade } of eventsOf(events, 'trade.made')) {
      const ownerOf = (address: typeof trade.resting.participant): string =>
        sure(state.participants.get(address)).owner;
      expect(ownerOf(trade.resting.participant)).not.toBe(ownerOf(trade.incoming.participant));
    }
  });
});

test('passing a whole order by changes nobody’s place', () => {
  watch(trading(60), ({ events, state, before }) => {
    const moved = new Set(
      events.flatMap((event) =>
        event.kind === 'order.opened' || event.kind === 'order.amended' ? [event.view.order] : [],
      ),
    );
    for (const order of state.orders.values()) {
      const was = before.get(order.id);
      if (was?.status !== 'open' || order.status !== 'open' || moved.has(order.id)) continue;
      expect(placesBefore.get(order.id) ?? order.place).toBe(order.place);
    }
    placesBefore.clear();
    for (const { id, place, status } of state.orders.values()) {
      if (status === 'open') placesBefore.set(id, place);
    }
  });
});
const placesBefore = new Map<string, number>();

test('a smaller volume keeps the place, a new price or a larger volume loses it', () => {
  const places = new Map<string, number>();
  const check = (order: string, place: number, isKept: boolean): void => {
    const was = places.get(order);
    if (was !== undefined) expect(place === was).toBe(isKept);
  };
  watch(plain(60), ({ events, state, before }) => {
    for (const { view } of eventsOf(events, 'order.amended')) {
      const [was, order] = [before.get(view.order), state.orders.get(view.order)];
      if (was?.status !== 'open' || order?.status !== 'open' || order.bare.length > 0) continue;
      check(view.order, order.place, view.price === was.price && view.volume <= was.volume);
    }
    places.clear();
    for (const { id, place, slot } of state.orders.values()) if (slot >= 0) places.set(id, place);
  });
});

test('lots that come back rest at their order’s old place', () => {
  let returned = 0;
  const places = new Map<string, number>();
  watch(
    trading(80),
    ({ events, state }) => {
      for (const { view, lots } of eventsOf(events, 'order.opened')) {
        const order = state.orders.get(view.order);
        const was = places.get(view.order);
        if (
          was === undefined ||
          order === undefined ||
          order.slot < 0 ||
          !lots.every(({ lot }) => back.has(`${view.order}:${lot}`))
        )
          continue;
        expect(order.place).toBe(was);
        returned += 1;
      }
      for (const { view, lots } of eventsOf(events, 'lots.returned')) {
        const order = sure(state.orders.get(view.order));
        places.set(view.order, order.place);
        if (order.bare.length === lots.length)
          for (const lot of lots) back.add(`${view.order}:${lot}`);
      }
      for (const { view } of eventsOf(events, 'order.amended')) places.delete(view.order);
    },
    { runs: 150, last: () => places.clear() },
  );
  expect(returned).toBeGreaterThan(0);
});
const back = new Set<string>();

test('a level’s volume is the sum of its orders, and depth and cost agree with a walk along the queue', () => {
  watch(trading(60), ({ state }) => {
    for (const side of sides) {
      const ordinary = queue(state, side).filter(({ whole }) => !whole);
      const levels = new Map<number, { volume: number; orders: number }>();
      for (const { price, volume } of ordinary) {
        const level = levels.get(price) ?? { volume: 0, orders: 0 };
        levels.set(price, { volume: level.volume + volume, orders: level.orders + 1 });
      }
      const walked = [...levels].map(([price, level]) => ({ price, ...level }));
      expect(depthOf(state, symbol, side, 1_000)).toEqual(walked);
      expect(depthOf(state, symbol, side, 2)).toEqual(walked.slice(0, 2));
      let [left, cost] = [9, 0];
      for (const { price, volume } of ordinary) {
        const taken = Math.min(left, volume);
        [left, cost] = [left - taken, cost + taken * price];
      }
      const volume = sure(toLots(9));
      expect(costOf(state, symbol, { side, volume })).toMatchObject({ volume: 9 - left, cost });
    }
  });
});

test('an exchange seen in a mirror trades the same at mirrored prices', () => {
  const reflect = (step: RuleStep): RuleStep => ({
    ...step,
    side: step.side === 'ask' ? 'bid' : 'ask',
    price: 201 - step.price,
  });
  const mirrored = (events: ReturnType<typeof told>): unknown[] =>
    events.map((event) => ('price' in event ? { ...event, price: 201 - event.price } : event));
  fc.assert(
    fc.property(trading(60), (flow) => {
      const [left, right] = [lightDriver(), lightDriver()];
      for (const step of flow) {
        take(left, step);
        take(right, reflect(step));
      }
      expect(mirrored(told(right.events))).toEqual(told(left.events));
    }),
    { numRuns: 60 },
  );
});
