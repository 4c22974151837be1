/** The operator's connection as the terminal uses it: everything at once, and decisions one by one. Never throws. */
import { everyParticipant } from '@wattlot/client';
import type { OperatorConnection, Outcome } from '@wattlot/client';
import { bodyOf } from './opening.ts';
import type { OperatorQuestion } from './operator.ts';
import type { Effect, Input } from '../fold/messages.ts';

const notYet = { kind: 'unknown', reason: 'not connected' } as const;

/** All that the screen shows; or why it cannot be told. */
export async function readOperator(operator: OperatorConnection): Promise<Input> {
  const [joins, deposits, participants, health] = await Promise.all([
    operator.ask('list_join_requests', {}),
    operator.ask('list_deposits', {}),
    everyParticipant(operator),
    operator.ask('settlement_health', {}),
  ]);
  if (
    joins.kind === 'yes' &&
    deposits.kind === 'yes' &&
    participants.kind === 'yes' &&
    health.kind === 'yes'
  ) {
    return {
      kind: 'operator',
      reading: {
        joins: joins.value.requests,
        deposits: deposits.value.deposits,
        participants: participants.value,
        health: health.value,
      },
    };
  }
  const reason = [joins, deposits, participants, health].map(reasonOf).find((text) => text !== '');
  return { kind: 'operator-fault', reason: reason ?? '' };
}

function reasonOf(outcome: Outcome<unknown>): string {
  if (outcome.kind === 'no') return outcome.error;
  return outcome.kind === 'unknown' ? outcome.reason : '';
}

/** Carries a decision out. */
export async function operate(
  operator: OperatorConnection | undefined,
  { question, reason }: Extract<Effect, { readonly kind: 'operate' }>,
): Promise<Input> {
  const outcome = operator === undefined ? notYet : await asked(operator, question, reason);
  return { kind: 'operated', question, outcome };
}

function asked(
  operator: OperatorConnection,
  question: OperatorQuestion,
  reason: string,
): Promise<Outcome<unknown>> {
  switch (question.ask) {
    case 'admit':
      return operator.ask('admit', { participant: question.request.participant });
    case 'refuse-join': {
      const { participant } = question.request;
      return operator.ask('refuse_join', { participant, reason });
    }
    case 'issue': {
      // The amount that was looked at: should another stand there by now, it is refused.
      const { deposit, amount } = question.deposit;
      return operator.ask('issue_ecoin', { deposit, amount });
    }
    case 'refuse-deposit':
      return operator.ask('refuse_deposit', { deposit: question.deposit.deposit, reason });
    case 'suspend': {
      const { participant } = question.participant;
      return operator.ask('suspend', { participant, suspended: question.suspended });
    }
    case 'permission': {
      const { address, permission, isGranted } = question;
      return operator.ask(isGranted ? 'grant' : 'revoke', { address, permissions: [permission] });
    }
    case 'phase':
      return operator.ask('set_phase', { symbol: question.symbol, phase: question.phase });
    case 'open':
      return operator.ask('open_market', bodyOf(question.market));
  }
}
