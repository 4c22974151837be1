/** The form for a new market: it proposes, says what is wrong as it is typed, and asks for exactly what it shows. */
import { describe, expect, test } from 'vitest';
import { shownNotice } from '../fold/notices.ts';
import { operate } from './connection.ts';
import type { State } from '../fold/state.ts';
import { emptyReading } from '../testing/operator.ts';
import { drawn } from '../testing/screen.tsx';
import { openedAt, pressed, stepped } from '../testing/state.ts';
import { makeTheme } from '../theme.ts';
import { localInstant, localText } from './local-time.ts';

/** It is 2026-07-01 14:09:31. */
const opened = stepped(openedAt(80, 24, { isReadOnly: true, isOperator: true }), {
  kind: 'operator',
  reading: emptyReading,
}).state;
const form = pressed(opened, 'o').state;

async function rowsOf(state: State): Promise<readonly string[]> {
  return (await drawn(state, makeTheme({ name: 'mono', colorDepth: 1 }))).rows();
}
const noticeOf = (state: State): string => shownNotice(state)?.text ?? '';

/** Types into each field in turn; `undefined` leaves what is proposed. */
function filled(...texts: readonly (string | undefined)[]): State {
  let state = form;
  for (const text of texts) {
    const erased = text === '' ? Array.from({ length: 40 }, () => 'backspace') : [];
    state = pressed(state, ...erased, ...(text ?? ''), 'tab').state;
  }
  return state;
}

test('it opens with the first hour that begins in two hours or later, and the rest proposed from that', async () => {
  const rows = await rowsOf(form);
  expect(rows[2]).toContain('OPEN A MARKET   lots, prices and limits as in KWH/ECOIN');
  expect(rows[3]).toMatch(/delivered from {2}07-01 17:00_ +delivered until 18:00/);
  expect(rows[4]).toMatch(/traded until {4}16:30 +name +KWH-0701-17\/ECOIN/);
  expect(rows[5]).toBe(
    ' 2026-07-01 17:00 to 07-01 18:00, traded until 07-01 16:30: for 2:20:29 from now',
  );
});

test('what is proposed follows what is typed, until it is typed itself', async () => {
  const rows = await rowsOf(filled('07-02 23:15', undefined, '21:00'));
  expect(rows[3]).toMatch(/07-02 23:15 +delivered until 00:15/);
  expect(rows[4]).toMatch(/21:00 +name +KWH-0702-2315\/ECOIN/);
  expect(rows[5]).toContain('2026-07-02 23:15 to 07-03 00:15, traded until 07-02 21:00');
});

describe('as it is typed it says', () => {
  test.each([
    [['nonsense'], 'delivered from: a day and a time such as 07-02 15:00, or nothing'],
    [['02-30 12:00'], 'delivered from: a day and a time'],
    [['07-02 24:00'], 'delivered from: a day and a time'],
    [['17:00'], 'delivered from: a day and a time'],
    [['07-02 15:00', '16'], 'until: a time such as 16:00, or 07-02 16:00'],
    [['07-02 15:00', '07-02 15:00'], 'it has to end after it has begun'],
    [['07-02 15:00', '16:00', '14.30'], 'traded until: a time such as 14:30, or 07-02 14:30'],
    [['07-01 15:00', undefined, '14:09'], 'the gate has to be still to come'],
    [['07-02 15:00', '16:00', '07-02 16:01'], 'it cannot be traded longer than it is delivered'],
    [['', '16:00'], 'say from when it is delivered, or clear this'],
    [['', undefined, '16:00'], 'say from when it is delivered, or clear this'],
    [[''], 'two names of up to 32 letters, digits or signs, such as KWH/ECOIN'],
    [[undefined, undefined, undefined, 'KWH'], 'two names of up to 32'],
    [[undefined, undefined, undefined, 'KWH/ECOIN'], 'there is such a market already'],
  ])('%j: %s', async (texts, said) => {
    const state = filled(...texts);
    expect((await rowsOf(state))[5]).toContain(`! ${said}`);
    const tabs = Array.from({ length: 4 - texts.length }, () => 'tab');
    const tried = pressed(state, ...tabs, 'enter');
    expect(tried.effects).toEqual([]);
    expect(noticeOf(tried.state)).toContain(said);
    expect(tried.state.overlay?.kind).toBe('opening');
  });
});

test('it asks for exactly what it shows, by the clock on the wall, and only on [Confirm]', async () => {
  const east = { ...opened, offsetMinutes: 540 };
  const typed = pressed(east, 'o', ...'07-03 00:00', 'tab', 'tab', ...'23:00').state;
  expect((await rowsOf(typed))[5]).toContain(
    '2026-07-03 00:00 to 07-03 01:00, traded until 07-02 23:00',
  );
  expect(pressed(typed, 'enter').effects).toEqual([]);
  expect(noticeOf(pressed(typed, 'enter').state)).toContain('Tab to [Confirm]');
  const { state, effects } = pressed(typed, 'tab', 'tab', 'enter');
  expect(state.overlay).toBeUndefined();
  const [effect] = effects;
  if (effect?.kind !== 'operate') throw new Error('nothing was decided');
  const asked: unknown[] = [];
  const told = await operate(
    {
      address: '1' as never,
      ask: (...call: unknown[]) => {
        asked.push(call);
        return Promise.resolve({ kind: 'yes', value: {} } as never);
      },
      close: () => Promise.resolve(),
    },
    effect,
  );
  expect(asked).toEqual([
    [
      'open_market',
      {
        symbol: 'KWH-0703-00/ECOIN',
        delivery_start: '2026-07-02T15:00:00.000000Z',
        delivery_end: '2026-07-02T16:00:00.000000Z',
        gate_closure: '2026-07-02T14:00:00.000000Z',
      },
    ],
  ]);
  expect(noticeOf(stepped(state, told).state)).toBe(
    'KWH-0703-00/ECOIN is open, traded until 07-02 23:00',
  );
});

test('without times it opens a market without an end of its own', () => {
  const { state, effects } = pressed(filled('', undefined, undefined, 'ROOF/ECOIN'), 'enter');
  expect(effects).toMatchObject([
    { kind: 'operate', question: { ask: 'open', market: { symbol: 'ROOF/ECOIN' } } },
  ]);
  const [effect] = effects;
  if (effect?.kind !== 'operate') throw new Error('nothing was decided');
  const answered = {
    kind: 'operated',
    question: effect.question,
    outcome: { kind: 'yes', value: {} },
  } as const;
  expect(noticeOf(stepped(state, answered).state)).toBe('ROOF/ECOIN is open');
});

test('arrows move the times, and Esc opens nothing', async () => {
  const later = pressed(form, 'up', 'up', 'tab', 'down', 'tab', 'down').state;
  const rows = await rowsOf(later);
  // The end does not come before the beginning: the arrow takes it there, and the form says so.
  expect(rows[3]).toMatch(/07-01 19:00 +delivered until 07-01 19:00/);
  expect(rows[4]).toMatch(/07-01 18:15_/);
  expect(rows[5]).toContain('! it has to end after it has begun');
  const closed = pressed(later, 'escape');
  expect([closed.state.overlay, closed.effects]).toEqual([undefined, []]);
});

test('it fits every window that is not too small for it', async () => {
  for (const [columns, rows] of [
    [60, 16],
    [80, 24],
    [200, 60],
  ] as const) {
    const state = stepped({ ...form, columns, rows }, { kind: 'tick', offsetMinutes: 0 }).state;
    const shown = await drawn(state, makeTheme({ name: 'mono', colorDepth: 1 }));
    expect(shown.rows()).toHaveLength(rows);
    expect(shown.rows().join('\n')).toContain('[Confirm]');
  }
});

describe('a time on the wall', () => {
  const now = Date.UTC(2026, 11, 31, 20, 0);
  test.each([
    ['12-31 23:30', Date.UTC(2026, 11, 31, 23, 30)],
    ['1-2 3:04', Date.UTC(2027, 0, 2, 3, 4)],
    ['12-30 10:00', Date.UTC(2026, 11, 30, 10, 0)],
    ['12-29 10:00', Date.UTC(2027, 11, 29, 10, 0)],
    ['02-29 10:00', undefined],
    ['13-01 10:00', undefined],
    ['00-10 10:00', undefined],
    ['10:60', undefined],
  ])('%s', (text, instant) => {
    expect(localInstant(text, { now, offsetMinutes: 0 })).toBe(instant);
  });

  test('reads what it writes, wherever one is', () => {
    for (const offsetMinutes of [-720, -210, 0, 540, 840]) {
      const at = Date.UTC(2026, 11, 31, 23, 30);
      expect(localInstant(localText(at, offsetMinutes), { now, offsetMinutes })).toBe(at);
    }
  });
});
