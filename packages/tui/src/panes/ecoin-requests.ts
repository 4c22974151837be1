/** On the wallet screen: one's newest requests for ecoin, and where they stand. */
import type { EcoinRequest } from '@wattlot/client/frames';
import { ecoinRequestsShownMax } from '../limits.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { line, padEnd, padStart, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { ecoinText } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import type { Glyphs, Role } from '../theme.ts';

const columns = { deposit: 10, amount: 16 };

const roles: Readonly<Record<EcoinRequest['status'], Role>> = {
  waiting: 'mine',
  issuing: 'mine',
  issued: 'good',
  refused: 'bad',
};

function standingOf({ status, deposit, reason, txid }: EcoinRequest, language: Language): string {
  switch (status) {
    case 'waiting':
      return t(language, 'waits for the operator; reference: {deposit}', {
        deposit: printable(deposit, 12),
      });
    case 'issuing':
      return t(language, 'approved, being issued');
    case 'issued':
      return t(language, 'issued, tx {txid}', { txid: printable(txid ?? '', 64) });
    case 'refused':
      return t(language, 'refused: {reason}', { reason: printable(reason ?? '', 100) });
  }
}

/** The rows, a blank one first; none while nothing was asked for. */
export function ecoinRequestLines(state: State, glyphs: Glyphs): Line[] {
  const { ecoinRequests, language, areAmountsHidden } = state;
  const newest = ecoinRequests.slice(-ecoinRequestsShownMax).toReversed();
  if (newest.length === 0) return [];
  const instrument = marketOf(state)?.instrument;
  const amountOf = (amount: number): string => {
    if (areAmountsHidden) return glyphs.hidden;
    return instrument === undefined ? String(amount) : ecoinText(instrument, amount);
  };
  return [
    line(),
    line(span(` ${t(language, 'ECOIN REQUESTED')}`, 'title')),
    ...newest.map((one) =>
      line(
        span(` ${padEnd(printable(one.deposit, 9), columns.deposit)}`, 'muted'),
        span(padStart(amountOf(one.amount), columns.amount)),
        span(`  ${standingOf(one, language)}`, roles[one.status]),
      ),
    ),
  ];
}
