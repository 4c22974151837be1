/** What each key of the ladder, the ticket and what lies over them must do. */
import { expect } from 'vitest';
import type { State } from '../fold/state.ts';
import type { Step } from '../fold/messages.ts';
import { live } from './market.ts';
import { openedAt, pressed, told, windowOf } from './state.ts';

/** Presses one of the keys. */
export type Press = (state: State) => Step;

const opened = openedAt();
/** The cursor on an own bid at 149. */
const onOwn = pressed(opened, 'G').state;
const ticket = pressed(opened, 'b').state;
const confirming = pressed(ticket, 'tab').state;
const quitting = pressed(opened, 'q').state;

/** For each binding: a state in which it can be pressed, and what must come of it. */
export const expectedKeys: Readonly<Record<string, (press: Press) => void>> = {
  bid: (press) => {
    expect(press(opened).state.ticket).toMatchObject({
      side: 'bid',
      priceText: '150',
      kind: 'gtc',
    });
  },
  ask: (press) => {
    expect(press(opened).state.ticket).toMatchObject({ side: 'ask', priceText: '150' });
  },
  lift: (press) => {
    expect(press(opened).state.ticket).toMatchObject({
      side: 'bid',
      priceText: '151',
      kind: 'ioc',
    });
  },
  hit: (press) => {
    expect(press(opened).state.ticket).toMatchObject({
      side: 'ask',
      priceText: '149',
      kind: 'ioc',
    });
  },
  cancel: (press) => {
    expect(press(onOwn).effects).toEqual([{ kind: 'cancel', order: 'O5' }]);
  },
  'cancel-market': (press) => {
    expect(press(opened).effects.map((effect) => 'order' in effect && effect.order)).toEqual([
      'O5',
      'O8',
      'O9',
    ]);
  },
  'cancel-all': (press) => {
    for (const state of [opened, ticket, quitting, pressed(opened, '?').state, openedAt(30, 5)]) {
      expect(press(state).effects).toHaveLength(3);
    }
  },
  up: (press) => {
    expect(press(opened).state.ladder).toMatchObject({ cursor: 151, follows: false });
  },
  down: (press) => {
    expect(press(opened).state.ladder.cursor).toBe(149);
  },
  'page-up': (press) => {
    expect(press(opened).state.ladder.cursor).toBe(158);
  },
  'page-down': (press) => {
    expect(press(opened).state.ladder.cursor).toBe(142);
  },
  'best-ask': (press) => {
    expect(press(onOwn).state.ladder.cursor).toBe(151);
  },
  'best-bid': (press) => {
    expect(press(opened).state.ladder.cursor).toBe(149);
  },
  recentre: (press) => {
    expect(press(onOwn).state.ladder).toMatchObject({ cursor: 150, follows: true });
  },
  'focus-ladder': (press) => {
    expect(press(pressed(opened, 'l').state).state.pane).toBe('ladder');
  },
  'focus-orders': (press) => {
    expect(press(opened).state.pane).toBe('orders');
  },
  'focus-next': (press) => {
    expect(press(opened).state.pane).toBe('orders');
    expect(press(press(opened).state).state.pane).toBe('ladder');
  },
  larger: (press) => {
    expect(press(opened).state.lots).toBe(11);
  },
  smaller: (press) => {
    expect(press(opened).state.lots).toBe(9);
  },
  digits: (press) => {
    const { volumeText, priceText } = press(pressed(ticket, 'shift-tab').state).state.ticket ?? {};
    expect(volumeText).toBe('10');
    expect(priceText).toMatch(/^[\d.]$/);
  },
  erase: (press) => {
    expect(press(ticket).state.ticket?.volumeText).toBe('');
  },
  'next-field': (press) => {
    expect(press(ticket).state.ticket?.field).toBe('confirm');
  },
  'previous-field': (press) => {
    expect(press(ticket).state.ticket?.field).toBe('price');
  },
  confirm: (press) => {
    expect(press(confirming).effects).toMatchObject([
      { kind: 'place', wish: { price: 150, volume: 10 } },
    ]);
  },
  close: (press) => {
    expect(press(ticket).state.ticket).toBeUndefined();
  },
  'ticket-larger': (press) => {
    expect(press(ticket).state.ticket?.volumeText).toBe('11');
  },
  'ticket-smaller': (press) => {
    expect(press(ticket).state.ticket?.volumeText).toBe('9');
  },
  'price-up': (press) => {
    expect(press(ticket).state).toMatchObject({
      ticket: { priceText: '151' },
      ladder: { cursor: 151 },
    });
  },
  'price-down': (press) => {
    expect(press(ticket).state.ticket?.priceText).toBe('149');
  },
  'order-kind': (press) => {
    expect(press(ticket).state.ticket?.kind).toBe('ioc');
  },
  until: (press) => {
    const untilTime = pressed(ticket, 't', 't', 't', 't').state;
    expect(untilTime.ticket).toMatchObject({ kind: 'gtd', untilText: '1509' });
    expect(press(untilTime).state.ticket?.untilText).toBe('1809');
    expect(press(ticket).state.ticket).toEqual(ticket.ticket);
  },
  amend: (press) => {
    expect(press(onOwn).state.ticket).toMatchObject({
      amends: 'O5',
      volumeText: '20',
      priceText: '149',
    });
    expect(press(opened).state.ticket).toBeUndefined();
  },
  'post-only': (press) => {
    expect(press(ticket).state.ticket?.postOnly).toBe(true);
  },
  'ticket-hide': (press) => {
    expect(press(ticket).state).toMatchObject({ areAmountsHidden: true, ticket: ticket.ticket });
  },
  hide: (press) => {
    expect(press(opened).state.areAmountsHidden).toBe(true);
  },
  'help-filter': (press) => {
    expect(press(pressed(opened, '?').state).state.overlay).toMatchObject({
      filter: expect.stringMatching(/^.$/),
    });
  },
  'help-unfilter': (press) => {
    expect(press(pressed(opened, '?', 'a', 'b').state).state.overlay).toMatchObject({
      filter: 'a',
    });
  },
  'help-up': (press) => {
    expect(press(pressed(opened, '?', 'down', 'down').state).state.overlay).toMatchObject({
      scroll: 1,
    });
  },
  'help-down': (press) => {
    expect(press(pressed(opened, '?').state).state.overlay).toMatchObject({ scroll: 1 });
  },
  'help-page-up': (press) => {
    expect(press(pressed(opened, '?', 'down').state).state.overlay).toMatchObject({ scroll: 0 });
  },
  'help-page-down': (press) => {
    expect(press(pressed(opened, '?').state).state.overlay).toMatchObject({ scroll: 10 });
  },
  'help-close': (press) => {
    expect(press(pressed(opened, '?').state).state.overlay).toBeUndefined();
  },
  'quit-keep': (press) => {
    expect(press(quitting).effects).toEqual([{ kind: 'leave' }]);
  },
  'quit-cancel': (press) => {
    expect(press(quitting).effects.map(({ kind }) => kind)).toEqual(['cancel', 'cancel', 'cancel']);
  },
  'quit-not': (press) => {
    expect(press(quitting)).toMatchObject({ effects: [], state: {} });
    expect(press(quitting).state.overlay).toBeUndefined();
  },
  'leave-now': (press) => {
    expect(press(pressed(quitting, 'c').state).effects).toEqual([{ kind: 'leave' }]);
  },
  help: (press) => {
    expect(press(opened).state.overlay?.kind).toBe('help');
  },
  'ticket-help': (press) => {
    const { state } = press(ticket);
    expect(state.overlay?.kind).toBe('help');
    expect(pressed(state, 'escape').state.ticket).toEqual(ticket.ticket);
  },
  repaint: (press) => {
    expect(press(opened).effects).toEqual([{ kind: 'repaint' }]);
  },
  quit: (press) => {
    expect(press(opened).state.overlay?.kind).toBe('quit');
    expect(press(told(windowOf(80, 24), live)).effects).toEqual([{ kind: 'leave' }]);
  },
  'compact-quit': (press) => {
    const { state, effects } = press(openedAt(50, 10));
    expect(effects).toEqual([]);
    expect(state.overlay?.kind).toBe('quit');
    expect(pressed(state, 'k').effects).toEqual([{ kind: 'leave' }]);
    expect(pressed(state, 'c').effects).toHaveLength(3);
    expect(pressed(state, 'escape').state.overlay).toBeUndefined();
    expect(press(told(windowOf(50, 10), live)).effects).toEqual([{ kind: 'leave' }]);
  },
  interrupt: (press) => {
    const first = press(ticket);
    expect(first.state.overlay?.kind).toBe('quit');
    expect(press(first.state).effects).toEqual([{ kind: 'leave' }]);
  },
};
