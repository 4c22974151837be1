/** `participant.admit`: the operator lets an address trade. What it owns on the ledger was counted before and is told now. */
import type { Changes } from './changes.ts';
import type { ParticipantAdmit } from './command.ts';
import type { RefusalCode } from './refusal.ts';
import type { State } from './state.ts';
import { balancesOf } from './view.ts';

/** Admits the participant, or renames one that is admitted. Never refuses. */
export function admitParticipant(
  state: State,
  changes: Changes,
  { participant, name }: ParticipantAdmit,
): RefusalCode | undefined {
  const known = state.participants.get(participant);
  changes.events.push({ kind: 'participant.admitted', participant, name });
  if (known !== undefined) {
    known.name = name;
    return undefined;
  }
  state.participants.set(participant, {
    participant,
    name,
    live: new Map(),
    answers: new Map(),
    done: [],
    doneCount: 0,
  });
  for (const { asset, balance, hold } of balancesOf(state, participant)) {
    changes.events.push({ kind: 'balance.changed', participant, asset, balance, hold });
  }
  return undefined;
}
