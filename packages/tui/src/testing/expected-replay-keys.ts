/** What each key of a recorded day must do. */
import { expect } from 'vitest';
import { shownNotice } from '../fold/notices.ts';
import type { ReplayCommand } from '../replay/replay.ts';
import type { State } from '../fold/state.ts';
import type { Press } from './expected-keys.ts';
import { orderId } from './market.ts';
import { positions, stories } from './recorded-day.ts';
import { openedAt, pressed, stepped } from './state.ts';

function at(state: State, name: string): State {
  const position = positions[name];
  if (position === undefined) throw new Error(`there is no position ${name}`);
  return stepped(state, { kind: 'replay', told: { kind: 'position', position } }).state;
}

const opened = at(openedAt(80, 24, { isReplay: true }), 'paused');
const proving = at(opened, 'proving');
const orders = pressed(opened, '3').state;
const asked = pressed(orders, 'w').state;
const why = stepped(asked, { kind: 'story', order: orderId(9), story: stories['queued'] }).state;
const typing = pressed(opened, '@').state;

function noticeOf(state: State): string {
  return shownNotice(state)?.text ?? '';
}

/** Sends the command from every screen, and from beside a story; not while the record is being proved. */
function commands(press: Press, command: ReplayCommand): void {
  for (const state of [opened, orders, asked, pressed(opened, '5').state]) {
    expect(press(state).effects).toEqual([{ kind: 'replay', command }]);
  }
  expect(press(proving).effects).toEqual([]);
  expect(noticeOf(press(proving).state)).toContain('still being proved');
  // In a live market there is no such key.
  expect(press(openedAt()).effects).toEqual([]);
}

const step = (unit: 'entry' | 'trade', by: 1 | -1): ReplayCommand => ({ kind: 'step', unit, by });

/** For each binding: a state in which it can be pressed, and what must come of it. */
export const expectedReplayKeys: Readonly<Record<string, (press: Press) => void>> = {
  'replay-toggle': (press) => commands(press, { kind: 'toggle' }),
  'replay-entry': (press) => commands(press, step('entry', 1)),
  'replay-entry-back': (press) => commands(press, step('entry', -1)),
  'replay-trade': (press) => commands(press, step('trade', 1)),
  'replay-trade-back': (press) => commands(press, step('trade', -1)),
  'replay-slower': (press) => commands(press, { kind: 'speed', by: -1 }),
  'replay-faster': (press) => commands(press, { kind: 'speed', by: 1 }),
  'replay-begin': (press) => commands(press, { kind: 'go', to: { seq: 0 } }),
  'replay-end': (press) => commands(press, { kind: 'go', to: { seq: Number.MAX_SAFE_INTEGER } }),
  'replay-go': (press) => {
    expect(press(opened).state.overlay).toEqual({ kind: 'go', text: '' });
    expect(press(proving).state.overlay).toBeUndefined();
  },
  stop: (press) => {
    for (const day of [at(opened, 'seeking'), proving]) {
      expect(press(day).effects).toEqual([{ kind: 'replay', command: { kind: 'stop' } }]);
    }
    expect(press(opened).effects).toEqual([]);
    // In a live market: the order that the wallet is signing.
    const progress = { order: orderId(9), lots: 20, of: 1000, state: 'working' } as const;
    const { state } = stepped(openedAt(), { kind: 'progress', progress });
    expect(press(state).effects).toEqual([{ kind: 'cancel', order: 'O9' }]);
  },
  why: (press) => {
    expect(press(orders)).toMatchObject({
      state: { overlay: { kind: 'why', order: 'O9', scroll: 0 } },
      effects: [{ kind: 'tell-story', order: 'O9' }],
    });
    expect(noticeOf(press(opened).state)).toContain('choose an order');
    const watching = at(openedAt(80, 24, { isReplay: true, isReadOnly: true }), 'paused');
    expect(noticeOf(press(pressed(watching, '3').state).state)).toContain('--as NAME');
  },
  'go-type': (press) => {
    expect(press(typing).state.overlay).toMatchObject({ text: expect.stringMatching(/^[\d:]$/) });
  },
  'go-erase': (press) => {
    expect(press(pressed(typing, '1', '2').state).state.overlay).toMatchObject({ text: '1' });
  },
  'go-there': (press) => {
    expect(press(pressed(typing, '7', '7').state)).toMatchObject({
      effects: [{ kind: 'replay', command: { kind: 'go', to: { seq: 77 } } }],
    });
    const { effects, state } = press(pressed(typing, '7', ':').state);
    expect(effects).toEqual([]);
    expect(state.overlay).toEqual({ kind: 'go', text: '7:' });
    expect(noticeOf(state)).toContain('type a time');
  },
  'go-close': (press) => {
    expect(press(typing)).toMatchObject({ effects: [] });
    expect(press(typing).state.overlay).toBeUndefined();
  },
  'why-down': (press) => {
    expect(press(why).state.overlay).toMatchObject({ scroll: 1 });
    expect(press(asked).state.overlay).toMatchObject({ scroll: 0 });
  },
  'why-up': (press) => {
    expect(press(pressed(why, 'j', 'j').state).state.overlay).toMatchObject({ scroll: 1 });
    expect(press(why).state.overlay).toMatchObject({ scroll: 0 });
  },
  'why-close': (press) => {
    expect(press(why).state.overlay).toBeUndefined();
    expect(press(why).effects).toEqual([]);
  },
};
