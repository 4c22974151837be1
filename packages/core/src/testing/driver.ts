/**
 * Drives a core in tests: stamps commands as the sequencer does, gives them as a journal on disk would give them back, audits after every entry,
 * and keeps a reader of the events, which has to agree with the state. The ledger is a table of balances that never goes wrong.
 */
import { knownOrder } from '../known.ts';
import { apply, audit, createState, ledgerHeight, offerOf, stateText, tradeOf } from '../index.ts';
import { toAddress, toAsset, toMarketSymbol, toOrderId, toTradeId } from '../index.ts';
import type { Entry, Event, OrderId, State, TradeId } from '../index.ts';
import { createReader, disagreements, readAll } from './reader.ts';
import type { Reader } from './reader.ts';

/** The value, known to be there. */
export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a test expected something that is not there');
  return value;
}

export const energy = sure(toAsset('energy'));
export const ecoin = sure(toAsset('ecoin'));
export const symbol = sure(toMarketSymbol('KWH/ECOIN'));
export const alice = sure(toAddress('alice'));
export const bob = sure(toAddress('bob'));
export const carol = sure(toAddress('carol'));
export const dora = sure(toAddress('dora'));
/** Everybody who trades in tests. */
export const everybody = [alice, bob, carol, dora] as const;

/** The market of the tests: 10 energy a lot, prices 1 to 1000, 1 s for offers, 5 s for a settlement. */
export const terms = {
  symbol: 'KWH/ECOIN',
  energy: 'energy',
  ecoin: 'ecoin',
  lot: 10,
  tick: 1,
  priceFloor: 1,
  priceCap: 1000,
  volumeMax: 1000,
  offersTimeout: 1_000_000,
  settlementTimeout: 5_000_000,
};

export function orderId(number: number): OrderId {
  return sure(toOrderId(`O${number}`));
}

export function tradeId(number: number): TradeId {
  return sure(toTradeId(`T${number}`));
}

/** A transaction's id made from a number. */
export function txidOf(number: number): string {
  return number.toString(16).padStart(64, '0');
}

/** A core under test with everything that was given to it. */
export interface Driver {
  readonly state: State;
  readonly journal: Entry[];
  readonly events: Event[];
  readonly reader: Reader;
  /** The instant of the next entry, microseconds. */
  now: number;
  /** Counts outputs and transactions made. */
  made: number;
  /** Whether everything is checked after each entry. */
  isAudited: boolean;
}

/** A core with nothing in it. */
export function createDriver(): Driver {
  return {
    state: createState(),
    journal: [],
    events: [],
    reader: createReader(),
    now: 1_000_000,
    made: 0,
    isAudited: true,
  };
}

/** A core with the market open, everybody admitted and given this much of both assets. */
export function openedDriver(funds = { energy: 1_000_000, ecoin: 10_000_000 }): Driver {
  const driver = createDriver();
  give(driver, { kind: 'market.open', terms });
  for (const participant of everybody) {
    give(driver, { kind: 'participant.admit', participant, name: `The house of ${participant}` });
  }
  advance(driver, {
    moves: everybody.flatMap((address) => [
      { address, asset: 'energy', amount: funds.energy },
      { address, asset: 'ecoin', amount: funds.ecoin },
    ]),
  });
  return driver;
}

/** The state's text without its first line, which every entry changes. */
export function substance(state: State): string {
  const text = stateText(state);
  return text.slice(text.indexOf('\n') + 1);
}

/** Applies a command. @throws Error when the audit, the reader or a refusal that changed something finds a violation. */
export function give(driver: Driver, command: object): readonly Event[] {
  const { state, journal, reader } = driver;
  const seq = journal.length + 1;
  const entry: Entry = JSON.parse(JSON.stringify({ seq, at: driver.now, command }));
  if (!driver.isAudited) {
    driver.now += 1;
    journal.push(entry);
    const events = apply(state, entry);
    driver.events.push(...events);
    return events;
  }
  const due = state.deadlines.heap.some(({ at }) => at <= driver.now);
  const before = due ? undefined : substance(state);
  const events = apply(state, entry);
  driver.now += 1;
  journal.push(entry);
  driver.events.push(...events);
  readAll(reader, events);
  const wrong = [...audit(state), ...disagreements(reader, state)];
  const refused = events.some(({ kind }) => kind === 'refused');
  if (refused && before !== undefined && before !== substance(state)) {
    wrong.push('a refused command changed something');
  }
  if (refused && before !== undefined && events.length !== 1) wrong.push('a refusal said more');
  if (wrong.length > 0) {
    throw new Error(`after entry ${seq} ${JSON.stringify(command)}:\n${wrong.join('\n')}`);
  }
  return events;
}

/** The refusal code with which the events answer, if they do. */
export function codeOf(events: readonly Event[]): string | undefined {
  for (const event of events) if (event.kind === 'refused') return event.code;
  return undefined;
}

/** Lets time pass before the next entry. */
export function wait(driver: Driver, microseconds: number): void {
  driver.now += microseconds;
}

export interface Placement {
  readonly participant: string;
  readonly side: string;
  readonly type?: string;
  readonly price: number;
  readonly volume: number;
  readonly timeInForce?: string;
  readonly expiresAt?: number;
  readonly postOnly?: boolean;
  readonly whole?: boolean;
  readonly selfTrade?: string;
  readonly clientOrderId?: string;
}

/** The command that places an order; its client order id is new unless given. */
export function placement(driver: Driver, placed: Placement): object {
  return {
    kind: 'order.place',
    clientOrderId: `c${driver.journal.length + 1}`,
    market: symbol,
    timeInForce: 'gtc',
    postOnly: false,
    ...placed,
  };
}

/** Places an order and leaves it pending. */
export function place(driver: Driver, placed: Placement): readonly Event[] {
  return give(driver, placement(driver, placed));
}

/** New offers for these lots, or for the first `lots` of an order, each with an output never used before. */
export function offersFor(driver: Driver, lots: number | readonly number[]): object[] {
  const wanted = typeof lots === 'number' ? Array.from({ length: lots }, (_, lot) => lot) : lots;
  return wanted.map((lot) => {
    driver.made += 1;
    return { lot, output: `${txidOf(driver.made)}:0`, offer: 'c0ffee' };
  });
}

/** Delivers what an order was asked for. */
export function deliver(driver: Driver, order: OrderId): readonly Event[] {
  const found = sure(knownOrder(driver.state, order));
  const { participant } = found;
  const bare = 'bare' in found ? found.bare : [];
  const lots = offersFor(driver, bare);
  return give(driver, {
    kind: 'offers.deliver',
    participant: participant.address,
    order,
    lots,
  });
}

/** Places an order, and delivers its offers when they are asked for. @returns the events of both. */
export function placeFirm(driver: Driver, placed: Placement): readonly Event[] {
  const events = place(driver, placed);
  const asked = events.find(({ kind }) => kind === 'offers.requested');
  if (asked?.kind !== 'offers.requested') return events;
  return [...events, ...deliver(driver, asked.view.order)];
}

interface Block {
  readonly moves?: readonly { address: string; asset: string; amount: number }[];
  readonly settled?: readonly { trade: TradeId; lot: number }[];
  readonly lost?: readonly { order: OrderId; lot: number }[];
}

/** Makes the next block: what the settled lots move, and other moves. */
export function advance(driver: Driver, block: Block): readonly Event[] {
  const { state } = driver;
  const moves = [...(block.moves ?? [])];
  const settled = (block.settled ?? []).map(({ trade, lot }) => {
    const { resting, incoming, side, price } = sure(tradeOf(state, trade));
    const [seller, buyer] = side === 'bid' ? [resting, incoming] : [incoming, resting];
    moves.push(
      { address: seller.participant, asset: energy, amount: -terms.lot },
      { address: buyer.participant, asset: energy, amount: terms.lot },
      { address: buyer.participant, asset: ecoin, amount: 0 - price },
      { address: seller.participant, asset: ecoin, amount: price },
    );
    sure(offerOf(state, resting.order, lot));
    driver.made += 1;
    return { order: resting.order, lot, trade, txid: txidOf(driver.made) };
  });
  const lost = (block.lost ?? []).map((lot) => ({ ...lot, txid: txidOf((driver.made += 1)) }));
  return give(driver, {
    kind: 'ledger.advance',
    height: ledgerHeight(state) + 1,
    moves,
    settled,
    lost,
  });
}
