/** The tape: every trade of the market, newest first. The side is that of whoever came and took. */
import type { Box } from '../fold/layout.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import { priceText, timeText } from '../text/number.ts';

/** The pane, exactly as large as its box. */
export function tapePane(state: State, { width, height }: Box): Line[] {
  const market = marketOf(state);
  const { language } = state;
  const title = line(span(` ${t(language, 'TAPE')}`, 'title'));
  if (market === undefined) return block([title], width, height);
  if (market.trades.length === 0) {
    return block([title, line(span(` ${t(language, 'no trades yet')}`, 'muted'))], width, height);
  }
  const head = ` ${padEnd(t(language, 'time'), 9)}${padEnd(t(language, 'side'), 7)}${padStart(t(language, 'price'), 7)}${padStart(t(language, 'lots'), 6)}`;
  const lines = market.trades.slice(0, Math.max(0, height - 2)).map((trade): Line => {
    const { side, price, volume, at } = trade;
    return line(
      span(` ${padEnd(timeText(at / 1000, state.offsetMinutes), 9)}`, 'muted'),
      span(
        padEnd(side === 'bid' ? `▲ ${t(language, 'buy')}` : `▼ ${t(language, 'sell')}`, 7),
        side,
      ),
      span(padStart(priceText(market.instrument, price), 7), side),
      span(padStart(String(volume), 6)),
    );
  });
  return block([title, line(span(head, 'muted')), ...lines], width, height);
}
