/**
 * The auditor: recomputes everything that the state keeps twice, and checks what must always hold. It reads the state only and shares no
 * arithmetic with the handlers. Its cost is that of the whole state.
 */
import { auditBook, queueOf } from './book.ts';
import { compareDeadlines } from './deadline.ts';
import { answersMax, openOrdersMax } from './limits.ts';
import type { Market, Order, Participant, State, Trade } from './state.ts';
import type { Address, Asset, OrderId, Output } from './units.ts';

type Report = (violation: string) => void;

/** What of the exchange's promises does not hold, one line each. Empty: the state is sound. */
export function audit(state: State): readonly string[] {
  const violations: string[] = [];
  const report: Report = (violation) => violations.push(violation);
  const found = findAll(state);
  for (const market of state.markets.values()) checkBook(state, market, report);
  for (const order of state.orders.values()) checkOrder(state, found, order, report);
  for (const trade of state.trades.values()) checkTrade(state, trade, report);
  for (const participant of state.participants.values()) {
    checkParticipant(found.orders.get(participant.participant) ?? [], participant, report);
  }
  checkAccounts(state, report);
  checkOutputs(state, report);
  checkDeadlines(state, report);
  return violations;
}

/** What the state holds, counted once for all checks. */
interface Found {
  readonly orders: ReadonlyMap<Address, readonly Order[]>;
  /** How many trades name the order, on either side. */
  readonly trades: ReadonlyMap<OrderId, number>;
  /** How many times the order rests, on any book. */
  readonly resting: ReadonlyMap<OrderId, number>;
}

function count(counts: Map<OrderId, number>, id: OrderId): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

function findAll(state: State): Found {
  const orders = new Map<Address, Order[]>();
  const trades = new Map<OrderId, number>();
  const resting = new Map<OrderId, number>();
  for (const order of state.orders.values()) {
    const own = orders.get(order.participant);
    if (own === undefined) orders.set(order.participant, [order]);
    else own.push(order);
  }
  for (const trade of state.trades.values()) {
    count(trades, trade.resting.id);
    count(trades, trade.incoming.id);
  }
  for (const { book } of state.markets.values()) {
    for (const side of ['ask', 'bid'] as const) {
      for (const { order } of queueOf(book, side)) count(resting, order);
    }
  }
  return { orders, trades, resting };
}

function checkBook(state: State, { terms, book }: Market, report: Report): void {
  for (const violation of auditBook(book)) report(`${terms.symbol}: ${violation}`);
  for (const side of ['ask', 'bid'] as const) {
    for (const { order: id, price, volume } of queueOf(book, side)) {
      const order = state.orders.get(id);
      const same =
        order?.status === 'open' &&
        order.market.terms.symbol === terms.symbol &&
        order.side === side &&
        order.price === price &&
        order.remaining === volume;
      if (!same) report(`${id} rests on the ${side} side with ${volume} lots but is not such`);
    }
  }
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number));
}

function checkOrder(state: State, found: Found, order: Order, report: Report): void {
  const { id, status, filled, cancelled, remaining, volume, price, firm, side } = order;
  if (filled + cancelled + remaining !== volume) report(`${id} has lost count of its lots`);
  if (Math.min(filled, cancelled, remaining) < 0) report(`${id} counts below 0`);
  if (remaining > 0 !== (status !== 'done')) report(`${id} is ${status} with ${remaining} lots`);
  if (status === 'done' && order.unsettled === 0) report(`${id} is over and not forgotten`);
  if (order.unsettled !== (found.trades.get(id) ?? 0)) report(`${id} does not know its trades`);
  if (firm.size !== (status === 'open' ? remaining : 0)) report(`${id} is not firm as it should`);
  if (!isAscending([...firm.keys()])) report(`the lots of ${id} are out of order`);
  for (const [lot, offer] of firm) {
    if (lot !== offer.lot || lot >= volume) report(`lot ${lot} of ${id} has a wrong offer`);
  }
  for (const [lot, trade] of order.matched) {
    const matched = state.trades.get(trade.id)?.lots.get(lot);
    if (trade.resting !== order || !isWaiting(matched?.state)) report(`${id} gave no lot ${lot}`);
    if (firm.has(lot)) report(`lot ${lot} of ${id} rests and is matched`);
  }
  if ((order.deadline !== undefined) !== (status === 'pending')) {
    report(`${id} is ${status} and its deadline says otherwise`);
  }
  const { terms } = order.market;
  if (price < terms.priceFloor || price > terms.priceCap || price % terms.tick !== 0) {
    report(`${id} has the price ${price}`);
  }
  if (side === 'bid' ? order.cost > filled * price : order.cost < filled * price) {
    report(`${id} traded beyond its limit`);
  }
  const rests = found.resting.get(id) ?? 0;
  if (rests !== (status === 'open' ? 1 : 0)) report(`${id} is ${status} and rests ${rests} times`);
}

/** True for the state of a lot whose end only the ledger can tell. */
function isWaiting(lot: string | undefined): boolean {
  return lot === 'requested' || lot === 'submitted' || lot === 'overdue';
}

function checkTrade(state: State, trade: Trade, report: Report): void {
  const { id, resting, incoming, price, volume, lots, deadline } = trade;
  const waiting = [...lots].filter(([, { state: lot }]) => isWaiting(lot));
  if (waiting.length !== trade.unsettled) report(`${id} has lost count of its lots`);
  if (waiting.length === 0) report(`${id} is final and not forgotten`);
  if (lots.size !== volume) report(`${id} has ${lots.size} lots of ${volume}`);
  if (!isAscending([...lots.keys()])) report(`the lots of ${id} are out of order`);
  for (const [lot] of waiting) {
    if (resting.matched.get(lot) !== trade) report(`${id} took a lot that ${resting.id} keeps`);
  }
  for (const order of [resting, incoming]) {
    if (state.orders.get(order.id) !== order) report(`${id} names ${order.id}, which is gone`);
    if (order.side === 'bid' ? price > order.price : price < order.price) {
      report(`${id} is beyond the limit of ${order.id}`);
    }
  }
  if (resting.price !== price) report(`${id} has not the resting order's price`);
  if (resting.side === incoming.side) report(`${id} has one side only`);
  if (resting.market !== incoming.market) report(`${id} joins two markets`);
  if (resting.participant === incoming.participant) report(`${id} is with itself`);
  const fallen = deadline.index < 0;
  for (const [lot, { state: lotState }] of waiting) {
    if ((lotState === 'overdue') !== fallen) report(`lot ${lot} of ${id} is ${lotState}`);
  }
}

function checkParticipant(own: readonly Order[], participant: Participant, report: Report): void {
  const { participant: address, live, answers, done, doneCount } = participant;
  const alive = own.filter(({ status }) => status !== 'done');
  if (alive.length !== live.size) report(`${address} has ${live.size} live orders`);
  if (alive.some(({ id }) => !live.has(id))) report(`${address} does not know a live order`);
  if (live.size > openOrdersMax) report(`${address} has more orders than allowed`);
  if (!isAscending([...live.values()].map(({ number }) => number))) {
    report(`the live orders of ${address} are out of order`);
  }
  if (done.length !== Math.min(doneCount, answersMax)) report(`${address} lost an answer`);
  if (answers.size !== live.size + done.length) report(`${address} has ${answers.size} answers`);
  for (const order of [...live.values(), ...done]) {
    if (answers.get(order.clientOrderId) !== order) report(`${address} forgot ${order.id}`);
    const { filled, cancelled, remaining, volume } = order;
    if (filled + cancelled + remaining !== volume) report(`${order.id} has lost count of its lots`);
  }
  if (done.some(({ status }) => status !== 'done')) report(`${address} answers for the living`);
}

type Sums<Key> = Map<Key, Map<Asset, number>>;

function addTo<Key>(sums: Sums<Key>, key: Key, asset: Asset, amount: number): void {
  const found = sums.get(key) ?? new Map<Asset, number>();
  found.set(asset, (found.get(asset) ?? 0) + amount);
  sums.set(key, found);
}

/** What each participant's orders and unsettled lots set aside: the limit for lots that may trade, the trade's price for those that did. */
function holdsOf(state: State): Sums<Address> {
  const holds: Sums<Address> = new Map();
  const give = (
    { participant, side, market: { terms } }: Order,
    lots: number,
    price: number,
  ): void =>
    side === 'ask'
      ? addTo(holds, participant, terms.energy, lots * terms.lot)
      : addTo(holds, participant, terms.ecoin, lots * price);
  for (const order of state.orders.values()) give(order, order.remaining, order.price);
  for (const { resting, incoming, price, lots } of state.trades.values()) {
    const waiting = [...lots.values()].filter(({ state: lot }) => isWaiting(lot)).length;
    give(resting, waiting, price);
    give(incoming, waiting, price);
  }
  return holds;
}

function checkAccounts(state: State, report: Report): void {
  const holds = holdsOf(state);
  const owned: Sums<'all'> = new Map();
  for (const [address, accounts] of state.accounts) {
    if (accounts.size === 0) report(`${address} has no account and is kept`);
    for (const [asset, { balance, hold }] of accounts) {
      const whole = Number.isSafeInteger(balance) && Number.isSafeInteger(hold);
      if (!whole || balance < 0 || hold < 0) report(`${address} has ${balance}/${hold} ${asset}`);
      if (balance === 0 && hold === 0) report(`${address} has no ${asset} and keeps the account`);
      const due = holds.get(address)?.get(asset) ?? 0;
      if (hold !== due) report(`${address} holds ${hold} ${asset}, its orders need ${due}`);
      addTo(owned, 'all', asset, balance);
    }
  }
  for (const [address, assets] of holds) {
    for (const [asset, due] of assets) {
      const held = state.accounts.get(address)?.get(asset)?.hold ?? 0;
      if (held !== due) report(`${address} holds ${held} ${asset}, its orders need ${due}`);
    }
  }
  const sums = owned.get('all') ?? new Map<Asset, number>();
  for (const asset of new Set([...state.issued.keys(), ...sums.keys()])) {
    const [issued, sum] = [state.issued.get(asset) ?? 0, sums.get(asset) ?? 0];
    if (issued !== sum) report(`${issued} of ${asset} were issued and ${sum} are there`);
  }
}

function checkOutputs(state: State, report: Report): void {
  let expected = 0;
  const expect = (output: Output, order: Order, lot: number, trade: Trade | undefined): void => {
    expected += 1;
    const found = state.outputs.get(output);
    const same = found?.order === order.id && found.lot === lot && found.trade === trade?.id;
    if (!same) report(`${output} does not stand for lot ${lot} of ${order.id}`);
  };
  for (const order of state.orders.values()) {
    for (const [lot, { output }] of order.firm) expect(output, order, lot, undefined);
  }
  for (const trade of state.trades.values()) {
    for (const [lot, { offer, state: lotState }] of trade.lots) {
      if (isWaiting(lotState)) expect(offer.output, trade.resting, lot, trade);
    }
  }
  if (expected !== state.outputs.size) {
    report(`${state.outputs.size} outputs stand for ${expected} lots`);
  }
}

function checkDeadlines(state: State, report: Report): void {
  const { heap } = state.deadlines;
  heap.forEach((deadline, index) => {
    const { at, due } = deadline;
    const owner = due.kind === 'offers' ? state.orders.get(due.order) : state.trades.get(due.trade);
    if (owner?.deadline !== deadline) report(`a deadline of ${due.kind} is nobody's`);
    if (deadline.index !== index) report(`a deadline is at ${index} and says ${deadline.index}`);
    if (at <= state.at) report(`a deadline of ${due.kind} has passed and not fallen`);
    const parent = heap[(index - 1) >>> 1];
    if (index > 0 && parent !== undefined && compareDeadlines(parent, deadline) > 0) {
      report('the deadlines are not a heap');
    }
  });
  const pending = [...state.orders.values()].filter(({ deadline }) => deadline !== undefined);
  const waiting = [...state.trades.values()].filter(({ deadline }) => deadline.index >= 0);
  if (pending.length + waiting.length !== heap.length) report('a deadline is missing');
}
