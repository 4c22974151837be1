/** The screens beyond the ladder: their lists, their filters, the wallet and the log. And that no key in no order breaks any of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keymap } from '../keymap/index.ts';
import { logEntriesMax, walletReadMs } from '../limits.ts';
import { shownLog, shownMarkets, shownOrders } from './lists.ts';
import { shownNotice } from './notices.ts';
import { screens } from './state.ts';
import { withArrival } from './standing.ts';
import type { State } from './state.ts';
import type { Input } from './messages.ts';
import { drawn } from '../testing/screen.tsx';
import { balances, instrument, live, symbolOf, trade, walletSummary } from '../testing/market.ts';
import { after, openedAt, pressed, stepped, told } from '../testing/state.ts';
import { languages } from '../text/language.ts';
import { makeTheme } from '../theme.ts';
import { groupsOf } from '../wallet/wallet.ts';

const opened = openedAt();
const tick: Input = { kind: 'tick', offsetMinutes: 0 };
const lost = { kind: 'connection', state: 'stale', reason: 'connection lost' } as const;

describe('filters', () => {
  test('every word has to stand in a row, in either language', () => {
    const korean = pressed(openedAt(80, 24, { language: 'ko' }), '3', '/').state;
    const shown = (state: State, text: string): string[] =>
      shownOrders(pressed(state, ...text).state).map(({ order }) => order);
    expect(shown(pressed(opened, '3', '/').state, 'bid 149')).toEqual(['O5']);
    expect(shown(pressed(opened, '3', '/').state, 'settled')).toEqual(['O3']);
    expect(shown(korean, '매도')).toEqual(['O8']);
    expect(shown(korean, '서명')).toEqual(['O9']);
    expect(shown(korean, 'bid 149')).toEqual(['O5']);
  });

  test('a filter belongs to its screen, and x cancels what is selected in sight', () => {
    const state = pressed(opened, '3', '/', ...'ask', 'enter').state;
    expect(pressed(state, 'x').effects).toEqual([{ kind: 'cancel', order: 'O8' }]);
    expect(pressed(state, '5').state.filters.log).toBe('');
    expect(shownOrders(pressed(state, '2').state)).toHaveLength(4);
  });

  test('nothing found selects nothing', () => {
    const state = pressed(opened, '3', '/', ...'gold', 'enter').state;
    expect(shownOrders(state)).toEqual([]);
    expect(pressed(state, 'x', 'j', 'G', 'J').effects).toEqual([]);
  });

  test('markets are found by name, and the ladder opens on the selected one', () => {
    const roof = { ...instrument, symbol: symbolOf('ROOF/ECOIN') };
    const two = told(opened, { kind: 'instruments', instruments: [instrument, roof] });
    const state = pressed(two, '1', 'j').state;
    expect(state.symbol).toBe('ROOF/ECOIN');
    expect(pressed(state, 'k').state.symbol).toBe('KWH/ECOIN');
    expect(pressed(state, 'enter').state.screen).toBe('ladder');
    expect(shownMarkets(pressed(state, '/', ...'roof').state)).toHaveLength(1);
  });
});

describe('the wallet', () => {
  const shown = pressed(opened, '4').state;

  test('it is read when it comes into sight and then as time goes by, and only there', () => {
    expect(stepped(shown, tick, shown.now + walletReadMs - 1).effects).toEqual([]);
    const due = stepped(shown, tick, shown.now + walletReadMs);
    expect(due.effects).toEqual([{ kind: 'read-wallet' }]);
    expect(stepped(due.state, tick, due.state.now + 1).effects).toEqual([]);
    const away = pressed(shown, '2').state;
    expect(stepped(away, tick, away.now + 60_000).effects).toEqual([]);
  });

  test('a fault shows until it can be read again', () => {
    const fault = stepped(shown, { kind: 'wallet-fault', reason: 'no chain' }).state;
    expect(fault.walletFault).toBe('no chain');
    const again = stepped(fault, { kind: 'wallet', summary: walletSummary }).state;
    expect(again.walletFault).toBeUndefined();
  });

  test.each([
    ['1', 100],
    ['12.5', 1250],
    ['0.01', 1],
    ['007.', 700],
  ])('%s ecoin are %i of its smallest units', (text, amount) => {
    expect(pressed(shown, 'r', ...text, 'tab', 'enter').effects).toEqual([
      { kind: 'request-ecoin', amount, reference: expect.any(String) },
    ]);
  });

  test.each(['', '0', '0.00', '.5', '1.005', '.'])('"%s" is asked for by nobody', (text) => {
    const { state, effects } = pressed(shown, 'r', ...text, 'tab', 'enter');
    expect(effects).toEqual([]);
    expect(state.overlay?.kind).toBe('amount');
    expect(shownNotice(state)?.text).toContain('at most 2 decimals');
  });

  test('what is owned of another energy, seen in another market, is not what was asked for', () => {
    const awaited = { request: 'energy', balance: 0 } as const;
    const own = { ...shown, awaited: { ...awaited, asset: instrument.base } };
    expect(shownNotice(withArrival(own))?.text).toBe('You own 12.340 kWh now');
    const other = { ...shown, awaited: { ...awaited, asset: 'another' } };
    expect(withArrival(other)).toBe(other);
  });

  test.each([
    ['before', 'You own 1304.50 ecoin now'],
    ['after', 'You own 1304.50 ecoin now'],
  ])('ecoin that comes %s the answer takes the place of what was said of it', (order, text) => {
    const asked = pressed(shown, 'r', '1', '0', '0', 'tab', 'enter').state;
    const answer: Input = {
      kind: 'answered',
      request: 'ecoin',
      outcome: { kind: 'yes', value: null },
    };
    const coming: Input = { kind: 'event', event: balances(12_340, 50, 130_450, 29_800) };
    const { state } = after(asked, order === 'before' ? [coming, answer] : [answer, coming]);
    expect(shownNotice(state)?.text).toBe(text);
    expect(state.awaited).toBeUndefined();
    // What comes later is of no request.
    const more = told(state, balances(12_340, 50, 140_450, 29_800));
    expect(shownNotice(more)?.text).toBe(text);
  });

  test('without a meter nothing of issuing energy is offered', async () => {
    const { meter: _none, ...summary } = walletSummary;
    const theme = makeTheme({ name: 'mono', colorDepth: 1 });
    const footOf = async (state: State): Promise<string> =>
      (await drawn(state, theme)).rows().at(-1) ?? '';
    const wallet = (one: typeof summary): State =>
      stepped(shown, { kind: 'wallet', summary: one }).state;
    expect(await footOf(wallet(walletSummary))).toContain('e energy');
    expect(await footOf(wallet(summary))).not.toContain('e energy');
  });

  test('energy is issued once under one reference, however the keys bounce', () => {
    const known = stepped(shown, { kind: 'wallet', summary: walletSummary }).state;
    const { effects } = pressed(known, 'e', '5', 'tab', 'enter', 'enter', 'enter');
    expect(effects).toMatchObject([{ kind: 'issue-energy', amount: 5000 }]);
  });

  test.each([
    ['yes', { kind: 'yes', value: null } as const, 'The operator has the request'],
    ['no', { kind: 'no', error: 'EService:Unavailable' } as const, 'Refused: the exchange takes'],
    ['unknown', { kind: 'unknown', reason: 'lost' } as const, 'No answer (lost)'],
  ])('the answer %s is told', (_, outcome, text) => {
    const { state } = stepped(shown, { kind: 'answered', request: 'ecoin', outcome });
    expect(shownNotice(state)?.text).toContain(text);
    expect(shownLog(state)[0]).toMatchObject({ source: 'wallet' });
  });

  test('where a node has the keys, the screen says so and lists nothing', async () => {
    const summary = { ...walletSummary, isOnNode: true, height: -1, outputs: [] };
    const state = stepped(shown, { kind: 'wallet', summary }).state;
    const terminal = await drawn(state, makeTheme({ name: 'mono', colorDepth: 1 }));
    const text = terminal.rows().join('\n');
    expect(text).toContain('a node has the keys');
    expect(text).not.toContain('unspent');
  });

  test('equal outputs are counted together', () => {
    expect(groupsOf(walletSummary.outputs).map(({ amount, count }) => [amount, count])).toEqual([
      [10, 2],
      [120_450, 1],
      [12_320, 1],
    ]);
  });
});

describe('the log', () => {
  test('it tells of trades, of the connection and of own orders, the newest first', () => {
    const trades = { kind: 'trades', snapshot: false, trades: [trade(9, 'ask', 148, 3)] } as const;
    const state = pressed(told(opened, trades, lost, lost, live), 'ctrl-x').state;
    expect(shownLog(state).map(({ source, text }) => `${source}: ${text}`)).toEqual([
      'own: Cancelling 3 orders everywhere',
      'link: LIVE',
      'link: STALE connection lost',
      'market: KWH/ECOIN: sold 3 lots at 148',
      'link: LIVE',
    ]);
  });

  test('it holds no more than its limit', () => {
    const flood = Array.from({ length: logEntriesMax + 5 }, (_, index): Input => {
      const trades = [trade(10 + index, 'bid', 150, 1)];
      return { kind: 'event', event: { kind: 'trades', snapshot: false, trades } };
    });
    expect(after(opened, flood).state.log).toHaveLength(logEntriesMax);
  });

  test('hidden amounts are hidden there too', () => {
    const state = pressed(opened, 'G', 'x', 'P').state;
    expect(shownLog(state)[0]?.text).toBe('Cancelling your bid *** lots at 149');
  });
});

test('whatever is pressed and heard, every screen is drawn whole', async () => {
  const keys = [...new Set(keymap.flatMap((binding) => binding.keys)), '매', 'paste'];
  const theme = makeTheme({ name: 'mono', colorDepth: 1 });
  const input = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...keys).map((key): Input => ({ kind: 'key', key })) },
    fc.constantFrom<Input>(
      tick,
      { kind: 'event', event: lost },
      { kind: 'event', event: live },
      { kind: 'wallet', summary: walletSummary },
      { kind: 'wallet-fault', reason: 'no chain' },
    ),
    fc
      .record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) })
      .map((size): Input => ({ kind: 'resize', ...size })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { maxLength: 40 }),
      fc.constantFrom(...languages),
      fc.constantFrom(...screens),
      async (inputs, language, screen) => {
        const start = { ...openedAt(80, 24, { language }), screen };
        const { state } = after(start, inputs);
        const terminal = await drawn(state, theme);
        const rows = terminal.rows();
        expect(rows).toHaveLength(state.rows);
        if (state.columns >= 60 && state.rows >= 16) {
          expect(rows[0]).toMatch(/\d\d:\d\d:\d\d *$/);
          expect(rows[0]).toMatch(/LIVE|STALE|WAIT/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
