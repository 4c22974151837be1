import { render } from 'ink-testing-library';
import type { OwnTrade } from '@wattlot/client';
import { expect, test } from 'vitest';
import { layoutOf } from '../fold/layout.ts';
import type { State } from '../fold/state.ts';
import { makeTheme, themeNames } from '../theme.ts';
import { drawn } from '../testing/screen.tsx';
import { after, openedAt, pressed, stepped, told } from '../testing/state.ts';
import {
  balances,
  instrument,
  live,
  orderId,
  ownOrder,
  ownTrade,
  walletSummary,
} from '../testing/market.ts';
import { line, span } from '../text/line.ts';
import { widthOf } from '../text/printable.ts';
import { Pane } from './terminal.tsx';

const plain = makeTheme({ name: 'mono', colorDepth: 1 });
const colours = makeTheme({ colorDepth: 8 });

/** The screen as a file that a person can read: a frame around it shows where it ends. */
async function picture(state: State, theme = plain): Promise<string> {
  const terminal = await drawn(state, theme);
  const edge = `+${'-'.repeat(state.columns)}+`;
  const rows = terminal.rows().map((row) => `|${row.padEnd(state.columns)}|`);
  return `${[edge, ...rows, edge].join('\n')}\n`;
}

const lost = {
  kind: 'connection',
  state: 'stale',
  reason: 'connection lost',
  retryInMs: 3000,
} as const;

test.each(['1', '2', '3', '4', '5', 'b', '?', ':'])(
  'with ASCII only, no cell of what %s shows holds anything else',
  async (key) => {
    const ascii = makeTheme({ ascii: true, colorDepth: 8 });
    const read = told(openedAt(120, 40));
    const wallet = stepped(read, { kind: 'wallet', summary: walletSummary }).state;
    const shown = await picture(pressed(wallet, key).state, ascii);
    expect(shown.replaceAll('\n', '')).toMatch(/^[\u0020-\u007e]*$/);
  },
);

test('no theme changes what is written, only how', async () => {
  const state = pressed(openedAt(100, 30), 'b').state;
  const expected = await picture(state);
  for (const name of themeNames) {
    for (const colorDepth of [1, 4, 8]) {
      expect(await picture(state, makeTheme({ name, colorDepth }))).toBe(expected);
    }
  }
});

test('without colours nothing is coloured, and the cursor still stands out', async () => {
  const cells = (await drawn(openedAt(80, 24), plain)).cells().flat();
  const styles = cells.map((cell) => cell.slice(cell.lastIndexOf('|') + 1).split(','));
  expect(styles.every((style) => style[6] === '0' && style[8] === '0')).toBe(true);
  expect(styles.some((style) => style[4] !== '0')).toBe(true);
});

test('a Korean household name takes its two cells a syllable and moves nothing', async () => {
  const state = openedAt(80, 24, { name: '한빛아파트 7동' });
  const [status = '', second = ''] = (await drawn(state, colours)).rows();
  expect(status).toContain('한빛아파트 7동');
  expect(widthOf(status)).toBe(80);
  expect(second).toContain('kWh 12.340');
});

test('a hostile name and reason stay in their row and switch nothing', async () => {
  const evil = '\u001b[2J\u001b]52;c;aGk=\u0007\nX\u202e';
  const state = told(openedAt(80, 24, { name: evil }), { ...lost, reason: evil });
  const terminal = await drawn(state, colours);
  expect(terminal.rows()[0]).toContain('�[2J�]52;c;aGk=��X�');
  expect(terminal.written()).not.toContain('\u001b]');
});

const commands = '\u001b[2J\u001b]52;c;aGk=\u0007\u009b31m\r\n\u202e';

test.each(['1', '2', '3', '4', '5', ':', '?'])(
  'hostile names of assets, lots, outputs and faults do nothing on what %s shows',
  async (key) => {
    const output = { output: commands, asset: commands, amount: 5, isLocked: true, isFinal: false };
    const trade: OwnTrade = {
      ...ownTrade(7, 149, 1, 'settled'),
      lots: [{ lot: commands, state: 'settled' }],
    };
    const order = ownOrder(5, 'bid', 1, 149, {
      filled: 1,
      status: 'done',
      trades: [trade],
    });
    const state = after(openedAt(120, 40), [
      {
        kind: 'event',
        event: {
          kind: 'instruments',
          instruments: [{ ...instrument, base: commands, quote: commands }],
        },
      },
      { kind: 'event', event: { kind: 'orders', snapshot: false, orders: [order] } },
      {
        kind: 'wallet',
        summary: {
          address: commands,
          meter: commands,
          isOnNode: false,
          height: 1,
          outputs: [output],
          more: 0,
        },
      },
      { kind: 'answered', request: 'ecoin', outcome: { kind: 'no', error: commands } },
    ]).state;
    const fault = stepped(state, { kind: 'wallet-fault', reason: commands }).state;
    for (const one of [state, fault]) {
      const terminal = await drawn(pressed({ ...one, selected: orderId(5) }, key).state, colours);
      const painted = terminal
        .written()
        .replaceAll(/\u001b\[[\d;]*[mHK]|\u001b\[2J|\u001b\[\?\d+[hl]/g, '');
      expect(painted).not.toMatch(/\p{Cc}|\u202e/u);
      expect(terminal.rows()[0]).toMatch(/^ KWH\/ECOIN {2}LIVE/);
    }
  },
);

test('amounts can be hidden from who looks over the shoulder', async () => {
  const text = await picture(pressed(openedAt(80, 24), 'P').state);
  expect(text).not.toContain('1204.50');
  expect(text).not.toContain('12.340');
  expect(text).toContain('•••');
  expect(text).toContain('•••*');
  const list = await picture(pressed(openedAt(120, 40), 'P').state);
  expect(list).not.toMatch(/12\/12|20\*/);
});

test('a window of one line asks what becomes of live orders', async () => {
  const text = await picture(pressed(openedAt(50, 10), 'q').state);
  expect(text).toContain('k keep, c cancel, Esc stay: 3 live orders');
});

test('the whole txid of the selected order stands in the message line', async () => {
  const text = await picture(pressed(openedAt(80, 24), 'l', 'G').state);
  expect(text).toContain(` tx ${'0002'.repeat(16)}`);
});

test('who only watches has no name, and the keys of orders are off', async () => {
  const text = await picture(openedAt(80, 24, { isReadOnly: true }));
  expect(text).toContain('READ-ONLY  watching');
  expect(text).not.toContain('house-07');
  expect(text).toContain('b s x: off, read-only');
  expect(text).not.toContain('b bid');
});

test('an empty account is told how to get something to trade with', async () => {
  const none = balances(0, 0, 0, 0);
  expect(await picture(told(openedAt(120, 40), none))).toContain('wattlot sim --endow NAME');
  expect(await picture(told(openedAt(80, 24), none))).toContain('nothing to trade with yet');
});

test.each([
  [60, 16],
  [60, 40],
  [79, 18],
  [80, 16],
  [99, 25],
  [146, 30],
  [147, 30],
  [240, 70],
])('at %i x %i the keys are in the last row and every row has its width', async (columns, rows) => {
  const shown = (await drawn(pressed(openedAt(columns, rows), 'b').state, plain)).rows();
  expect(shown.at(-1)).toContain('? help');
  expect(shown[0]).toMatch(/KWH\/ECOIN {2}LIVE 3 ms .*14:09:31/);
  expect(shown.filter((row) => row.includes('TICKET'))).toHaveLength(1);
  expect(layoutOf(columns, rows).kind).not.toBe('compact');
});

test('an order that waits for the wallet is marked apart from one on the book', async () => {
  const text = await picture(openedAt(80, 24));
  expect(text).toMatch(/20\*.*149/);
  expect(text).toMatch(/10~.*146/);
  expect(text).toMatch(/151.* 5\*/);
});

test('what a lost answer means is said in the ticket', async () => {
  const { state, effects } = pressed(openedAt(80, 24), 'b', 'tab', 'enter');
  const [effect] = effects;
  if (effect?.kind !== 'place') throw new Error('nothing was placed');
  const { clientOrderId } = effect.wish;
  const outcome = { kind: 'unknown', reason: 'connection lost' } as const;
  const unknown = after(state, [
    { kind: 'event', event: lost },
    { kind: 'placed', clientOrderId, outcome },
  ]).state;
  expect(await picture(unknown)).toContain('no answer yet; asked again');
  const taken = told(unknown, live, {
    kind: 'reconciled',
    clientOrderId,
    outcome: { kind: 'yes', value: { order: orderId(12) } },
  });
  expect(await picture(taken)).toContain('Accepted: bid 10 lots at 150');
});

test('a pane gives Ink its rows with the colours of their roles', () => {
  const { lastFrame, unmount } = render(
    <Pane lines={[line(span('bid ', 'bid'), span('149'))]} width={10} theme={colours} />,
  );
  expect(lastFrame()).toBe('\u001b[38;5;117mbid \u001b[39m149');
  unmount();
});
