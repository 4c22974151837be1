/** What became of the operator's decisions, and what is new since it was last looked. */
import type { Outcome } from '@wattlot/client';
import { operatorAwayReadMs, operatorReadMs } from '../limits.ts';
import { withNotice } from '../fold/notices.ts';
import { localText } from './local-time.ts';
import type { NewMarket } from './opening.ts';
import type { OperatorQuestion, OperatorReading } from './operator.ts';
import { phaseWords } from '../panes/phase.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Step } from '../fold/messages.ts';
import { t } from '../text/language.ts';
import { ecoinText } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import { permissionWords } from './words.ts';
import { refusalText } from '../text/words.ts';

/** A name as it may stand in a sentence: what a stranger wrote, cut and printable. */
function named({ name }: { readonly name: string }): string {
  return printable(name, 32);
}

/** An amount of ecoin with its unit's decimals. */
export function depositText(state: State, amount: number): string {
  const instrument = marketOf(state)?.instrument;
  return instrument === undefined ? String(amount) : ecoinText(instrument, amount);
}

function openedText({ language, offsetMinutes }: State, { symbol, delivery }: NewMarket): string {
  const market = printable(symbol, 32);
  return delivery === undefined
    ? t(language, '{market} is open', { market })
    : t(language, '{market} is open, traded until {gate}', {
        market,
        gate: localText(delivery.gate / 1000, offsetMinutes),
      });
}

/** A decision that has been carried out, in a sentence. */
function doneText(state: State, question: OperatorQuestion): string {
  const { language } = state;
  switch (question.ask) {
    case 'admit':
      return t(language, '{name} is let in', { name: named(question.request) });
    case 'refuse-join':
      return t(language, '{name} is refused', { name: named(question.request) });
    case 'issue': {
      const { deposit } = question;
      const amount = depositText(state, deposit.amount);
      return t(language, '{amount} ecoin issued to {name}', { amount, name: named(deposit) });
    }
    case 'refuse-deposit': {
      const { deposit } = question;
      const which = printable(deposit.deposit, 12);
      return t(language, '{deposit} of {name} is refused', {
        deposit: which,
        name: named(deposit),
      });
    }
    case 'suspend': {
      const name = named(question.participant);
      return question.suspended
        ? t(language, '{name} is suspended: its orders are cancelled', { name })
        : t(language, '{name} may trade again', { name });
    }
    case 'permission': {
      const { participant, permission, isGranted } = question;
      const values = {
        name: named(participant),
        permission: t(language, permissionWords[permission]),
      };
      return isGranted
        ? t(language, '{name}: {permission} granted', values)
        : t(language, '{name}: {permission} revoked', values);
    }
    case 'phase': {
      const phase = t(language, phaseWords[question.phase]);
      return t(language, '{market} is {phase} now', {
        market: printable(question.symbol, 24),
        phase,
      });
    }
    case 'open':
      return openedText(state, question.market);
  }
}

/** The answer to a decision; the lists are read at once to show it. */
export function onOperated(
  state: State,
  {
    question,
    outcome,
  }: { readonly question: OperatorQuestion; readonly outcome: Outcome<unknown> },
): Step {
  const { language } = state;
  const step = (tone: 'good' | 'bad', text: string): Step =>
    readOperator(withNotice(state, tone, text, text, 'operator'));
  switch (outcome.kind) {
    case 'yes':
      return step('good', doneText(state, question));
    case 'no': {
      const refusal = refusalText(outcome.error, language);
      return step('bad', t(language, 'Refused: {refusal}', { refusal }));
    }
    case 'unknown': {
      const reason = printable(outcome.reason);
      const text = t(language, 'No answer ({reason}): decide again, it is done once', { reason });
      return step('bad', text);
    }
  }
}

/** Sentences about requests that were not there the last time. */
function newsOf(state: State, before: OperatorReading, after: OperatorReading): string[] {
  const { language } = state;
  const asked = new Set(before.joins.map(({ participant, since }) => `${participant} ${since}`));
  const wished = new Set(before.deposits.map(({ deposit }) => deposit));
  const joins = after.joins.filter(
    (one) => one.status === 'waiting' && !asked.has(`${one.participant} ${one.since}`),
  );
  const deposits = after.deposits.filter(({ deposit }) => !wished.has(deposit));
  return [
    ...joins.map((one) => t(language, '{name} asks to be let in', { name: named(one) })),
    ...deposits.map((one) => {
      const amount = depositText(state, one.amount);
      return t(language, '{name} asks for {amount} ecoin', { name: named(one), amount });
    }),
  ];
}

/** The state with what the exchange told now. */
export function onReading(state: State, reading: OperatorReading): State {
  const { operator } = state;
  if (operator === undefined) return state;
  const { fault: _gone, ...rest } = operator;
  const read: State = { ...state, operator: { ...rest, reading } };
  const before = operator.reading;
  if (before === undefined) return read;
  return newsOf(state, before, reading).reduce(
    (told, text) => withNotice(told, 'plain', text, text, 'operator'),
    read,
  );
}

/** The state with why nothing could be read. */
export function onOperatorFault(state: State, reason: string): State {
  const { operator } = state;
  return operator === undefined
    ? state
    : { ...state, operator: { ...operator, fault: printable(reason) } };
}

/** Asks for the lists now. */
export function readOperator(state: State): Step {
  const { operator, now } = state;
  if (operator === undefined) return { state, effects: [] };
  const asked: State = { ...state, operator: { ...operator, askedAt: now } };
  return { state: asked, effects: [{ kind: 'read-operator' }] };
}

/** Asks for the lists when it is time: often while they are looked at, and elsewhere so that what is new is told. */
export function readOperatorInTime(state: State): Step {
  const { operator, now, screen } = state;
  const every = screen === 'operator' ? operatorReadMs : operatorAwayReadMs;
  if (operator === undefined || now - (operator.askedAt ?? -Infinity) < every) {
    return { state, effects: [] };
  }
  return readOperator(state);
}
