/** `participant.admit` and `participant.suspend`: the operator lets an address trade, or stops it. What it owns on the ledger was counted before and is told now. */
import { touchMarket } from '../changes.ts';
import type { Changes } from '../changes.ts';
import type { ParticipantAdmit, ParticipantSuspend } from '../command.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Participant, State } from '../state.ts';
import type { Address } from '../units.ts';
import { balancesOf } from '../view.ts';
import { cancelEach } from './cancel.ts';

/** The number of an owner on the books, given when it is first named. */
export function ownerNumber({ owners }: State, owner: Address): number {
  const known = owners.get(owner);
  if (known !== undefined) return known;
  const number = owners.size;
  owners.set(owner, number);
  return number;
}

/** Admits the participant; or renames one that is admitted, and gives it to another owner. Never refuses. */
export function admitParticipant(
  state: State,
  changes: Changes,
  { participant: address, name, owner: wanted }: ParticipantAdmit,
): RefusalCode | undefined {
  const known = state.participants.get(address);
  const owner = wanted ?? known?.owner ?? address;
  changes.events.push({ kind: 'participant.admitted', participant: address, name, owner });
  if (known !== undefined) {
    known.name = name;
    if (known.owner !== owner) changeOwner(state, changes, known, owner);
    return undefined;
  }
  state.participants.set(address, createParticipant(state, { address, name, owner }));
  for (const { asset, balance, hold } of balancesOf(state, address)) {
    const participant = address;
    changes.events.push({ kind: 'balance.changed', participant, asset, balance, hold });
  }
  return undefined;
}

/** Suspends the participant and cancels its live orders, or lifts that. Refuses `unknown_participant`. */
export function suspendParticipant(
  state: State,
  changes: Changes,
  { participant: address, suspended }: ParticipantSuspend,
): RefusalCode | undefined {
  const participant = state.participants.get(address);
  if (participant === undefined) return 'unknown_participant';
  if (participant.isSuspended === suspended) return undefined;
  participant.isSuspended = suspended;
  changes.events.push({ kind: 'participant.suspended', participant: address, suspended });
  if (suspended) cancelEach(state, changes, participant.live, 'suspended');
  return undefined;
}

/** A participant without orders. */
export function createParticipant(
  state: State,
  { address, name, owner }: { address: Address; name: string; owner: Address },
): Participant {
  return {
    address,
    name,
    owner,
    ownerNumber: ownerNumber(state, owner),
    isSuspended: false,
    live: [],
    wholes: 0,
    answers: new Map(),
    over: [],
    overCount: 0,
    switchDue: undefined,
  };
}

function changeOwner(
  state: State,
  changes: Changes,
  participant: Participant,
  owner: Address,
): void {
  participant.owner = owner;
  participant.ownerNumber = ownerNumber(state, owner);
  for (const { market, slot } of participant.live) {
    if (slot >= 0) market.book.setOwner(slot, participant.ownerNumber);
    touchMarket(changes, market);
  }
}
