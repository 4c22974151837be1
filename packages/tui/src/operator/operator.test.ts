/** The operator's screen as a fold: what is read when, what is told, and that a decision names what was looked at. */
import { describe, expect, test } from 'vitest';
import { operatorAwayReadMs, operatorReadMs, reasonCharactersMax } from '../limits.ts';
import { shownLog } from '../fold/lists.ts';
import { shownNotice } from '../fold/notices.ts';
import { shownDeposits, shownJoins, shownParticipants } from './lists.ts';
import { operate } from './connection.ts';
import type { OperatorQuestion } from './operator.ts';
import type { State } from '../fold/state.ts';
import type { Input } from '../fold/messages.ts';
import { emptyReading, operatorReading } from '../testing/operator.ts';
import { ecoinRequests } from '../testing/market.ts';
import { drawn } from '../testing/screen.tsx';
import { openedAt, pressed, stepped } from '../testing/state.ts';
import { makeTheme } from '../theme.ts';

const options = { isReadOnly: true, isOperator: true } as const;
const opened = openedAt(80, 24, options);
const read: Input = { kind: 'operator', reading: operatorReading };
const shown = stepped(opened, read).state;
const tick: Input = { kind: 'tick', offsetMinutes: 0 };
const noticeOf = (state: State): string => shownNotice(state)?.text ?? '';

test('the lists are read often while they are looked at, and elsewhere so that what is new is told', () => {
  const asked = stepped(shown, tick).state;
  expect(stepped(asked, tick, asked.now + operatorReadMs - 1).effects).toEqual([]);
  const due = stepped(asked, tick, asked.now + operatorReadMs);
  expect(due.effects).toEqual([{ kind: 'read-operator' }]);
  const away = pressed(due.state, '5').state;
  expect(stepped(away, tick, away.now + operatorAwayReadMs - 1).effects).toEqual([]);
  expect(stepped(away, tick, away.now + operatorAwayReadMs).effects).toHaveLength(1);
});

test('a filter looks into every list, and keeps the one in which it found something', () => {
  const typed = pressed(shown, '/', ...'house-09').state;
  expect(shownJoins(typed)).toEqual([]);
  expect(shownParticipants(typed).map(({ name }) => name)).toEqual(['house-09']);
  expect(typed.operator?.list).toBe('joins');
  expect(pressed(typed, 'enter').state.operator?.list).toBe('participants');
});

test('the operator is offered no key that trades', async () => {
  const theme = makeTheme({ name: 'mono', colorDepth: 1 });
  const help = (await drawn(pressed(openedAt(80, 40, options), '?').state, theme)).rows();
  expect(help.join('\n')).toContain('suspend the selected participant');
  expect(help.join('\n')).not.toMatch(/cancel all my orders|arm one-key|opens the ticket/);
  const wide = stepped(openedAt(120, 40, options), read).state;
  const foot = (await drawn(wide, theme)).rows().at(-1) ?? '';
  for (const words of ['o new market', 'u suspend', ': find', '? help', 'q quit']) {
    expect(foot).toContain(words);
  }
});

test('the footer counts the operator’s screen among the screens', async () => {
  const theme = makeTheme({ name: 'mono', colorDepth: 1 });
  const footOf = async (state: State): Promise<string> =>
    (await drawn(pressed(state, '5').state, theme)).rows().at(-1) ?? '';
  expect(await footOf(opened)).toContain('1-6 go');
  expect(await footOf(openedAt())).toContain('1-5 go');
});

test('a household’s terminal reads none of it', () => {
  const household = openedAt();
  expect(stepped(household, tick, household.now + 60_000).effects).toEqual([]);
  expect(stepped(household, read).state.operator).toBeUndefined();
});

test('requests that are new are told once, and none when the terminal has just begun', () => {
  const begun = stepped(opened, { kind: 'operator', reading: emptyReading }).state;
  expect(noticeOf(begun)).toBe('');
  const { state } = stepped(begun, read);
  const told = shownLog(state).filter(({ source }) => source === 'operator');
  expect(told.map(({ text }) => text)).toEqual([
    'house-07 asks for 12.50 ecoin',
    'house-08 asks for 50.00 ecoin',
    'house-07 asks for 1000.00 ecoin',
    'house-07 asks to be let in',
    '한빛아파트 301호 asks to be let in',
    'house-12 asks to be let in',
  ]);
  expect(shownLog(stepped(state, read).state)).toEqual(shownLog(state));
});

test('what waits comes first, and the selection stays with its row', () => {
  expect(shownJoins(shown).map(({ name }) => name)).toEqual([
    'house-12',
    '한빛아파트 301호',
    'house-07',
    'house-00',
  ]);
  const deposits = pressed(shown, 'tab', 'j').state;
  expect(shownDeposits(deposits).map(({ deposit }) => deposit)).toEqual(['D2', 'D3', 'D1']);
  const fewer = { ...operatorReading, deposits: operatorReading.deposits.slice(2) };
  const after = stepped(deposits, { kind: 'operator', reading: fewer }).state;
  expect(pressed(after, 'i').state.overlay).toMatchObject({
    question: { deposit: { deposit: 'D3' } },
  });
});

test('a question stays with what was looked at, whatever is read meanwhile', async () => {
  const asking = pressed(shown, 'tab', 'i').state;
  const changed = operatorReading.deposits.map((one) => ({ ...one, amount: 999_999 }));
  const reading = { ...operatorReading, deposits: changed };
  const later = stepped(asking, { kind: 'operator', reading }).state;
  const [effect] = pressed(later, 'tab', 'enter').effects;
  if (effect?.kind !== 'operate') throw new Error('nothing was decided');
  const asked: unknown[] = [];
  const connection = {
    address: '1' as never,
    ask: (...call: unknown[]) => {
      asked.push(call);
      return Promise.resolve({ kind: 'unknown', reason: 'lost' } as const);
    },
    close: () => Promise.resolve(),
  };
  const told = await operate(connection, effect);
  expect(asked).toEqual([['issue_ecoin', { deposit: 'D2', amount: 5_000 }]]);
  expect(noticeOf(stepped(later, told).state)).toBe(
    'No answer (lost): decide again, it is done once',
  );
});

describe('the answer to a decision', () => {
  const question: OperatorQuestion = {
    ask: 'suspend',
    participant: operatorReading.participants[0] ?? (undefined as never),
    suspended: true,
  };
  test.each([
    [{ kind: 'yes', value: {} } as const, 'house-07 is suspended: its orders are cancelled'],
    [
      { kind: 'no', error: 'EGeneral:Permission denied:only the operator' } as const,
      'Refused: only the operator',
    ],
    [{ kind: 'unknown', reason: 'lost' } as const, 'No answer (lost)'],
  ])('%j is told, and the lists are read', (outcome, text) => {
    const { state, effects } = stepped(shown, { kind: 'operated', question, outcome });
    expect(noticeOf(state)).toContain(text);
    expect(effects).toEqual([{ kind: 'read-operator' }]);
  });
});

test('y copies whose row it is', () => {
  const copied = (...keys: string[]): unknown => pressed(shown, ...keys, 'y').effects;
  const [house07] = operatorReading.participants;
  expect(copied('tab', 'tab')).toEqual([
    { kind: 'copy', text: `house-07 ${house07?.participant ?? ''}` },
  ]);
  expect(copied('tab')).toMatchObject([{ text: expect.stringMatching(/^D2 house-08 1House08/) }]);
  expect(pressed(opened, 'y').effects).toEqual([]);
});

test('a reason is as long as the exchange takes it', () => {
  const typed = pressed(shown, 'r', ...'n'.repeat(reasonCharactersMax + 9)).state;
  expect(typed.overlay).toMatchObject({ text: 'n'.repeat(reasonCharactersMax) });
});

test('names and texts of strangers reach the screen as printable text only', async () => {
  const evil = '\u001b]52;c;aGk=\u0007\u202eevil\n\u009b2J';
  const [join] = operatorReading.joins;
  const [deposit] = operatorReading.deposits;
  const [participant] = operatorReading.participants;
  if (!join || !deposit || !participant) throw new Error('a reading is empty');
  const reading = {
    ...operatorReading,
    joins: [{ ...join, name: evil, reason: evil, participant: evil, meter: evil, since: evil }],
    deposits: [{ ...deposit, name: evil, reference: evil, deposit: evil, txid: evil }],
    participants: [{ ...participant, name: evil, participant: evil }],
    health: {
      ...operatorReading.health,
      markets: [{ symbol: evil, phase: evil, live_orders: 1 }],
    },
  };
  const hostile = stepped(shown, { kind: 'operator', reading }).state;
  const theme = makeTheme({ name: 'mono', colorDepth: 1 });
  for (const keys of [[], ['a'], ['r', 'x'], ['tab', 'i'], ['tab', 'tab', 'u'], ['5']]) {
    const terminal = await drawn(pressed(hostile, ...keys).state, theme);
    // Colours apart, which are the terminal's own.
    // oxlint-disable-next-line no-control-regex
    const written = terminal.written().replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');
    // oxlint-disable-next-line no-control-regex
    expect(written).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u202e]/);
    expect(terminal.rows()).toHaveLength(24);
  }
});

test('a household hears what became of its wish for ecoin, wherever it looks', () => {
  const waiting: Input = { kind: 'ecoin-requests', requests: ecoinRequests('waiting') };
  const asked = stepped(openedAt(), waiting).state;
  expect(noticeOf(asked)).toBe('');
  expect(stepped(asked, tick).effects).toEqual([{ kind: 'read-wallet' }]);
  const refused: Input = { kind: 'ecoin-requests', requests: ecoinRequests('refused') };
  const { state } = stepped(asked, refused);
  expect(noticeOf(state)).toBe('The operator has refused 12.50 ecoin: no transfer of that name');
  expect(noticeOf(pressed(state, 'P').state)).toBe(
    'The operator has refused *** ecoin: no transfer of that name',
  );
  expect(stepped(state, tick, state.now + 60_000).effects).toEqual([]);
});
