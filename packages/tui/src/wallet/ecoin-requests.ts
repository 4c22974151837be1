/** What becomes of a household's requests for ecoin, which the operator decides. */
import type { EcoinRequest } from '@wattlot/client/frames';
import { hiddenAmount, withNotice } from '../fold/notices.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import { ecoinText } from '../text/number.ts';
import { printable } from '../text/printable.ts';

/** Whether one of them is not decided. */
export function awaitsEcoin({ ecoinRequests, isReadOnly }: State): boolean {
  if (isReadOnly) return false;
  return ecoinRequests.some(({ status }) => status === 'waiting' || status === 'issuing');
}

/** A decision, in a sentence; undefined of one that is not made or was known. */
function decisionOf(state: State, request: EcoinRequest, amount: string): string | undefined {
  const { language, ecoinRequests } = state;
  const before = ecoinRequests.find((one) => one.request === request.request);
  if (before === undefined || before.status === request.status) return undefined;
  if (request.status === 'issued') {
    return t(language, 'The operator has issued {amount} ecoin', { amount });
  }
  if (request.status !== 'refused') return undefined;
  const reason = printable(request.reason ?? '', 100);
  return t(language, 'The operator has refused {amount} ecoin: {reason}', { amount, reason });
}

/** The state with how they stand now, and news of those that were decided meanwhile. */
export function onEcoinRequests(state: State, requests: readonly EcoinRequest[]): State {
  const instrument = marketOf(state)?.instrument;
  const told = requests.reduce((now, request) => {
    const amount =
      instrument === undefined ? String(request.amount) : ecoinText(instrument, request.amount);
    const text = decisionOf(state, request, amount);
    if (text === undefined) return now;
    const discreet = decisionOf(state, request, hiddenAmount) ?? text;
    const tone = request.status === 'issued' ? 'good' : 'bad';
    return withNotice(now, tone, text, discreet, 'wallet');
  }, state);
  return { ...told, ecoinRequests: requests };
}
