/** One's own orders: live ones first, then the newest; how far each is filled and settled. */
import type { OwnOrder } from '@wattlot/client';
import type { Box } from '../fold/layout.ts';
import { marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, cut, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { averageText, priceText } from '../text/number.ts';
import { widthOf } from '../text/printable.ts';
import { longPlace, placeOf, shortPlace } from '../market/place.ts';
import type { Glyphs, Role } from '../theme.ts';
import { listedOrders } from '../fold/view.ts';
import type { Market } from '../fold/view.ts';
import { orderState, settlementOf, tradedOf } from '../text/words.ts';
import type { OrderWord } from '../text/words.ts';

/** Cells of the columns; a txid gets what is left where there is enough of it. */
const columns = {
  mark: 1,
  side: 4,
  price: 6,
  filled: 10,
  settled: 9,
  state: 11,
  /** What the place in the queue has beside that, in more words. */
  placeMore: 6,
  average: 8,
  txidMin: 10,
};
const narrow = columns.mark + columns.side + columns.price + columns.filled + columns.state;

interface Shown {
  readonly settled: boolean;
  readonly average: boolean;
  readonly state: number;
  readonly txid: number;
}

function shownIn(width: number): Shown {
  const room = width - narrow - columns.settled;
  const average = room >= columns.average;
  const left = average ? room - columns.average : room;
  const txid = left >= columns.txidMin + columns.placeMore ? left - columns.placeMore : 0;
  const more = txid > 0 ? columns.placeMore : Math.max(0, Math.min(columns.placeMore, left));
  return { settled: room >= 0, average, state: columns.state + more, txid };
}

function headLine({ settled, average, state, txid }: Shown, language: Language): Line {
  const text = [
    ' '.repeat(columns.mark),
    padEnd(t(language, 'side'), columns.side),
    padStart(t(language, 'price'), columns.price),
    padStart(t(language, 'filled'), columns.filled),
    average ? padStart(t(language, 'average'), columns.average) : '',
    settled ? padStart(t(language, 'settled'), columns.settled) : '',
    padEnd(`  ${t(language, 'state')}`, state),
    txid > 0 ? ' tx' : '',
  ];
  return line(span(text.join(''), 'muted'));
}

/** How where an order stands is coloured. */
export const stateRoles: Readonly<Record<OrderWord, Role>> = {
  signing: 'muted',
  open: 'mine',
  partly: 'mine',
  settling: 'title',
  settled: 'good',
  'cut short': 'good',
  overdue: 'bad',
  cancelled: 'muted',
};

/**
 * Where an order stands, in `width` cells: its place in the queue where it is on the book and that is known, else a word. `isHidden`: what is owned may not be
 * seen, and whose turn it is tells of that.
 */
export function standing(
  market: Market | undefined,
  order: OwnOrder,
  { width, isHidden, language }: Pick<RowOptions, 'isHidden' | 'language'> & { width: number },
): string {
  const word = t(language, orderState(order));
  const place = market === undefined || isHidden ? undefined : placeOf(market, order);
  if (place === undefined) return word;
  const texts = [longPlace(place, language), shortPlace(place, language)];
  return texts.find((text) => widthOf(text) <= width) ?? word;
}

interface RowOptions {
  readonly shown: Shown;
  readonly isSelected: boolean;
  readonly isHidden: boolean;
  readonly glyphs: Glyphs;
  readonly language: Language;
}

function orderLine(
  market: Market,
  order: OwnOrder,
  { shown, isSelected, isHidden, glyphs, language }: RowOptions,
): Line {
  const { instrument } = market;
  const { settled, txid } = settlementOf(order);
  const word = orderState(order);
  const { lots, value } = tradedOf(order);
  const own = (text: string): string => (isHidden ? glyphs.hidden : text);
  const spans: Span[] = [
    span(isSelected ? glyphs.cursor : ' ', 'focus'),
    span(padEnd(t(language, order.side), columns.side), order.side),
    span(padStart(priceText(instrument, order.price), columns.price), 'price'),
    span(padStart(own(`${order.filled}/${order.volume}`), columns.filled)),
    span(shown.average ? padStart(averageText(instrument, value, lots), columns.average) : ''),
    span(
      shown.settled ? padStart(own(`${settled}/${order.filled}`), columns.settled) : '',
      'muted',
    ),
    span(
      padEnd(
        `  ${standing(market, order, { width: shown.state - 2, isHidden, language })}`,
        shown.state,
      ),
      stateRoles[word],
    ),
    span(shown.txid > 0 && txid !== undefined ? ` ${cut(txid, shown.txid - 1)}` : '', 'muted'),
  ];
  return isSelected ? { spans, over: 'cursor' } : { spans };
}

function emptyLines(state: State): Line[] {
  if (state.isReadOnly) return [];
  const none = state.replay === undefined ? 'none yet: b bids, s asks' : 'no orders yet';
  const text = t(state.language, state.view.areOrdersKnown ? none : 'waiting for your orders');
  return [line(span(` ${text}`, 'muted'))];
}

/** The pane, exactly as large as its box. */
export function ordersPane(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const market = marketOf(state);
  const isFocus = state.pane === 'orders';
  const { language } = state;
  const title = span(` ${t(language, 'MY ORDERS')}`, isFocus ? 'focus' : 'title');
  if (market === undefined) return block([line(title)], width, height);
  const { instrument } = market;
  const listed = listedOrders(state.view, instrument.symbol);
  if (listed.length === 0) return block([line(title), ...emptyLines(state)], width, height);
  const rows = Math.max(0, height - 2);
  const selected = Math.max(
    0,
    listed.findIndex(({ order }) => order === state.selected),
  );
  // The list scrolls only as far as the selection needs.
  const first = isFocus ? Math.max(0, selected - rows + 1) : 0;
  const beyond = listed.length - rows;
  const shown = shownIn(width);
  return block(
    [
      line(
        title,
        span(isFocus ? `  ${t(language, 'j k e x act here')}` : '', 'focus'),
        span(beyond > 0 ? `  ${t(language, '{n} more', { n: beyond })}` : '', 'muted'),
      ),
      headLine(shown, language),
      ...listed.slice(first, first + rows).map((order, index) =>
        orderLine(market, order, {
          shown,
          isSelected: isFocus && first + index === selected,
          isHidden: state.areAmountsHidden,
          glyphs,
          language,
        }),
      ),
    ],
    width,
    height,
  );
}
