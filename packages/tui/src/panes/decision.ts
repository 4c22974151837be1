/** The question before a decision of the operator: what it is about in full, and [Confirm]. */
import type { OperatorPhase } from '@wattlot/client/frames';
import { needsReason } from '../operator/operator.ts';
import type { OperatorQuestion } from '../operator/operator.ts';
import { depositText } from '../operator/outcomes.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { ecoinUnit } from '../text/number.ts';
import { printable, widthOf } from '../text/printable.ts';
import { permissionWords } from '../operator/words.ts';
import { confirmSpan } from './confirm.ts';
import { phaseWords } from './phase.ts';

/** Rows of a question, the blank one below it included. */
export const decisionRows = 6;

const labelColumns = 12;

function titleOf(state: State, question: OperatorQuestion): string {
  const { language } = state;
  switch (question.ask) {
    case 'admit':
      return t(language, 'ADMIT {name}', { name: printable(question.request.name, 32) });
    case 'refuse-join':
      return t(language, 'REFUSE {name}', { name: printable(question.request.name, 32) });
    case 'issue':
    case 'refuse-deposit': {
      const { deposit } = question;
      const instrument = marketOf(state)?.instrument;
      const unit = instrument === undefined ? 'ecoin' : ecoinUnit(instrument);
      const amount = `${depositText(state, deposit.amount)} ${unit}`;
      const name = printable(deposit.name, 32);
      return question.ask === 'issue'
        ? t(language, 'ISSUE {amount} to {name}', { amount, name })
        : t(language, 'REFUSE {amount} for {name}', { amount, name });
    }
    case 'suspend': {
      const name = printable(question.participant.name, 32);
      return question.suspended
        ? t(language, 'SUSPEND {name}', { name })
        : t(language, 'LET {name} TRADE AGAIN', { name });
    }
    case 'permission': {
      const { participant, permission, isGranted } = question;
      const values = {
        name: printable(participant.name, 32),
        permission: t(language, permissionWords[permission]),
      };
      return isGranted
        ? t(language, 'GRANT {name}: {permission}', values)
        : t(language, 'REVOKE from {name}: {permission}', values);
    }
    // The form for a new market asks by itself.
    case 'open':
      return printable(question.market.symbol, 32);
    case 'phase': {
      const values = {
        market: printable(question.symbol, 24),
        phase: t(language, phaseWords[question.phase]),
      };
      return `${values.market}: ${values.phase}`;
    }
  }
}

/** What is decided about, and what follows from it. */
function factsOf(state: State, question: OperatorQuestion): Line[] {
  const { language } = state;
  const fact = (label: Message, text: string): Line =>
    line(span(` ${padEnd(t(language, label), labelColumns)}`, 'muted'), span(printable(text, 64)));
  const saying = (message: Message): Line => line(span(` ${t(language, message)}`, 'muted'));
  switch (question.ask) {
    case 'admit':
    case 'refuse-join': {
      const { request } = question;
      return [
        fact('address', request.participant),
        ...(request.meter === undefined ? [] : [fact('meter', request.meter)]),
      ];
    }
    case 'issue':
    case 'refuse-deposit': {
      const { deposit } = question;
      const which = [deposit.deposit, deposit.reference].filter((text) => text !== '').join('  ');
      return [fact('address', deposit.participant), fact('reference', which)];
    }
    case 'suspend':
      return [
        fact('address', question.participant.participant),
        saying(
          question.suspended
            ? 'its live orders are cancelled, what is matched settles on'
            : 'it may place orders again',
        ),
      ];
    case 'permission':
      return [
        fact(question.permission === 'issue' ? 'meter' : 'address', question.address),
        ...(question.isGranted || question.permission === 'issue'
          ? []
          : [saying('its trades cannot settle without: suspend it first')]),
      ];
    case 'open':
      return [];
    case 'phase':
      return [saying(phaseFacts[question.phase] ?? 'all orders are taken, and trade')];
  }
}

const phaseFacts: Readonly<Partial<Record<OperatorPhase, Message>>> = {
  halted: 'no orders, no cancels, no trades; what is matched settles on',
  cancel_only: 'no new orders, no trades; orders may be cancelled and made smaller',
};

function answerLine(
  {
    text,
    isOnConfirm,
    question,
  }: { text: string; isOnConfirm: boolean; question: OperatorQuestion },
  language: Language,
  width: number,
): Line {
  const button = confirmSpan(isOnConfirm, language);
  const hint = isOnConfirm ? t(language, 'Enter decides so') : t(language, 'Tab, then Enter');
  if (!needsReason(question)) {
    return line(span(' '), button, span(`  ${hint}`, 'muted'));
  }
  const label = ` ${padEnd(t(language, 'reason'), labelColumns)}`;
  const room = Math.max(8, width - widthOf(label) - widthOf(button.text) - widthOf(hint) - 5);
  const typed = `${text}${isOnConfirm ? '' : '_'}`;
  // The end of what is typed stays in sight.
  const shown = padEnd([...typed].slice(-room).join(''), room);
  return line(
    span(label, 'muted'),
    span(shown, isOnConfirm ? 'field' : 'buttonFocus'),
    span('  '),
    button,
    span(`  ${hint}`, 'muted'),
  );
}

/** The question's rows, blank ones last; none while nothing is asked. */
export function decisionLines(state: State, width: number): Line[] {
  const { overlay, language } = state;
  if (overlay?.kind !== 'decision') return [];
  const { question } = overlay;
  const lines = [
    line(span(` ${titleOf(state, question)}`, 'focus')),
    ...factsOf(state, question),
    answerLine(overlay, language, width),
  ];
  while (lines.length < decisionRows) lines.push(line());
  return lines;
}
