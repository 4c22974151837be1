import { describe, expect, test } from 'vitest';
import { participantOf } from '../index.ts';
import { restore } from '../restore.ts';
import { stateText } from '../snapshot.ts';
import {
  alice,
  bob,
  codeOf,
  give,
  openedDriver,
  place,
  placement,
  sure,
  symbol,
} from '../testing/driver.ts';
import type { Driver } from '../testing/driver.ts';

function suspend(driver: Driver, participant: string, suspended: boolean): readonly object[] {
  return give(driver, { kind: 'participant.suspend', participant, suspended });
}

describe('a suspension', () => {
  test('cancels what the participant has on the book or pending, and refuses new orders until it is lifted', () => {
    const driver = openedDriver();
    place(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    place(driver, { participant: bob, side: 'ask', price: 101, volume: 1 });
    expect(suspend(driver, alice, true)).toMatchObject([
      { kind: 'participant.suspended', participant: alice, suspended: true },
      { kind: 'order.cancelled', volume: 2, reason: 'suspended' },
      { kind: 'balance.changed', participant: alice, hold: 0 },
    ]);
    const order = { participant: alice, side: 'ask', price: 100, volume: 1 };
    expect(place(driver, order)).toMatchObject([
      { kind: 'refused', code: 'participant_suspended', participant: alice },
    ]);
    expect(participantOf(driver.state, alice)?.isSuspended).toBe(true);
    expect(suspend(driver, alice, false)).toHaveLength(1);
    expect(place(driver, order)).toMatchObject([{ kind: 'order.placed' }, {}, {}]);
    expect(sure(driver.state.participants.get(bob)).live).toHaveLength(1);
  });

  test('holds in a halted market too, and saying it again changes nothing', () => {
    const driver = openedDriver();
    place(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    give(driver, { kind: 'market.phase', market: symbol, phase: 'halted' });
    expect(suspend(driver, alice, true)).toHaveLength(3);
    expect(suspend(driver, alice, true)).toEqual([]);
    expect(suspend(driver, bob, false)).toEqual([]);
    const order = { participant: alice, side: 'ask', price: 100, volume: 1 };
    // Before the phase, after the market.
    expect(codeOf(place(driver, order))).toBe('participant_suspended');
    expect(codeOf(give(driver, { ...placement(driver, order), market: 'X/Y' }))).toBe(
      'unknown_market',
    );
  });

  test('is refused of a stranger', () => {
    const driver = openedDriver();
    expect(suspend(driver, 'nobody', true)).toMatchObject([
      { kind: 'refused', code: 'unknown_participant', participant: 'nobody' },
    ]);
  });

  test('outlives a snapshot, and leaves no trace in it once it is lifted', () => {
    const driver = openedDriver();
    const before = stateText(driver.state).split('\n').slice(1);
    suspend(driver, alice, true);
    const again = restore(stateText(driver.state));
    expect(participantOf(again, alice)?.isSuspended).toBe(true);
    expect(stateText(again)).toBe(stateText(driver.state));
    suspend(driver, alice, false);
    expect(stateText(driver.state).split('\n').slice(1)).toEqual(before);
  });
});
