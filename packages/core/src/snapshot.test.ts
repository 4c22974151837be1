import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { knownOrders } from './known.ts';
import { createState, packedState, restore, stateHash, stateText } from './index.ts';
import {
  advance,
  alice,
  bob,
  createDriver,
  give,
  openedDriver,
  place,
  placeFirm,
} from './testing/driver.ts';
import { orderId, substance, terms, tradeId, wait } from './testing/driver.ts';
import type { Driver } from './testing/driver.ts';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A short life with something of everything in the state at its end. */
function shortLife(): Driver {
  const driver = openedDriver();
  placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 5 });
  placeFirm(driver, { participant: bob, side: 'bid', price: 90, volume: 2 });
  place(driver, { participant: bob, side: 'bid', price: 101, volume: 3 });
  place(driver, { participant: bob, side: 'ask', price: 120, volume: 1 });
  advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
  return driver;
}

describe('the text of a state', () => {
  test('is the same for ever after the same journal', () => {
    // A change here means that journals written before no longer replay to the state they were written with.
    const { state } = shortLife();
    expect(stateHash(state, sha256)).toBe(sha256(stateText(state)));
    expect(stateHash(state, sha256)).toBe(
      '3d2c46d8ccfdfed38aa206e58a059edee128e2bebe032782350900787a48e071',
    );
  });

  test('is empty but for its counts at first', () => {
    expect(stateText(createState())).toBe(
      '{"seq":0,"at":0}\n{"height":-1,"orderCount":0,"tradeCount":0}\n',
    );
  });

  test('has one JSON object a line', () => {
    const lines = stateText(shortLife().state).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
  });

  test('does not depend on the order in which independent things came', () => {
    const moves = [
      { address: 'alice', asset: 'ecoin', amount: 1 },
      { address: 'alice', asset: 'energy', amount: 2 },
      { address: 'shop', asset: 'coal', amount: 3 },
    ];
    const commands = [
      { kind: 'participant.admit', participant: 'alice', name: 'A' },
      { kind: 'participant.admit', participant: 'bob', name: 'B' },
      { kind: 'market.open', terms },
      {
        kind: 'market.open',
        terms: Object.fromEntries(Object.entries({ ...terms, symbol: 'A/B' }).toReversed()),
      },
    ];
    const [one, other] = [createDriver(), createDriver()];
    advance(one, { moves });
    for (const command of commands) give(one, command);
    for (const command of commands.toReversed()) give(other, command);
    advance(other, { moves: moves.toReversed() });
    expect(substance(other.state)).toBe(substance(one.state));
  });

  test('differs when anything of the state differs', () => {
    const texts = new Set<string>();
    const changes: ((driver: Driver) => unknown)[] = [
      () => 0,
      (driver) => give(driver, { kind: 'participant.admit', participant: alice, name: 'Alice' }),
      (driver) => place(driver, { participant: alice, side: 'ask', price: 200, volume: 1 }),
      (driver) => placeFirm(driver, { participant: alice, side: 'ask', price: 200, volume: 1 }),
      (driver) => give(driver, { kind: 'order.cancel', participant: alice, order: 'O1' }),
      (driver) => give(driver, { kind: 'order.cancel', participant: bob, order: 'O2' }),
      (driver) => advance(driver, {}),
      (driver) => advance(driver, { moves: [{ address: alice, asset: 'energy', amount: 1 }] }),
      (driver) => advance(driver, { lost: [{ order: orderId(1), lot: 3 }] }),
      (driver) => advance(driver, { lost: [{ order: orderId(1), lot: 4 }] }),
      (driver) => advance(driver, { settled: [{ trade: tradeId(1), lot: 1 }] }),
      (driver) => advance(driver, { settled: [{ trade: tradeId(1), lot: 2 }] }),
      (driver) => {
        wait(driver, 6_000_000);
        give(driver, { kind: 'time.tick' });
      },
    ];
    for (const change of changes) {
      const driver = shortLife();
      change(driver);
      texts.add(substance(driver.state));
    }
    expect(texts.size).toBe(changes.length);
  });
});

test('a packed state keeps every order, however many values its fields have', () => {
  const driver = shortLife();
  for (let number = 0; number < 1_500; number += 1) {
    place(driver, { participant: alice, side: 'bid', price: 100 + (number % 7), volume: 1 });
    if (number % 3 === 0) give(driver, { kind: 'order.cancel_all', participant: alice });
  }
  expect([...knownOrders(driver.state)].length).toBeGreaterThan(1_000);
  const packed = packedState(driver.state);
  const text = stateText(driver.state);
  expect(packed.length).toBeLessThan(text.length / 2);
  expect(stateText(restore(packed))).toBe(text);
  expect(packedState(restore(packed))).toBe(packed);
});
