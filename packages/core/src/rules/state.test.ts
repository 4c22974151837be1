import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownOrder, knownOrders } from '../known.ts';
import { apply, audit, createState, packedState } from '../index.ts';
import { restore, stateHash, stateText } from '../index.ts';
import type { Entry, Event, State } from '../index.ts';
import { everybody, give, substance, sure, symbol, terms } from '../testing/driver.ts';
import type { Driver } from '../testing/driver.ts';
import {
  commandOf,
  deliveryOf,
  richDriver,
  take,
  told,
  trading,
  withPhases,
} from '../testing/rules-flow.ts';
import { eventsOf, lightDriver, watch } from '../testing/watch.ts';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('the auditor finds every sum, link and promise kept after every entry', () => {
  fc.assert(
    fc.property(withPhases(60), (flow) => {
      const driver = richDriver(deliveryOf(flow));
      for (const step of flow) take(driver, step);
      expect(audit(driver.state)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('holds are what live orders and unsettled trades need, and no balance is below 0', () => {
  watch(trading(60), ({ state }) => {
    const needed = new Map<string, number>();
    const need = (who: string, asset: string, amount: number): void => {
      needed.set(`${who} ${asset}`, (needed.get(`${who} ${asset}`) ?? 0) + amount);
    };
    for (const { participant, side, remaining, price } of knownOrders(state)) {
      if (side === 'ask') need(participant.address, 'energy', remaining * terms.lot);
      else need(participant.address, 'ecoin', remaining * price);
    }
    for (const { resting, incoming, price, lots } of state.trades.values()) {
      for (const { state: lot, volume } of lots) {
        if (lot === 'settled' || lot === 'released') continue;
        for (const { participant, side } of [resting, incoming]) {
          if (side === 'ask') need(participant.address, 'energy', volume * terms.lot);
          else need(participant.address, 'ecoin', volume * price);
        }
      }
    }
    for (const address of everybody) {
      for (const [asset, { balance, hold }] of state.accounts.get(address) ?? []) {
        expect(hold).toBe(needed.get(`${address} ${asset}`) ?? 0);
        expect(balance).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

test('energy and ecoin are neither made nor lost but by what a block moves', () => {
  const sums = (state: State): Record<string, number> => {
    const all: Record<string, number> = {};
    for (const accounts of state.accounts.values()) {
      for (const { asset, balance } of accounts.values()) all[asset] = (all[asset] ?? 0) + balance;
    }
    return all;
  };
  const rich = { energy: everybody.length * 1e9, ecoin: everybody.length * 1e9 };
  watch(withPhases(60), ({ state }) => {
    expect(sums(state)).toEqual(rich);
    expect(Object.fromEntries(state.issued)).toEqual(rich);
  });
});

test('each output stands for one lot, which rests or is matched and unsettled', () => {
  watch(trading(60), ({ state }) => {
    const lots = [...state.orders.values()].flatMap(({ firm, given }) => [
      ...firm,
      ...given.flatMap((trade) =>
        trade.lots.filter(({ state: lot }) => lot !== 'settled' && lot !== 'released'),
      ),
    ]);
    expect(new Set(lots.map(({ output }) => output)).size).toBe(lots.length);
    expect(state.outputs.size).toBe(lots.length);
    for (const lot of lots) expect(state.outputs.get(lot.output)).toBe(lot);
  });
});

test('a refused command changes nothing but the seq and the instant', () => {
  let refused = 0;
  fc.assert(
    fc.property(withPhases(50), (flow) => {
      const driver = lightDriver(deliveryOf(flow));
      for (const step of flow) {
        const command = commandOf(driver, step);
        if (command === undefined) continue;
        // What falls due by now falls first, on its own.
        give(driver, { kind: 'time.tick' });
        const before = substance(driver.state);
        driver.now -= 1;
        const events = give(driver, command);
        if (eventsOf(events, 'refused').length === 0) continue;
        refused += 1;
        expect(events).toHaveLength(1);
        expect(substance(driver.state)).toBe(before);
      }
    }),
    { numRuns: 60 },
  );
  expect(refused).toBeGreaterThan(0);
});

function replay(journal: readonly Entry[], state: State): readonly Event[] {
  return journal.flatMap((entry) => apply(state, entry));
}

test('a journal replayed says the same and ends with the same hash', () => {
  fc.assert(
    fc.property(withPhases(60), (flow) => {
      const driver = lightDriver(deliveryOf(flow));
      for (const step of flow) take(driver, step);
      const state = createState();
      const events = replay(driver.journal, state);
      expect(events.slice(events.length - driver.events.length)).toEqual(driver.events);
      expect(stateHash(state, sha256)).toBe(stateHash(driver.state, sha256));
    }),
    { numRuns: 60 },
  );
});

test('a state restored from its text at any entry answers the rest alike and ends with the same hash', () => {
  fc.assert(
    fc.property(withPhases(60), fc.nat(1_000), fc.boolean(), (flow, pick, isPacked) => {
      const driver = lightDriver(deliveryOf(flow));
      for (const step of flow) take(driver, step);
      const { journal } = driver;
      const cut = pick % (journal.length + 1);
      const first = createState();
      replay(journal.slice(0, cut), first);
      const restored = restore(isPacked ? packedState(first) : stateText(first));
      expect(stateText(restored)).toBe(stateText(first));
      expect(packedState(restored)).toBe(packedState(first));
      expect(audit(restored)).toEqual([]);
      expect(replay(journal.slice(cut), restored)).toEqual(replay(journal.slice(cut), first));
      expect(stateHash(restored, sha256)).toBe(stateHash(driver.state, sha256));
    }),
    { numRuns: 80 },
  );
});

/** What happened in one market, with its orders and trades numbered as they appear. */
function inMarket(events: readonly Event[], market: string): unknown[] {
  const numbers = new Map<string, number>();
  const own = events.filter((event) => {
    if ('view' in event) return event.view.market === market;
    if (event.kind === 'trade.made') return event.trade.market === market;
    return event.kind === 'auction.held' && event.market === market;
  });
  return told(own).map((event) =>
    Object.fromEntries(
      Object.entries(event).map(([field, value]) => {
        if (typeof value !== 'string' || !/^O\d+$/.test(value)) return [field, value];
        const number = numbers.get(value) ?? numbers.size;
        numbers.set(value, number);
        return [field, number];
      }),
    ),
  );
}

test('what happens in one market does not depend on what happens in another', () => {
  const other = { ...terms, symbol: 'HEAT/ECOIN', energy: 'heat' };
  fc.assert(
    fc.property(
      trading(40),
      trading(40),
      fc.array(fc.boolean(), { maxLength: 90 }),
      (one, two, turns) => {
        const alone = lightDriver();
        const both = lightDriver();
        for (const driver of [alone, both]) {
          give(driver, { kind: 'market.open', terms: other });
          const moves = everybody.map((address) => ({ address, asset: 'heat', amount: 1e9 }));
          give(driver, {
            kind: 'ledger.advance',
            height: driver.state.height + 1,
            moves,
            settled: [],
            lost: [],
          });
        }
        // Only what belongs to one market: waits, blocks and what concerns participants are everybody's.
        const local = one.filter(({ what }) => what === 'place' || what === 'place special');
        const foreign = two.filter(({ what }) => what === 'place' || what === 'place special');
        for (const step of local) takeAt(alone, 'KWH/ECOIN', step);
        const [left, right] = [[...local], [...foreign]];
        for (const turn of [...turns, ...left.map(() => true), ...right.map(() => false)]) {
          const step = turn ? left.shift() : right.shift();
          if (step !== undefined) takeAt(both, turn ? 'KWH/ECOIN' : 'HEAT/ECOIN', step);
        }
        expect(inMarket(both.events, symbol)).toEqual(inMarket(alone.events, symbol));
      },
    ),
    { numRuns: 40 },
  );
});

/** Places the step's order in a market and delivers its offers. Every instant is a microsecond after the last, so nothing falls due. */
function takeAt(driver: Driver, market: string, step: Parameters<typeof commandOf>[1]): void {
  const placement = { ...commandOf(driver, step), market };
  const expiring = 'expiresAt' in placement ? { expiresAt: driver.now + 1e12 } : {};
  for (const event of give(driver, { ...placement, ...expiring })) {
    if (event.kind !== 'offers.requested') continue;
    const { order, participant } = event.view;
    const lots = event.lots.map((lot) => {
      driver.made += 1;
      return { lot, output: `${driver.made.toString(16).padStart(64, '0')}:0`, offer: 'ab' };
    });
    give(driver, { kind: 'offers.deliver', participant, order, lots });
  }
}

test('a placement, an amendment or a cancel that is sent again is answered alike and changes nothing', () => {
  let again = 0;
  watch(trading(60), ({ command, events, driver, state }) => {
    const resent = ['order.place', 'order.amend', 'order.cancel'];
    if (!resent.includes(command.kind) || eventsOf(events, 'refused').length > 0) return;
    const before = substance(state);
    const journal = driver.journal.length;
    // At the same instant: nothing falls due between the two.
    driver.now -= 1;
    const [answer, ...more] = give(driver, command);
    again += 1;
    expect(more).toEqual([]);
    const order = 'order' in command ? sure(knownOrder(state, command.order)) : undefined;
    if (command.kind === 'order.amend' && order?.status === 'done') {
      expect(answer).toMatchObject({ kind: 'refused', code: 'order_done' });
    } else if (command.kind === 'order.amend') {
      expect(answer).toMatchObject({ kind: 'order.amended', dropped: [] });
    } else expect(answer?.kind).toBe('order.repeated');
    expect(substance(state)).toBe(before);
    expect(driver.journal).toHaveLength(journal + 1);
  });
  expect(again).toBeGreaterThan(0);
});

test('deadlines fall in their order, and none is left behind', () => {
  watch(withPhases(60), ({ state, at }) => {
    for (const deadline of state.deadlines.heap) expect(deadline.at).toBeGreaterThan(at);
    const waiting = [...state.orders.values()].filter(({ bare }) => bare.length > 0);
    for (const { offersDue } of waiting) expect(offersDue?.index).toBeGreaterThanOrEqual(0);
  });
});
