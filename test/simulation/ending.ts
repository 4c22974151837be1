/** What has to be true once no faults have happened for a while: everybody is there, everything is decided, and all agree. */
import { balancesOf, lastSeq, ledgerHeight, ordersOf } from '@wattlot/core';
import type { OrderId, TradeView } from '@wattlot/core';
import type { OwnOrder } from '../../packages/client/src/events.ts';
import { doneOrdersMax } from '../../packages/exchange/src/limits.ts';
import { refusalErrors } from '@wattlot/client/frames';
import { isPassing } from '../../packages/client/src/asks.ts';
import type { Checker } from './checker.ts';
import { placedKey } from './checker.ts';
import type { Household } from './household.ts';
import { bookText, queueText } from './public-checks.ts';
import type { Server } from './server.ts';

/** What keeps the simulation from being over, one line each. */
export function awaited(
  checker: Checker,
  server: Server,
  households: readonly Household[],
): readonly string[] {
  const { assembly } = server;
  if (assembly === undefined) return ['the exchange is not up'];
  const away = households.flatMap(({ name, running }) => {
    const state = running?.client.state ?? 'away';
    return state === 'live' ? [] : [`${name} is ${state}`];
  });
  const { chain } = assembly;
  const waiting = chain?.waiting ?? 0;
  const lines = [...away, ...checker.unfinished()];
  if (waiting > 0) lines.push(`${waiting} transactions wait for a block`);
  if (lastSeq(assembly.state) !== lastSeq(checker.state)) lines.push('entries wait for the disk');
  if (chain?.height !== ledgerHeight(checker.state)) lines.push('blocks are not taken in');
  return lines;
}

/** What of the end is not as it has to be. */
export function compareAtEnd(
  checker: Checker,
  server: Server,
  households: readonly Household[],
): void {
  const { assembly } = server;
  if (assembly === undefined) return;
  checker.compareStates(assembly);
  for (const household of households) {
    compareBook(checker, household);
    compareOrders(checker, household);
    compareBalances(checker, household);
    compareTold(checker, household);
  }
  compareGranted(checker, households);
}

function compareBook(checker: Checker, household: Household): void {
  const { market } = checker;
  const { name, book, depth, queue } = household;
  const expected = market.bookText(depth);
  const shown = book === undefined ? 'none' : bookText(book, depth);
  if (shown !== expected) checker.report(`${name} shows the book ${shown}, it is ${expected}`);
  if (!household.followsQueue) return;
  const orders = market.queueText();
  const told = queue === undefined ? 'none' : queueText(queue);
  if (told !== orders) checker.report(`${name} shows the orders ${told}, they are ${orders}`);
}

/** All orders that are live are shown, of those that are over as many as are kept, and each as it is, with its trades and their lots. */
function compareOrders(checker: Checker, { name, orders, address }: Household): void {
  const { history } = checker;
  for (const view of ordersOf(checker.state, address)) {
    if (!orders.has(view.order)) checker.report(`${name} does not show ${view.order}`);
  }
  const own = [...history.orders.values()].filter(({ participant }) => participant === address);
  if (orders.size < Math.min(own.length, doneOrdersMax)) {
    checker.report(`${name} shows ${orders.size} orders of ${own.length}`);
  }
  const tradesOf = new Map<OrderId, TradeView[]>();
  for (const trade of history.trades.values()) {
    for (const { order } of [trade.resting, trade.incoming]) {
      const some = tradesOf.get(order) ?? [];
      tradesOf.set(order, some);
      some.push(trade);
    }
  }
  for (const shown of orders.values()) {
    const view = history.orders.get(shown.order);
    const isSame =
      view?.participant === address &&
      shown.clientOrderId === view.clientOrderId &&
      shown.status === view.status &&
      shown.filled === view.filled &&
      shown.cancelled === view.cancelled &&
      shown.volume === view.volume &&
      shown.price === view.price;
    if (!isSame) checker.report(`${name} shows ${shown.order} as ${JSON.stringify(shown)}`);
    const [told, made] = [
      ownTradesText(shown),
      tradesText(shown.order, tradesOf.get(shown.order) ?? []),
    ];
    if (told !== made) checker.report(`${name} shows ${shown.order} with ${told}, not ${made}`);
  }
}

/** An order's trades and their lots as a client shows them. */
function ownTradesText({ trades }: OwnOrder): string {
  const lines = trades.map(({ trade, price, volume, resting, lots }) => {
    const states = lots.map(({ lot, state, txid = '' }) => `${lot} ${state} ${txid}`);
    return `${trade} ${volume}@${price} ${resting} ${states.toSorted().join()}`;
  });
  return lines.toSorted().join('; ');
}

/** The same as they are. */
function tradesText(order: OrderId, trades: readonly TradeView[]): string {
  const lines = trades.map(({ trade, price, volume, resting, lots }) => {
    const states = lots.map(({ lot, state, txid = '' }) => {
      return `${resting.order}:${lot} ${state} ${txid}`;
    });
    return `${trade} ${volume}@${price} ${resting.order === order} ${states.toSorted().join()}`;
  });
  return lines.toSorted().join('; ');
}

function compareBalances(checker: Checker, { name, balances, address }: Household): void {
  for (const { asset, balance, hold } of balancesOf(checker.state, address)) {
    const shown = balances.get(asset);
    if (shown?.balance === balance && shown.hold === hold) continue;
    checker.report(`${name} shows ${JSON.stringify(shown)} of ${asset}: ${balance}, ${hold} held`);
  }
}

/** Ecoin that somebody was told of is there, whoever has it now. */
function compareGranted(checker: Checker, households: readonly Household[]): void {
  let [granted, held] = [0, 0];
  for (const household of households) {
    granted += household.granted;
    for (const { asset, balance } of balancesOf(checker.state, household.address)) {
      if (asset === 'ecoin') held += balance;
    }
  }
  if (held < granted) checker.report(`${granted} ecoin were granted, and ${held} are there`);
}

/**
 * A yes names the order that is there. A no is of an order that is not there, unless it was asked for again later; a no that says nothing of an earlier attempt, such
 * as one while nothing is connected, counts only where nothing had been asked before. That the id is used says that there is an order: of another body under the same id, which may be
 * found out later.
 */
export function compareTold(
  checker: Pick<Checker, 'placed' | 'report'>,
  { name, told, sent, address }: Pick<Household, 'name' | 'told' | 'sent' | 'address'>,
): void {
  for (const { wish, outcome, at } of told) {
    const { clientOrderId: id, price, volume } = wish;
    const placed = checker.placed.get(placedKey(address, id));
    if (outcome.kind === 'yes' && placed?.order !== outcome.value.order) {
      checker.report(`${name} was told that ${id} is ${outcome.value.order}`);
    }
    if (outcome.kind !== 'no' || placed === undefined) continue;
    if (outcome.error === refusalErrors.id_reused) continue;
    const isOther = placed.price !== price || placed.volume !== volume;
    const attempts = sent.filter((one) => one.id === id);
    const isLater = attempts.some((one) => one.at >= at && one.at <= placed.at);
    const isUnderWay = told.some(
      (one) => one.wish === wish && one.at >= at && one.outcome.kind !== 'no',
    );
    const isOfRepeat =
      isPassing(outcome.error) && attempts.some((one) => one.at < at) && attempts.length > 1;
    if (isOther || isLater || isUnderWay || isOfRepeat) continue;
    checker.report(`${name} was told no of ${id}, and it was placed`);
  }
}
