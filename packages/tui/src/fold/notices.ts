/** The message line: what has just happened to one's orders, in a sentence. */
import type { OwnOrder } from '@wattlot/client';
import type { Instrument } from '@wattlot/client/frames';
import { badNoticeShownMs, noticesMax, noticeShownMs } from '../limits.ts';
import { withLog } from './log.ts';
import type { LogSource } from './log.ts';
import { timeOf } from './state.ts';
import type { Notice, State } from './state.ts';
import { countedIn, t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { averageText, ecoinText, ecoinUnit, priceText } from '../text/number.ts';
import { cancelText, settlementOf } from '../text/words.ts';

/** The state with one more message. `discreet`: how it reads while amounts are hidden, where that differs. */
export function withNotice(
  state: State,
  tone: Notice['tone'],
  text: string,
  discreet: string = text,
  source: LogSource = 'own',
): State {
  const notice = { tone, text, discreet, at: state.now };
  const noticed = { ...state, notices: [...state.notices, notice].slice(-noticesMax) };
  return withLog(noticed, { ...notice, at: timeOf(state), source });
}

/** The state with a message about the key that was pressed. */
export function withHint(state: State, text: string): State {
  const told = withNotice(state, 'plain', text);
  const notices = told.notices.map((one, index, all) =>
    index === all.length - 1 ? ({ ...one, isHint: true } as const) : one,
  );
  return { ...told, notices };
}

/** The state without such messages: another key is pressed. */
export function withoutHints(state: State): State {
  const notices = state.notices.filter(({ isHint }) => isHint !== true);
  return notices.length === state.notices.length ? state : { ...state, notices };
}

/** The newest message, while it is fresh, as it may be read right now. */
export function shownNotice({ notices, now, areAmountsHidden }: State): Notice | undefined {
  const newest = notices.at(-1);
  if (newest === undefined) return undefined;
  const shownMs = newest.tone === 'bad' ? badNoticeShownMs : noticeShownMs;
  if (now - newest.at >= shownMs) return undefined;
  return areAmountsHidden ? { ...newest, text: newest.discreet } : newest;
}

/** How a txid is shown where there is no room for all of it. */
function shortTxid(txid: string): string {
  return `${txid.slice(0, 12)}…`;
}

/** What stands for an amount that is hidden. */
export const hiddenAmount = '***';

type News = Pick<Notice, 'tone' | 'text'>;

/** How amounts are put into a sentence, and in which language. */
export interface Wording {
  readonly instrument: Instrument;
  readonly isDiscreet: boolean;
  readonly language: Language;
}

function lotsText({ isDiscreet, language }: Wording, lots: number): string {
  return isDiscreet
    ? t(language, '{n} lots', { n: hiddenAmount })
    : countedIn(language, lots, 'lot');
}

/** `: 8.15 ecoin, on average 163`; empty when the prices are not known. */
function valueText(wording: Wording, value: number, lots: number): string {
  const { instrument, isDiscreet, language } = wording;
  if (value <= 0 || lots <= 0) return '';
  if (isDiscreet) return `: ${hiddenAmount} ${ecoinUnit(instrument)}`;
  const sum = `${ecoinText(instrument, value)} ${ecoinUnit(instrument)}`;
  const average = averageText(instrument, value, lots);
  return lots === 1
    ? t(language, ': {sum}, at {average}', { sum, average })
    : t(language, ': {sum}, on average {average}', { sum, average });
}

/** An order in a few words, such as `bid 10 lots at 150`. */
export function orderText(
  wording: Wording,
  { side, price }: Pick<OwnOrder, 'side' | 'price'>,
  lots: number,
): string {
  return t(wording.language, '{side} {lots} at {price}', {
    side: t(wording.language, side),
    lots: lotsText(wording, lots),
    price: priceText(wording.instrument, price),
  });
}

function fillNews(wording: Wording, before: OwnOrder | undefined, after: OwnOrder): News[] {
  const { language } = wording;
  const filled = after.filled - (before?.filled ?? 0);
  if (filled <= 0) return [];
  const known = new Set(before?.trades.map(({ trade }) => trade));
  const fresh = after.trades.filter(({ trade }) => !known.has(trade));
  const lots = fresh.reduce((sum, { volume }) => sum + volume, 0);
  const value = fresh.reduce((sum, { volume, price }) => sum + volume * price, 0);
  // Prices that do not belong to exactly these lots would tell a wrong sum.
  const sum = lots === filled ? valueText(wording, value, lots) : '';
  const open = wording.isDiscreet ? t(language, 'the rest') : String(after.remaining);
  const rest = after.remaining > 0 ? t(language, ', {open} still open', { open }) : '';
  const text = t(language, 'Filled {lots} of your {side}{sum}{rest}; settling', {
    lots: lotsText(wording, filled),
    side: t(language, after.side),
    sum,
    rest,
  });
  return [{ tone: 'good', text }];
}

function settleNews(wording: Wording, before: OwnOrder | undefined, after: OwnOrder): News[] {
  const { language } = wording;
  const past = before === undefined ? undefined : settlementOf(before);
  const present = settlementOf(after);
  const settled = present.settled - (past?.settled ?? 0);
  if (settled <= 0) return [];
  const isAll = present.settled === after.filled && after.remaining === 0;
  const isWhole = isAll && after.filled > 1;
  const lots = isWhole ? after.filled : settled;
  const value = isWhole ? present.value : present.value - (past?.value ?? 0);
  const tx = present.txid === undefined ? '' : `, tx ${shortTxid(present.txid)}`;
  const values = {
    lots: lotsText(wording, lots),
    side: t(language, after.side),
    sum: valueText(wording, value, lots),
    tx,
  };
  const text = isWhole
    ? t(language, 'Settled all {lots} of your {side}{sum}{tx}', values)
    : t(language, 'Settled {lots} of your {side}{sum}{tx}', values);
  return [{ tone: 'good', text }];
}

function lossNews(wording: Wording, before: OwnOrder | undefined, after: OwnOrder): News[] {
  const { language, instrument } = wording;
  const news: News[] = [];
  const side = t(language, after.side);
  const price = priceText(instrument, after.price);
  const past = before === undefined ? undefined : settlementOf(before);
  const { overdue, released } = settlementOf(after);
  const cancelled = after.cancelled - (before?.cancelled ?? 0);
  if (cancelled > 0) {
    const isMeant = after.reason === 'requested' || after.reason === 'not_filled_at_once';
    const text = t(language, 'Cancelled {lots} of your {side} at {price}: {reason}', {
      lots: lotsText(wording, cancelled),
      side,
      price,
      reason: cancelText(after.reason, after, language),
    });
    news.push({ tone: isMeant ? 'plain' : 'bad', text });
  }
  if (overdue > (past?.overdue ?? 0)) {
    const lots = lotsText(wording, overdue);
    const text = t(
      language,
      '{lots} of your {side} at {price} not settled in time: the ledger decides',
      { lots, side, price },
    );
    news.push({ tone: 'bad', text });
  }
  if (released > (past?.released ?? 0)) {
    const lots = lotsText(wording, released - (past?.released ?? 0));
    const text = t(language, '{lots} of your {side} at {price} did not settle: nothing was paid', {
      lots,
      side,
      price,
    });
    news.push({ tone: 'bad', text });
  }
  return news;
}

/** What changed about an order between two reports, worst news last; empty when nothing worth a sentence did. */
export function newsOf(
  wording: Wording,
  before: OwnOrder | undefined,
  after: OwnOrder,
): readonly News[] {
  const isNew = after.status === 'open' && before?.status !== 'open';
  const order = orderText(wording, after, after.remaining);
  const text = t(wording.language, 'On the book: {order}', { order });
  return [
    ...(isNew ? [{ tone: 'plain', text } as const] : []),
    ...fillNews(wording, before, after),
    ...settleNews(wording, before, after),
    ...lossNews(wording, before, after),
  ];
}
