/** The orders screen: all own orders; of the selected one each trade, each lot, and where its settlement stands. */
import type { OwnOrder, OwnTrade } from '@wattlot/client';
import type { LotState } from '@wattlot/core';
import type { Box } from '../fold/layout.ts';
import { selectedOrder, shownOrders } from '../fold/lists.ts';
import { kindNames, kindOf } from '../order/order-kind.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { countedIn, t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { averageText, priceText, timeText } from '../text/number.ts';
import { marketName, nameColumns } from '../text/market-name.ts';
import { printable } from '../text/printable.ts';
import type { Glyphs, Role } from '../theme.ts';
import { cancelText, orderState, settlementOf, tradedOf } from '../text/words.ts';
import { titleLine } from './list-title.ts';
import { standing, stateRoles } from './orders.ts';

const columns = {
  mark: 2,
  time: 9,
  market: 12,
  side: 5,
  price: 7,
  filled: 11,
  average: 8,
  settled: 9,
  state: 11,
};
/** What the last column is left at least: ` gtc`. */
const kindColumns = 4;

/** Cells that the names of markets take; a wide window has room for long ones. */
function marketColumns({ view }: State, width: number): number {
  const used = Object.values(columns).reduce((sum, one) => sum + one, 0) + kindColumns;
  return nameColumns(view, { least: columns.market, spare: width - used });
}

function headLine({ language }: State, market: number): Line {
  const text = [
    ' '.repeat(columns.mark),
    padEnd(t(language, 'changed'), columns.time),
    padEnd(t(language, 'market'), market),
    padEnd(t(language, 'side'), columns.side),
    padStart(t(language, 'price'), columns.price),
    padStart(t(language, 'filled'), columns.filled),
    padStart(t(language, 'average'), columns.average),
    padStart(t(language, 'settled'), columns.settled),
    padEnd(`  ${t(language, 'state')}`, columns.state),
    ` ${t(language, 'kind')}`,
  ];
  return line(span(text.join(''), 'muted'));
}

/** What kind of order it is, and until when. */
function kindText({ offsetMinutes }: State, order: OwnOrder): string {
  const { expiresAt, postOnly } = order;
  const until =
    expiresAt === undefined ? '' : ` ${timeText(expiresAt / 1000, offsetMinutes).slice(0, 5)}`;
  return `${kindNames[kindOf(order)]}${until}${postOnly ? ' post-only' : ''}`;
}

function orderLine(
  state: State,
  order: OwnOrder,
  { isSelected, names, glyphs }: { isSelected: boolean; names: number; glyphs: Glyphs },
): Line {
  const market = state.view.markets.get(order.symbol);
  const instrument = market?.instrument;
  const { language, areAmountsHidden, offsetMinutes } = state;
  const width = columns.state - 2;
  const where = standing(market, order, { width, isHidden: areAmountsHidden, language });
  const own = (text: string): string => (areAmountsHidden ? glyphs.hidden : text);
  const { lots, value } = tradedOf(order);
  const word = orderState(order);
  const price = instrument === undefined ? '-' : priceText(instrument, order.price);
  const average = instrument === undefined ? '-' : averageText(instrument, value, lots);
  const spans = [
    span(padEnd(isSelected ? glyphs.cursor : '', columns.mark), 'focus'),
    span(padEnd(timeText(order.at / 1000, offsetMinutes), columns.time), 'muted'),
    span(padEnd(marketName(order.symbol, names - 1), names), 'muted'),
    span(padEnd(t(language, order.side), columns.side), order.side),
    span(padStart(price, columns.price), 'price'),
    span(padStart(own(`${order.filled}/${order.volume}`), columns.filled)),
    span(padStart(average, columns.average)),
    span(padStart(own(`${settlementOf(order).settled}/${order.filled}`), columns.settled), 'muted'),
    span(padEnd(`  ${where}`, columns.state), stateRoles[word]),
    span(` ${kindText(state, order)}`, 'muted'),
  ];
  return isSelected ? { spans, over: 'cursor' } : { spans };
}

const lotWords: Readonly<Record<LotState, Message>> = {
  requested: 'signing',
  submitted: 'on the ledger, waiting for a block',
  overdue: 'overdue: the ledger decides',
  settled: 'settled',
  released: 'did not settle, nothing was paid',
};

const lotRoles: Readonly<Record<LotState, Role>> = {
  requested: 'muted',
  submitted: 'title',
  overdue: 'bad',
  settled: 'good',
  released: 'bad',
};

/** Lots of a trade that stand alike in one transaction, counted together, in the order in which the first of each comes. */
function alike({ lots }: OwnTrade): readonly {
  readonly count: number;
  readonly state: LotState;
  readonly txid: string | undefined;
}[] {
  const groups = new Map<string, { count: number; state: LotState; txid: string | undefined }>();
  for (const { state, txid } of lots) {
    const key = `${state} ${txid ?? ''}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { count, state, txid });
  }
  return [...groups.values()];
}

function tradeLines(state: State, order: OwnOrder, trade: OwnTrade): Line[] {
  const { language, offsetMinutes, view } = state;
  const instrument = view.markets.get(order.symbol)?.instrument;
  const price = instrument === undefined ? '-' : priceText(instrument, trade.price);
  const time = timeText(trade.at / 1000, offsetMinutes);
  const role = t(language, trade.resting ? 'waited on the book' : 'traded at once');
  const head = line(
    span(`  ${time} ${printable(trade.trade, 12)} `, 'muted'),
    span(
      t(language, '{lots} at {price}', { lots: countedIn(language, trade.volume, 'lot'), price }),
    ),
    span(`  ${role}`, 'muted'),
  );
  const lots = alike(trade).map(({ count, state: stage, txid }): Line =>
    line(
      span(`    ${padEnd(countedIn(language, count, 'lot'), 12)}`, 'muted'),
      span(padEnd(t(language, lotWords[stage]), 36), lotRoles[stage]),
      span(txid === undefined ? '' : ` tx ${printable(txid, 64)}`, 'muted'),
    ),
  );
  const whole =
    trade.lots.length > 0
      ? []
      : [line(span(`    ${t(language, lotWords[trade.settlement])}`, lotRoles[trade.settlement]))];
  return [head, ...lots, ...whole];
}

/** Of the selected order: why it ended, and its trades with their lots. */
function detailLines(state: State, order: OwnOrder): Line[] {
  const { language, areAmountsHidden } = state;
  if (areAmountsHidden)
    return [line(span(`  ${t(language, 'amounts are hidden: P shows them')}`, 'muted'))];
  const ended =
    order.status === 'done' && order.cancelled > 0
      ? [
          line(
            span(
              `  ${t(language, 'cancelled: {lots}, {reason}', { lots: countedIn(language, order.cancelled, 'lot'), reason: cancelText(order.reason, order, language) })}`,
            ),
          ),
        ]
      : [];
  const trades = order.trades.toReversed().flatMap((trade) => tradeLines(state, order, trade));
  const none =
    trades.length === 0 ? [line(span(`  ${t(language, 'no trades yet')}`, 'muted'))] : [];
  return [...ended, ...trades, ...none];
}

/** How many rows of the selected order's trades can be scrolled away. */
export function detailScrollMax(state: State): number {
  const order = selectedOrder(state);
  return order === undefined ? 0 : Math.max(0, detailLines(state, order).length - 1);
}

function emptyLine({ language, isReadOnly, view, filters }: State): Line {
  if (isReadOnly) return line(span(` ${t(language, 'read-only: no account, no orders')}`, 'muted'));
  if (filters.orders !== '') return line(span(` ${t(language, 'no row holds that')}`, 'muted'));
  const text = view.areOrdersKnown
    ? t(language, 'no orders yet')
    : t(language, 'waiting for your orders');
  return line(span(` ${text}`, 'muted'));
}

/** The screen, exactly as large as its box. */
export function ordersScreen(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const { language } = state;
  const shown = shownOrders(state);
  const order = selectedOrder(state);
  const title = t(language, 'MY ORDERS');
  if (order === undefined) {
    return block([titleLine(state, title, 0), emptyLine(state)], width, height);
  }
  const names = marketColumns(state, width);
  const detailRows = Math.max(4, Math.floor(height * 0.45));
  const rows = height - detailRows - 2;
  const selected = shown.indexOf(order);
  const first = Math.max(0, selected - rows + 1);
  const details = detailLines(state, order);
  const from = Math.min(state.scroll, Math.max(0, details.length - 1));
  const below = details.length - from - (detailRows - 1);
  return [
    ...block(
      [
        titleLine(state, title, shown.length - first - rows),
        headLine(state, names),
        ...shown
          .slice(first, first + rows)
          .map((one) => orderLine(state, one, { isSelected: one === order, names, glyphs })),
      ],
      width,
      height - detailRows,
    ),
    ...block(
      [
        line(
          span(
            ` ${t(language, 'LOTS of {order}', { order: printable(order.order, 12) })}`,
            'title',
          ),
          span(below > 0 ? `   ↓ ${t(language, '{n} more', { n: below })}` : '', 'muted'),
        ),
        ...details.slice(from),
      ],
      width,
      detailRows,
    ),
  ];
}
