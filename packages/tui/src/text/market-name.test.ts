import { expect, test } from 'vitest';
import { drawn } from '../testing/screen.tsx';
import { instrument, symbolOf } from '../testing/market.ts';
import { openedAt, pressed, told } from '../testing/state.ts';
import { makeTheme } from '../theme.ts';
import { marketName } from './market-name.ts';

test.each([
  ['KWH/ECOIN', 9, 'KWH/ECOIN'],
  ['KWH-0702-15/ECOIN', 11, 'KWH-0702-15'],
  ['KWH-0702-1515/ECOIN', 11, 'KWH-0702-15'],
  ['KWH-0702-1515/ECOIN', 18, 'KWH-0702-1515'],
  ['KWH-0702-1515/ECOIN', 19, 'KWH-0702-1515/ECOIN'],
  ['A/B', 0, ''],
  ['\u001b]0;x/ECOIN', 40, '\ufffd]0;x/ECOIN'],
])('%j in %d cells is %j', (symbol, cells, text) => {
  expect(marketName(symbol, cells)).toBe(text);
});

test.each([
  [80, '1'],
  [80, '3'],
  [120, '1'],
  [120, '3'],
])('quarters of an hour are told apart in %d columns on screen %s', async (columns, key) => {
  const [first, second] = ['KWH-0702-1500/ECOIN', 'KWH-0702-1515/ECOIN'].map((symbol) => ({
    ...instrument,
    symbol: symbolOf(symbol),
  }));
  if (first === undefined || second === undefined) throw new Error('no markets');
  const opened = openedAt(columns, 24);
  const listed = told(opened, { kind: 'instruments', instruments: [first, second] });
  const orders = [...opened.view.orders.values()].slice(0, 2).map((order, index) => ({
    ...order,
    symbol: index === 0 ? first.symbol : second.symbol,
  }));
  const shown = pressed(told(listed, { kind: 'orders', snapshot: true, orders }), key).state;
  const rows = (await drawn(shown, makeTheme({ name: 'mono', colorDepth: 1 }))).rows().join('\n');
  expect(rows).toMatch(/KWH-0702-1500[ /]/);
  expect(rows).toMatch(/KWH-0702-1515[ /]/);
});
