/** `ledger.advance`: one more final block. The ledger is the only truth about balances and about what became of a lot. */
import { addBalance } from './account.ts';
import { nothing } from './changes.ts';
import type { Changes } from './changes.ts';
import type { LedgerAdvance, Move } from './command.ts';
import { assert, exactAmount, exactLots } from './exact.ts';
import { loseRestingLot, viewOfOrder } from './order.ts';
import type { RefusalCode } from './refusal.ts';
import type { Order, State, Trade } from './state.ts';
import { endLot, isUnsettled, updateTrade } from './trade.ts';

/** Adds up moves under a key. @returns undefined when a sum on the way is not exact. */
function sumBy(
  moves: readonly Move[],
  keyOf: (move: Move) => string,
): Map<string, { readonly move: Move; readonly sum: number }> | undefined {
  const sums = new Map<string, { readonly move: Move; readonly sum: number }>();
  for (const move of moves) {
    const key = keyOf(move);
    const sum = (sums.get(key)?.sum ?? 0) + move.amount;
    if (!Number.isSafeInteger(sum)) return undefined;
    sums.set(key, { move, sum });
  }
  return sums;
}

function isSound(total: number): boolean {
  return Number.isSafeInteger(total) && total >= 0;
}

/** True when every balance, and the sum of all balances of an asset, stays exact and not below 0. */
function areConserving(state: State, moves: readonly Move[]): boolean {
  const balances = sumBy(moves, ({ address, asset }) => `${address} ${asset}`);
  const issued = sumBy(moves, ({ asset }) => asset);
  if (balances === undefined || issued === undefined) return false;
  for (const { move, sum } of balances.values()) {
    const { balance } = state.accounts.get(move.address)?.get(move.asset) ?? nothing;
    if (!isSound(balance + sum)) return false;
  }
  for (const { move, sum } of issued.values()) {
    if (!isSound((state.issued.get(move.asset) ?? 0) + sum)) return false;
  }
  return true;
}

/** True when the trade still waits for this lot of this order. */
function isDue(state: State, { order, lot, trade }: LedgerAdvance['settled'][number]): boolean {
  const known = state.trades.get(trade);
  const matched = known?.resting.id === order ? known.lots.get(lot) : undefined;
  return matched !== undefined && isUnsettled(matched.state);
}

/**
 * True when the lot was firm once. It need not be any more: its order may have been cancelled, or its lot may have been given away, before
 * the block came; then there is nothing left to lose.
 */
function wasFirm(state: State, { order, lot }: LedgerAdvance['lost'][number]): boolean {
  const known = state.orders.get(order);
  if (known === undefined) return Number(order.slice(1)) <= state.orderCount;
  return known.status !== 'pending' && lot < known.volume;
}

/** True when no lot ends twice in the block. */
function endOnce({ settled, lost }: LedgerAdvance): boolean {
  const ends = [...settled, ...lost].map(({ order, lot }) => `${order} ${lot}`);
  return new Set(ends).size === ends.length;
}

/**
 * Applies the block: balances, then settled lots, then lost ones. Everything is checked before anything changes. Refuses
 * `height_out_of_order`, `lot_not_due`, `conservation_broken`.
 */
export function advanceLedger(
  state: State,
  changes: Changes,
  block: LedgerAdvance,
): RefusalCode | undefined {
  if (block.height !== state.height + 1) return 'height_out_of_order';
  if (!block.settled.every((settled) => isDue(state, settled))) return 'lot_not_due';
  if (!block.lost.every((lost) => wasFirm(state, lost))) return 'lot_not_due';
  if (!endOnce(block)) return 'lot_not_due';
  if (!areConserving(state, block.moves)) return 'conservation_broken';

  state.height = block.height;
  moveAll(state, changes, block.moves);
  endLots(state, changes, block);
  changes.closing.push({ kind: 'ledger.advanced', height: block.height });
  return undefined;
}

function moveAll(state: State, changes: Changes, moves: readonly Move[]): void {
  // The net of each address and asset: a single move on the way may pass a bound that the block does not.
  const balances = sumBy(moves, ({ address, asset }) => `${address} ${asset}`);
  const issued = sumBy(moves, ({ asset }) => asset);
  assert(balances !== undefined && issued !== undefined, 'the block was checked');
  for (const { move, sum } of balances.values()) {
    addBalance(state, changes, { ...move, amount: exactAmount(sum) });
  }
  for (const { move, sum } of issued.values()) {
    const total = exactAmount((state.issued.get(move.asset) ?? 0) + sum);
    if (total === 0) state.issued.delete(move.asset);
    else state.issued.set(move.asset, total);
  }
}

/** Lots of orders and trades that a block ended, told once for each when all are known. */
interface Ended {
  readonly trades: Map<Trade, number[]>;
  readonly orders: Map<Order, number>;
}

function endLots(state: State, changes: Changes, block: LedgerAdvance): void {
  const ended: Ended = { trades: new Map(), orders: new Map() };
  for (const { lot, trade, txid } of block.settled) {
    const known = state.trades.get(trade);
    assert(known !== undefined, `${trade} was checked`);
    endLot(state, changes, known, { lot, ending: 'settled', txid });
    note(ended, known, lot);
  }
  for (const lost of block.lost) loseLot(state, changes, lost, ended);
  for (const [trade, lots] of ended.trades) {
    updateTrade(
      state,
      changes,
      trade,
      lots.toSorted((a, b) => a - b),
    );
  }
  for (const [order, lots] of ended.orders) {
    changes.events.push({
      kind: 'order.cancelled',
      view: viewOfOrder(order),
      volume: exactLots(lots),
      reason: 'output_spent',
    });
  }
}

function note({ trades }: Ended, trade: Trade, lot: number): void {
  const lots = trades.get(trade);
  if (lots === undefined) trades.set(trade, [lot]);
  else lots.push(lot);
}

function loseLot(
  state: State,
  changes: Changes,
  { order: id, lot, txid }: LedgerAdvance['lost'][number],
  ended: Ended,
): void {
  const order = state.orders.get(id);
  const trade = order?.matched.get(lot);
  const losers: Order[] = [];
  if (trade !== undefined) {
    endLot(state, changes, trade, { lot, ending: 'released', txid });
    note(ended, trade, lot);
    losers.push(trade.resting, trade.incoming);
  } else if (order?.firm.has(lot) === true) {
    loseRestingLot(state, changes, order, lot);
    losers.push(order);
  }
  for (const loser of losers) ended.orders.set(loser, (ended.orders.get(loser) ?? 0) + 1);
}
