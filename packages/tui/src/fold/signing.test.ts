import { expect, test } from 'vitest';
import type { AgentProgress } from '@wattlot/client';
import { signingShownAfterMs } from '../limits.ts';
import { shownNotice } from './notices.ts';
import { signingBar } from './signing.ts';
import type { State } from './state.ts';
import type { Input } from './messages.ts';
import { orderId, ownOrder } from '../testing/market.ts';
import { openedAt, pressed, stepped, told as toldOf } from '../testing/state.ts';
import { languages } from '../text/language.ts';
import { plainOf } from '../text/line.ts';
import { widthOf } from '../text/printable.ts';
import { makeTheme } from '../theme.ts';

const opened = openedAt();

function told(state: State, change: Partial<AgentProgress> = {}, afterMs = 0): State {
  const progress = { order: orderId(9), lots: 0, of: 1000, state: 'working', ...change } as const;
  const input: Input = { kind: 'progress', progress };
  return stepped(state, input, state.now + afterMs).state;
}

const long = told(told(opened), { lots: 400 }, signingShownAfterMs);

const { glyphs } = makeTheme({ colorDepth: 8 });

function bar(state: State, width = 110): string | undefined {
  const shown = signingBar(state, width, glyphs);
  return shown === undefined ? undefined : plainOf(shown);
}

test('what is signed at once is not shown, and what takes longer is until it is done', () => {
  expect(bar(told(opened))).toBeUndefined();
  expect(bar(long)).toMatch(/^ Signing bid 10 lots at 146 █+─+ +40 % {2}1,600 lots\/s {2}1 s left/);
  expect(bar(long)).toContain('Esc cancels it');
  expect(bar(told(long, { lots: 1000, state: 'done' }))).toBeUndefined();
  expect(bar(told(long, { state: 'stopped' }))).toBeUndefined();
});

test('the bar is as wide as the window in every language', () => {
  for (const language of languages) {
    for (const width of [0, 1, 20, 60, 80, 200]) {
      expect(widthOf(bar({ ...long, language }, width) ?? '')).toBe(width);
    }
  }
});

test('Escape cancels the order that is being signed, once, from every screen', () => {
  for (const screen of ['1', '2', '3', '4', '5']) {
    const { state, effects } = pressed(pressed(long, screen).state, 'escape', 'escape');
    expect(effects.filter(({ kind }) => kind !== 'read-wallet')).toEqual([
      { kind: 'cancel', order: 'O9' },
    ]);
    expect(bar(state)?.trimEnd()).toBe(
      ' Stopping: bid 10 lots at 146; what was signed is made worthless',
    );
  }
});

test('what is cancelled already is still called by the lots that were ordered', () => {
  const cancelled = ownOrder(9, 'bid', 10, 146, { status: 'done', cancelled: 10 });
  const stopped = pressed(long, 'escape').state;
  const state = toldOf(stopped, { kind: 'orders', snapshot: false, orders: [cancelled] });
  expect(bar(state)).toContain('Stopping: bid 10 lots at 146');
});

test('what is stopped in Korean is as wide as the window, too', () => {
  for (const width of [0, 20, 60, 200]) {
    const state = { ...pressed(long, 'escape').state, language: 'ko' as const };
    expect(widthOf(bar(state, width) ?? '')).toBe(width);
  }
});

test('an order of which the exchange has not told yet is cancelled as well', () => {
  const early = told(told(opened, { order: orderId(77) }), { order: orderId(77) }, 1000);
  expect(pressed(early, 'escape').effects).toEqual([{ kind: 'cancel', order: 'O77' }]);
});

test('while nothing is signed Escape says so, and while a ticket is open it closes that', () => {
  expect(shownNotice(pressed(opened, 'escape').state)?.text).toBe('Esc: nothing is under way');
  const closed = pressed(pressed(long, 'b').state, 'escape');
  expect(closed.effects).toEqual([]);
  expect(closed.state.ticket).toBeUndefined();
});

test('hidden amounts are hidden there too', () => {
  const hidden = bar(pressed(long, 'P').state);
  expect(hidden).toContain('40 %');
  expect(hidden).not.toMatch(/10 lots|lots\/s|400|1,?000/);
});
