/**
 * A state from its text, as `stateText` or `packedState` wrote it. The text is trusted: whoever keeps it compares its hash first. What a state keeps twice (outputs,
 * live orders, books) is made anew from what is written once.
 */
import { givenAsset } from './account.ts';
import { nothing } from './changes.ts';
import { fromColumns } from './columns.ts';
import { addDeadline } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import { assert, exactLots } from './exact.ts';
import { createParticipant } from './handlers/admit.ts';
import { volumeOfLots } from './lots.ts';
import { numberOfId } from './numbered.ts';
import { enlist } from './order.ts';
import type { CountLine, DeadlineLine, HeadLine, Line, LotLine } from './snapshot.ts';
import type { MarketLine, OrderLine, ParticipantLine, TradeLine } from './snapshot.ts';
import { createMarket, createState } from './state.ts';
import type { Account, Lot, Order, Participant, State, Trade } from './state.ts';
import { toAddress, toMarketSymbol, toOrderId, toTradeId } from './units.ts';
import type { Address, Amount, Asset, OrderId } from './units.ts';

/**
 * The state that has this text: it answers every further entry as the one that was written did.
 * @throws Error when the text is not one that `stateText` or `packedState` makes.
 */
export function restore(text: string): State {
  const work = restorePieces([text]);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** As `restore`, of the pieces of `statePieces`; yields after each, so that nobody has to stop for all of it at once. */
export function* restorePieces(pieces: Iterable<string>): Generator<void, State, undefined> {
  const state = createState();
  const over: Ended = { lists: new Map(), ids: new Set() };
  let isHead = true;
  for (const piece of pieces) {
    const lines = piece.trimEnd().split('\n');
    if (isHead) readHead(state, lines.splice(0, 2));
    isHead = false;
    for (const each of lines) if (each !== '') readLine(state, over, JSON.parse(each));
    yield;
  }
  restBooks(state);
  yield;
  for (const [participant, ids] of over.lists) readOver(state, participant, ids);
  return state;
}

function readHead(state: State, [head = '', counts = '']: readonly string[]): void {
  const { seq, at }: HeadLine = JSON.parse(head);
  const { height, orderCount, tradeCount }: CountLine = JSON.parse(counts);
  Object.assign(state, { seq, at, height, orderCount, tradeCount });
}

/** Orders that are over, as their participants' lines name them, oldest first: those come before the orders' own. */
interface Ended {
  readonly lists: Map<Participant, readonly OrderId[]>;
  readonly ids: Set<OrderId>;
}

/** Lines come in an order in which what one names has been read. */
function readLine(state: State, over: Ended, line: Line): void {
  switch (line.kind) {
    case 'issued':
      state.issued.set(line.asset, line.issued);
      return;
    case 'account':
      readAccount(state, line);
      return;
    case 'market':
      readMarket(state, line);
      return;
    case 'participant':
      over.lists.set(readParticipant(state, line), line.over);
      for (const id of line.over) over.ids.add(id);
      return;
    case 'order':
      readOrder(state, over, line);
      return;
    case 'orders':
      for (const order of fromColumns(line)) readOrder(state, over, order);
      return;
    case 'trade':
      readTrade(state, line);
      return;
    case 'deadline':
      readDeadline(state, line);
  }
}

interface Owned {
  readonly address: Address;
  readonly asset: Asset;
  readonly balance: Amount;
  readonly hold: Amount;
}

function accountWith({ address, asset, balance, hold }: Owned): Account {
  const before = { balanceBefore: nothing.balance, holdBefore: nothing.hold };
  return { address, asset, balance, hold, isTouched: false, ...before };
}

function readAccount(state: State, line: Owned): void {
  const accounts = state.accounts.get(line.address) ?? new Map<Asset, Account>();
  state.accounts.set(line.address, accounts);
  accounts.set(line.asset, accountWith(line));
}

function readMarket(state: State, line: MarketLine): void {
  const market = createMarket(Object.freeze(line.terms), line.phase, line.reference);
  market.floor = line.floor;
  market.cap = line.cap;
  market.book.lastPlace = line.places;
  state.markets.set(line.terms.symbol, market);
}

function readParticipant(state: State, line: ParticipantLine): Participant {
  const { participant: address, name, owner } = line;
  const participant = createParticipant(state, { address, name, owner });
  participant.isSuspended = line.suspended === true;
  state.participants.set(address, participant);
  return participant;
}

function readOrder(state: State, { ids }: Ended, line: OrderLine): void {
  const participant = state.participants.get(line.participant);
  const market = state.markets.get(line.market);
  assert(participant !== undefined && market !== undefined, `${line.order} is nobody's`);
  if (ids.has(line.order)) {
    const number = numberOfId(line.order);
    const row = state.over.add({ number, participant, market }, line);
    participant.answers.set(line.clientOrderId, row);
    return;
  }
  const { participant: address, side } = line;
  const asset = givenAsset(market.terms, side);
  const owned = state.accounts.get(address)?.get(asset);
  const { order: id, firm } = line;
  // With its fields in the order in which a new order has them, so that both are one kind of object to the machine.
  const order: Order = {
    id,
    number: numberOfId(id),
    participant,
    clientOrderId: line.clientOrderId,
    market,
    side,
    type: line.type,
    timeInForce: line.timeInForce,
    expiresAt: line.expiresAt,
    postOnly: line.postOnly,
    whole: line.whole,
    selfTrade: line.selfTrade,
    placedAt: line.placedAt,
    placedPrice: line.placedPrice,
    placedVolume: line.placedVolume,
    // One that holds nothing may have no account any more.
    account: owned ?? accountWith({ address, asset, ...nothing }),
    price: line.price,
    volume: line.volume,
    status: line.status,
    filled: line.filled,
    cancelled: line.cancelled,
    remaining: line.remaining,
    cost: line.cost,
    liveAt: -1,
    liveInMarket: -1,
    shown: undefined,
    slot: -1,
    place: line.place,
    firm: [],
    bare: line.bare,
    joinsBack: line.joinsBack,
    lotCount: line.lotCount,
    offersDue: undefined,
    expiry: undefined,
    given: [],
    unsettled: 0,
    ended: line.ended,
  };
  order.firm = firm.map((lot) => readLot(state, order, lot));
  state.orders.set(id, order);
  participant.answers.set(order.clientOrderId, order);
  if (order.status === 'done') return;
  enlist(order);
  if (!order.whole) return;
  participant.wholes += 1;
  market.wholes[side] += 1;
}

function readLot(state: State, order: Order, line: LotLine): Lot {
  const kept = { trade: undefined, txid: line.txid, group: undefined, place: 0 };
  const lot: Lot = { ...line, order, ...kept };
  if (lot.state !== 'settled' && lot.state !== 'released') {
    assert(state.outputs.add(lot), `${lot.output} stands for two lots`);
  }
  return lot;
}

function orderNamed(state: State, id: OrderId): Order {
  const order = state.orders.get(id);
  assert(order !== undefined, `${id} is named and not there`);
  return order;
}

function readTrade(state: State, line: TradeLine): void {
  const [resting, incoming] = [orderNamed(state, line.resting), orderNamed(state, line.incoming)];
  const lots = line.lots.map((lot) => readLot(state, resting, lot));
  const unsettled = lots.filter(({ group }) => group !== undefined).length;
  const { trade: id, price, volume, at } = line;
  // A settlement's deadline that has fallen is out of the heap; the others are put there by their own lines.
  const due = { kind: 'settlement' as const, trade: id };
  const deadline: Deadline = { at: line.deadline, made: 0, due, index: -1 };
  const number = numberOfId(id);
  const trade: Trade = {
    id,
    number,
    price,
    volume,
    resting,
    incoming,
    at,
    deadline,
    lots,
    unsettled,
  };
  for (const lot of lots) lot.trade = trade;
  state.trades.set(id, trade);
  resting.given.push(trade);
  resting.unsettled += 1;
  incoming.unsettled += 1;
}

function readDeadline(state: State, { at, due, of }: DeadlineLine): void {
  if (due === 'settlement') {
    const trade = state.trades.get(known(toTradeId(of)));
    assert(trade !== undefined, `${of} has a deadline and is not there`);
    trade.deadline = addDeadline(state.deadlines, at, { kind: due, trade: trade.id });
    return;
  }
  if (due === 'gate') {
    const market = state.markets.get(known(toMarketSymbol(of)));
    assert(market !== undefined, `${of} has a deadline and is not there`);
    market.gateDue = addDeadline(state.deadlines, at, { kind: due, market });
    return;
  }
  if (due === 'switch') {
    const participant = state.participants.get(known(toAddress(of)));
    assert(participant !== undefined, `${of} has a deadline and is not there`);
    participant.switchDue = addDeadline(state.deadlines, at, { kind: due, participant });
    return;
  }
  const order = orderNamed(state, known(toOrderId(of)));
  const deadline = addDeadline(state.deadlines, at, { kind: due, order });
  if (due === 'offers') order.offersDue = deadline;
  else order.expiry = deadline;
}

function known<T>(value: T | undefined): T {
  assert(value !== undefined, 'the text of a state names nothing');
  return value;
}

/** Puts what is firm back on the books, by place: so every order finds the end of its level. */
function restBooks({ orders }: State): void {
  const open = [...orders.values()].filter(({ firm }) => firm.length > 0);
  for (const order of open.toSorted((a, b) => a.place - b.place)) {
    const { market, side, price, selfTrade, place } = order;
    const volume = exactLots(volumeOfLots(order.firm));
    const owner = order.participant.ownerNumber;
    order.slot = order.whole
      ? market.book.rejoinWhole(side, price, volume, owner, selfTrade, place)
      : market.book.rejoin(side, price, volume, owner, place);
    market.resting[order.slot] = order;
  }
}

function readOver(state: State, participant: Participant, over: readonly OrderId[]): void {
  for (const id of over) {
    const row = state.over.rowOf(id);
    assert(row !== undefined, `${id} is named and not there`);
    participant.over.push(row);
  }
  participant.overCount = over.length;
}
