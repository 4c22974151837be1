/** What has to be true of a journal whose exchange was killed. */
import { createHash } from 'node:crypto';
import type { OwnOrder } from '@wattlot/client';
import { apply, createState, depthOf, stateHash } from '@wattlot/core';
import type { Entry, MarketSymbol, Side, State, TradeView } from '@wattlot/core';
import { findJournal, readLines, verifyJournal } from '@wattlot/exchange';
import type { Promised } from './traders.ts';
import type { Told, ToldBook } from './watcher.ts';

/** What the journal of a killed exchange holds. */
export interface Checked {
  readonly entries: number;
  readonly orders: number;
  readonly trades: number;
  /** Trades of which every lot has settled. */
  readonly settled: number;
}

/** What participants and others were told. */
export interface AllTold {
  readonly public: Told;
  readonly orders: readonly OwnOrder[];
}

/** A market's own words: lots are hundredths on the wire. */
const lotsPerUnit = 100;

/**
 * Proves and audits the journal with its snapshots, replays it once more by its exported text and compares the hashes, and looks for everything promised
 * and everything told.
 * @throws Error that says what is not so.
 */
export function check(data: string, promised: readonly Promised[], told?: AllTold): Checked {
  const folder = findJournal(data);
  const verified = verifyJournal(folder);
  if (verified.violations.length > 0) throw new Error(`audit: ${verified.violations.join('; ')}`);
  for (const { file, finding } of verified.snapshots) {
    if (finding !== 'same') throw new Error(`${file}: ${finding}`);
  }
  const { state, placed, trades, entries, settled } = replay(folder, told?.public);
  const hash = stateHash(state, (text) => createHash('sha256').update(text).digest('hex'));
  if (entries !== verified.seq || hash !== verified.stateHash) {
    throw new Error(`a second replay comes to ${hash} after ${entries}, not ${verified.stateHash}`);
  }
  for (const { participant, clientOrderId } of promised) {
    if (placed.has(`${participant} ${clientOrderId}`)) continue;
    throw new Error(`order ${clientOrderId} was acknowledged and is not in the journal`);
  }
  if (told !== undefined) compareTrades(trades, told);
  return { entries, orders: placed.size, trades: trades.size, settled };
}

/** Every trade that was told, to all or to those whose it is, is in the journal as it was told, and in an order's own reports once. */
function compareTrades(trades: Replayed['trades'], told: AllTold): void {
  for (const [id, { price, qty, side }] of told.public.trades) {
    const made = trades.get(`T${id}`);
    const isSame =
      made?.price === price &&
      made.volume === Math.round(qty * lotsPerUnit) &&
      made.side === (side === 'sell' ? 'ask' : 'bid');
    if (!isSame) throw new Error(`trade ${id} was told and is not so in the journal`);
  }
  for (const { order, trades: own } of told.orders) {
    if (new Set(own.map(({ trade }) => trade)).size < own.length) {
      throw new Error(`order ${order} was told a trade twice`);
    }
    for (const { trade, price, volume } of own) {
      const made = trades.get(trade);
      const isSame =
        made?.price === price &&
        made.volume === volume &&
        [made.resting.order, made.incoming.order].includes(order);
      if (!isSame) throw new Error(`order ${order} was told ${trade}, which is not in the journal`);
    }
  }
}

interface Replayed {
  readonly state: State;
  /** Participant and client order id of every order. */
  readonly placed: ReadonlySet<string>;
  readonly trades: ReadonlyMap<string, TradeView>;
  readonly entries: number;
  readonly settled: number;
}

function replay(folder: string, told: Told | undefined): Replayed {
  const state = createState();
  const placed = new Set<string>();
  const trades = new Map<string, TradeView>();
  let [entries, settled] = [0, 0];
  for (const line of readLines(folder)) {
    const entry: Entry = JSON.parse(line);
    entries += 1;
    if (entry.seq !== entries) throw new Error(`entry ${entry.seq} stands at ${entries}`);
    for (const event of apply(state, entry)) {
      if (event.kind === 'order.placed') {
        const key = `${event.view.participant} ${event.view.clientOrderId}`;
        if (placed.has(key)) throw new Error(`${key} was placed twice`);
        placed.add(key);
      } else if (event.kind === 'trade.made') trades.set(event.trade.trade, event.trade);
      else if (event.kind === 'trade.updated' && event.final) {
        if (event.trade.lots.every((lot) => lot.state === 'settled')) settled += 1;
      }
    }
    const book = told?.books.get(entry.seq);
    if (book !== undefined) compareBook(state, book, entry.seq);
  }
  for (const seq of told?.books.keys() ?? []) {
    if (seq > entries) throw new Error(`book ${seq} was told, the journal ends at ${entries}`);
  }
  return { state, placed, trades, entries, settled };
}

/** The book that was told with an entry is the one that the replay has after it. */
function compareBook(state: State, told: ToldBook, seq: number): void {
  for (const symbol of state.markets.keys()) {
    const text = (rows: readonly (readonly [number, number])[]): string => rows.join(' ');
    const read = (side: Side): string => text(rowsOf(state, symbol, side));
    if (read('ask') === text(told.asks) && read('bid') === text(told.bids)) continue;
    throw new Error(`the book told with entry ${seq} is not the replay's`);
  }
}

function rowsOf(state: State, symbol: MarketSymbol, side: Side): readonly [number, number][] {
  const levels = depthOf(state, symbol, side, 1000);
  return levels.map(({ price, volume }) => [price, volume / lotsPerUnit]);
}
