/** Trades gathered into equal spans of time: what a chart and a sparkline are drawn from. */
import type { TradeTick } from '@wattlot/client';

/** The trades of one span; prices in ecoin's smallest units a lot. */
export interface Candle {
  /** Which span since 1970 UTC. */
  readonly index: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Lots. */
  readonly volume: number;
}

export interface Candles {
  /** How long a span is, in seconds. */
  readonly seconds: number;
  /** Spans in which something traded, oldest first. */
  readonly candles: readonly Candle[];
}

/** Spans that a person can name, in seconds. */
const spans = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200];
const longest = 86_400;

function indexOf({ at }: TradeTick, seconds: number): number {
  return Math.floor(at / 1_000_000 / seconds);
}

/** The shortest span that puts all trades into `columns` spans; the longest one, whose oldest trades are left out, when none does. */
function spanFor(newest: TradeTick, oldest: TradeTick, columns: number): number {
  return (
    spans.find((seconds) => indexOf(newest, seconds) - indexOf(oldest, seconds) < columns) ??
    longest
  );
}

/** Candles of trades, newest trade first, in at most `columns` spans that end with the newest trade's. */
export function candlesOf(trades: readonly TradeTick[], columns: number): Candles {
  const newest = trades[0];
  const oldest = trades.at(-1);
  if (newest === undefined || oldest === undefined || columns < 1) {
    return { seconds: 1, candles: [] };
  }
  const seconds = spanFor(newest, oldest, columns);
  const first = indexOf(newest, seconds) - columns + 1;
  const candles = new Map<number, Candle>();
  for (const trade of trades.toReversed()) {
    const index = indexOf(trade, seconds);
    if (index < first) continue;
    const { price, volume } = trade;
    const before = candles.get(index);
    candles.set(index, {
      index,
      open: before?.open ?? price,
      high: Math.max(before?.high ?? price, price),
      low: Math.min(before?.low ?? price, price),
      close: price,
      volume: (before?.volume ?? 0) + volume,
    });
  }
  return { seconds, candles: [...candles.values()].toSorted((a, b) => a.index - b.index) };
}

const sparks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** One character for a share of 0 to 1. */
export function sparkOf(share: number): string {
  const index = Math.round(Math.min(1, Math.max(0, share)) * (sparks.length - 1));
  return sparks[index] ?? '';
}

/** The closing prices of the newest spans as a line of characters, at most `columns` of them; a span without a trade keeps the price before. */
export function sparklineOf(trades: readonly TradeTick[], columns: number): string {
  const { candles } = candlesOf(trades, columns);
  const first = candles[0];
  const last = candles.at(-1);
  if (first === undefined || last === undefined) return '';
  const closes = new Map(candles.map(({ index, close }) => [index, close]));
  const low = Math.min(...candles.map(({ close }) => close));
  const high = Math.max(...candles.map(({ close }) => close));
  let close = first.close;
  let text = '';
  for (let { index } = first; index <= last.index; index += 1) {
    close = closes.get(index) ?? close;
    text += sparkOf(high === low ? 0.5 : (close - low) / (high - low));
  }
  return text;
}
