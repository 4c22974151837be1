import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  audit,
  markets,
  marketsUnderWay,
  nextDeadline,
  restore,
  stateHash,
  stateText,
} from '../index.ts';
import type { Event } from '../index.ts';
import { advance, alice, bob, carol, codeOf, createDriver, deliver } from '../testing/driver.ts';
import { everybody, give, orderId, place, placeFirm, symbol } from '../testing/driver.ts';
import { terms, tradeId } from '../testing/driver.ts';
import type { Driver } from '../testing/driver.ts';

const gate = 3_000_000;
const delivery = { from: 4_000_000, to: 5_000_000, gate };

/** A market that closes at 3 s, with everybody in it. */
function gatedDriver(): Driver {
  const driver = createDriver();
  give(driver, { kind: 'market.open', terms: { ...terms, delivery } });
  for (const participant of everybody) {
    give(driver, { kind: 'participant.admit', participant, name: participant });
  }
  const assets = ['energy', 'ecoin'];
  advance(driver, {
    moves: everybody.flatMap((address) =>
      assets.map((asset) => ({ address, asset, amount: 10_000 })),
    ),
  });
  return driver;
}

function tickAt(driver: Driver, at: number): readonly Event[] {
  driver.now = at;
  return give(driver, { kind: 'time.tick' });
}

function setPhase(driver: Driver, phase: string): readonly Event[] {
  return give(driver, { kind: 'market.phase', market: symbol, phase });
}

/** What of these events tells how the market and its orders end. */
function endings(events: readonly Event[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.kind === 'phase.changed') return [event.phase];
    if (event.kind !== 'order.cancelled') return [];
    return [`${event.view.order} ${event.volume} ${event.reason}`];
  });
}

test('a market is under way until it is closed and the ledger has decided every lot of its trades', () => {
  const driver = gatedDriver();
  const underWay = (): string[] => marketsUnderWay(driver.state).map((each) => each.symbol);
  placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
  place(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
  expect(underWay()).toEqual([symbol]);
  tickAt(driver, gate);
  advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
  expect(underWay()).toEqual([symbol]);
  advance(driver, { settled: [{ trade: tradeId(1), lot: 1 }] });
  expect(underWay()).toEqual([]);
  expect(markets(driver.state)).toHaveLength(1);
});

test('a market that is closed is read back as it is, with the places that its book has given', () => {
  const driver = gatedDriver();
  placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 5 });
  place(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
  placeFirm(driver, { participant: carol, side: 'ask', price: 110, volume: 1 });
  const places = driver.state.markets.get(symbol)?.book.lastPlace;
  expect(places).toBeGreaterThan(1);
  const volumes = tickAt(driver, gate).flatMap((event) =>
    event.kind === 'level.changed' ? [event.volume] : [],
  );
  expect(volumes).toEqual([0, 0]);
  const text = stateText(driver.state);
  expect(text).toContain(`"places":${places}`);
  expect(stateText(restore(text))).toBe(text);
  expect(audit(driver.state)).toEqual([]);
  expect(audit(restore(text))).toEqual([]);
});

describe('the gate of a market', () => {
  test('closes it as the operator does: after saying so, every live order is cancelled', () => {
    const play = (close: (driver: Driver) => readonly Event[]): readonly Event[] => {
      const driver = gatedDriver();
      driver.now = gate - 100;
      placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 5 });
      placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
      place(driver, { participant: carol, side: 'bid', price: 90, volume: 4 });
      return close(driver);
    };
    const fallen = play((driver) => tickAt(driver, gate));
    const closed = play((driver) => setPhase(driver, 'closed'));
    expect(fallen).toEqual(closed);
    expect(endings(fallen)).toEqual(['closed', 'O1 3 market_closed', 'O3 4 market_closed']);
  });

  test('falls at its instant and not a microsecond before, before the command of that instant', () => {
    const driver = gatedDriver();
    expect(nextDeadline(driver.state)).toBe(gate);
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 1 });
    expect(endings(tickAt(driver, gate - 1))).toEqual([]);
    expect(driver.now).toBe(gate);
    const events = place(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    expect(endings(events)).toEqual(['closed', 'O1 1 market_closed']);
    expect(codeOf(events)).toBe('phase_forbids');
    expect(nextDeadline(driver.state)).toBeUndefined();
    expect(codeOf(setPhase(driver, 'continuous'))).toBe('phase_forbids');
  });

  test('falls in every phase, and holds no auction', () => {
    for (const phase of ['pre_open', 'post_only', 'cancel_only', 'halted']) {
      const driver = gatedDriver();
      if (phase === 'pre_open') setPhase(driver, phase);
      placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 1 });
      if (phase === 'pre_open') {
        placeFirm(driver, { participant: bob, side: 'bid', price: 120, volume: 1 });
      } else setPhase(driver, phase);
      const events = tickAt(driver, gate);
      expect(endings(events).slice(0, 2)).toEqual(['closed', 'O1 1 market_closed']);
      expect(events.some(({ kind }) => kind === 'auction.held' || kind === 'trade.made')).toBe(
        false,
      );
    }
  });

  test('leaves what is matched to settle, and a lot that comes back is cancelled', () => {
    const driver = gatedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    driver.now = gate - 1;
    place(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
    tickAt(driver, gate);
    expect(driver.state.trades.size).toBe(1);
    advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
    tickAt(driver, gate + terms.settlementTimeout);
    const events = advance(driver, { lost: [{ order: orderId(1), lot: 1 }] });
    expect(endings(events)).toEqual(['O1 1 market_closed', 'O2 1 not_settled']);
    expect(driver.state.trades.size).toBe(0);
  });

  test('is not waited for any more once the operator closed the market', () => {
    const driver = gatedDriver();
    setPhase(driver, 'halted');
    expect(nextDeadline(driver.state)).toBe(gate);
    setPhase(driver, 'closed');
    expect(nextDeadline(driver.state)).toBeUndefined();
    expect(tickAt(driver, gate)).toEqual([]);
    const closed = { ...terms, symbol: 'A/B', delivery: { ...delivery, gate: gate + 10 } };
    give(driver, { kind: 'market.open', terms: closed, phase: 'closed' });
    expect(nextDeadline(driver.state)).toBeUndefined();
  });

  test('falls before an order’s expiry of the same instant', () => {
    const driver = gatedDriver();
    const order = { side: 'ask', price: 100, volume: 1, timeInForce: 'gtd', expiresAt: gate };
    placeFirm(driver, { participant: alice, ...order });
    expect(endings(tickAt(driver, gate))).toEqual(['closed', 'O1 1 market_closed']);
  });

  test('closes its own market only', () => {
    const driver = gatedDriver();
    give(driver, { kind: 'market.open', terms: { ...terms, symbol: 'A/B' } });
    place(driver, { participant: alice, side: 'ask', price: 100, volume: 1 });
    const other = { kind: 'order.place', participant: alice, clientOrderId: 'x', market: 'A/B' };
    const gtc = { side: 'ask', price: 100, volume: 1, timeInForce: 'gtc', postOnly: false };
    give(driver, { ...other, ...gtc });
    deliver(driver, orderId(2));
    expect(endings(tickAt(driver, gate))).toContain('closed');
    expect(driver.state.orders.get(orderId(2))?.status).toBe('open');
  });
});

describe('the text of a market', () => {
  const hashOf = (driver: Driver): string =>
    stateHash(driver.state, (text) => createHash('sha256').update(text).digest('hex'));

  test('has its delivery and its gate while it is awaited, and is read back', () => {
    const driver = gatedDriver();
    const text = stateText(driver.state);
    expect(text).toContain(`"delivery":${JSON.stringify(delivery)}`);
    expect(text).toContain('{"kind":"deadline","at":3000000,"due":"gate","of":"KWH/ECOIN"}');
    const restored = restore(text);
    expect(audit(restored)).toEqual([]);
    expect(stateText(restored)).toBe(text);
    expect(nextDeadline(restored)).toBe(gate);
    tickAt(driver, gate);
    expect(stateText(driver.state)).not.toContain('"deadline"');
    expect(audit(restore(stateText(driver.state)))).toEqual([]);
  });

  test('is the same in whatever order its delivery came', () => {
    const [one, other] = [createDriver(), createDriver()];
    const { from, to } = delivery;
    give(one, { kind: 'market.open', terms: { ...terms, delivery: { from, to, gate } } });
    give(other, { kind: 'market.open', terms: { delivery: { gate, to, from }, ...terms } });
    expect(hashOf(one)).toBe(hashOf(other));
  });

  test('has no word of a delivery without one', () => {
    const driver = createDriver();
    give(driver, { kind: 'market.open', terms });
    expect(stateText(driver.state)).not.toMatch(/delivery|gate/);
  });
});
