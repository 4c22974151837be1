import { render } from 'ink-testing-library';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../layout.ts';
import type { State } from '../state.ts';
import { makeTheme } from '../theme.ts';
import { drawn } from '../testing/screen.tsx';
import { after, openedAt, pressed, stepped, told, windowOf } from '../testing/state.ts';
import { balances, book, live, opening, orderId, ownOrder, ownTrade } from '../testing/market.ts';
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

const sizes = [
  [80, 24],
  [120, 40],
] as const;

const lost = {
  kind: 'connection',
  state: 'stale',
  reason: 'connection lost',
  retryInMs: 3000,
} as const;

const scenes: Readonly<Record<string, (columns: number, rows: number) => State>> = {
  connecting: (columns, rows) => windowOf(columns, rows),
  market: (columns, rows) => openedAt(columns, rows),
  'empty-market': (columns, rows) =>
    told(
      windowOf(columns, rows),
      ...opening.slice(0, 2),
      { kind: 'book', book: book([], []) },
      { kind: 'orders', snapshot: true, orders: [] },
    ),
  ticket: (columns, rows) =>
    pressed(openedAt(columns, rows, { tariff: 214.6 }), 'b', '2', '0', 'tab').state,
  'ticket-refused': (columns, rows) => {
    const { state, effects } = pressed(openedAt(columns, rows), 's', 'tab', 'enter');
    const [effect] = effects;
    if (effect?.kind !== 'place') throw new Error('nothing was placed');
    const outcome = { kind: 'no', error: 'EOrder:Insufficient funds' } as const;
    return stepped(state, { kind: 'placed', clientOrderId: effect.wish.clientOrderId, outcome })
      .state;
  },
  'settled-and-stale': (columns, rows) =>
    told(
      pressed(openedAt(columns, rows), 'l', 'j').state,
      {
        kind: 'orders',
        snapshot: false,
        orders: [
          ownOrder(5, 'bid', 20, 149, {
            filled: 20,
            status: 'done',
            trades: [ownTrade(7, 149, 20, 'settled')],
          }),
        ],
      },
      lost,
    ),
  help: (columns, rows) => pressed(openedAt(columns, rows), '?').state,
  'help-search': (columns, rows) => pressed(openedAt(columns, rows), '?', 'b', 'e', 's', 't').state,
  quit: (columns, rows) => pressed(openedAt(columns, rows), 'q').state,
};

describe.each(sizes)('%i x %i', (columns, rows) => {
  test.each(Object.entries(scenes))('%s looks as in its picture', async (name, scene) => {
    const file = `../../fixtures/${columns}x${rows}-${name}.txt`;
    await expect(await picture(scene(columns, rows))).toMatchFileSnapshot(file);
  });
});

test.each([
  ['60x16-market', 60, 16],
  ['72x24-market', 72, 24],
  ['160x45-market', 160, 45],
  ['50x10-market', 50, 10],
] as const)('%s looks as in its picture', async (name, columns, rows) => {
  await expect(await picture(openedAt(columns, rows))).toMatchFileSnapshot(
    `../../fixtures/${name}.txt`,
  );
});

test('with ASCII only, no cell holds anything else', async () => {
  const ascii = makeTheme({ ascii: true, colorDepth: 8 });
  const state = pressed(openedAt(120, 40), 'b').state;
  expect((await picture(state, ascii)).replaceAll('\n', '')).toMatch(/^[\u0020-\u007e]*$/);
});

test('no theme changes what is written, only how', async () => {
  const state = pressed(openedAt(100, 30), 'b').state;
  const expected = await picture(state);
  for (const name of ['dark', 'light', 'mono'] as const) {
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
