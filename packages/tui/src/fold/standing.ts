/** What a household stands at with the operator and its wallet, as far as news tell: whether it is suspended, and whether what it asked for has come. */
import type { ClientEvent, Outcome } from '@wattlot/client';
import { refusalErrors } from '@wattlot/client/frames';
import { hiddenAmount, withNotice } from './notices.ts';
import { marketOf } from './state.ts';
import type { State, WalletRequest } from './state.ts';
import { t } from '../text/language.ts';
import { ecoinText, energyText } from '../text/number.ts';
import { ownedOf } from './view.ts';

/** The state after an event that may tell of orders that the operator's suspension has cancelled. */
export function withSuspension(before: State, after: State, event: ClientEvent): State {
  if (event.kind !== 'orders') return after;
  const isNews = event.orders.some(
    ({ order, reason }) =>
      reason === 'suspended' && (before.view.orders.get(order)?.status ?? 'done') !== 'done',
  );
  if (!isNews) return after;
  const text = t(
    after.language,
    'The operator has suspended you: orders are cancelled, new ones refused',
  );
  return withNotice({ ...after, isSuspended: true }, 'bad', text);
}

/** The state after the answer to an order: who is suspended is refused, and nobody else's order is taken. */
export function afterAnswer(state: State, outcome: Outcome<unknown>): State {
  if (outcome.kind === 'no' && outcome.error === refusalErrors.participant_suspended) {
    return { ...state, isSuspended: true };
  }
  if (outcome.kind !== 'yes' || state.isSuspended === undefined) return state;
  const { isSuspended: _gone, ...rest } = state;
  return rest;
}

/** The state in which something was asked for from the wallet screen. */
export function awaiting(state: State, request: WalletRequest): State {
  const instrument = marketOf(state)?.instrument;
  if (instrument === undefined) return state;
  const asset = request === 'ecoin' ? instrument.quote : instrument.base;
  return { ...state, awaited: { request, asset, balance: ownedOf(state.view, asset).balance } };
}

/** The state in which nothing is awaited any more. */
export function withoutAwaited({ awaited: _gone, ...state }: State): State {
  return state;
}

/** Notes one of the two that come: the second ends the waiting. */
function withCome(state: State, came: 'answer' | 'amount'): State {
  const { awaited } = state;
  if (awaited === undefined) return state;
  return awaited.came === undefined
    ? { ...state, awaited: { ...awaited, came } }
    : withoutAwaited(state);
}

/** The state after a request was answered with yes. `say`: what is told of it, unless what was asked for is there already. */
export function afterYes(state: State, request: WalletRequest, say: (to: State) => State): State {
  const isThere = state.awaited?.request === request && state.awaited.came === 'amount';
  return withCome(isThere ? state : say(state), 'answer');
}

/** The state after balances may have come: what was asked for and is there is told, in place of what was said about its coming. */
export function withArrival(state: State): State {
  const { awaited, language, view } = state;
  const instrument = marketOf(state)?.instrument;
  if (awaited === undefined || awaited.came === 'amount' || instrument === undefined) return state;
  const isEcoin = awaited.request === 'ecoin';
  // Another market may be in sight by now; its energy is not what was asked for.
  if (awaited.asset !== (isEcoin ? instrument.quote : instrument.base)) return state;
  const { balance } = ownedOf(view, awaited.asset);
  if (balance <= awaited.balance) return state;
  const message = isEcoin ? 'You own {amount} ecoin now' : 'You own {amount} kWh now';
  const amount = isEcoin ? ecoinText(instrument, balance) : energyText(instrument, balance);
  const text = t(language, message, { amount });
  const discreet = t(language, message, { amount: hiddenAmount });
  return withNotice(withCome(state, 'amount'), 'good', text, discreet, 'wallet');
}
