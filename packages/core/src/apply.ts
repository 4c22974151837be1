/**
 * The exchange as a function: one journal entry in, what happened out, the state changed in place. Deterministic and synchronous; whatever
 * command arrives is answered, with a refusal when it may not be applied. A refusal changes nothing but the state's seq and instant (and what
 * fell due by that instant).
 */
import { finish } from './changes.ts';
import type { Changes } from './changes.ts';
import type { Command, Entry, OrderAmend, OrderPlace } from './command.ts';
import type { Event } from './event.ts';
import { assert } from './exact.ts';
import { admitParticipant, suspendParticipant } from './handlers/admit.ts';
import { amendOrder, amendRefusal } from './handlers/amend.ts';
import { cancelAllAfter, cancelAllOrders, cancelOrder } from './handlers/cancel.ts';
import { letFall } from './handlers/clock.ts';
import { advanceLedger } from './handlers/ledger.ts';
import { cancelMarket, changeBand, changePhase, openMarket } from './handlers/market.ts';
import { declineOffers, deliverOffers } from './handlers/offers.ts';
import { placeOrder, placeRefusal } from './handlers/place.ts';
import { submitSettlement } from './handlers/settle.ts';
import { instantMax } from './limits.ts';
import { fireWholes } from './match.ts';
import type { RefusalCode } from './refusal.ts';
import { isCommand, namesOf } from './shape.ts';
import type { State } from './state.ts';
import type { Instant } from './units.ts';

/**
 * Applies the entry: what fell due first, then the command, then the whole orders that can be filled by now; then levels and balances that
 * changed, each once.
 * @returns what happened, in order; empty when nothing did.
 * @throws Error when the entry is not the next one or its time runs backwards: the journal is broken, and nothing has changed.
 */
export function apply(state: State, entry: Entry): readonly Event[] {
  return applyCommand(state, entry, isCommand(entry.command));
}

/** As `apply`, of an entry whose command `isCommand` has been asked about and is one. */
export function applyChecked(state: State, entry: Entry): readonly Event[] {
  return applyCommand(state, entry, true);
}

function applyCommand(state: State, entry: Entry, isOne: boolean): readonly Event[] {
  const { seq, at, command } = entry;
  checkPlace(state, entry);
  state.seq = seq;
  state.at = at;
  const { changes } = state;
  letFall(state, changes);
  const code = isOne ? dispatch(state, changes, command) : 'malformed';
  if (code !== undefined) changes.events.push({ kind: 'refused', ...namesOf(command), code });
  for (const market of changes.markets) fireWholes(state, changes, market);
  return finish(state, changes);
}

/**
 * With which code an entry with this command would be refused if it came at `at`, when nothing else falls due before. Changes nothing.
 * @returns undefined when it would be applied.
 */
export function refusalOf(
  state: State,
  command: OrderPlace | OrderAmend,
  at: Instant,
): RefusalCode | undefined {
  if (!isCommand(command)) return 'malformed';
  return command.kind === 'order.place'
    ? placeRefusal(state, command, at)
    : amendRefusal(state, command);
}

/** @throws Error unless the entry is the next one and its time does not run backwards. */
function checkPlace({ seq: last, at: before }: State, { seq, at }: Entry): void {
  if (seq === last + 1 && Number.isSafeInteger(at) && at <= instantMax && at >= before) return;
  assert(seq === last + 1, `entry ${seq} does not follow ${last}`);
  assert(Number.isSafeInteger(at) && at <= instantMax, `entry ${seq} has no instant`);
  assert(at >= before, `entry ${seq} is from before the entry in front of it`);
}

function dispatch(state: State, changes: Changes, command: Command): RefusalCode | undefined {
  switch (command.kind) {
    case 'market.open':
      return openMarket(state, changes, command);
    case 'market.phase':
      return changePhase(state, changes, command);
    case 'market.band':
      return changeBand(state, changes, command);
    case 'market.cancel_all':
      return cancelMarket(state, changes, command);
    case 'participant.admit':
      return admitParticipant(state, changes, command);
    case 'participant.suspend':
      return suspendParticipant(state, changes, command);
    case 'order.place':
      return placeOrder(state, changes, command);
    case 'order.amend':
      return amendOrder(state, changes, command);
    case 'order.cancel':
      return cancelOrder(state, changes, command);
    case 'order.cancel_all':
      return cancelAllOrders(state, changes, command);
    case 'order.cancel_all_after':
      return cancelAllAfter(state, changes, command);
    case 'offers.deliver':
      return deliverOffers(state, changes, command);
    case 'offers.decline':
      return declineOffers(state, changes, command);
    case 'settlement.submit':
      return submitSettlement(state, changes, command);
    case 'ledger.advance':
      return advanceLedger(state, changes, command);
    case 'time.tick':
      break;
  }
  return undefined;
}
