/** `ledger.advance`: one more final block. The ledger is the only truth about balances and about what became of a lot. */
import { addBalance } from '../account.ts';
import { nothing } from '../changes.ts';
import type { Changes } from '../changes.ts';
import type { LedgerAdvance, Move } from '../command.ts';
import type { CancelReason } from '../event.ts';
import { assert, exactAmount, exactLots } from '../exact.ts';
import { findLot } from '../lots.ts';
import { numberOfId } from '../numbered.ts';
import { knownOrder } from '../known.ts';
import { endingOf, loseRestingLot, requestOffers, returnLot } from '../order.ts';
import { tellCancelled, unfillLots, viewOfOrder } from '../order.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Lot, Order, State, Trade } from '../state.ts';
import { endLot, isUnsettled, updateTrade } from '../trade.ts';
import type { Txid } from '../units.ts';

type Sums = ReadonlyMap<string, { readonly move: Move; readonly sum: number }>;

/** Adds up moves under a key. @returns undefined when a sum on the way is not exact. */
function sumBy(moves: readonly Move[], keyOf: (move: Move) => string): Sums | undefined {
  const sums = new Map<string, { readonly move: Move; sum: number }>();
  for (const move of moves) {
    const key = keyOf(move);
    const known = sums.get(key);
    const sum = (known?.sum ?? 0) + move.amount;
    if (!Number.isSafeInteger(sum)) return undefined;
    if (known === undefined) sums.set(key, { move, sum });
    else known.sum = sum;
  }
  return sums;
}

function isSound(total: number): boolean {
  return Number.isSafeInteger(total) && total >= 0;
}

/** What a block does to balances and to what is issued: the net of each, because a single move on the way may pass a bound that the block does not. */
interface Net {
  readonly balances: Sums;
  readonly issued: Sums;
}

/** The net of these moves. @returns undefined unless every balance, and the sum of all balances of an asset, stays exact and not below 0. */
function conservingNet(state: State, moves: readonly Move[]): Net | undefined {
  const balances = sumBy(moves, ({ address, asset }) => `${address} ${asset}`);
  const issued = sumBy(moves, ({ asset }) => asset);
  if (balances === undefined || issued === undefined) return undefined;
  for (const { move, sum } of balances.values()) {
    const { balance } = state.accounts.get(move.address)?.get(move.asset) ?? nothing;
    if (!isSound(balance + sum)) return undefined;
  }
  for (const { move, sum } of issued.values()) {
    if (!isSound((state.issued.get(move.asset) ?? 0) + sum)) return undefined;
  }
  return { balances, issued };
}

/** The trade's lot that still waits for the ledger. */
function dueLot(
  state: State,
  { order, lot, trade }: LedgerAdvance['settled'][number],
): Lot | undefined {
  const known = state.trades.get(trade);
  const matched = known?.resting.id === order ? findLot(known.lots, lot) : undefined;
  return matched !== undefined && isUnsettled(matched.state) ? matched : undefined;
}

/**
 * True when the lot was firm once. It need not be any more: its order may have been cancelled, or its lot may have been given away, before
 * the block came; then there is nothing left to lose.
 */
function wasFirm(state: State, { order, lot }: LedgerAdvance['lost'][number]): boolean {
  const known = knownOrder(state, order);
  if (known === undefined) return numberOfId(order) <= state.orderCount;
  return known.place > 0 && lot < known.lotCount;
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
  if (!block.settled.every((settled) => dueLot(state, settled) !== undefined)) return 'lot_not_due';
  if (!block.lost.every((lost) => wasFirm(state, lost))) return 'lot_not_due';
  if (!endOnce(block)) return 'lot_not_due';
  const net = conservingNet(state, block.moves);
  if (net === undefined) return 'conservation_broken';

  state.height = block.height;
  moveAll(state, changes, net);
  endLots(state, changes, block);
  changes.closing.push({ kind: 'ledger.advanced', height: block.height });
  return undefined;
}

function moveAll(state: State, changes: Changes, { balances, issued }: Net): void {
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
  /** Lots that their orders lost. */
  readonly lost: Map<Order, { lots: number; readonly reason: CancelReason }[]>;
  /** Lots that their orders have again. */
  readonly returned: Map<Order, number[]>;
}

function endLots(state: State, changes: Changes, block: LedgerAdvance): void {
  const ended: Ended = { trades: new Map(), lost: new Map(), returned: new Map() };
  for (const settled of block.settled) {
    const lot = dueLot(state, settled);
    assert(lot?.trade !== undefined, 'a settled lot was checked');
    endLot(state, changes, lot.trade, { lot, ending: 'settled', txid: settled.txid });
    noteEnd(ended, lot.trade, lot);
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
  for (const [order, lots] of ended.returned) {
    const view = viewOfOrder(order);
    const inOrder = lots.toSorted((a, b) => a - b);
    changes.events.push({ kind: 'lots.returned', view, lots: inOrder });
  }
  for (const [order, losses] of ended.lost) {
    for (const { lots, reason } of losses) {
      tellCancelled(changes, order, { volume: exactLots(lots), reason });
    }
  }
  for (const order of ended.returned.keys()) requestOffers(state, changes, order);
}

function noteEnd({ trades }: Ended, trade: Trade, { lot }: Lot): void {
  const lots = trades.get(trade);
  if (lots === undefined) trades.set(trade, [lot]);
  else lots.push(lot);
}

function noteLoss({ lost }: Ended, order: Order, lots: number, reason: CancelReason): void {
  const losses = lost.get(order) ?? [];
  lost.set(order, losses);
  const same = losses.find((loss) => loss.reason === reason);
  if (same === undefined) losses.push({ lots, reason });
  else same.lots += lots;
}

function matchedLot({ given }: Order, index: number): Lot | undefined {
  for (const trade of given) {
    const lot = findLot(trade.lots, index);
    if (lot !== undefined && isUnsettled(lot.state)) return lot;
  }
  return undefined;
}

/** A lot's output was spent otherwise: a matched one is released, a resting one cancelled; one that is neither has nothing to lose. */
function loseLot(
  state: State,
  changes: Changes,
  { order: id, lot: index, txid }: LedgerAdvance['lost'][number],
  ended: Ended,
): void {
  const order = state.orders.get(id);
  if (order === undefined) return;
  const matched = matchedLot(order, index);
  if (matched !== undefined) {
    releaseLot(state, changes, { lot: matched, txid }, ended);
  } else if (findLot(order.firm, index) !== undefined) {
    const lots = loseRestingLot(state, changes, order, index);
    noteLoss(ended, order, lots, 'output_spent');
  }
}

/**
 * The trade of the lot comes to nothing. Had it been overdue, the incoming side is to blame and loses it, and the resting order has it again;
 * else its owner spent what was promised, and both lose it.
 */
function releaseLot(
  state: State,
  changes: Changes,
  { lot, txid }: { lot: Lot; txid: Txid },
  ended: Ended,
): void {
  const { trade } = lot;
  assert(trade !== undefined, 'a matched lot has a trade');
  const { resting, incoming, price } = trade;
  const isLate = lot.state === 'overdue';
  endLot(state, changes, trade, { lot, ending: 'released', txid });
  noteEnd(ended, trade, lot);
  const ending = isLate ? endingOf(state, resting) : 'output_spent';
  if (ending === undefined) {
    returnLot(state, changes, resting, lot, price);
    const lots = ended.returned.get(resting);
    if (lots === undefined) ended.returned.set(resting, [lot.lot]);
    else lots.push(lot.lot);
  } else {
    unfillLots(resting, lot.volume, price);
    noteLoss(ended, resting, lot.volume, ending);
  }
  unfillLots(incoming, lot.volume, price);
  noteLoss(ended, incoming, lot.volume, isLate ? 'not_settled' : 'output_spent');
}
