/** What `y` copies: the row that the cursor or the selection stands on, as a line of text. */
import { bestOf, sideOf } from '../market/book.ts';
import { selectedOrder, shownLog } from './lists.ts';
import { focusedRows } from '../operator/lists.ts';
import { orderText, withNotice } from './notices.ts';
import { isInOrders, marketOf } from './state.ts';
import type { State } from './state.ts';
import type { Step } from './messages.ts';
import { t } from '../text/language.ts';
import { priceText } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import type { Market } from './view.ts';
import { orderState, settlementOf } from '../text/words.ts';

function orderRow(state: State): string | undefined {
  const order = selectedOrder(state);
  const instrument = order && state.view.markets.get(order.symbol)?.instrument;
  if (order === undefined || instrument === undefined) return undefined;
  const { language, areAmountsHidden: isDiscreet } = state;
  const { txid } = settlementOf(order);
  const filled = isDiscreet ? '***' : String(order.filled);
  return [
    `${order.order} ${order.symbol} ${orderText({ instrument, isDiscreet, language }, order, order.volume)}`,
    t(language, orderState(order)),
    t(language, '{n} filled', { n: filled }),
    ...(txid === undefined ? [] : [`tx ${txid}`]),
  ].join(', ');
}

function marketRow({ instrument, book, trades }: Market, { language }: State): string {
  const text = (price: number | undefined): string =>
    price === undefined ? '-' : priceText(instrument, price);
  const [bid, ask] = [bestOf(book, 'bid'), bestOf(book, 'ask')];
  const words = [
    `${t(language, 'bid')} ${text(bid)}`,
    `${t(language, 'ask')} ${text(ask)}`,
    `${t(language, 'last')} ${text(trades[0]?.price)}`,
  ];
  return `${instrument.symbol} ${words.join(', ')}`;
}

/** A price of the ladder, with what rests there. */
function priceRow({ instrument, book }: Market, { ladder, language }: State): string | undefined {
  const { cursor } = ladder;
  if (cursor === undefined) return undefined;
  const side = sideOf(book, cursor);
  const levels = side === 'ask' ? book?.asks : book?.bids;
  const volume = levels?.find(({ price }) => price === cursor)?.volume;
  const at = `${instrument.symbol} ${priceText(instrument, cursor)}`;
  if (side === undefined || volume === undefined) return at;
  return `${at} ${t(language, side)} ${t(language, '{n} lots', { n: volume })}`;
}

/** The line that would be copied here; undefined when there is none. */
export function rowToCopy(state: State): string | undefined {
  const { screen, wallet } = state;
  if (isInOrders(state)) return orderRow(state);
  const market = marketOf(state);
  switch (screen) {
    case 'operator': {
      const { selected } = focusedRows(state);
      if (selected === undefined) return undefined;
      const { name, participant } = selected;
      const whose = `${printable(name, 32)} ${printable(participant, 64)}`;
      if (!('deposit' in selected)) return whose;
      return [selected.deposit, whose, selected.txid ?? '']
        .map((text) => printable(text))
        .join(' ')
        .trim();
    }
    case 'wallet':
      return wallet?.address;
    case 'log':
      return shownLog(state)[state.scroll]?.text;
    case 'markets':
      return market === undefined ? undefined : marketRow(market, state);
    default:
      return market === undefined ? undefined : priceRow(market, state);
  }
}

export function nothingToCopy(state: State): string | undefined {
  return rowToCopy(state) === undefined
    ? t(state.language, 'there is nothing to copy here')
    : undefined;
}

export function copyRow(state: State): Step {
  const text = printable(rowToCopy(state) ?? '');
  const said = t(state.language, 'Copied: {text}', { text });
  return { state: withNotice(state, 'plain', said), effects: [{ kind: 'copy', text }] };
}
