import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copySequence } from '../screen/clipboard.ts';
import { shownNotice } from './notices.ts';
import type { State } from './state.ts';
import { isPrintable } from '../text/printable.ts';
import { instrument, ownOrder, ownTrade, trade } from '../testing/market.ts';
import { openedAt, pressed, told } from '../testing/state.ts';

const opened = openedAt();

function copied(state: State): string | undefined {
  const [effect] = pressed(state, 'y').effects;
  return effect?.kind === 'copy' ? effect.text : undefined;
}

const settled = ownOrder(5, 'bid', 20, 149, {
  filled: 20,
  status: 'done',
  trades: [ownTrade(7, 149, 20, 'settled')],
});
const done = told(opened, { kind: 'orders', snapshot: false, orders: [settled] });

test.each([
  ['a price of the ladder', opened, 'KWH/ECOIN 150'],
  ['a level of the ladder', pressed(opened, 'G').state, 'KWH/ECOIN 149 bid 35 lots'],
  [
    'an order beside the ladder',
    pressed(opened, 'l', 'j').state,
    'O8 KWH/ECOIN ask 9 lots at 151, partly, 4 filled, tx 0006',
  ],
  [
    'an order with its transaction',
    pressed(done, '3', 'j', 'j').state,
    `O5 KWH/ECOIN bid 20 lots at 149, settled, 20 filled, tx ${'0007'.repeat(16)}`,
  ],
  ['a market', pressed(opened, '1').state, 'KWH/ECOIN bid 149, ask 151, last 149'],
  [
    'the newest entry of the log',
    pressed(
      told(opened, { kind: 'trades', snapshot: false, trades: [trade(9, 'ask', 148, 3)] }),
      '5',
    ).state,
    'KWH/ECOIN: sold 3 lots at 148',
  ],
])('y copies %s', (_, state, text) => {
  expect(copied(state)).toContain(text);
  expect(shownNotice(pressed(state, 'y').state)?.text).toContain('Copied: ');
});

test('what is hidden is not copied', () => {
  expect(copied(pressed(opened, 'P', 'l', 'j').state)).toContain('ask *** lots at 151');
});

test('where there is nothing it says so', () => {
  const { state, effects } = pressed(pressed(opened, '4').state, 'y');
  expect(effects).toEqual([]);
  expect(shownNotice(state)?.text).toContain('nothing to copy');
});

test('whatever the text, the request is one sequence and its text printable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const match = /^\u001b\]52;c;([A-Za-z0-9+/=]*)\u0007$/.exec(copySequence(text));
      const clear = Buffer.from(match?.[1] ?? '?', 'base64').toString();
      expect(match).not.toBeNull();
      expect([...clear].every((one) => isPrintable(one))).toBe(true);
    }),
  );
});

test('a halted market takes no order, and its ticket opens all the same', () => {
  const halted = told(opened, {
    kind: 'instruments',
    instruments: [{ ...instrument, phase: 'halted' }],
  });
  expect(pressed(halted, 'b').state.ticket).toBeDefined();
  expect(pressed(halted, 'b', 'tab', 'enter').effects).toEqual([]);
});
