/** The two rows on top: the connection and the account, and what the account owns. */
import type { Instrument } from '@wattlot/client/frames';
import { marketOf } from '../state.ts';
import type { State } from '../state.ts';
import { line, plainOf, span, spread } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { counted, ecoinText, ecoinUnit, energyText, energyUnit, timeText } from '../text/number.ts';
import { printable, widthOf } from '../text/printable.ts';
import type { Glyphs } from '../theme.ts';
import { liveOrders, ownedOf } from '../view.ts';

function connectionSpans({ view, now }: State): Span[] {
  const { state, reason, retryAt } = view.connection;
  if (state === 'live') {
    const latency = view.latency === undefined ? '' : ` ${Math.round(view.latency)} ms`;
    return [span('LIVE', 'live'), span(latency, 'muted')];
  }
  const seconds = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
  const retry = retryAt === undefined ? '' : `next try in ${seconds} s: `;
  const word = state === 'closed' ? ' CLOSED ' : ' STALE ';
  return [span(word, 'stale'), span(` ${retry}${reason}`, 'bad')];
}

/** Market, connection, mode, account and clock: always there. */
export function statusLine(state: State, width: number): Line {
  const market = marketOf(state);
  const before = line(
    span(' '),
    span(market === undefined ? 'wattlot' : printable(market.instrument.symbol, 24), 'focus'),
    span('  '),
    ...connectionSpans(state),
  );
  const mode = state.isReadOnly ? 'READ-ONLY' : 'SAFE';
  const after = line(
    span(`  ${mode}  `, 'muted'),
    span(state.isReadOnly ? 'watching' : state.name, 'title'),
    span(`  ${timeText(state.now, state.offsetMinutes)} `, 'title'),
  );
  return spread(before, after, width);
}

function amounts(
  title: string,
  { balance, hold }: { balance: number; hold: number },
  text: (amount: number) => string,
): Span[] {
  const held = hold === 0 ? '' : ` (${text(hold)} held)`;
  return [span(` ${title} `, 'muted'), span(text(balance)), span(`${held}  `, 'muted')];
}

const poorText = ' nothing to trade with yet';
const poorHelp = ' (wattlot sim --endow NAME gives energy and ecoin)';

/** That there is nothing to trade with; and how to get some, in the room that is left. */
function poorSpans({ view }: State, { base, quote }: Instrument, room: number): Span[] {
  const isPoor = ownedOf(view, base).balance === 0 && ownedOf(view, quote).balance === 0;
  if (!view.areBalancesKnown || !isPoor) return [];
  const whole = poorText + poorHelp;
  return [span(widthOf(whole) <= room ? whole : poorText, 'muted')];
}

function ownSpans(
  { view, areAmountsHidden }: State,
  instrument: Instrument,
  glyphs: Glyphs,
): Span[] {
  if (!view.areBalancesKnown) return [];
  const energy = ownedOf(view, instrument.base);
  const ecoin = ownedOf(view, instrument.quote);
  return [
    ...amounts(energyUnit(instrument), energy, (amount) =>
      areAmountsHidden ? glyphs.hidden : energyText(instrument, amount),
    ),
    ...amounts(ecoinUnit(instrument), ecoin, (amount) =>
      areAmountsHidden ? glyphs.hidden : ecoinText(instrument, amount),
    ),
  ];
}

function tariffSpan(instrument: Instrument, tariff: number | undefined): Span[] {
  if (tariff === undefined) return [];
  return [span(`tariff ${tariff} ${ecoinUnit(instrument)}/${energyUnit(instrument)}  `, 'muted')];
}

/** What the account owns and has set aside. */
export function balanceLine(state: State, width: number, glyphs: Glyphs): Line {
  const market = marketOf(state);
  if (market === undefined) return spread(line(), line(), width);
  const { instrument } = market;
  const own = ownSpans(state, instrument, glyphs);
  const live = liveOrders(state.view).length;
  const orders = span(live === 0 ? '' : `${counted(live, 'live order')} `, 'muted');
  const room = width - widthOf(plainOf(line(...own, orders)));
  const before = line(...own, ...poorSpans(state, instrument, room));
  const after = line(...tariffSpan(instrument, state.tariff), orders);
  // The tariff is known to its owner: it gives way before an amount does.
  const fits = widthOf(plainOf(before)) + widthOf(plainOf(after)) <= width;
  return spread(before, fits ? after : line(orders), width);
}
