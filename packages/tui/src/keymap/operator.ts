/** Keys of the operator's screen, and of the question before each decision. */
import type { LedgerPermission, OperatorPhase } from '@wattlot/client/frames';
import type { Key } from '../screen/keys.ts';
import { selectedDeposit, selectedJoin, selectedParticipant } from '../operator/lists.ts';
import { needsReason } from '../operator/operator.ts';
import type { OperatorAction } from '../operator/operator.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { always } from './binding.ts';
import type { Binding } from './binding.ts';
import { formKeys } from './form.ts';
import { openMarketKey } from './opening.ts';

function decide(action: OperatorAction): Binding['act'] {
  return always({ kind: 'operator', action });
}

/** Why `6` opens nothing. */
export function notOperator({ operator, language }: State): string | undefined {
  return operator === undefined
    ? t(language, 'only the operator: wattlot trade --operator')
    : undefined;
}

function noJoin(state: State): string | undefined {
  const { operator, language } = state;
  if (operator?.list !== 'joins') return t(language, 'Tab to the requests to join first');
  return selectedJoin(state) === undefined ? t(language, 'nobody asks to be let in') : undefined;
}

function noDeposit(state: State): string | undefined {
  const { operator, language } = state;
  if (operator?.list !== 'deposits') return t(language, 'Tab to the deposits first');
  const deposit = selectedDeposit(state);
  if (deposit === undefined) return t(language, 'nobody asks for ecoin');
  const { status } = deposit;
  return status === 'waiting' || status === 'issuing'
    ? undefined
    : t(language, 'that is decided already');
}

function nothingToRefuse(state: State): string | undefined {
  const { operator, language } = state;
  if (operator?.list === 'participants') {
    return t(language, 'whoever is in is not refused: u suspends');
  }
  if (operator?.list === 'deposits') {
    return selectedDeposit(state)?.status === 'issuing'
      ? t(language, 'it is approved: approve it again to learn what became of it')
      : noDeposit(state);
  }
  return (
    noJoin(state) ??
    (selectedJoin(state)?.status === 'refused'
      ? t(language, 'that is refused already; a admits it all the same')
      : undefined)
  );
}

function noParticipant(state: State): string | undefined {
  const { operator, language } = state;
  if (operator?.list !== 'participants') return t(language, 'Tab to the participants first');
  return selectedParticipant(state) === undefined
    ? t(language, 'nobody has been let in')
    : undefined;
}

function noMeter(state: State): string | undefined {
  return (
    noParticipant(state) ??
    (selectedParticipant(state)?.meter === undefined
      ? t(state.language, 'this participant has no meter')
      : undefined)
  );
}

function cannotMove(phase: OperatorPhase): (state: State) => string | undefined {
  return (state) => {
    const { operator, language } = state;
    const market = marketOf(state);
    if (market === undefined) return t(language, 'there is no market yet');
    const { symbol } = market.instrument;
    const now = operator?.reading?.health.markets.find((one) => one.symbol === symbol)?.phase;
    if (now === 'closed') return t(language, 'the market is closed for good');
    return now === phase ? t(language, 'the market is in that phase already') : undefined;
  };
}

/** Why Enter sends nothing yet. */
function notConfirmed({ overlay, language }: State): string | undefined {
  if (overlay?.kind !== 'decision') return undefined;
  if (needsReason(overlay.question) && overlay.text.trim() === '') {
    return t(language, 'type a reason first: it is shown to the household');
  }
  return overlay.isOnConfirm ? undefined : t(language, 'Tab to [Confirm], then Enter sends it');
}

function hasNoText({ overlay, language }: State): string | undefined {
  return overlay?.kind === 'decision' && !needsReason(overlay.question)
    ? t(language, 'Tab to [Confirm], then Enter sends it')
    : undefined;
}

function permissionKey(key: Key, permission: LedgerPermission, help: Message): Binding {
  return {
    id: `operator-${permission}`,
    context: 'operator',
    keys: [key],
    label: key,
    help,
    act: decide({ kind: 'permission', permission }),
    disabled: permission === 'issue' ? noMeter : noParticipant,
  };
}

function phaseKey(
  key: Key,
  phase: OperatorPhase,
  { help, crib }: { readonly help: Message; readonly crib: Message },
): Binding {
  return {
    id: `operator-${phase.replace('_', '-')}`,
    context: 'operator',
    keys: [key],
    label: key,
    crib,
    help,
    act: decide({ kind: 'phase', phase }),
    disabled: cannotMove(phase),
  };
}

export const operatorKeys: readonly Binding[] = [
  {
    id: 'operator-next-list',
    context: 'operator',
    keys: ['tab', 'l', 'right'],
    label: 'Tab l →',
    crib: 'next list',
    cribLabel: 'Tab',
    help: 'to the next list: requests to join, deposits, participants',
    act: decide({ kind: 'list', by: 1 }),
  },
  {
    id: 'operator-previous-list',
    context: 'operator',
    keys: ['shift-tab', 'h', 'left'],
    label: 'S-Tab h ←',
    help: 'to the list before',
    act: decide({ kind: 'list', by: -1 }),
  },
  {
    id: 'operator-admit',
    context: 'operator',
    keys: ['a'],
    label: 'a',
    crib: 'admit',
    help: 'admit: let the selected household in, and its meter; asks first',
    act: decide({ kind: 'admit' }),
    disabled: noJoin,
  },
  {
    id: 'operator-issue-ecoin',
    context: 'operator',
    keys: ['i'],
    label: 'i',
    crib: 'issue ecoin',
    help: 'approve the selected deposit and issue its ecoin; asks first',
    act: decide({ kind: 'issue' }),
    disabled: noDeposit,
  },
  {
    id: 'operator-refuse',
    context: 'operator',
    keys: ['r'],
    label: 'r',
    crib: 'refuse',
    help: 'refuse the selected request or deposit, with a reason',
    act: decide({ kind: 'refuse' }),
    disabled: nothingToRefuse,
  },
  {
    id: 'operator-suspend',
    context: 'operator',
    keys: ['u'],
    label: 'u',
    crib: 'suspend',
    help: 'suspend the selected participant, or lift that; asks first',
    act: decide({ kind: 'suspend' }),
    disabled: noParticipant,
  },
  permissionKey('S', 'send', 'grant or revoke: to send on the ledger; asks first'),
  permissionKey('R', 'receive', 'grant or revoke: to receive on the ledger; asks first'),
  permissionKey('M', 'issue', 'grant or revoke: its meter issues energy; asks first'),
  openMarketKey,
  phaseKey('H', 'halted', {
    crib: 'halt',
    help: 'halt this market: no orders, no cancels; asks first',
  }),
  phaseKey('C', 'cancel_only', {
    crib: 'cancel-only',
    help: 'let this market only cancel and shrink orders; asks first',
  }),
  phaseKey('O', 'continuous', {
    crib: 'resume',
    help: 'open this market to all orders again; asks first',
  }),
  {
    id: 'decision-type',
    context: 'decision',
    keys: Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
    label: 'a-z',
    help: 'type the reason',
    act: (character) => ({ kind: 'filter', character }),
    disabled: hasNoText,
    takesText: true,
  },
  {
    id: 'decision-erase',
    context: 'decision',
    keys: ['backspace'],
    label: 'Backspace',
    help: 'erase a letter of the reason',
    act: always({ kind: 'unfilter' }),
    disabled: hasNoText,
  },
  ...formKeys({
    context: 'decision',
    moves: (by) => ({ kind: 'operator', action: { kind: 'field', by } }),
    sends: { kind: 'operator', action: { kind: 'confirm' } },
    crib: 'confirm',
    help: 'decide so; only while [Confirm] has the focus',
    fieldHelp: 'to [Confirm] and back',
    closeHelp: 'decide nothing',
    notYet: notConfirmed,
  }),
];
