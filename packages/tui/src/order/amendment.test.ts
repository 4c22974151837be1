/** Amending in place: what the ticket says of the order's priority, what is sent, and what becomes of it. */
import type { Outcome } from '@wattlot/client';
import type { Phase } from '@wattlot/core';
import { describe, expect, test } from 'vitest';
import { shownNotice } from '../fold/notices.ts';
import { previewOf } from './preview.ts';
import type { Preview } from './preview.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { contextIn } from './ticket-context.ts';
import { instrument, live, orderId, ownOrder } from '../testing/market.ts';
import { openedAt, pressed, stepped, told } from '../testing/state.ts';

const opened = openedAt();
/** An own bid of 20 at 149, in the ticket. */
const changing = pressed(opened, 'G', 'e').state;

function typed(volume: string, price = '149', from = changing): State {
  const there = { ...from.ticket, volumeText: volume, priceText: price };
  return { ...from, ticket: { ...there } as NonNullable<State['ticket']> };
}

function previewIn(state: State): Preview {
  const market = marketOf(state);
  if (market === undefined || state.ticket === undefined) throw new Error('no ticket');
  return previewOf(state.ticket, contextIn(state, market));
}

function inPhase(state: State, phase: Phase): State {
  return told(state, { kind: 'instruments', instruments: [{ ...instrument, phase }] });
}

test('e opens the order at the cursor in the ticket, and Confirm sends what was changed only', () => {
  expect(changing.ticket).toMatchObject({ amends: 'O5', volumeText: '20', priceText: '149' });
  const { state, effects } = pressed(changing, '1', '2', 'tab', 'enter');
  expect(effects).toEqual([{ kind: 'amend', order: 'O5', change: { volume: 12 } }]);
  expect(state.ticket?.phase).toEqual({ kind: 'sending' });
  expect(pressed(changing, 'k', 'tab', 'enter').effects).toEqual([
    { kind: 'amend', order: 'O5', change: { price: 150 } },
  ]);
  expect(state.lots).toBe(opened.lots);
});

test('Enter sends on the focused Confirm only, and nothing while nothing is changed', () => {
  expect(pressed(changing, '1', '2', 'enter').effects).toEqual([]);
  const { state, effects } = pressed(changing, 'tab', 'enter');
  expect(effects).toEqual([]);
  expect(shownNotice(state)?.text).toBe('Not sent: change lots or price');
});

test('ARMED or not, a change asks first', () => {
  const { effects, state } = pressed(opened, 'A', 'G', 'e');
  expect(effects).toEqual([]);
  expect(state.ticket?.amends).toBe('O5');
});

test('kind, post-only and end stay as they are, and the ticket says so', () => {
  for (const key of ['t', 'p', 'u']) {
    const { state } = pressed(changing, key);
    expect(state.ticket).toEqual(changing.ticket);
    expect(shownNotice(state)?.text).toContain('only lots and price');
  }
});

test('of several orders at one price the first is taken, and that is said', () => {
  const two = told(opened, {
    kind: 'orders',
    snapshot: false,
    orders: [ownOrder(11, 'bid', 3, 149)],
  });
  const { state } = pressed(two, 'G', 'e');
  expect(state.ticket?.amends).toBe('O5');
  expect(shownNotice(state)?.text).toContain('2 orders here');
});

test.each([
  ['the watching terminal', openedAt(80, 24, { isReadOnly: true }), 'read-only'],
  ['a price without an own order', pressed(opened, 'k', 'k').state, 'no live order at 152'],
  ['a done order', pressed(opened, 'l', 'G').state, 'is done'],
  ['an order that is being cancelled', pressed(opened, 'G', 'x').state, 'no live order at 149'],
])('%s opens nothing and says why', (_, state, reason) => {
  const next = pressed(state, 'e').state;
  expect(next.ticket).toBeUndefined();
  expect(shownNotice(next)?.text).toContain(reason);
});

test.each([
  ['152', undefined],
  ['300', true],
])('a price changed to %s: far off? %s', (price, isFar) => {
  const state = typed('30', price, without(changing, 8));
  expect(previewIn(state).isFar).toBe(isFar);
});

describe('the place in the queue', () => {
  test.each([
    ['fewer lots at the same price', typed('12'), 'keeps its place at 149: 3rd, 12 ahead'],
    ['more lots', typed('21'), 'goes to the back at 149'],
    ['another price', typed('12', '148'), 'goes to the back at 148'],
    [
      'a price where all of it trades',
      typed('30', '152', without(changing, 8)),
      'trades at once for 45.30 ecoin',
    ],
    [
      'a price where some of it trades',
      typed('40', '151', without(changing, 8)),
      '30 trade now, 10 to the back',
    ],
    [
      'as many lots as are done',
      pressed(openedAsk(), 'e', '4').state,
      'cancels what is left of it',
    ],
    [
      'an order that has none yet',
      pressed(opened, 'j', 'j', 'j', 'j', 'e', '5').state,
      'no place yet: the wallet signs it',
    ],
    ['nothing changed', changing, 'change lots or price'],
  ])('%s', (_, state, note) => {
    expect(previewIn(state)).toMatchObject({ note });
    expect(previewIn(state).problem).toBeUndefined();
  });
});

function without(state: State, ...orders: readonly number[]): State {
  const kept = [...state.view.orders].filter(([id]) => !orders.some((one) => id === `O${one}`));
  return { ...state, view: { ...state.view, orders: new Map(kept) } };
}

/** The cursor on an own ask of 9 at 151, of which 4 are filled. */
function openedAsk(): State {
  return pressed(opened, 'g').state;
}

describe('what stands against a change', () => {
  test.each([
    ['fewer lots than are done', pressed(openedAsk(), 'e', '3').state, '4 lots are done already'],
    ['no lots', typed('0'), 'type 1 lot or more'],
    ['more lots than an order may have', typed('1001'), 'at most 1000 lots an order'],
    ['a price out of the band', typed('20', '1001'), 'price must be 1 to 1000'],
    ['more ecoin than is free beside what it holds', typed('629'), 'only 906.50 ecoin free'],
    ['an own order in its way', ownFirst(), 'meets your own order at 150'],
    ['a market that takes cancels only', inPhase(typed('21'), 'cancel_only'), 'fewer lots only'],
    ['a halted market', inPhase(typed('12'), 'halted'), 'the market is halted'],
    ['a closed market', inPhase(typed('12'), 'closed'), 'the market has closed'],
    [
      'a lost connection',
      told(typed('12'), { kind: 'connection', state: 'stale', reason: 'lost' }),
      'not connected',
    ],
    [
      'an order that is done meanwhile',
      told(typed('12'), {
        kind: 'orders',
        snapshot: false,
        orders: [ownOrder(5, 'bid', 20, 149, { filled: 20, status: 'done' })],
      }),
      'the order is done already',
    ],
  ])('%s', (_, state, problem) => {
    expect(previewIn(state).problem).toContain(problem);
    expect(previewIn(state).amendment).toBeUndefined();
    expect(pressed(state, 'tab', 'enter').effects).toEqual([]);
  });

  test('its own hold is free for it', () => {
    expect(previewIn(typed('628')).problem).toBeUndefined();
    expect(previewIn(inPhase(typed('12'), 'cancel_only')).problem).toBeUndefined();
  });
});

function ownFirst(): State {
  const own = ownOrder(12, 'ask', 5, 150);
  return typed('20', '150', told(changing, { kind: 'orders', snapshot: false, orders: [own] }));
}

describe('what became of it', () => {
  const sent = pressed(changing, '1', '2', 'tab', 'enter').state;
  const order = orderId(5);
  const answered = (state: State, outcome: Outcome<null>): State =>
    stepped(state, { kind: 'amended', order, outcome }).state;
  const lost = { kind: 'unknown', reason: 'the connection was lost before the answer' } as const;

  test('accepted: the ticket closes and the order is named as it is now', () => {
    const state = answered(sent, { kind: 'yes', value: null });
    expect(state.ticket).toBeUndefined();
    expect(shownNotice(state)?.text).toBe('Changed: bid 12 lots at 149');
    expect(shownNotice({ ...state, areAmountsHidden: true })?.text).toBe(
      'Changed: bid *** lots at 149',
    );
  });

  test('refused: the ticket says why, can be sent again, and the order is as it was', () => {
    const state = answered(sent, { kind: 'no', error: 'EOrder:Insufficient funds' });
    expect(state.ticket?.phase).toMatchObject({ kind: 'editing' });
    expect(shownNotice(state)?.text).toContain('Not changed: not enough is free');
    expect(state.view.orders).toBe(sent.view.orders);
    expect(pressed(state, 'enter').effects).toEqual([
      { kind: 'amend', order: 'O5', change: { volume: 12 } },
    ]);
  });

  test('unknown: nothing can be sent again by hand, and the verdict of the client closes it', () => {
    const unknown = answered(sent, lost);
    expect(unknown.ticket?.phase).toEqual({ kind: 'unknown' });
    expect(pressed(unknown, 'enter').effects).toEqual([]);
    const change = { volume: sent.view.orders.get(order)?.volume };
    const event = { kind: 'amendment', order, change: {}, outcome: { kind: 'yes', value: null } };
    expect(change.volume).toBe(20);
    const known = told(unknown, live, event as never);
    expect(known.ticket).toBeUndefined();
    expect(shownNotice(known)?.text).toBe('Changed: bid 12 lots at 149');
  });

  test('unknown for good: the ticket says so and where to look', () => {
    const reason = 'too long ago to be sent again; the exchange does not show it';
    const event = { kind: 'amendment', order, change: {}, outcome: { kind: 'unknown', reason } };
    const state = told(answered(sent, lost), event as never);
    expect(state.ticket?.phase).toEqual({ kind: 'lost', reason });
    expect(shownNotice(state)?.text).toContain('Not known to be changed');
    expect(pressed(state, 'enter').effects).toEqual([]);
    expect(pressed(state, 'escape').state.ticket).toBeUndefined();
  });

  test('a ticket that was closed meanwhile stays closed, and the news is told', () => {
    const closed = pressed(sent, 'escape').state;
    const state = answered(closed, { kind: 'yes', value: null });
    expect(state.ticket).toBeUndefined();
    expect(shownNotice(state)?.text).toContain('Changed: bid');
  });

  test('the answer to one order leaves another one’s ticket alone', () => {
    const other = pressed(pressed(sent, 'escape').state, 'b').state;
    expect(answered(other, { kind: 'yes', value: null }).ticket).toEqual(other.ticket);
  });
});
