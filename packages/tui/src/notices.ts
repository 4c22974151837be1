/** The message line: what has just happened to one's orders, in a sentence. */
import type { OwnOrder } from '@wattlot/client';
import type { Instrument } from '@wattlot/client/frames';
import { badNoticeShownMs, noticesMax, noticeShownMs } from './limits.ts';
import type { Notice, State } from './state.ts';
import { counted, priceText } from './text/number.ts';
import { cancelText, settlementOf } from './words.ts';

/** The state with one more message. */
export function withNotice(
  state: State,
  tone: Notice['tone'],
  text: string,
  now: number = state.now,
): State {
  return { ...state, notices: [...state.notices, { tone, text, at: now }].slice(-noticesMax) };
}

/** The newest message, while it is fresh. */
export function shownNotice({ notices, now }: State): Notice | undefined {
  const newest = notices.at(-1);
  if (newest === undefined) return undefined;
  const shownMs = newest.tone === 'bad' ? badNoticeShownMs : noticeShownMs;
  return now - newest.at < shownMs ? newest : undefined;
}

/** How a txid is shown where there is no room for all of it. */
export function shortTxid(txid: string): string {
  return `${txid.slice(0, 12)}…`;
}

/** What changed about an order between two reports, worst news last; empty when nothing worth a sentence did. */
export function newsOf(
  instrument: Instrument,
  before: OwnOrder | undefined,
  after: OwnOrder,
): readonly Omit<Notice, 'at'>[] {
  const news: Omit<Notice, 'at'>[] = [];
  const { side } = after;
  const what = `${side} at ${priceText(instrument, after.price)}`;
  if (after.status === 'open' && before?.status !== 'open') {
    const lots = counted(after.remaining, 'lot');
    news.push({
      tone: 'plain',
      text: `On the book: ${side} ${lots} at ${priceText(instrument, after.price)}`,
    });
  }
  const filled = after.filled - (before?.filled ?? 0);
  if (filled > 0) {
    const rest = after.remaining > 0 ? `, ${after.remaining} still open` : '';
    news.push({
      tone: 'good',
      text: `Filled ${counted(filled, 'lot')} of your ${what}${rest}; settling`,
    });
  }
  const past = before === undefined ? undefined : settlementOf(before);
  const present = settlementOf(after);
  const settled = present.settled - (past?.settled ?? 0);
  if (settled > 0) {
    const tx = present.txid === undefined ? '' : `, tx ${shortTxid(present.txid)}`;
    const isAll = present.settled === after.filled && after.remaining === 0;
    const lots = isAll && after.filled > 1 ? `all ${after.filled} lots` : counted(settled, 'lot');
    news.push({ tone: 'good', text: `Settled ${lots} of your ${what}${tx}` });
  }
  const cancelled = after.cancelled - (before?.cancelled ?? 0);
  if (cancelled > 0) {
    const isMeant = after.reason === 'requested' || after.reason === 'not_filled_at_once';
    const tone = isMeant ? 'plain' : 'bad';
    const why = cancelText(after.reason);
    news.push({ tone, text: `Cancelled ${counted(cancelled, 'lot')} of your ${what}: ${why}` });
  }
  if (present.overdue > (past?.overdue ?? 0)) {
    const lots = counted(present.overdue, 'lot');
    news.push({
      tone: 'bad',
      text: `${lots} of your ${what} not settled in time: the ledger decides`,
    });
  }
  if (present.released > (past?.released ?? 0)) {
    const lots = counted(present.released - (past?.released ?? 0), 'lot');
    news.push({ tone: 'bad', text: `${lots} of your ${what} did not settle: nothing was paid` });
  }
  return news;
}
