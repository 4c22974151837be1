/**
 * The exchange as a function: one journal entry in, what happened out, the state changed in place. Deterministic and synchronous; whatever
 * command arrives is answered, with a refusal when it may not be applied. A refusal changes nothing but the state's seq and instant (and what
 * fell due by that instant).
 */
import { admitParticipant } from './admit.ts';
import { cancelOrder } from './cancel.ts';
import { createChanges, finish } from './changes.ts';
import type { Changes } from './changes.ts';
import type { Command, Entry } from './command.ts';
import { letFall } from './due.ts';
import type { Event } from './event.ts';
import { assert } from './exact.ts';
import { advanceLedger } from './ledger.ts';
import { instantMax } from './limits.ts';
import { openMarket } from './market-open.ts';
import { declineOffers, deliverOffers } from './offers.ts';
import { placeOrder } from './place.ts';
import type { RefusalCode } from './refusal.ts';
import { submitSettlement } from './settle.ts';
import { isCommand, namesOf } from './shape.ts';
import type { State } from './state.ts';

/**
 * Applies the entry: what fell due first, then the command; then levels and balances that changed, each once.
 * @returns what happened, in order; empty when nothing did.
 * @throws Error when the entry is not the next one or its time runs backwards: the journal is broken, and nothing has changed.
 */
export function apply(state: State, entry: Entry): readonly Event[] {
  const { seq, at } = entry;
  assert(seq === state.seq + 1, `entry ${seq} does not follow ${state.seq}`);
  assert(Number.isSafeInteger(at) && at <= instantMax, `entry ${seq} has no instant`);
  assert(at >= state.at, `entry ${seq} is from before the entry in front of it`);
  state.seq = seq;
  state.at = at;
  const changes = createChanges();
  letFall(state, changes);
  const command: unknown = entry.command;
  const code = isCommand(command) ? dispatch(state, changes, command) : 'malformed';
  if (code !== undefined) changes.events.push({ kind: 'refused', ...namesOf(command), code });
  return finish(state, changes);
}

function dispatch(state: State, changes: Changes, command: Command): RefusalCode | undefined {
  switch (command.kind) {
    case 'market.open':
      return openMarket(state, changes, command);
    case 'participant.admit':
      return admitParticipant(state, changes, command);
    case 'order.place':
      return placeOrder(state, changes, command);
    case 'order.cancel':
      return cancelOrder(state, changes, command);
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
