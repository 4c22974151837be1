/** The one line of a window too small for panes. */
import { bestOf } from '../market/book.ts';
import { columnsMin, rowsMin } from '../limits.ts';
import { shownNotice } from '../fold/notices.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { countedIn, t } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { connectionWord, liveOrders } from '../fold/view.ts';

function bestText(state: State): string {
  const market = marketOf(state);
  if (market === undefined) return '';
  const text = (price: number | undefined): string =>
    price === undefined ? '-' : priceText(market.instrument, price);
  return ` ${text(bestOf(market.book, 'bid'))}/${text(bestOf(market.book, 'ask'))}`;
}

/** What is asked on quitting, keys first: they are seen in the narrowest window. */
function quitLine({ overlay, view, language }: State): Line | undefined {
  const live = countedIn(language, liveOrders(view).length, 'live order');
  if (overlay?.kind === 'quit')
    return line(span(t(language, 'k keep, c cancel, Esc stay: {live}', { live }), 'mine'));
  if (overlay?.kind !== 'leaving') return undefined;
  const waiting = countedIn(language, overlay.waiting.length, 'cancel');
  return line(span(t(language, 'q quits now: {waiting} on the way', { waiting }), 'mine'));
}

/** Connection and best prices, then what to do: as much as there is room for. */
export function compactLines(state: State): Line[] {
  const { columns, rows, view, language } = state;
  const word = connectionWord(view.connection);
  const live = liveOrders(view).length;
  const status = line(
    span(word, word === 'LIVE' ? 'live' : word === 'WAIT' ? 'title' : 'stale'),
    span(bestText(state)),
    span(live === 0 ? '' : ` ${countedIn(language, live, 'order')}`, 'mine'),
    span(
      ` - ${t(language, 'too small: needs {columns}x{rows}, q quits', { columns: columnsMin, rows: rowsMin })}`,
      'muted',
    ),
  );
  const notice = shownNotice(state);
  const below = notice === undefined || rows < 2 ? [] : [line(span(notice.text))];
  return block([quitLine(state) ?? status, ...below], columns, rows);
}
