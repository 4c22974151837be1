/** What the lists of the screens show, after their filters. Selection, scrolling and drawing all ask here. */
import type { OwnOrder } from '@wattlot/client';
import type { MarketSymbol } from '@wattlot/core';
import type { LogEntry, LogSource } from './log.ts';
import type { State } from './state.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { listedOrders } from './view.ts';
import type { Market } from './view.ts';
import { orderState } from '../text/words.ts';

/** What a log entry is about. */
export const sourceWords: Readonly<Record<LogSource, Message>> = {
  own: 'mine',
  market: 'trade',
  link: 'link',
  wallet: 'wallet',
  operator: 'operator',
};

/** Whether each word of the filter stands somewhere in the texts. */
export function holds(filter: string, ...texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(' ')
    .every((word) => all.includes(word));
}

/** Own orders as the list in sight shows them: of the market looked at beside the ladder, of all markets on their own screen. */
export function shownOrders(state: State): readonly OwnOrder[] {
  const { view, screen, symbol, filters, language } = state;
  if (screen !== 'orders') return symbol === undefined ? [] : listedOrders(view, symbol);
  const filter = filters.orders;
  return listedOrders(view).filter((order) => {
    const market = view.markets.get(order.symbol);
    const price = market === undefined ? '' : priceText(market.instrument, order.price);
    const word = orderState(order);
    const side = t(language, order.side);
    return holds(
      filter,
      order.side,
      side,
      price,
      word,
      t(language, word),
      order.symbol,
      order.order,
    );
  });
}

/** The order that keys act on: the selected one, else the first in sight. */
export function selectedOrder(state: State): OwnOrder | undefined {
  const shown = shownOrders(state);
  return shown.find(({ order }) => order === state.selected) ?? shown[0];
}

/** Markets in the exchange's order. */
export function shownMarkets({
  view,
  filters,
}: State): readonly (readonly [MarketSymbol, Market])[] {
  return [...view.markets].filter(([symbol]) => holds(filters.markets, symbol));
}

/** Log entries, newest first. */
export function shownLog({ log, filters, areAmountsHidden, language }: State): readonly LogEntry[] {
  const shown = log.toReversed().map((entry) => {
    return areAmountsHidden ? { ...entry, text: entry.discreet } : entry;
  });
  return shown.filter(({ source, text }) =>
    holds(filters.log, source, t(language, sourceWords[source]), text),
  );
}
