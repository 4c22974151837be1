/** The two rows on top: the connection and the account, and what the account owns. */
import type { Instrument } from '@wattlot/client/frames';
import { countdownText, lastHour } from '../market/gate.ts';
import { isArmed, marketOf, timeOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { line, plainOf, span, spread } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { countedIn, t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { ecoinText, ecoinUnit, energyText, energyUnit, timeText } from '../text/number.ts';
import { printable, widthOf } from '../text/printable.ts';
import type { Glyphs } from '../theme.ts';
import { connectionWord, liveOrders, ownedOf } from '../fold/view.ts';
import type { Market } from '../fold/view.ts';
import { refusalText } from '../text/words.ts';
import { phaseSpan } from './phase.ts';

function connectionSpans({ view, now, language, replay }: State): Span[] {
  const { state, retryAt, loaded, isWaiting } = view.connection;
  if (replay !== undefined && (state === 'live' || replay.work?.kind === 'proving')) {
    return [span(t(language, 'RECORDED DAY'), 'armed')];
  }
  if (state === 'live') {
    const latency = view.latency === undefined ? '' : ` ${Math.round(view.latency)} ms`;
    return [span('LIVE', 'live'), span(latency, 'muted')];
  }
  const seconds = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
  const retry = retryAt === undefined ? '' : t(language, 'next try in {seconds} s: ', { seconds });
  const reason =
    loaded === undefined
      ? view.connection.reason
      : t(language, 'loading {done} of {total}', loaded);
  const word = connectionWord(view.connection);
  if (word === 'WAIT') {
    const what = isWaiting === true ? t(language, 'for the operator to let you in') : reason;
    return [span('WAIT', 'title'), span(` ${what}`, 'title')];
  }
  // Why a connection is closed for good is the exchange's word.
  const why = state === 'closed' ? refusalText(reason, language) : reason;
  return [span(` ${word} `, 'stale'), span(` ${retry}${why}`, 'bad')];
}

/** Whether the order keys ask first. */
function modeSpan(state: State): Span {
  if (state.operator !== undefined) return span('OPERATOR', 'focus');
  if (state.isReadOnly || state.replay !== undefined) return span('READ-ONLY', 'muted');
  if (state.isSuspended) return span(` ${t(state.language, 'SUSPENDED')} `, 'stale');
  if (!isArmed(state)) return span('SAFE', 'muted');
  const seconds = Math.ceil(((state.armedUntil ?? state.now) - state.now) / 1000);
  return span(` ARMED ${seconds} s `, 'armed');
}

/** How long orders are taken still, in the market's last hour. */
function gateSpans(market: Market, state: State): Span[] {
  const { language } = state;
  const last = lastHour(market, timeOf(state));
  if (last === undefined) return [];
  const text = t(language, 'gate {time}', { time: countdownText(last.ms, language) });
  return [span('  '), span(text, last.isUrgent ? 'bad' : 'title')];
}

/** Whose terminal it is; the operator's says so before. */
function accountText({ operator, isReadOnly, name, language }: State): string {
  if (operator !== undefined) return '';
  return isReadOnly ? t(language, 'watching') : name;
}

/** Market, connection, mode, account and clock: always there. */
export function statusLine(state: State, width: number): Line {
  const market = marketOf(state);
  const before = line(
    span(' '),
    span(market === undefined ? 'wattlot' : printable(market.instrument.symbol, 24), 'focus'),
    span('  '),
    ...connectionSpans(state),
    // What is old may not be so any more, and the reason needs the room.
    ...(market === undefined || state.view.connection.state !== 'live'
      ? []
      : [span('  '), phaseSpan(market, state.language), ...gateSpans(market, state)]),
  );
  const after = line(
    span('  '),
    modeSpan(state),
    span('  '),
    span(accountText(state), 'title'),
    span(`  ${timeText(timeOf(state), state.offsetMinutes)} `, 'title'),
  );
  return spread(before, after, width);
}

function amounts(
  title: string,
  { balance, hold }: { balance: number; hold: number },
  text: (amount: number) => string,
  language: Language,
): Span[] {
  const held = hold === 0 ? '' : ` ${t(language, '({amount} held)', { amount: text(hold) })}`;
  return [span(` ${title} `, 'muted'), span(text(balance)), span(`${held}  `, 'muted')];
}

/** That there is nothing to trade with; and how to get some, in the room that is left. */
function poorSpans(
  { view, language, replay }: State,
  { base, quote }: Instrument,
  room: number,
): Span[] {
  const isPoor = ownedOf(view, base).balance === 0 && ownedOf(view, quote).balance === 0;
  if (!view.areBalancesKnown || !isPoor || replay !== undefined) return [];
  const poor = ` ${t(language, 'nothing to trade with yet')}`;
  const texts = [
    `${poor} ${t(language, '(4, r: ask for ecoin; wattlot sim --endow NAME)')}`,
    `${poor} ${t(language, '(4, r: ask for ecoin)')}`,
  ];
  return [span(texts.find((text) => widthOf(text) <= room) ?? poor, 'muted')];
}

function ownSpans(
  { view, areAmountsHidden, language }: State,
  instrument: Instrument,
  glyphs: Glyphs,
): Span[] {
  if (!view.areBalancesKnown) return [];
  const energy = ownedOf(view, instrument.base);
  const ecoin = ownedOf(view, instrument.quote);
  return [
    ...amounts(
      energyUnit(instrument),
      energy,
      (amount) => (areAmountsHidden ? glyphs.hidden : energyText(instrument, amount)),
      language,
    ),
    ...amounts(
      ecoinUnit(instrument),
      ecoin,
      (amount) => (areAmountsHidden ? glyphs.hidden : ecoinText(instrument, amount)),
      language,
    ),
  ];
}

function tariffSpan(instrument: Instrument, { tariff, language }: State): Span[] {
  if (tariff === undefined) return [];
  const text = t(language, 'tariff {price} {ecoin}/{energy}', {
    price: tariff,
    ecoin: ecoinUnit(instrument),
    energy: energyUnit(instrument),
  });
  return [span(`${text}  `, 'muted')];
}

/** What waits for the operator. */
function waitingSpan({ operator, language }: State): Span {
  const waiting = operator?.reading?.health.waiting;
  if (waiting === undefined) return span('');
  const { joins, deposits } = waiting;
  if (joins + deposits === 0) return span(` ${t(language, 'nothing waits for you')}`, 'muted');
  const texts = [
    ...(joins === 0 ? [] : [t(language, 'to be let in: {n}', { n: joins })]),
    ...(deposits === 0 ? [] : [t(language, 'deposits to approve: {n}', { n: deposits })]),
  ];
  return span(` ${texts.join('   ')}`, 'mine');
}

/** What the account owns and has set aside. */
export function balanceLine(state: State, width: number, glyphs: Glyphs): Line {
  if (state.operator !== undefined) return spread(line(waitingSpan(state)), line(), width);
  const market = marketOf(state);
  if (market === undefined) return spread(line(), line(), width);
  const { instrument } = market;
  const own = ownSpans(state, instrument, glyphs);
  const live = liveOrders(state.view).length;
  const orders = span(
    live === 0 ? '' : `${countedIn(state.language, live, 'live order')} `,
    'muted',
  );
  const room = width - widthOf(plainOf(line(...own, orders)));
  const before = line(...own, ...poorSpans(state, instrument, room));
  const after = line(...tariffSpan(instrument, state), orders);
  // The tariff is known to its owner: it gives way before an amount does.
  const fits = widthOf(plainOf(before)) + widthOf(plainOf(after)) <= width;
  return spread(before, fits ? after : line(orders), width);
}
