/** What the lists of the operator's screen show, after the filter, and what is selected in them. */
import type { Deposit, JoinRequest, ParticipantStanding } from '@wattlot/client/frames';
import { holds } from '../fold/lists.ts';
import { idOf } from './operator.ts';
import type { OperatorList } from './operator.ts';
import type { State } from '../fold/state.ts';

/** A row of any of the lists. */
export type OperatorRow = JoinRequest | Deposit | ParticipantStanding;

/** The filter narrows every list: who looks for a household need not know in which it stands. */
function narrowed<Row extends OperatorRow>(
  { filters }: State,
  rows: readonly Row[],
): readonly Row[] {
  return rows.filter((row) => holds(filters.operator, ...textsOf(row)));
}

function textsOf(row: OperatorRow): readonly string[] {
  const { participant, name } = row;
  if ('deposit' in row) return [participant, name, row.deposit, row.reference, row.status];
  return 'since' in row ? [participant, name, row.status] : [participant, name];
}

/** Who asks to be let in: those that wait first. */
export function shownJoins(state: State): readonly JoinRequest[] {
  const joins = state.operator?.reading?.joins ?? [];
  const waits = joins.filter(({ status }) => status === 'waiting');
  return narrowed(state, [...waits, ...joins.filter((one) => !waits.includes(one))]);
}

/** Wishes for ecoin: those that wait first, oldest first; then those that are decided, newest first. */
export function shownDeposits(state: State): readonly Deposit[] {
  const deposits = state.operator?.reading?.deposits ?? [];
  const waits = deposits.filter(isUndecided);
  const decided = deposits.filter((one) => !isUndecided(one)).toReversed();
  return narrowed(state, [...waits, ...decided]);
}

/** Whether the operator still has something to say about it. */
export function isUndecided({ status }: Deposit): boolean {
  return status === 'waiting' || status === 'issuing';
}

/** Who is in, by name. */
export function shownParticipants(state: State): readonly ParticipantStanding[] {
  return narrowed(state, state.operator?.reading?.participants ?? []);
}

function selectedIn<Row extends OperatorRow>(
  { operator }: State,
  list: OperatorList,
  rows: readonly Row[],
): Row | undefined {
  const wanted = operator?.selected[list];
  return rows.find((row) => idOf(row) === wanted) ?? rows[0];
}

/** What keys act on in each list: the selected row, else the first. */
export function selectedJoin(state: State): JoinRequest | undefined {
  return selectedIn(state, 'joins', shownJoins(state));
}
export function selectedDeposit(state: State): Deposit | undefined {
  return selectedIn(state, 'deposits', shownDeposits(state));
}
export function selectedParticipant(state: State): ParticipantStanding | undefined {
  return selectedIn(state, 'participants', shownParticipants(state));
}

/** The rows of the list that keys act on, and the selected one among them. */
export function focusedRows(state: State): {
  readonly rows: readonly OperatorRow[];
  readonly selected: OperatorRow | undefined;
} {
  switch (state.operator?.list) {
    case 'deposits':
      return { rows: shownDeposits(state), selected: selectedDeposit(state) };
    case 'participants':
      return { rows: shownParticipants(state), selected: selectedParticipant(state) };
    default:
      return { rows: shownJoins(state), selected: selectedJoin(state) };
  }
}

/** The list to act on while a filter holds: the focused one, or the first that has a row of it where that has none. */
export function listWithRows(state: State, focused: OperatorList): OperatorList {
  const counts: readonly (readonly [OperatorList, number])[] = [
    ['joins', shownJoins(state).length],
    ['deposits', shownDeposits(state).length],
    ['participants', shownParticipants(state).length],
  ];
  const found = counts.filter(([, count]) => count > 0).map(([list]) => list);
  return found.includes(focused) ? focused : (found[0] ?? focused);
}
