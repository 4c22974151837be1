/** What each key of the operator's screen must do. */
import { expect } from 'vitest';
import { shownNotice } from '../fold/notices.ts';
import type { OperatorQuestion } from '../operator/operator.ts';
import type { Opening } from '../operator/opening.ts';
import type { State } from '../fold/state.ts';
import type { Press } from './expected-keys.ts';
import { operatorReading } from './operator.ts';
import { openedAt, pressed, stepped, windowOf } from './state.ts';

const opened = openedAt(80, 24, { isReadOnly: true, isOperator: true });
const joins = stepped(opened, { kind: 'operator', reading: operatorReading }).state;
const deposits = pressed(joins, 'tab').state;
const participants = pressed(joins, 'tab', 'tab').state;
const admitting = pressed(joins, 'a').state;
const refusing = pressed(joins, 'r').state;
const opening = pressed(joins, 'o').state;

function questionOf({ overlay }: State): OperatorQuestion | undefined {
  return overlay?.kind === 'decision' ? overlay.question : undefined;
}
function formOf({ overlay }: State): Opening {
  if (overlay?.kind !== 'opening') throw new Error('the form is not open');
  return overlay.opening;
}
function noticeOf(state: State): string {
  return shownNotice(state)?.text ?? '';
}

/** For each binding: a state in which it can be pressed, and what must come of it. */
export const expectedOperatorKeys: Readonly<Record<string, (press: Press) => void>> = {
  'screen-operator': (press) => {
    const { state, effects } = press(pressed(joins, '2').state);
    expect(state.screen).toBe('operator');
    expect(effects).toEqual([{ kind: 'read-operator' }]);
    const household = press(openedAt()).state;
    expect(household.screen).toBe('ladder');
    expect(noticeOf(household)).toContain('only the operator');
  },
  'operator-next-list': (press) => {
    expect(press(joins).state.operator?.list).toBe('deposits');
    expect(press(participants).state.operator?.list).toBe('joins');
  },
  'operator-previous-list': (press) => {
    expect(press(joins).state.operator?.list).toBe('participants');
  },
  'operator-admit': (press) => {
    expect(questionOf(press(joins).state)).toMatchObject({
      ask: 'admit',
      request: { name: 'house-12' },
    });
    const second = pressed(joins, 'j').state;
    expect(questionOf(press(second).state)).toMatchObject({
      request: { name: '한빛아파트 301호' },
    });
    expect(noticeOf(press(deposits).state)).toContain('Tab to the requests to join');
    expect(noticeOf(press(opened).state)).toContain('nobody asks');
  },
  'operator-issue-ecoin': (press) => {
    expect(questionOf(press(deposits).state)).toMatchObject({
      ask: 'issue',
      deposit: { deposit: 'D2', amount: 5_000 },
    });
    expect(noticeOf(press(pressed(deposits, 'G').state).state)).toContain('decided already');
    expect(noticeOf(press(joins).state)).toContain('Tab to the deposits');
  },
  'operator-refuse': (press) => {
    expect(questionOf(press(joins).state)).toMatchObject({ ask: 'refuse-join' });
    expect(questionOf(press(deposits).state)).toMatchObject({ ask: 'refuse-deposit' });
    expect(noticeOf(press(pressed(joins, 'G').state).state)).toContain('refused already');
    expect(noticeOf(press(pressed(deposits, 'j').state).state)).toContain('it is approved');
    expect(noticeOf(press(participants).state)).toContain('u suspends');
  },
  'operator-suspend': (press) => {
    const one = pressed(participants, 'j').state;
    expect(questionOf(press(participants).state)).toMatchObject({ suspended: true });
    expect(questionOf(press(one).state)).toMatchObject({
      ask: 'suspend',
      participant: { name: 'house-08' },
      suspended: false,
    });
    expect(noticeOf(press(joins).state)).toContain('Tab to the participants');
  },
  'operator-send': (press) => {
    const one = pressed(participants, 'j').state;
    expect(questionOf(press(participants).state)).toMatchObject({ isGranted: false });
    expect(questionOf(press(one).state)).toMatchObject({ permission: 'send', isGranted: true });
  },
  'operator-receive': (press) => {
    expect(questionOf(press(participants).state)).toMatchObject({
      permission: 'receive',
      isGranted: false,
    });
  },
  'operator-issue': (press) => {
    const [first, , third] = operatorReading.participants;
    expect(questionOf(press(participants).state)).toMatchObject({
      address: first?.meter,
      isGranted: false,
    });
    expect(questionOf(press(pressed(participants, 'G').state).state)).toMatchObject({
      address: third?.meter,
      isGranted: true,
    });
    expect(noticeOf(press(pressed(participants, 'j').state).state)).toContain('no meter');
  },
  'operator-halted': (press) => {
    expect(questionOf(press(joins).state)).toEqual({
      ask: 'phase',
      symbol: 'KWH/ECOIN',
      phase: 'halted',
    });
  },
  'operator-cancel-only': (press) => {
    expect(questionOf(press(joins).state)).toMatchObject({ phase: 'cancel_only' });
  },
  'operator-continuous': (press) => {
    expect(noticeOf(press(joins).state)).toContain('in that phase already');
    const { health } = operatorReading;
    const markets = health.markets.map((one) => ({ ...one, phase: 'halted' }));
    const reading = { ...operatorReading, health: { ...health, markets } };
    const halted = stepped(joins, { kind: 'operator', reading }).state;
    expect(questionOf(press(halted).state)).toMatchObject({ phase: 'continuous' });
  },
  'decision-type': (press) => {
    expect(press(refusing).state.overlay).toMatchObject({ text: expect.stringMatching(/^.$/) });
    expect(press(admitting).state.overlay).toMatchObject({ text: '' });
  },
  'decision-erase': (press) => {
    expect(press(pressed(refusing, 'n', 'o').state).state.overlay).toMatchObject({ text: 'n' });
  },
  'decision-field': (press) => {
    expect(press(admitting).state.overlay).toMatchObject({ isOnConfirm: true });
  },
  'decision-confirm': (press) => {
    expect(press(admitting)).toMatchObject({ effects: [] });
    const sent = press(pressed(admitting, 'tab').state);
    expect(sent.effects).toMatchObject([
      { kind: 'operate', question: { ask: 'admit', request: { name: 'house-12' } } },
    ]);
    expect(sent.state.overlay).toBeUndefined();
    // Without a reason nobody is refused.
    expect(press(pressed(refusing, 'tab').state)).toMatchObject({ effects: [] });
    expect(press(pressed(refusing, ...' no ', 'tab').state).effects).toMatchObject([
      { kind: 'operate', reason: 'no' },
    ]);
  },
  'decision-close': (press) => {
    expect(press(admitting)).toMatchObject({ effects: [] });
    expect(press(admitting).state.overlay).toBeUndefined();
  },
  'operator-open-market': (press) => {
    expect(press(joins).state.overlay).toMatchObject({ kind: 'opening' });
    const early = stepped(windowOf(80, 24, { isReadOnly: true, isOperator: true }), {
      kind: 'operator',
      reading: operatorReading,
    }).state;
    expect(noticeOf(press(early).state)).toContain('there is no market yet');
  },
  'opening-type': (press) => {
    expect(formOf(press(opening).state).typed.from).toHaveLength(1);
    expect(formOf(press(press(opening).state).state).typed.from).toHaveLength(2);
  },
  'opening-erase': (press) => {
    expect(formOf(press(opening).state).typed.from).toBe('07-01 17:0');
  },
  'opening-later': (press) => {
    expect(formOf(press(opening).state).typed.from).toBe('07-01 18:00');
    const named = pressed(opening, 'shift-tab', 'shift-tab').state;
    expect(noticeOf(press(named).state)).toContain('Tab to one of the times first');
  },
  'opening-earlier': (press) => {
    expect(formOf(press(opening).state).typed.from).toBe('07-01 16:00');
  },
  'opening-field': (press) => {
    expect(['to', 'confirm']).toContain(formOf(press(opening).state).field);
  },
  'opening-confirm': (press) => {
    expect(press(opening).effects).toEqual([]);
    const ready = press(pressed(opening, 'shift-tab').state);
    expect(ready.effects).toMatchObject([
      { kind: 'operate', question: { ask: 'open', market: { symbol: 'KWH-0701-17/ECOIN' } } },
    ]);
  },
  'opening-close': (press) => {
    const { state, effects } = press(opening);
    expect([state.overlay, effects]).toEqual([undefined, []]);
  },
};
