/** One-key trading: armed for a while, never by accident, never twice. */
import { describe, expect, test } from 'vitest';
import { armedIntervalMs, armedMs } from '../limits.ts';
import { shownNotice } from '../fold/notices.ts';
import { isArmed } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Step } from '../fold/messages.ts';
import { after, openedAt, pressed, stepped, told } from '../testing/state.ts';
import { live } from '../testing/market.ts';

const safe = openedAt(80, 24);
const armed = pressed(safe, 'A').state;

test('arming says how much a key sends, and holds the cursor where it is', () => {
  expect(safe.ladder.follows).toBe(true);
  expect(armed.ladder).toMatchObject({ cursor: safe.ladder.cursor, follows: false });
  expect(shownNotice(armed)?.text).toContain('send 10 lots at once');
});

function pressAt(state: State, key: string, now: number): Step {
  return stepped(state, { kind: 'key', key }, now);
}

test('SAFE by default: an order key opens a preview and sends nothing', () => {
  expect(isArmed(safe)).toBe(false);
  for (const key of ['b', 's', 'B', 'S']) {
    const { state, effects } = pressed(safe, key);
    expect(effects).toEqual([]);
    expect(state.ticket).toBeDefined();
  }
});

test('two keys lead from the cursor to the focused preview, a third one sends', () => {
  expect(pressed(safe, 'b', 'tab').state.ticket?.field).toBe('confirm');
  expect(pressed(safe, 'b', 'tab', 'enter').effects).toHaveLength(1);
});

describe('ARMED', () => {
  test.each([
    ['b', { side: 'bid', price: 150, timeInForce: 'gtc' }],
    ['s', { side: 'ask', price: 150, timeInForce: 'gtc' }],
    ['B', { side: 'bid', price: 151, timeInForce: 'ioc' }],
    ['S', { side: 'ask', price: 149, timeInForce: 'ioc' }],
  ])('%s sends at once', (key, wish) => {
    const { state, effects } = pressed(armed, key);
    expect(effects).toMatchObject([{ kind: 'place', wish: { ...wish, volume: 10 } }]);
    expect(state.ticket).toBeUndefined();
    expect(shownNotice(state)?.text).toContain('Sent: ');
  });

  test('a key that is held down sends one order, not one a repeat', () => {
    const held = after(
      armed,
      Array.from({ length: 20 }, () => ({ kind: 'key', key: 'b' })),
    );
    expect(held.effects).toHaveLength(1);
    const later = pressAt(held.state, 'b', held.state.now + armedIntervalMs);
    expect(later.effects).toHaveLength(1);
    const ids = [...held.effects, ...later.effects].map((effect) =>
      effect.kind === 'place' ? effect.wish.clientOrderId : '',
    );
    expect(new Set(ids).size).toBe(2);
  });

  test('it ends by itself, to the millisecond', () => {
    expect(pressAt(armed, 'b', armed.now + armedMs - 1).effects).toHaveLength(1);
    const late = pressAt(armed, 'b', armed.now + armedMs);
    expect(late.effects).toEqual([]);
    expect(late.state.ticket).toBeDefined();
    const ticked = stepped(armed, { kind: 'tick', offsetMinutes: 0 }, armed.now + armedMs).state;
    expect(ticked.armedUntil).toBeUndefined();
  });

  test('losing the connection ends it for good', () => {
    const lost = told(armed, { kind: 'connection', state: 'stale', reason: 'connection lost' });
    expect(isArmed(lost)).toBe(false);
    const back = told(lost, live);
    expect(isArmed(back)).toBe(false);
    expect(pressed(back, 'b').effects).toEqual([]);
  });

  test('an order that cannot be sent opens its ticket, which says why', () => {
    const { state, effects } = pressed({ ...armed, lots: 1000 }, 'b');
    expect(effects).toEqual([]);
    expect(state.ticket).toBeDefined();
  });

  test('the palette still asks first', () => {
    const { state, effects } = pressed(armed, ':', ...'lift', 'enter');
    expect(effects).toEqual([]);
    expect(state.ticket?.kind).toBe('ioc');
  });

  test('no other screen sends anything by the order keys', () => {
    for (const screen of ['1', '3', '4', '5']) {
      const { effects } = pressed(pressed(armed, screen).state, 'b', 's', 'B', 'S');
      expect(effects).toEqual([]);
    }
  });
});

test('who only watches, or is not connected, cannot arm', () => {
  expect(isArmed(pressed(openedAt(80, 24, { isReadOnly: true }), 'A').state)).toBe(false);
  const stale = told(safe, { kind: 'connection', state: 'stale', reason: 'lost' });
  expect(pressed(stale, 'A').state.armedUntil).toBeUndefined();
});

test('cancels work on every screen and while ARMED', () => {
  for (const screen of ['1', '2', '3', '4', '5']) {
    const there = pressed(armed, screen).state;
    expect(pressed(there, 'X').effects).toHaveLength(3);
    expect(pressed(there, 'ctrl-x').effects).toHaveLength(3);
  }
});
