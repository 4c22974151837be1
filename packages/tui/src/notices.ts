/** The message line: what has just happened to one's orders, in a sentence. */
import type { OwnOrder } from '@wattlot/client';
import type { Instrument } from '@wattlot/client/frames';
import { badNoticeShownMs, noticesMax, noticeShownMs } from './limits.ts';
import type { Notice, State } from './state.ts';
import { averageText, counted, ecoinText, ecoinUnit, priceText } from './text/number.ts';
import { cancelText, settlementOf } from './words.ts';

/** The state with one more message. `discreet`: how it reads while amounts are hidden, where that differs. */
export function withNotice(
  state: State,
  tone: Notice['tone'],
  text: string,
  discreet: string = text,
): State {
  const notice = { tone, text, discreet, at: state.now };
  return { ...state, notices: [...state.notices, notice].slice(-noticesMax) };
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

/** How amounts are put into a sentence. */
interface Wording {
  readonly instrument: Instrument;
  readonly isDiscreet: boolean;
}

function lotsText({ isDiscreet }: Wording, lots: number): string {
  return isDiscreet ? `${hiddenAmount} lots` : counted(lots, 'lot');
}

/** `: 8.15 ecoin, on average 163`; empty when the prices are not known. */
function valueText({ instrument, isDiscreet }: Wording, value: number, lots: number): string {
  if (value <= 0 || lots <= 0) return '';
  if (isDiscreet) return `: ${hiddenAmount} ${ecoinUnit(instrument)}`;
  const sum = `${ecoinText(instrument, value)} ${ecoinUnit(instrument)}`;
  const word = lots === 1 ? 'at' : 'on average';
  return `: ${sum}, ${word} ${averageText(instrument, value, lots)}`;
}

/** An order in a few words, such as `bid 10 lots at 150`. */
export function orderText(
  instrument: Instrument,
  { side, price }: Pick<OwnOrder, 'side' | 'price'>,
  lots: number,
  isDiscreet: boolean,
): string {
  return `${side} ${lotsText({ instrument, isDiscreet }, lots)} at ${priceText(instrument, price)}`;
}

function fillNews(wording: Wording, before: OwnOrder | undefined, after: OwnOrder): News[] {
  const filled = after.filled - (before?.filled ?? 0);
  if (filled <= 0) return [];
  const known = new Set(before?.trades.map(({ trade }) => trade));
  const fresh = after.trades.filter(({ trade }) => !known.has(trade));
  const lots = fresh.reduce((sum, { volume }) => sum + volume, 0);
  const value = fresh.reduce((sum, { volume, price }) => sum + volume * price, 0);
  // Prices that do not belong to exactly these lots would tell a wrong sum.
  const sum = lots === filled ? valueText(wording, value, lots) : '';
  const open = wording.isDiscreet ? 'the rest' : String(after.remaining);
  const rest = after.remaining > 0 ? `, ${open} still open` : '';
  const text = `Filled ${lotsText(wording, filled)} of your ${after.side}${sum}${rest}; settling`;
  return [{ tone: 'good', text }];
}

function settleNews(wording: Wording, before: OwnOrder | undefined, after: OwnOrder): News[] {
  const past = before === undefined ? undefined : settlementOf(before);
  const present = settlementOf(after);
  const settled = present.settled - (past?.settled ?? 0);
  if (settled <= 0) return [];
  const isAll = present.settled === after.filled && after.remaining === 0;
  const isWhole = isAll && after.filled > 1;
  const lots = isWhole ? after.filled : settled;
  const value = isWhole ? present.value : present.value - (past?.value ?? 0);
  const tx = present.txid === undefined ? '' : `, tx ${shortTxid(present.txid)}`;
  const all = isWhole ? 'all ' : '';
  const sum = valueText(wording, value, lots);
  const text = `Settled ${all}${lotsText(wording, lots)} of your ${after.side}${sum}${tx}`;
  return [{ tone: 'good', text }];
}

function lossNews(wording: Wording, before: OwnOrder | undefined, after: OwnOrder): News[] {
  const news: News[] = [];
  const what = `${after.side} at ${priceText(wording.instrument, after.price)}`;
  const past = before === undefined ? undefined : settlementOf(before);
  const { overdue, released } = settlementOf(after);
  const cancelled = after.cancelled - (before?.cancelled ?? 0);
  if (cancelled > 0) {
    const isMeant = after.reason === 'requested' || after.reason === 'not_filled_at_once';
    const text = `Cancelled ${lotsText(wording, cancelled)} of your ${what}: ${cancelText(after.reason)}`;
    news.push({ tone: isMeant ? 'plain' : 'bad', text });
  }
  if (overdue > (past?.overdue ?? 0)) {
    const lots = lotsText(wording, overdue);
    const text = `${lots} of your ${what} not settled in time: the ledger decides`;
    news.push({ tone: 'bad', text });
  }
  if (released > (past?.released ?? 0)) {
    const lots = lotsText(wording, released - (past?.released ?? 0));
    news.push({ tone: 'bad', text: `${lots} of your ${what} did not settle: nothing was paid` });
  }
  return news;
}

/**
 * What changed about an order between two reports, worst news last; empty when nothing worth a sentence did. `isDiscreet`: the sentences name no amount.
 */
export function newsOf(
  instrument: Instrument,
  before: OwnOrder | undefined,
  after: OwnOrder,
  isDiscreet = false,
): readonly News[] {
  const wording = { instrument, isDiscreet };
  const isNew = after.status === 'open' && before?.status !== 'open';
  const text = `On the book: ${orderText(instrument, after, after.remaining, isDiscreet)}`;
  return [
    ...(isNew ? [{ tone: 'plain', text } as const] : []),
    ...fillNews(wording, before, after),
    ...settleNews(wording, before, after),
    ...lossNews(wording, before, after),
  ];
}
