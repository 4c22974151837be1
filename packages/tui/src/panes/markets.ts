/** The markets screen: a row a market, and the chart of the selected one below. */
import { sparklineOf } from '../market/candles.ts';
import { countdownText, deliveryText, deliveryWidth, lastHour, untilGate } from '../market/gate.ts';
import type { Box } from '../fold/layout.ts';
import { shownMarkets } from '../fold/lists.ts';
import { timeOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { marketName, nameColumns } from '../text/market-name.ts';
import type { Glyphs } from '../theme.ts';
import { netLots } from '../fold/view.ts';
import type { Market } from '../fold/view.ts';
import { bestOf } from '../market/book.ts';
import { chartPane } from './chart.ts';
import { titleLine } from './list-title.ts';
import { phaseSpan } from './phase.ts';

const columns = { mark: 2, name: 12, phase: 9, price: 7, change: 7, lots: 7, net: 7 };
const gateWidth = 9;
/** A sparkline is one from so many cells on. */
const sparkLeast = 8;
const sparkMost = 40;
/** Markets that keep their rows; the chart takes what is left. */
const marketsShown = 8;

/** Which columns there are beside those that are always there, and the cells that are left for the prices. */
interface Room {
  readonly name: number;
  readonly gate: boolean;
  readonly delivery: boolean;
  readonly spark: number;
}

/** Gates take the room of the prices where a market has one, names what they need of the rest; deliveries only what all of them leave. */
function roomOf({ view }: State, width: number): Room {
  const used = Object.values(columns).reduce((sum, one) => sum + one, 0) + 2 * columns.price + 3;
  const left = width - used;
  const gate = [...view.markets.values()].some(({ instrument }) => instrument.delivery);
  const spare = gate ? left - gateWidth : left;
  const name = nameColumns(view, { least: columns.name, spare });
  const rest = spare - (name - columns.name);
  if (!gate) {
    return {
      name,
      gate,
      delivery: false,
      spark: rest < sparkLeast ? 0 : Math.min(sparkMost, rest),
    };
  }
  const delivery = rest - deliveryWidth - 2 >= sparkLeast;
  const spark = delivery ? rest - deliveryWidth - 2 : rest;
  return { name, gate, delivery, spark: spark < sparkLeast ? 0 : Math.min(sparkMost, spark) };
}

function headLine({ language }: State, room: Room): Line {
  const text = [
    ' '.repeat(columns.mark),
    padEnd(t(language, 'market'), room.name),
    padEnd(t(language, 'phase'), columns.phase),
    padStart(t(language, 'bid'), columns.price),
    padStart(t(language, 'ask'), columns.price),
    padStart(t(language, 'last'), columns.price),
    padStart(t(language, 'change'), columns.change),
    padStart(t(language, 'lots'), columns.lots),
    padStart(t(language, 'my net'), columns.net),
    room.gate ? padStart(t(language, 'gate'), gateWidth) : '',
    room.delivery ? `  ${padEnd(t(language, 'delivery'), deliveryWidth)}` : '',
    room.spark > 0 ? `  ${t(language, 'prices')}` : '',
  ];
  return line(span(text.join(''), 'muted'));
}

/** From the oldest trade that is known to the newest. */
function changeSpan({ instrument, trades }: Market): Span {
  const last = trades[0]?.price;
  const first = trades.at(-1)?.price;
  if (last === undefined || first === undefined)
    return span(padStart('-', columns.change), 'muted');
  const difference = last - first;
  const sign = difference > 0 ? '+' : difference < 0 ? '-' : '';
  const text = `${sign}${priceText(instrument, Math.abs(difference))}`;
  return span(padStart(text, columns.change), difference < 0 ? 'ask' : 'bid');
}

function gateSpans(state: State, market: Market, room: Room): Span[] {
  const now = timeOf(state);
  const ms = untilGate(market, now);
  const text = ms === undefined ? '-' : countdownText(ms, state.language);
  const role = lastHour(market, now)?.isUrgent === true ? 'bad' : 'muted';
  return [
    ...(room.gate ? [span(padStart(text, gateWidth), role)] : []),
    ...(room.delivery
      ? [span(`  ${padEnd(deliveryText(market.instrument, state), deliveryWidth)}`, 'muted')]
      : []),
  ];
}

function marketLine(state: State, market: Market, room: Room, glyphs: Glyphs): Line {
  const { instrument, book, trades } = market;
  const isSelected = instrument.symbol === state.symbol;
  const text = (price: number | undefined): string =>
    padStart(price === undefined ? '-' : priceText(instrument, price), columns.price);
  const lots = trades.reduce((sum, { volume }) => sum + volume, 0);
  const net = netLots(state.view, instrument.symbol);
  const own = state.areAmountsHidden ? glyphs.hidden : `${net > 0 ? '+' : ''}${net}`;
  const spans = [
    span(padEnd(isSelected ? glyphs.cursor : '', columns.mark), 'focus'),
    span(padEnd(marketName(instrument.symbol, room.name - 1), room.name), 'title'),
    phaseSpan(market, state.language, columns.phase),
    span(text(bestOf(book, 'bid')), 'bid'),
    span(text(bestOf(book, 'ask')), 'ask'),
    span(text(trades[0]?.price), 'price'),
    changeSpan(market),
    span(padStart(String(lots), columns.lots)),
    span(padStart(own, columns.net), 'mine'),
    ...gateSpans(state, market, room),
    ...(room.spark > 0 ? [span(`  ${sparklineOf(trades, room.spark)}`, 'muted')] : []),
  ];
  return isSelected ? { spans, over: 'cursor' } : { spans };
}

/** The screen, exactly as large as its box. */
export function marketsScreen(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const shown = shownMarkets(state);
  const chartRows = Math.max(0, height - 3 - Math.min(marketsShown, shown.length));
  const rows = height - chartRows - 2;
  const selected = shown.findIndex(([symbol]) => symbol === state.symbol);
  const first = Math.max(0, selected - rows + 1);
  const title = titleLine(state, t(state.language, 'MARKETS'), shown.length - first - rows);
  const room = roomOf(state, width);
  const list = shown
    .slice(first, first + rows)
    .map(([, market]) => marketLine(state, market, room, glyphs));
  return [
    ...block([title, headLine(state, room), ...list], width, height - chartRows),
    ...(chartRows === 0 ? [] : chartPane(state, { width, height: chartRows })),
  ];
}
