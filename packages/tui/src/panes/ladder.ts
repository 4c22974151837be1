/** The ladder: prices in the middle, bids left, asks right, one's own lots outside, and what it takes to reach a price. */
import type { Level } from '@wattlot/client/frames';
import type { Side } from '@wattlot/core';
import { bandOf, bestOf, reach, sideOf } from '../market/book.ts';
import type { Box } from '../fold/layout.ts';
import { marketOf, sightOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { flashMs } from '../limits.ts';
import { t } from '../text/language.ts';
import { block, cut, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { ecoinText, ecoinUnit, energyOfLotsText, energyUnit, priceText } from '../text/number.ts';
import { widthOf } from '../text/printable.ts';
import type { Glyphs, Role } from '../theme.ts';
import { isCurrent, liveOrders } from '../fold/view.ts';
import type { Market } from '../fold/view.ts';
import { aheadText, barText, mineBy, mineText } from './ladder-marks.ts';
import type { Mine } from './ladder-marks.ts';
import { centred, cursorLine, spreadText, titleLine } from './ladder-words.ts';
import { waitingLines } from './waiting.ts';

/** Cells of the columns. Bars get what is left. */
const columns = { mark: 2, mine: 8, volume: 6, price: 8, reachEnergy: 9, reachCost: 11, saves: 8 };
const fixedColumns = columns.mark + 2 * (columns.mine + columns.volume) + columns.price;
const reachColumns = columns.reachEnergy + columns.reachCost;
const barMax = 10;
const barMin = 3;

interface Widths {
  readonly bar: number;
  readonly showsEnergy: boolean;
  readonly showsCost: boolean;
  readonly showsSaving: boolean;
}

function widthsFor(width: number, hasTariff: boolean): Widths {
  // Whoever names a tariff asks for that column: it goes before the others.
  const showsSaving = hasTariff && width >= fixedColumns + 2 * barMin + columns.saves;
  const saving = showsSaving ? columns.saves : 0;
  const room = width - fixedColumns - 2 * barMin - saving;
  const showsEnergy = room >= reachColumns;
  const showsCost = room >= columns.reachCost && (showsEnergy || showsSaving);
  const reached = (showsEnergy ? columns.reachEnergy : 0) + (showsCost ? columns.reachCost : 0);
  const bar = Math.min(barMax, Math.floor((width - fixedColumns - saving - reached) / 2));
  return { bar: Math.max(0, bar), showsEnergy, showsCost, showsSaving };
}

/** All that the rows of one picture share. */
interface Picture {
  readonly state: State;
  readonly market: Market;
  readonly widths: Widths;
  readonly glyphs: Glyphs;
  readonly levels: Readonly<Record<Side, ReadonlyMap<number, number>>>;
  readonly mine: Readonly<Record<Side, ReadonlyMap<number, Mine>>>;
  /** The largest volume in sight, at least 1. */
  readonly most: number;
}

function volumes(levels: readonly Level[] | undefined): ReadonlyMap<number, number> {
  return new Map((levels ?? []).map(({ price, volume }) => [price, volume]));
}

function sideSpans(picture: Picture, side: Side, price: number): Span[] {
  const { levels, mine, widths, glyphs, most } = picture;
  const volume = levels[side].get(price);
  const hidden = picture.state.areAmountsHidden ? glyphs.hidden : undefined;
  const text = mineText(mine[side].get(price), hidden);
  const ahead =
    hidden === undefined ? aheadText(mine[side].get(price), columns.mine - text.length) : '';
  const blank = span(' '.repeat(Math.max(0, columns.mine - widthOf(text) - ahead.length)));
  const own = [span(text, 'mine'), span(ahead, 'muted')];
  const number = span(padStart(volume === undefined ? '' : String(volume), columns.volume), side);
  const bar =
    volume === undefined
      ? span(' '.repeat(widths.bar))
      : span(
          barText(side, volume / most, Math.max(0, widths.bar - 1), glyphs),
          side === 'bid' ? 'bidBar' : 'askBar',
        );
  const gap = span(volume === undefined || widths.bar === 0 ? '' : ' ');
  return side === 'bid' ? [...own, blank, bar, gap, number] : [number, gap, bar, blank, ...own];
}

function reachSpans(picture: Picture, price: number): Span[] {
  const { state, market, widths, levels } = picture;
  const { instrument, book } = market;
  const side = sideOf(book, price);
  const isLevel = side !== undefined && levels[side].has(price);
  const sum = isLevel ? reach(book, side, price) : undefined;
  const spans: Span[] = [];
  if (widths.showsEnergy) {
    const text = sum === undefined ? '' : energyOfLotsText(instrument, sum.lots);
    spans.push(span(padStart(text, columns.reachEnergy), 'muted'));
  }
  if (widths.showsCost) {
    const text = sum === undefined ? '' : ecoinText(instrument, sum.cost);
    spans.push(span(padStart(text, columns.reachCost), 'muted'));
  }
  if (!widths.showsSaving) return spans;
  const saved = (state.tariff ?? 0) - Number(priceText(instrument, price));
  const text = isLevel ? `${saved >= 0 ? '+' : ''}${saved.toFixed(1)}` : '';
  return [...spans, span(`${padStart(text, columns.saves - 1)} `, saved >= 0 ? 'good' : 'muted')];
}

/** The price of the newest trade stands out, and flashes while it is news. */
function priceRole({ state, market }: Picture, price: number, isCursor: boolean): Role {
  if (market.trades[0]?.price === price) {
    const { tradedAt } = market;
    return tradedAt !== undefined && state.now - tradedAt < flashMs ? 'flash' : 'last';
  }
  return isCursor ? 'focus' : 'price';
}

function priceRow(picture: Picture, price: number): Line {
  const { state, market, glyphs } = picture;
  const isCursor = price === state.ladder.cursor;
  const isFocus = isCursor && state.pane === 'ladder';
  const text = priceText(market.instrument, price);
  const spans = [
    span(isCursor ? `${glyphs.cursor} ` : '  ', isFocus ? 'focus' : 'muted'),
    ...sideSpans(picture, 'bid', price),
    span(' '.repeat(Math.max(0, columns.price - 2 - widthOf(text)))),
    span(cut(text, columns.price - 2), priceRole(picture, price, isCursor)),
    span('  '),
    ...sideSpans(picture, 'ask', price),
    ...reachSpans(picture, price),
  ];
  return isCursor ? { spans, over: 'cursor' } : { spans };
}

/** Prices above this one stand above the row of the spread. */
function spreadPrice({ book }: Market, reference: number): number {
  const bid = bestOf(book, 'bid');
  const ask = bestOf(book, 'ask');
  if (bid !== undefined && ask !== undefined) return (bid + ask) / 2;
  if (ask !== undefined) return ask - 0.5;
  return bid ?? reference;
}

function priceRows(picture: Picture, width: number, rows: number): Line[] {
  const { state, market } = picture;
  const { instrument } = market;
  const sight = sightOf(state);
  const { top } = state.ladder;
  if (sight === undefined || top === undefined) return [];
  const { low } = bandOf(instrument);
  const split = spreadPrice(market, sight.reference);
  const ladderWidth = Math.min(width, fixedColumns + 2 * picture.widths.bar);
  const between = line(
    span(
      centred(
        spreadText(market, state.language, state.replay === undefined),
        ladderWidth,
        picture.glyphs.rule,
      ),
      'muted',
    ),
  );
  const lines: Line[] = [];
  let isSplit = top <= split;
  for (let price = top; price >= low && lines.length < rows; price -= instrument.tick) {
    if (!isSplit && price <= split) {
      lines.push(between);
      isSplit = true;
    }
    lines.push(priceRow(picture, price));
  }
  return lines;
}

function headLine(picture: Picture): Line {
  const { widths, state, market } = picture;
  const { language } = state;
  const unit = energyUnit(market.instrument);
  const side = widths.bar + columns.volume;
  const text = [
    ' '.repeat(columns.mark),
    padEnd(t(language, 'mine'), columns.mine),
    padStart(t(language, 'bid'), side),
    padEnd(padStart(t(language, 'price'), columns.price - 2), columns.price),
    padEnd(padStart(t(language, 'ask'), columns.volume), side),
    padStart(t(language, 'mine'), columns.mine),
  ];
  if (widths.showsEnergy) {
    text.push(padStart(t(language, 'cum {unit}', { unit }), columns.reachEnergy));
  }
  if (widths.showsCost) {
    const cost = { unit: ecoinUnit(market.instrument) };
    text.push(padStart(t(language, 'cum {unit}', cost), columns.reachCost));
  }
  if (widths.showsSaving && state.tariff !== undefined) {
    text.push(`${padStart(t(language, 'saves'), columns.saves - 1)} `);
  }
  return line(span(text.join(''), 'muted'));
}

/** What is old is shown, but not in its colours. */
function faded({ spans, over }: Line): Line {
  const role: Role = 'muted';
  const grey = spans.map(({ text }) => span(text, role));
  return over === undefined ? { spans: grey } : { spans: grey, over };
}

/** The volume that gets the longest bar. */
function largestInSight({ ladder }: State, { instrument, book }: Market, rows: number): number {
  const top = ladder.top ?? Number.MAX_SAFE_INTEGER;
  const inSight = [...(book?.asks ?? []), ...(book?.bids ?? [])]
    .filter(({ price }) => price <= top && price > top - rows * instrument.tick)
    .map(({ volume }) => volume);
  return Math.max(1, ...inSight);
}

/** The pane, exactly as large as its box. */
export function ladderLines(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const market = marketOf(state);
  const title = titleLine(state, market);
  if (market === undefined) {
    const box = { width, height: Math.max(0, height - 2) };
    return block([title, line(), ...waitingLines(state, box, glyphs)], width, height);
  }
  const { book } = market;
  const own = liveOrders(state.view, market.instrument.symbol);
  const most = largestInSight(state, market, height);
  const picture: Picture = {
    state,
    market,
    widths: widthsFor(width, state.tariff !== undefined),
    glyphs,
    levels: { ask: volumes(book?.asks), bid: volumes(book?.bids) },
    mine: { ask: mineBy(market, own, 'ask'), bid: mineBy(market, own, 'bid') },
    most,
  };
  const prices = block(priceRows(picture, width, height - 3), width, height - 3);
  const isOld = !isCurrent(state.view);
  return block(
    [title, headLine(picture), ...(isOld ? prices.map(faded) : prices), cursorLine(state, market)],
    width,
    height,
  );
}
