/** The price chart: candles of the trades known, the lots of each span below, and the lots at each price beside it when there is room. */
import { candlesOf, sparkOf } from '../market/candles.ts';
import type { Candle } from '../market/candles.ts';
import type { Box } from '../fold/layout.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { priceText, timeText } from '../text/number.ts';
import type { Role } from '../theme.ts';
import type { Market } from '../fold/view.ts';

const priceColumns = 8;
/** Beside the chart: how wide the bars of lots at a price are, and from which width of the pane on. */
const profileColumns = 10;
const profileFrom = 48;

/** Which prices a row of the chart stands for: from `low` up to `high`, that one left out. */
interface Scale {
  readonly low: number;
  readonly high: number;
}

function scales(candles: readonly Candle[], rows: number, tick: number): Scale[] {
  const low = Math.min(...candles.map((one) => one.low));
  const high = Math.max(...candles.map((one) => one.high)) + tick;
  // Whole ticks a row, so that a price lies in one row only.
  const step = Math.max(1, Math.ceil((high - low) / tick / rows)) * tick;
  const spare = rows * step - (high - low);
  const bottom = low - Math.floor(spare / 2 / tick) * tick;
  return Array.from({ length: rows }, (_, row) => {
    const from = bottom + (rows - 1 - row) * step;
    return { low: from, high: from + step };
  });
}

/** What a candle shows in a row. A rising one is full, a falling one is not, so that colour is not needed to tell them apart. */
function candleSpan(candle: Candle | undefined, scale: Scale): Span {
  if (candle === undefined) return span(' ');
  const { open, high, low, close } = candle;
  const role: Role = close >= open ? 'bid' : 'ask';
  if (Math.max(open, close) >= scale.low && Math.min(open, close) < scale.high) {
    return span(close >= open ? '█' : '▒', role);
  }
  return high >= scale.low && low < scale.high ? span('│', role) : span(' ');
}

/** The price that each column of a line stands at: its own last one, or that of the column before. */
function closesOf(columns: readonly (Candle | undefined)[]): readonly (number | undefined)[] {
  let close: number | undefined;
  return columns.map((candle) => {
    close = candle?.close ?? close;
    return close;
  });
}

/** What a line shows in a row: a dash at its price, and the way there from the column before. */
function lineSpan(
  closes: readonly (number | undefined)[],
  column: number,
  { low, high }: Scale,
): Span {
  const close = closes[column];
  if (close === undefined) return span(' ');
  if (close >= low && close < high) return span('─', 'title');
  const before = closes[column - 1] ?? close;
  const isBetween = Math.max(before, close) >= low && Math.min(before, close) < high;
  return isBetween ? span('│', 'title') : span(' ');
}

function profileText(market: Market, scale: Scale, most: number): string {
  const lots = lotsWithin(market, scale);
  return lots === 0 ? '' : '█'.repeat(Math.max(1, Math.round((lots / most) * profileColumns)));
}

function lotsWithin({ trades }: Market, { low, high }: Scale): number {
  return trades.reduce(
    (sum, { price, volume }) => (price >= low && price < high ? sum + volume : sum),
    0,
  );
}

function spanText(seconds: number, language: Language): string {
  if (seconds < 60) return t(language, '{n} s', { n: seconds });
  return seconds < 3600
    ? t(language, '{n} min', { n: seconds / 60 })
    : t(language, '{n} h', { n: seconds / 3600 });
}

/** The pane, exactly as large as its box. */
export function chartPane(state: State, { width, height }: Box): Line[] {
  const market = marketOf(state);
  const { language } = state;
  const title = span(` ${t(language, 'CHART')}`, 'title');
  const rows = height - 3;
  if (market === undefined || rows < 1) return block([line(title)], width, height);
  const hasProfile = width >= profileFrom;
  const room = Math.max(1, width - priceColumns - 2 - (hasProfile ? profileColumns + 1 : 0));
  const { seconds, candles } = candlesOf(market.trades, room);
  const last = candles.at(-1);
  const first = market.trades.at(-1);
  if (last === undefined || first === undefined) {
    const none = line(span(` ${t(language, 'no trades yet')}`, 'muted'));
    return block([line(title), none], width, height);
  }
  const byIndex = new Map(candles.map((one) => [one.index, one]));
  const columns = Array.from({ length: room }, (_, column) =>
    byIndex.get(last.index - room + 1 + column),
  );
  const { instrument } = market;
  const ladder = scales(candles, rows, instrument.tick);
  const most = Math.max(1, ...ladder.map((scale) => lotsWithin(market, scale)));
  const closes = state.isLineChart ? closesOf(columns) : undefined;
  const body = ladder.map((scale, row): Line => {
    const isNamed = row % 2 === 0;
    const label = isNamed ? priceText(instrument, scale.low) : '';
    return line(
      ...columns.map((candle, column) =>
        closes === undefined ? candleSpan(candle, scale) : lineSpan(closes, column, scale),
      ),
      span(` ${padStart(label, priceColumns)} `, 'muted'),
      span(hasProfile ? profileText(market, scale, most) : '', 'muted'),
    );
  });
  const mostLots = Math.max(...candles.map(({ volume }) => volume));
  const lots = columns.map((candle) =>
    candle === undefined ? ' ' : sparkOf(candle.volume / mostLots),
  );
  const since = timeText(first.at / 1000, state.offsetMinutes);
  return block(
    [
      line(
        title,
        span(
          `  ${t(language, '{span} a column, since {time}', { span: spanText(seconds, language), time: since })}`,
          'muted',
        ),
      ),
      ...body.map(({ spans }) => ({ spans: [span(' '), ...spans] })),
      line(
        span(' '),
        span(lots.join(''), 'muted'),
        span(` ${padEnd(t(language, 'lots'), priceColumns)}`, 'muted'),
      ),
      line(),
    ],
    width,
    height,
  );
}
