/** What each key of the screens and their lists must do. */
import { expect } from 'vitest';
import { shownOrders } from '../fold/lists.ts';
import { shownNotice } from '../fold/notices.ts';
import { isArmed } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Press } from './expected-keys.ts';
import { instrument, symbolOf, trade, walletSummary } from './market.ts';
import { openedAt, pressed, stepped, told } from './state.ts';

function noticeOf(state: State): string {
  return shownNotice(state)?.text ?? '';
}

const opened = openedAt();
const orders = pressed(opened, '3').state;
const palette = pressed(opened, ':').state;
const inWallet = stepped(pressed(opened, '4').state, {
  kind: 'wallet',
  summary: walletSummary,
}).state;
const asking = pressed(inWallet, 'r').state;
const twoMarkets = told(opened, {
  kind: 'instruments',
  instruments: [instrument, { ...instrument, symbol: symbolOf('ROOF/ECOIN') }],
});
/** A log of 51 entries; a body of 20 rows shows 18 of them. */
const logged = told(
  opened,
  ...Array.from({ length: 50 }, (_, index) => {
    const trades = [trade(10 + index, 'bid', 150, 1)];
    return { kind: 'trades', snapshot: false, trades } as const;
  }),
);
const logScrollMax = logged.log.length - 18;

/** For each binding: a state in which it can be pressed, and what must come of it. */
export const expectedScreenKeys: Readonly<Record<string, (press: Press) => void>> = {
  'amend-listed': (press) => {
    const { state } = press(pressed(orders, 'j').state);
    expect(state).toMatchObject({ screen: 'ladder', ladder: { cursor: 151 } });
    expect(state.ticket).toMatchObject({ amends: 'O8', side: 'ask', volumeText: '9' });
  },
  copy: (press) => {
    expect(press(pressed(orders, 'j', 'j').state).effects).toEqual([
      { kind: 'copy', text: 'O5 KWH/ECOIN bid 20 lots at 149, open, 0 filled' },
    ]);
    expect(press(inWallet).effects).toEqual([{ kind: 'copy', text: walletSummary.address }]);
    expect(press(pressed(opened, '4').state).effects).toEqual([]);
  },
  chart: (press) => {
    expect(press(opened).state.isLineChart).toBe(true);
    expect(press(press(opened).state).state.isLineChart).toBe(false);
  },
  'list-up': (press) => {
    expect(press(pressed(orders, 'j', 'j').state).state.selected).toBe('O8');
  },
  'list-down': (press) => {
    expect(press(orders).state.selected).toBe('O8');
    expect(press(pressed(logged, '5').state).state.scroll).toBe(1);
  },
  'list-page-up': (press) => {
    expect(press(pressed(logged, '5', 'G').state).state.scroll).toBe(logScrollMax - 10);
  },
  'list-page-down': (press) => {
    expect(press(pressed(logged, '5').state).state.scroll).toBe(10);
  },
  'list-first': (press) => {
    expect(press(pressed(orders, 'G').state).state.selected).toBe('O9');
  },
  'list-last': (press) => {
    expect(press(orders).state.selected).toBe('O3');
    expect(press(pressed(logged, '5').state).state.scroll).toBe(logScrollMax);
  },
  'open-ladder': (press) => {
    expect(press(pressed(opened, '1').state).state.screen).toBe('ladder');
  },
  'lots-down': (press) => {
    expect(press(pressed(orders, 'G').state).state.scroll).toBe(1);
    expect(press(orders).state.scroll).toBe(0);
  },
  'lots-up': (press) => {
    const down = pressed(orders, 'G', 'J').state;
    expect([down.scroll, press(down).state.scroll]).toEqual([1, 0]);
    expect(press(orders).state.scroll).toBe(0);
  },
  'request-ecoin': (press) => {
    expect(press(inWallet).state.overlay).toMatchObject({ kind: 'amount', request: 'ecoin' });
  },
  'issue-energy': (press) => {
    expect(press(inWallet).state.overlay).toMatchObject({ kind: 'amount', request: 'energy' });
    expect(noticeOf(press(pressed(opened, '4').state).state)).toContain('is being read');
    const { meter: _, ...summary } = walletSummary;
    const withoutMeter = stepped(inWallet, { kind: 'wallet', summary }).state;
    expect(noticeOf(press(withoutMeter).state)).toContain('no meter of its own');
  },
  filter: (press) => {
    expect(press(orders).state.overlay).toEqual({ kind: 'filter' });
    expect(noticeOf(press(opened).state)).toContain('no list to filter');
  },
  'screen-markets': (press) => {
    expect(press(opened).state.screen).toBe('markets');
  },
  'screen-ladder': (press) => {
    expect(press(orders).state.screen).toBe('ladder');
  },
  'screen-orders': (press) => {
    expect(press(opened).state.screen).toBe('orders');
  },
  'screen-wallet': (press) => {
    expect(press(opened)).toMatchObject({
      state: { screen: 'wallet' },
      effects: [{ kind: 'read-wallet' }],
    });
    expect(press(openedAt(80, 24, { isReadOnly: true })).effects).toEqual([]);
  },
  'screen-log': (press) => {
    expect(press(opened).state.screen).toBe('log');
  },
  'previous-market': (press) => {
    expect(press(twoMarkets).state.symbol).toBe('ROOF/ECOIN');
    expect(press(press(twoMarkets).state).state.symbol).toBe('KWH/ECOIN');
  },
  'next-market': (press) => {
    expect(press(twoMarkets).state.symbol).toBe('ROOF/ECOIN');
    const { state } = press(pressed(twoMarkets, 'A').state);
    expect(isArmed(state)).toBe(false);
  },
  arm: (press) => {
    const armed = press(opened).state;
    expect(isArmed(armed)).toBe(true);
    expect(isArmed(press(armed).state)).toBe(false);
    expect(isArmed(press(openedAt(80, 24, { isReadOnly: true })).state)).toBe(false);
  },
  palette: (press) => {
    expect(press(opened).state.overlay).toEqual({ kind: 'palette', filter: '', index: 0 });
  },
  'palette-type': (press) => {
    expect(press(palette).state.overlay).toMatchObject({ filter: expect.stringMatching(/^.$/) });
  },
  'palette-erase': (press) => {
    expect(press(pressed(palette, 'a', 'b').state).state.overlay).toMatchObject({ filter: 'a' });
  },
  'palette-up': (press) => {
    expect(press(pressed(palette, 'down', 'down').state).state.overlay).toMatchObject({ index: 1 });
    expect(press(palette).state.overlay).toMatchObject({ index: 0 });
  },
  'palette-down': (press) => {
    expect(press(palette).state.overlay).toMatchObject({ index: 1 });
  },
  'palette-run': (press) => {
    const typed = pressed(palette, ...'orders screen').state;
    expect(press(typed).state).toMatchObject({ screen: 'orders' });
    expect(press(typed).state.overlay).toBeUndefined();
  },
  'palette-close': (press) => {
    expect(press(palette).state.overlay).toBeUndefined();
  },
  'filter-type': (press) => {
    expect(press(pressed(orders, '/').state).state.filters.orders).toMatch(/^.$/);
  },
  'filter-erase': (press) => {
    const typed = pressed(orders, '/', 'b', 'i').state;
    expect(press(typed).state.filters.orders).toBe('b');
  },
  'filter-keep': (press) => {
    const { state } = press(pressed(orders, '/', ...'ask').state);
    expect(state.overlay).toBeUndefined();
    expect(shownOrders(state).map(({ order }) => order)).toEqual(['O8']);
  },
  'filter-clear': (press) => {
    const { state } = press(pressed(orders, '/', ...'ask').state);
    expect(shownOrders(state)).toHaveLength(4);
  },
  'amount-type': (press) => {
    expect(press(asking).state.overlay).toMatchObject({ text: expect.stringMatching(/^[\d.]$/) });
  },
  'amount-erase': (press) => {
    expect(press(pressed(asking, '1', '2').state).state.overlay).toMatchObject({ text: '1' });
  },
  'amount-field': (press) => {
    expect(press(asking).state.overlay).toMatchObject({ isOnConfirm: true });
  },
  'amount-confirm': (press) => {
    expect(press(pressed(asking, '1', '2', '.', '5').state).effects).toEqual([]);
    expect(press(pressed(asking, '1', '2', '.', '5', 'tab').state).effects).toEqual([
      { kind: 'request-ecoin', amount: 1250, reference: expect.any(String) },
    ]);
  },
  'amount-close': (press) => {
    expect(press(asking)).toMatchObject({ effects: [] });
    expect(press(asking).state.overlay).toBeUndefined();
  },
};
