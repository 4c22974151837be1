import { expect, test } from 'vitest';
import { queueOf } from '../index.ts';
import type { RestingView, Side, State } from '../index.ts';
import { sure, symbol } from '../testing/driver.ts';
import { trading, withPhases } from '../testing/rules-flow.ts';
import { eventsOf, watch } from '../testing/watch.ts';
import type { Seen } from '../testing/watch.ts';

test('an ioc, fok or market order never rests and never waits', () => {
  watch(withPhases(60), ({ after, events }) => {
    for (const { timeInForce, type, status } of after.values()) {
      const isImmediate = timeInForce === 'ioc' || timeInForce === 'fok' || type === 'market';
      if (isImmediate) expect(status).toBe('done');
    }
    for (const { view } of eventsOf(events, 'offers.requested')) {
      expect(['gtc', 'gtd']).toContain(view.timeInForce);
    }
  });
});

test('a fok order trades in full or not at all', () => {
  let [full, none] = [0, 0];
  const each = ({ command, after }: Seen): void => {
    if (command.kind !== 'order.place' || command.timeInForce !== 'fok') return;
    for (const { clientOrderId, filled, volume } of after.values()) {
      if (clientOrderId !== command.clientOrderId) continue;
      expect([0, volume]).toContain(filled);
      if (filled === 0) none += 1;
      else full += 1;
    }
  };
  watch(trading(60), each, { runs: 250 });
  expect(Math.min(full, none)).toBeGreaterThan(0);
});

test('a whole order trades in full or not at all', () => {
  let full = 0;
  watch(trading(60), ({ events }) => {
    const taken = new Map<string, { filled: number; wanted: number }>();
    for (const { trade, resting, incoming } of eventsOf(events, 'trade.made')) {
      for (const view of [resting, incoming]) {
        if (!view.whole) continue;
        const known = taken.get(view.order) ?? { filled: 0, wanted: view.remaining + trade.volume };
        taken.set(view.order, { ...known, filled: known.filled + trade.volume });
      }
    }
    for (const { filled, wanted } of taken.values()) {
      expect(filled).toBe(wanted);
      full += 1;
    }
  });
  expect(full).toBeGreaterThan(0);
});

test('no resting whole order would be filled and is not, in a market that trades', () => {
  watch(withPhases(60), ({ state }) => {
    const { book, phase } = sure(state.markets.get(symbol));
    if (phase === 'continuous') expect(book.firingWhole()).toBe(-1);
  });
});

test('a post-only order is never the incoming side, but in an auction', () => {
  watch(withPhases(60), ({ events }) => {
    if (eventsOf(events, 'auction.held').length > 0) return;
    for (const { incoming } of eventsOf(events, 'trade.made')) {
      // A whole order that rested fires as the incoming one: it had rested first.
      if (!incoming.whole) expect(incoming.postOnly).toBe(false);
    }
  });
});

test('a gtd order neither trades nor rests at or after its instant', () => {
  watch(trading(60), ({ events, at, after }) => {
    for (const { resting, incoming } of eventsOf(events, 'trade.made')) {
      for (const { expiresAt } of [resting, incoming]) {
        if (expiresAt !== undefined) expect(expiresAt).toBeGreaterThan(at);
      }
    }
    for (const { expiresAt, status } of after.values()) {
      if (expiresAt !== undefined && expiresAt <= at) expect(status).toBe('done');
    }
  });
});

test('a dead man’s switch cancels every live order of its owner at its instant, and nobody else’s', () => {
  let fallen = 0;
  watch(
    trading(80),
    ({ command, events, before, state, at }) => {
      // A block may release lots of an order that had been cancelled so: they are told with the same reason.
      if (command.kind === 'ledger.advance') return;
      const cancelled = eventsOf(events, 'order.cancelled').filter(
        ({ reason }) => reason === 'cancel_all_after',
      );
      const whose = new Set(cancelled.map(({ view }) => view.participant));
      for (const address of whose) {
        fallen += 1;
        expect(sure(state.participants.get(address)).switchDue?.at ?? at + 1).toBeGreaterThan(at);
        const live = [...before.values()].filter(
          (view) => view.participant === address && view.status !== 'done',
        );
        for (const view of live) {
          const ended = events.some(
            (event) => event.kind === 'order.cancelled' && event.view.order === view.order,
          );
          expect(ended).toBe(true);
        }
      }
      for (const { at: due } of state.deadlines.heap) expect(due).toBeGreaterThan(at);
    },
    { runs: 100 },
  );
  expect(fallen).toBeGreaterThan(0);
});

test('no participant has more live orders, nor more whole ones, than allowed when it places', () => {
  watch(trading(60), ({ state }) => {
    for (const { live, wholes } of state.participants.values()) {
      expect(live.length).toBeLessThanOrEqual(200);
      expect(wholes).toBeLessThanOrEqual(8);
    }
  });
});

test('a halted or closed market neither trades nor takes orders, and a closed one has none', () => {
  watch(withPhases(60), ({ command, events, state, before }) => {
    const { phase } = sure(state.markets.get(symbol));
    if (phase !== 'halted' && phase !== 'closed') return;
    if (command.kind === 'market.phase') return;
    expect(eventsOf(events, 'trade.made')).toEqual([]);
    expect(eventsOf(events, 'order.placed')).toEqual([]);
    if (phase !== 'closed') return;
    for (const side of ['ask', 'bid'] as const)
      expect([...queueOf(state, symbol, side)]).toEqual([]);
    for (const { status } of before.values()) expect(status).toBe('done');
  });
});

test('a market with a delivery closes at its gate, and from that instant on neither trades nor takes orders', () => {
  let fallen = 0;
  watch(
    withPhases(60),
    ({ at, command, events, state, after }) => {
      const { phase, terms } = sure(state.markets.get(symbol));
      if (terms.delivery === undefined || at < terms.delivery.gate) return;
      expect(phase).toBe('closed');
      for (const { status } of after.values()) expect(status).toBe('done');
      expect(eventsOf(events, 'trade.made')).toEqual([]);
      expect(eventsOf(events, 'order.placed')).toEqual([]);
      if (command.kind === 'market.phase') expect(eventsOf(events, 'refused')).toHaveLength(1);
      fallen += eventsOf(events, 'phase.changed').length;
    },
    { gated: true },
  );
  expect(fallen).toBeGreaterThan(0);
});

interface Standing {
  readonly bids: readonly RestingView[];
  readonly asks: readonly RestingView[];
  readonly reference: number | undefined;
}

/** The ordinary orders on both sides, and the price that an auction would like. */
function standing(state: State): Standing {
  const ordinary = (side: Side): RestingView[] =>
    [...queueOf(state, symbol, side)].filter(({ whole }) => !whole);
  const { reference } = sure(state.markets.get(symbol));
  return { bids: ordinary('bid'), asks: ordinary('ask'), reference };
}

test('an auction’s price trades most, then leaves least, then is nearest the reference, of all ticks', () => {
  let held = 0;
  let was: Standing = { bids: [], asks: [], reference: undefined };
  watch(
    withPhases(80),
    ({ command, events, state }) => {
      const { bids, asks, reference } = was;
      was = standing(state);
      const [auction] = eventsOf(events, 'auction.held');
      if (auction === undefined || command.kind !== 'market.phase') return;
      // What fell due at the command's instant went before the auction.
      const first = events.findIndex(({ kind }) => kind === 'auction.held');
      if (events.slice(0, first).some(({ kind }) => kind === 'order.cancelled')) return;
      held += 1;
      const sum = (of: readonly { volume: number }[]): number =>
        of.reduce((all, one) => all + one.volume, 0);
      const [high, low] = [bids[0]?.price ?? 0, asks[0]?.price ?? 0];
      const wanted = command.reference ?? reference ?? Math.floor((high + low) / 2);
      const scores = Array.from({ length: high - low + 1 }, (_, index) => {
        const price = low + index;
        const bid = sum(bids.filter((one) => one.price >= price));
        const ask = sum(asks.filter((one) => one.price <= price));
        return { price, volume: Math.min(bid, ask), imbalance: bid - ask };
      });
      const [best] = scores.toSorted(
        (a, b) =>
          b.volume - a.volume ||
          Math.abs(a.imbalance) - Math.abs(b.imbalance) ||
          Math.abs(a.price - wanted) - Math.abs(b.price - wanted) ||
          a.price - b.price,
      );
      const { price, volume, imbalance } = auction;
      expect({ price, volume, imbalance }).toEqual(best);
    },
    { runs: 200 },
  );
  expect(held).toBeGreaterThan(0);
});
