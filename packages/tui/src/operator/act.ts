/** What the keys of the operator's screen do: they put a question, and its answer asks the exchange. Pure. */
import type { OperatorPhase } from '@wattlot/client/frames';
import { reasonCharactersMax } from '../limits.ts';
import { focusedRows, selectedDeposit, selectedJoin, selectedParticipant } from './lists.ts';
import { idOf, needsReason, operatorLists } from './operator.ts';
import type { OperatorAction, OperatorQuestion } from './operator.ts';
import { askOpening, contextOfOpening, moveInOpening, stepInOpening } from './act-opening.ts';
import { readOpening } from './opening.ts';
import { marketOf, withoutOverlay } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Step } from '../fold/messages.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

/** The state with a question that waits for [Confirm]. */
function asking(state: State, question: OperatorQuestion | undefined): State {
  if (question === undefined) return state;
  return { ...state, overlay: { kind: 'decision', question, text: '', isOnConfirm: false } };
}

/** The list after or before the one that keys act on, round and round. */
function nextList(state: State, by: 1 | -1): State {
  const { operator } = state;
  if (operator === undefined) return state;
  const index = operatorLists.indexOf(operator.list) + by + operatorLists.length;
  const list = operatorLists[index % operatorLists.length] ?? operator.list;
  return { ...state, operator: { ...operator, list } };
}

/** `steps` up in the list that keys act on. */
export function moveInOperator(state: State, steps: number): State {
  const { operator } = state;
  const { rows, selected } = focusedRows(state);
  if (operator === undefined || selected === undefined) return state;
  const index = Math.max(0, Math.min(rows.length - 1, rows.indexOf(selected) - steps));
  const next = rows[index] ?? selected;
  const ids = { ...operator.selected, [operator.list]: idOf(next) };
  return { ...state, operator: { ...operator, selected: ids } };
}

function refusalOf(state: State): OperatorQuestion | undefined {
  if (state.operator?.list === 'deposits') {
    const deposit = selectedDeposit(state);
    return deposit && { ask: 'refuse-deposit', deposit };
  }
  const request = selectedJoin(state);
  return request && { ask: 'refuse-join', request };
}

function permissionOf(
  state: State,
  { permission }: Extract<OperatorAction, { readonly kind: 'permission' }>,
): OperatorQuestion | undefined {
  const participant = selectedParticipant(state);
  if (participant === undefined) return undefined;
  const isMeters = permission === 'issue';
  const held = isMeters ? participant.meter_permissions : participant.permissions;
  const address = isMeters ? participant.meter : participant.participant;
  if (address === undefined) return undefined;
  const isGranted = !held.includes(permission);
  return { ask: 'permission', participant, address, permission, isGranted };
}

function phaseOf(state: State, phase: OperatorPhase): OperatorQuestion | undefined {
  const market = marketOf(state);
  return market && { ask: 'phase', symbol: market.instrument.symbol, phase };
}

/** Sends the decision, or the form for a new market, once. */
function confirm(state: State): Step {
  const { overlay } = state;
  const decided = (question: OperatorQuestion, reason: string): Step => ({
    state: withoutOverlay(state),
    effects: [{ kind: 'operate', question, reason }],
  });
  if (overlay?.kind === 'decision') return decided(overlay.question, overlay.text.trim());
  const context = contextOfOpening(state);
  if (overlay?.kind !== 'opening' || context === undefined) return only(state);
  const { market } = readOpening(overlay.opening, context);
  return market === undefined ? only(state) : decided({ ask: 'open', market }, '');
}

/** Changes the reason that is being typed. */
export function typeReason(state: State, change: (text: string) => string): State {
  const { overlay } = state;
  if (overlay?.kind !== 'decision' || !needsReason(overlay.question)) return state;
  const text = change(overlay.text).slice(0, reasonCharactersMax);
  return { ...state, overlay: { ...overlay, text, isOnConfirm: false } };
}

/** Carries out an action that its binding has not disabled. */
export function actOperator(state: State, action: OperatorAction): Step {
  switch (action.kind) {
    case 'list':
      return only(nextList(state, action.by));
    case 'admit': {
      const request = selectedJoin(state);
      return only(asking(state, request && { ask: 'admit', request }));
    }
    case 'issue': {
      const deposit = selectedDeposit(state);
      return only(asking(state, deposit && { ask: 'issue', deposit }));
    }
    case 'refuse':
      return only(asking(state, refusalOf(state)));
    case 'suspend': {
      const participant = selectedParticipant(state);
      const suspended = participant?.suspended !== true;
      return only(asking(state, participant && { ask: 'suspend', participant, suspended }));
    }
    case 'permission':
      return only(asking(state, permissionOf(state, action)));
    case 'phase':
      return only(asking(state, phaseOf(state, action.phase)));
    case 'open-market':
      return only(askOpening(state));
    case 'step':
      return only(stepInOpening(state, action.by));
    case 'field': {
      const { overlay } = state;
      if (overlay?.kind === 'opening') return only(moveInOpening(state, action.by));
      if (overlay?.kind !== 'decision') return only(state);
      return only({ ...state, overlay: { ...overlay, isOnConfirm: !overlay.isOnConfirm } });
    }
    case 'confirm':
      return confirm(state);
  }
}
