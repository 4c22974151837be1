/** The sentences around the ladder: its title, the spread, and what it takes to trade to the cursor. */
import { bestOf, reachOfOthers, sideOf } from '../market/book.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import {
  ecoinText,
  ecoinUnit,
  energyOfLotsText,
  energyUnit,
  midText,
  priceText,
} from '../text/number.ts';
import { widthOf } from '../text/printable.ts';
import { isCurrent, liveOrders } from '../fold/view.ts';
import type { Market } from '../fold/view.ts';

/** A text in the middle of a rule of `width` cells. */
export function centred(text: string, width: number, fill: string): string {
  const room = Math.max(0, width - widthOf(text) - 2);
  const left = Math.floor(room / 2);
  return `${fill.repeat(left)} ${text} ${fill.repeat(room - left)}`;
}

/** What stands between the sides of the book. */
export function spreadText(
  { instrument, book }: Market,
  language: Language,
  canOrder: boolean,
): string {
  const bid = bestOf(book, 'bid');
  const ask = bestOf(book, 'ask');
  if (bid !== undefined && ask !== undefined) {
    const spread = priceText(instrument, ask - bid);
    return t(language, 'mid {mid}   spread {spread}', {
      mid: midText(instrument, bid + ask),
      spread,
    });
  }
  if (bid !== undefined) return t(language, 'nobody sells yet');
  if (ask !== undefined) return t(language, 'nobody buys yet');
  return book === undefined
    ? t(language, 'waiting for the book')
    : t(language, canOrder ? 'no orders yet: b bids, s asks at the cursor' : 'no orders yet');
}

/** What it takes to trade from the best price to the cursor. */
export function cursorLine(state: State, market: Market): Line {
  const { instrument, book } = market;
  const { language } = state;
  const { cursor } = state.ladder;
  if (cursor === undefined) return line();
  const price = priceText(instrument, cursor);
  const side = sideOf(book, cursor);
  if (side === undefined) {
    const text = t(language, 'at {price}: nothing rests, you would be first', { price });
    return line(span(` ${text}`, 'muted'));
  }
  const own = new Set(liveOrders(state.view, instrument.symbol).map(({ order }) => order));
  const { lots, cost } = reachOfOthers(market, side, cursor, own);
  if (lots === 0) {
    return line(
      span(` ${t(language, 'as far as {price} rests only what is yours', { price })}`, 'muted'),
    );
  }
  const energy = `${energyOfLotsText(instrument, lots)} ${energyUnit(instrument)}`;
  const ecoin = `${ecoinText(instrument, cost)} ${ecoinUnit(instrument)}`;
  const text =
    side === 'ask'
      ? t(language, 'buy up to {price}: {energy} for {ecoin}', { price, energy, ecoin })
      : t(language, 'sell down to {price}: {energy} for {ecoin}', { price, energy, ecoin });
  return line(span(` ${text}`, 'title'));
}

/** The pane's name, what its numbers are, and whether they are old. */
export function titleLine(state: State, market: Market | undefined): Line {
  const { language } = state;
  const title = span(` ${t(language, 'LADDER')}`, state.pane === 'ladder' ? 'focus' : 'title');
  if (market === undefined) return line(title);
  const { instrument } = market;
  const unit = energyUnit(instrument);
  if (!isCurrent(state.view) && market.book !== undefined) {
    return line(title, span(`  ${t(language, 'old: not live')}`, 'bad'));
  }
  const text = t(language, '{ecoin} per {unit}, 1 lot = {energy} {unit}', {
    ecoin: ecoinUnit(instrument),
    unit,
    energy: energyOfLotsText(instrument, 1),
  });
  return line(title, span(`  ${text}`, 'muted'));
}
