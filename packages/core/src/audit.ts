/**
 * The auditor: recomputes everything that the state keeps twice, and checks what must always hold. It reads the state only and shares no
 * arithmetic with the handlers. Its cost is that of the whole state.
 */
import { auctionPrice } from './auction.ts';
import { compareDeadlines } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import { answersMax } from './limits.ts';
import type { Lot, Market, Order, Participant, State, Trade } from './state.ts';
import type { Address, Asset, OrderId } from './units.ts';
import { queueOfMarket } from './view.ts';

type Report = (violation: string) => void;

/** What of the exchange's promises does not hold, one line each. Empty: the state is sound. */
export function audit(state: State): readonly string[] {
  const violations: string[] = [];
  const report: Report = (violation) => violations.push(violation);
  const found = findAll(state);
  let over = 0;
  for (const participant of state.participants.values()) over += participant.over.length;
  if (over !== state.over.size) report(`${state.over.size} orders are over and ${over} are known`);
  for (const market of state.markets.values()) {
    checkBook(state, market, report);
    checkGate(state, market, report);
  }
  for (const order of state.orders.values()) checkOrder(state, found, order, report);
  for (const trade of state.trades.values()) checkTrade(state, trade, report);
  for (const participant of state.participants.values()) {
    const own = found.orders.get(participant.address) ?? [];
    checkParticipant(own, participant, report);
    checkAnswers(state, own, participant, report);
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
    const own = orders.get(order.participant.address);
    if (own === undefined) orders.set(order.participant.address, [order]);
    else own.push(order);
  }
  for (const trade of state.trades.values()) {
    count(trades, trade.resting.id);
    count(trades, trade.incoming.id);
  }
  for (const market of state.markets.values()) {
    for (const side of ['ask', 'bid'] as const) {
      for (const { order } of queueOfMarket(market, side)) count(resting, order);
    }
  }
  return { orders, trades, resting };
}

function checkBook(state: State, market: Market, report: Report): void {
  const { terms, book, resting, live, wholes, phase, floor, cap } = market;
  for (const violation of book.audit()) report(`${terms.symbol}: ${violation}`);
  for (const side of ['ask', 'bid'] as const) {
    for (const { order: id, price, volume, whole, place } of queueOfMarket(market, side)) {
      const order = state.orders.get(id);
      const same =
        order?.status === 'open' &&
        order.market === market &&
        order.side === side &&
        order.price === price &&
        order.whole === whole &&
        order.place === place &&
        book.ownerOf(order.slot) === order.participant.ownerNumber &&
        volumeOf(order.firm) === volume;
      if (!same) report(`${id} rests on the ${side} side with ${volume} lots but is not such`);
    }
    const whole = live.filter((order) => order.whole && order.side === side).length;
    if (whole !== wholes[side]) report(`${terms.symbol} has ${whole} whole orders to ${side}`);
  }
  for (const [slot, order] of resting.entries()) {
    if (order !== undefined && order.slot !== slot) report(`${order.id} rests in a wrong slot`);
  }
  if (floor < terms.priceFloor || cap > terms.priceCap || floor > cap) {
    report(`${terms.symbol} has a band of ${floor} to ${cap}`);
  }
  const trades = phase === 'continuous' || phase === 'post_only';
  if (trades && auctionPrice(book, terms.tick, undefined) !== undefined) {
    report(`${terms.symbol} is crossed`);
  }
  if (phase === 'continuous' && book.firingWhole() >= 0) {
    report(`${terms.symbol} has a whole order that would be filled`);
  }
  if (phase === 'closed' && live.length > 0) report(`${terms.symbol} is closed and has orders`);
  const known = [...state.orders.values()].filter(
    (order) => order.market === market && order.status !== 'done',
  );
  if (known.length !== live.length || known.some((order) => live[order.liveInMarket] !== order)) {
    report(`${terms.symbol} does not know its orders`);
  }
}

function checkGate({ at }: State, { terms, phase, gateDue }: Market, report: Report): void {
  const { symbol, delivery } = terms;
  const isAwaited = delivery !== undefined && phase !== 'closed';
  if (isAwaited && delivery.gate <= at) report(`${symbol} is ${phase} and past its gate`);
  if (gateDue?.at !== (isAwaited ? delivery.gate : undefined)) report(`${symbol} has a wrong gate`);
}

function volumeOf(lots: readonly Lot[]): number {
  return lots.reduce((sum, { volume }) => sum + volume, 0);
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number));
}

function checkOrder(state: State, found: Found, order: Order, report: Report): void {
  const { id, status, filled, cancelled, remaining, volume, price, firm, bare } = order;
  if (filled + cancelled + remaining !== volume) report(`${id} has lost count of its lots`);
  if (Math.min(filled, cancelled, remaining) < 0) report(`${id} counts below 0`);
  if (remaining > 0 !== (status !== 'done')) report(`${id} is ${status} with ${remaining} lots`);
  if (order.unsettled !== (found.trades.get(id) ?? 0)) report(`${id} does not know its trades`);
  const waiting = order.whole && bare.length === 1 ? remaining : bare.length;
  if (volumeOf(firm) + waiting !== remaining) report(`${id} is not firm as it should`);
  if (order.whole && firm.length + bare.length > 1) report(`${id} is not whole`);
  if (!isAscending(firm.map(({ lot }) => lot)) || !isAscending(bare)) {
    report(`the lots of ${id} are out of order`);
  }
  for (const lot of [...firm, ...order.given.flatMap(({ lots }) => lots)]) {
    const rightly = lot.order === order && lot.lot < order.lotCount && !bare.includes(lot.lot);
    if (!rightly && isWaiting(lot.state)) report(`lot ${lot.lot} of ${id} is not its own`);
  }
  for (const lot of firm) {
    if (lot.trade !== undefined) report(`lot ${lot.lot} of ${id} rests and is matched`);
  }
  for (const trade of order.given) {
    const known = state.trades.get(trade.id) === trade && trade.resting === order;
    if (!known) report(`${id} gave nothing to ${trade.id}`);
  }
  if ((order.offersDue !== undefined) !== bare.length > 0) {
    report(`${id} waits for ${bare.length} offers and its deadline says otherwise`);
  }
  const expires = order.expiresAt !== undefined && status !== 'done';
  if ((order.expiry !== undefined) !== expires) report(`${id} has a wrong expiry`);
  const { terms } = order.market;
  if (price < terms.priceFloor || price > terms.priceCap || price % terms.tick !== 0) {
    report(`${id} has the price ${price}`);
  }
  const rests = found.resting.get(id) ?? 0;
  const isOpen = status === 'open' && order.slot >= 0 && firm.length > 0;
  if (rests !== (isOpen ? 1 : 0)) report(`${id} is ${status} and rests ${rests} times`);
  if (
    (status === 'open') !== isOpen ||
    (status !== 'open' && (firm.length > 0 || order.slot >= 0))
  ) {
    report(`${id} rests ${status}`);
  }
}

/** True for the state of a lot whose end only the ledger can tell. */
function isWaiting(lot: string | undefined): boolean {
  return lot === 'requested' || lot === 'submitted' || lot === 'overdue';
}

function checkTrade(state: State, trade: Trade, report: Report): void {
  const { id, resting, incoming, volume, lots, deadline } = trade;
  const waiting = lots.filter(({ state: lot }) => isWaiting(lot));
  if (waiting.length !== trade.unsettled) report(`${id} has lost count of its lots`);
  if (waiting.length === 0) report(`${id} is final and not forgotten`);
  if (volumeOf(lots) !== volume) report(`${id} has ${lots.length} lots of ${volume}`);
  if (!isAscending(lots.map(({ lot }) => lot))) report(`the lots of ${id} are out of order`);
  if (lots.some((lot) => lot.trade !== trade)) report(`${id} took a lot that does not know it`);
  if (!resting.given.includes(trade)) report(`${id} is not known to ${resting.id}`);
  for (const order of [resting, incoming]) {
    if (state.orders.get(order.id) !== order) report(`${id} names ${order.id}, which is gone`);
  }
  if (resting.side === incoming.side) report(`${id} has one side only`);
  if (resting.market !== incoming.market) report(`${id} joins two markets`);
  if (resting.participant === incoming.participant) report(`${id} is with itself`);
  const fallen = deadline.index < 0;
  for (const { lot, state: lotState } of waiting) {
    if ((lotState === 'overdue') !== fallen) report(`lot ${lot} of ${id} is ${lotState}`);
  }
}

function checkParticipant(own: readonly Order[], participant: Participant, report: Report): void {
  const { address, live } = participant;
  const alive = own.filter(({ status }) => status !== 'done');
  if (alive.length !== live.length) report(`${address} has ${live.length} live orders`);
  if (alive.some((order) => live[order.liveAt] !== order)) {
    report(`${address} does not know a live order`);
  }
  if (participant.isSuspended && alive.length > 0) report(`${address} is suspended and has orders`);
  if (alive.filter(({ whole }) => whole).length !== participant.wholes) {
    report(`${address} has not ${participant.wholes} whole orders`);
  }
}

/** What of a participant's placements is still answered: the orders that are not over, and the last that are. */
function checkAnswers(
  state: State,
  own: readonly Order[],
  { address, answers, over, overCount }: Participant,
  report: Report,
): void {
  if (over.length !== Math.min(overCount, answersMax)) report(`${address} lost an answer`);
  if (answers.size !== own.length + over.length) report(`${address} has ${answers.size} answers`);
  for (const order of own) {
    if (answers.get(order.clientOrderId) !== order) report(`${address} forgot ${order.id}`);
    if (order.status === 'done' && order.unsettled === 0) report(`${order.id} is over and kept`);
  }
  for (const row of over) {
    const { number, clientOrderId, participant } = state.over.whoseAt(row);
    const isAnswered = answers.get(clientOrderId) === row && state.over.rowOfNumber(number) === row;
    if (!isAnswered || participant.address !== address) report(`${address} forgot O${number}`);
    if (!state.over.isCounted(row)) report(`O${number} has lost count of its lots`);
    if (state.orders.at(number) !== undefined) report(`O${number} is over and kept`);
  }
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
    { participant: { address: participant }, side, market: { terms } }: Order,
    lots: number,
    price: number,
  ): void =>
    side === 'ask'
      ? addTo(holds, participant, terms.energy, lots * terms.lot)
      : addTo(holds, participant, terms.ecoin, lots * price);
  for (const order of state.orders.values()) give(order, order.remaining, order.price);
  for (const { resting, incoming, price, lots } of state.trades.values()) {
    const waiting = volumeOf(lots.filter(({ state: lot }) => isWaiting(lot)));
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
  const expect = (lot: Lot): void => {
    expected += 1;
    if (state.outputs.get(lot.output) !== lot) report(`${lot.output} does not stand for its lot`);
  };
  for (const order of state.orders.values()) order.firm.forEach(expect);
  for (const trade of state.trades.values()) {
    for (const lot of trade.lots) if (isWaiting(lot.state)) expect(lot);
  }
  if (expected !== state.outputs.size) {
    report(`${state.outputs.size} outputs stand for ${expected} lots`);
  }
}

/** The deadlines that orders, trades, participants and markets know of. */
function knownDeadlines(state: State): Set<Deadline> {
  const known: (Deadline | undefined)[] = [];
  for (const { offersDue, expiry } of state.orders.values()) known.push(offersDue, expiry);
  for (const { switchDue } of state.participants.values()) known.push(switchDue);
  for (const { gateDue } of state.markets.values()) known.push(gateDue);
  for (const { deadline } of state.trades.values()) {
    if (deadline.index >= 0) known.push(deadline);
  }
  return new Set(known.filter((deadline) => deadline !== undefined));
}

function checkDeadlines(state: State, report: Report): void {
  const { heap } = state.deadlines;
  const known = knownDeadlines(state);
  for (const [index, deadline] of heap.entries()) {
    const { at, due } = deadline;
    if (!known.has(deadline)) report(`a deadline of ${due.kind} is nobody's`);
    if (deadline.index !== index) report(`a deadline is at ${index} and says ${deadline.index}`);
    if (at <= state.at) report(`a deadline of ${due.kind} has passed and not fallen`);
    const parent = heap[(index - 1) >>> 1];
    if (index > 0 && parent !== undefined && compareDeadlines(parent, deadline) > 0) {
      report('the deadlines are not a heap');
    }
  }
  if (known.size !== heap.length) report('a deadline is missing');
}
