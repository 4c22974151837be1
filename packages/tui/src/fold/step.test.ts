import { describe, expect, test } from 'vitest';
import { shownNotice } from './notices.ts';
import { sightOf } from './state.ts';
import type { State } from './state.ts';
import type { Effect, Input, Step } from './messages.ts';
import { after, openedAt, pressed, stepped, told, windowOf } from '../testing/state.ts';
import { connectionWord, isCurrent } from './view.ts';
import { opening, orderId, ownOrder, ownTrade } from '../testing/market.ts';

function noticeOf(state: State): string {
  return shownNotice(state)?.text ?? '';
}

const opened = openedAt();
const ticket = pressed(opened, 'b').state;
const confirming = pressed(ticket, 'tab').state;
const quitting = pressed(opened, 'q').state;

describe('keys', () => {
  test('a key that can do nothing says why', () => {
    const said = (state: State, key: string): string => noticeOf(pressed(state, key).state);
    expect(said(windowOf(80, 24), 'b')).toBe('b: there is no market yet');
    expect(said(openedAt(80, 24, { isReadOnly: true }), 'b')).toContain('read-only');
    expect(said(opened, 'x')).toBe('x: you have no live order at 150');
    expect(said(told(windowOf(80, 24), ...opening.slice(0, 2)), 'B')).toBe(
      'B: there is no ask to lift',
    );
    expect(said(ticket, 'enter')).toBe('Enter: Tab to [Confirm], then Enter sends it');
  });

  test('a key without a meaning says where keys are found', () => {
    for (const [key, name] of [
      ['z', 'z'],
      ['enter', 'Enter'],
      ['f1', 'f1'],
    ] as const) {
      expect(noticeOf(pressed(opened, key).state)).toBe(`${name}: no key here; ? lists them`);
    }
  });

  test('what is said about a key is gone with the next one', () => {
    const said = pressed(ticket, 'enter').state;
    expect(noticeOf(said)).toContain('Tab to [Confirm]');
    expect(noticeOf(pressed(said, 'escape', 'b').state)).toBe('');
  });

  test('2 brings the focus back to the ladder', () => {
    const list = pressed(opened, 'tab').state;
    expect(list.pane).toBe('orders');
    expect(pressed(list, '2').state.pane).toBe('ladder');
    expect(pressed(list, '3', '2').state.pane).toBe('ladder');
  });

  test.each(['1', '3', '4', '5'])('from screen %s a command buys on the ladder', (screen) => {
    const { state, effects } = pressed(opened, screen, ':', ...'buy', 'enter');
    expect(effects.filter(({ kind }) => kind !== 'read-wallet')).toEqual([]);
    expect(state).toMatchObject({ screen: 'ladder', ticket: { side: 'bid', priceText: '150' } });
  });

  test('Enter sends nothing unless Confirm has the focus, however often it is pressed', () => {
    expect(pressed(opened, 'enter', 'b', 'enter', 'enter', '5', 'enter').effects).toEqual([]);
  });

  test('pressing Enter twice on Confirm sends one order', () => {
    expect(pressed(confirming, 'enter', 'enter', 'enter').effects).toHaveLength(1);
  });

  test('a pasted text does nothing', () => {
    const { state, effects } = pressed(confirming, 'paste');
    expect(effects).toEqual([]);
    expect(state.ticket).toEqual(confirming.ticket);
  });

  test('in a window too small to see a ticket, no order key works', () => {
    expect(pressed(openedAt(50, 10), 'b', 'tab', 'enter', 'B', 'x', 'X').effects).toEqual([]);
  });
});

describe('orders list', () => {
  test('x cancels the selected order, and not a done one', () => {
    const list = pressed(opened, 'l').state;
    expect(pressed(list, 'x').effects).toEqual([{ kind: 'cancel', order: 'O9' }]);
    expect(pressed(list, 'j', 'x').effects).toEqual([{ kind: 'cancel', order: 'O8' }]);
    const done = pressed(list, 'G', 'x');
    expect(done.effects).toEqual([]);
    expect(noticeOf(done.state)).toBe('x: the selected order is done: nothing is left to cancel');
  });
});

describe('cancelling', () => {
  const list = pressed(opened, 'l', 'j').state;
  const asked = pressed(list, 'x').state;

  test('it says which order by side, lots and price', () => {
    expect(noticeOf(asked)).toBe('Cancelling your ask 5 lots at 151');
  });

  test('a second x asks nothing, and the selection stays with its order when it is done', () => {
    const again = pressed(asked, 'x');
    expect(again.effects).toEqual([]);
    expect(noticeOf(again.state)).toBe('x: already cancelled');
    const gone = ownOrder(8, 'ask', 9, 151, {
      filled: 4,
      cancelled: 5,
      status: 'done',
      reason: 'requested',
    });
    const done = told(asked, { kind: 'orders', snapshot: false, orders: [gone] });
    expect(done.selected).toBe('O8');
    expect(pressed(done, 'x').effects).toEqual([]);
    expect(noticeOf(pressed(done, 'x').state)).toBe('x: already cancelled');
  });

  test('the first order of the list stays selected too', () => {
    expect(pressed(opened, 'l', 'x').state.selected).toBe('O9');
  });

  test('an order that was done before the cancel came is no error', () => {
    const outcome = { kind: 'no', error: 'EOrder:Unknown order' } as const;
    const { state } = stepped(asked, { kind: 'cancelled', order: orderId(8), outcome });
    expect(shownNotice(state)).toMatchObject({
      tone: 'plain',
      text: 'Already done or cancelled: your ask 5 lots at 151',
    });
  });

  test('after a lost answer x can be pressed again', () => {
    const outcome = { kind: 'unknown', reason: 'lost' } as const;
    const { state } = stepped(asked, { kind: 'cancelled', order: orderId(8), outcome });
    expect(noticeOf(state)).toBe('No answer about your ask 5 lots at 151: press x again when LIVE');
    expect(pressed(state, 'x').effects).toHaveLength(1);
  });
});

describe('keys in a ticket', () => {
  test('a letter without a meaning there leaves the ticket and says how to close it', () => {
    for (const key of ['b', 's', 'B', 'x', 'q']) {
      const { state, effects } = pressed(ticket, key);
      expect(effects).toEqual([]);
      expect(state.ticket).toEqual(ticket.ticket);
      expect(noticeOf(state)).toBe(`${key}: a ticket is open; Esc closes it`);
    }
  });

  test('+ and - step the field that has the focus: lots, price, and nothing on Confirm', () => {
    const onPrice = pressed(ticket, 'shift-tab').state;
    expect(pressed(onPrice, '-').state.ticket).toMatchObject({
      volumeText: '10',
      priceText: '149',
    });
    expect(pressed(confirming, '-').state.ticket).toEqual(confirming.ticket);
    expect(noticeOf(pressed(confirming, '-').state)).toContain('Tab to the lots');
  });
});

test('messages name no amount while amounts are hidden', () => {
  const hidden = pressed(openedAt(), 'P').state;
  const filled = ownOrder(5, 'bid', 20, 149, {
    filled: 12,
    trades: [ownTrade(7, 149, 12, 'submitted')],
  });
  const state = told(hidden, { kind: 'orders', snapshot: false, orders: [filled] });
  expect(noticeOf(state)).toBe(
    'Filled *** lots of your bid: *** ecoin, the rest still open; settling',
  );
  expect(noticeOf(pressed(state, 'P').state)).toContain('Filled 12 lots');
});

test('after the window changes, the cursor stands as far down the ladder as before', () => {
  const moved = pressed(openedAt(80, 24), 'k', 'k', 'k').state;
  const { ladder } = stepped(moved, { kind: 'resize', columns: 80, rows: 44 }).state;
  const share = (sight: State, { cursor = 0, top = 0 }: State['ladder']): number =>
    (top - cursor) / ((sightOf(sight)?.rows ?? 1) - 1);
  expect(ladder.cursor).toBe(moved.ladder.cursor);
  const large = stepped(moved, { kind: 'resize', columns: 80, rows: 44 }).state;
  expect(Math.abs(share(large, large.ladder) - share(moved, moved.ladder))).toBeLessThan(0.05);
});

describe('suspension', () => {
  const gone = { cancelled: 20, status: 'done', reason: 'suspended' } as const;
  const suspended = told(opened, {
    kind: 'orders',
    snapshot: false,
    orders: [ownOrder(5, 'bid', 20, 149, gone)],
  });

  test('it is told when orders go by it, and stays known', () => {
    expect(noticeOf(suspended)).toBe(
      'The operator has suspended you: orders are cancelled, new ones refused',
    );
    expect(suspended.isSuspended).toBe(true);
    expect(opened.isSuspended).toBeUndefined();
  });

  test('a list of what there is tells it once only', () => {
    const orders = [ownOrder(5, 'bid', 20, 149, gone)];
    const again = told(suspended, { kind: 'orders', snapshot: true, orders });
    expect(again.notices).toEqual(suspended.notices);
    const missed = told(opened, { kind: 'orders', snapshot: true, orders });
    expect(missed.isSuspended).toBe(true);
  });

  test('a refusal tells it too, and an order that is taken ends it', () => {
    const asked = pressed(confirming, 'enter').state;
    const answered = (outcome: Extract<Input, { kind: 'placed' }>['outcome']): State =>
      stepped(asked, {
        kind: 'placed',
        clientOrderId: asked.ticket?.clientOrderId ?? '',
        outcome,
      }).state;
    const refused = answered({ kind: 'no', error: 'EGeneral:Permission denied:suspended' });
    expect(refused.isSuspended).toBe(true);
    const taken = stepped(refused, {
      kind: 'placed',
      clientOrderId: 'another',
      outcome: { kind: 'yes', value: { order: orderId(12) } },
    }).state;
    expect(taken.isSuspended).toBeUndefined();
  });
});

describe('a connection that has yet to come', () => {
  const stale = { kind: 'connection', state: 'stale' } as const;
  const wordOf = (state: State): string => connectionWord(state.view.connection);

  test('is waited for at the start, and stale once it was live or an attempt failed', () => {
    const begun = windowOf(80, 24);
    expect(wordOf(begun)).toBe('WAIT');
    const loading = told(begun, { ...stale, reason: 'loading 1 of 6' });
    expect(wordOf(loading)).toBe('WAIT');
    expect(wordOf(told(loading, { ...stale, reason: 'refused', retryInMs: 1000 }))).toBe('STALE');
    expect(wordOf(told(opened, { ...stale, reason: 'loading 1 of 6' }))).toBe('STALE');
  });

  test('is waited for while the operator has not let one in', () => {
    const waiting = told(opened, { ...stale, reason: 'waiting', isWaiting: true });
    expect(wordOf(waiting)).toBe('WAIT');
    expect(isCurrent(waiting.view)).toBe(true);
    const lost = told(waiting, { ...stale, reason: 'connection lost', retryInMs: 1000 });
    expect([wordOf(lost), isCurrent(lost.view)]).toEqual(['STALE', false]);
  });
});

const sent = pressed(confirming, 'enter');
function wishOf({ effects }: Step): Extract<Effect, { kind: 'place' }>['wish'] {
  const [effect] = effects;
  if (effect?.kind !== 'place') throw new Error('nothing was placed');
  return effect.wish;
}
const { clientOrderId } = wishOf(sent);

describe('an order on its way', () => {
  test('the id is the one that was made when the ticket opened', () => {
    expect(clientOrderId).toBe(ticket.ticket?.clientOrderId);
  });

  test('accepted: the ticket closes and the next one opens with the same size', () => {
    const outcome = { kind: 'yes', value: { order: orderId(12) } } as const;
    const { state } = stepped(sent.state, { kind: 'placed', clientOrderId, outcome });
    expect(state.ticket).toBeUndefined();
    expect(noticeOf(state)).toBe('Accepted: bid 10 lots at 150; the wallet signs it');
  });

  test('its own news is not overwritten by a later acceptance', () => {
    const open = told(sent.state, {
      kind: 'orders',
      snapshot: false,
      orders: [ownOrder(12, 'bid', 10, 150)],
    });
    const outcome = { kind: 'yes', value: { order: orderId(12) } } as const;
    const { state } = stepped(open, { kind: 'placed', clientOrderId, outcome });
    expect(noticeOf(state)).toBe('On the book: bid 10 lots at 150');
  });

  test('refused: the ticket stays, says why, and gets a new id', () => {
    const outcome = { kind: 'no', error: 'EOrder:Insufficient funds' } as const;
    const { state } = stepped(sent.state, { kind: 'placed', clientOrderId, outcome });
    expect(state.ticket).toMatchObject({
      field: 'confirm',
      phase: { kind: 'editing', refusal: /./ },
    });
    expect(state.ticket?.clientOrderId).not.toBe(clientOrderId);
    expect(noticeOf(state)).toContain('not enough is free');
  });

  test('unknown: nothing can be sent again; what the client finds out closes or opens the ticket', () => {
    const outcome = { kind: 'unknown', reason: 'connection lost' } as const;
    const unknown = stepped(sent.state, { kind: 'placed', clientOrderId, outcome }).state;
    expect(unknown.ticket?.phase.kind).toBe('unknown');
    expect(pressed(unknown, 'enter', '5', 'tab', 'enter').effects).toEqual([]);
    const taken = told(unknown, {
      kind: 'reconciled',
      clientOrderId,
      outcome: { kind: 'yes', value: { order: orderId(12) } },
    });
    expect(taken.ticket).toBeUndefined();
    expect(noticeOf(taken)).toContain('Accepted: bid 10 lots at 150');
    const refused = told(unknown, {
      kind: 'reconciled',
      clientOrderId,
      outcome: { kind: 'no', error: 'EOrder:Invalid price' },
    });
    expect(refused.ticket?.phase.kind).toBe('editing');
  });

  test('the answer to another order leaves the ticket alone', () => {
    const outcome = { kind: 'no', error: 'EOrder:Invalid price' } as const;
    const { state } = stepped(ticket, { kind: 'placed', clientOrderId: 'other', outcome });
    expect(state.ticket).toEqual(ticket.ticket);
  });

  test('a ticket with a problem is not sent and says it', () => {
    const { state, effects } = pressed(ticket, '0', 'tab', 'enter');
    expect(effects).toEqual([]);
    expect(noticeOf(state)).toBe('Not sent: type 1 lot or more');
  });

  test('Esc hides it and says that it goes on', () => {
    const { state } = pressed(sent.state, 'escape');
    expect(state.ticket).toBeUndefined();
    expect(noticeOf(state)).toContain('on its way');
  });
});

describe('the ladder under a ticket', () => {
  test('the ticket keeps its price while the market walks away', () => {
    const moved = told(
      ticket,
      { kind: 'trades', snapshot: false, trades: [] },
      ...opening.slice(3, 4),
    );
    expect(moved.ticket?.priceText).toBe('150');
    expect(moved.ladder.cursor).toBe(150);
  });
});

describe('leaving', () => {
  const leaving = pressed(quitting, 'c').state;

  test('it waits for every cancel, then leaves', () => {
    const yes = { kind: 'yes', value: null } as const;
    const { effects } = after(leaving, [
      { kind: 'cancelled', order: orderId(5), outcome: yes },
      {
        kind: 'cancelled',
        order: orderId(8),
        outcome: { kind: 'no', error: 'EOrder:Unknown order' },
      },
    ]);
    expect(effects).toEqual([]);
    const all = after(
      leaving,
      [5, 8, 9].map((order) => ({ kind: 'cancelled', order: orderId(order), outcome: yes })),
    );
    expect(all.effects).toEqual([{ kind: 'leave' }]);
  });

  test('it does not wait for ever', () => {
    const tick = { kind: 'tick', offsetMinutes: 0 } as const;
    expect(stepped(leaving, tick, leaving.now + 2999).effects).toEqual([]);
    expect(stepped(leaving, tick, leaving.now + 3000).effects).toEqual([{ kind: 'leave' }]);
  });
});

test('a snapshot of orders makes no news', () => {
  expect(opened.notices).toEqual([]);
});
