/**
 * Ladders: which lots of a resting order are signed to settle in one transaction. A rung is a lot's signature for one index, so the lots that have rungs 0 to
 * m - 1 settle together; after a trade took the first of them the others are asked for again, from 0.
 *
 * Soft state: in no entry of the journal and of no effect on it. What is not here, after a start or while an agent is slow, settles by its unit offer.
 *
 * Rungs are bearer instruments like offers: one leaves this file only with a trade that took its lot.
 */
import { ladderRungsMax } from '@wattlot/client/frames';
import type { LadderRequested } from '@wattlot/client/frames';
import { numberOfId } from '@wattlot/core';
import type { Address, LotOffer, OrderId, OrderView, Output } from '@wattlot/core';
import { ladderGroups } from '@wattlot/ledger';
import { ladderLotsAtOnceMax } from '../limits.ts';
import type { FirmLots, FirmOrder, HeldRung, Ladder, OrderLadders, Rung } from './firm.ts';

/** A lot's place in a ladder that its owner's agent was asked for. */
export interface Place {
  readonly index: number;
  readonly output: Output;
}

const noLadders: readonly Ladder[] = [];
const noRungs: ReadonlyMap<number, Rung> = new Map();

/** Whose ladders are to be looked at. What is cut and signed of an order is with its firm lots. Changed by the functions of this file only. */
export interface Ladders {
  /** Orders whose firm lots have changed since their ladders were cut. */
  readonly changed: Set<OrderId>;
  /** Orders whose agents were asked in this round. */
  readonly asked: Set<OrderId>;
  /** Orders that changed, and are to be looked at again in the next round. */
  readonly waiting: Set<OrderId>;
}

/** A request for a ladder and whom it goes to. */
export interface LadderTask {
  readonly participant: Address;
  readonly task: LadderRequested;
}

/** No order has a ladder. */
export function createLadders(): Ladders {
  return { changed: new Set(), asked: new Set(), waiting: new Set() };
}

/** The order rests as `view` says, with lots that it did not have before. */
export function noteOpened(ladders: Ladders, firm: FirmOrder, view: OrderView): void {
  if (view.price !== firm.view.price) firm.ladders = undefined;
  firm.view = view;
  // A whole order has one offer for all of it.
  if (!view.whole) ladders.changed.add(view.order);
}

/** Some of the order's firm lots are not firm any more; without any it is forgotten. */
export function noteTaken(ladders: Ladders, firm: FirmLots, order: OrderId): void {
  const known = firm.get(order);
  if (known !== undefined) {
    if (!known.view.whole) ladders.changed.add(order);
    return;
  }
  for (const set of [ladders.changed, ladders.asked, ladders.waiting]) set.delete(order);
}

/** Takes out the rungs of the lots of a trade: those that lead somewhere, because those before them are of the same trade. */
export function takeRungs(
  firm: FirmOrder | undefined,
  lots: readonly LotOffer[],
): ReadonlyMap<number, Rung> {
  const held = firm?.ladders?.rungs;
  if (held === undefined || held.size === 0) return noRungs;
  const found = new Map<number, Rung>();
  for (const { lot, output } of lots) {
    const rung = held.get(lot);
    if (rung?.output === output) found.set(lot, { index: rung.index, script: rung.script });
    held.delete(lot);
  }
  const taken = new Map<number, Rung>();
  for (const group of ladderGroups(lots, ({ lot }) => found.get(lot)?.index)) {
    if (group.length < 2) continue;
    for (const { lot } of group) {
      const rung = found.get(lot);
      if (rung !== undefined) taken.set(lot, rung);
    }
  }
  return taken;
}

/**
 * Cuts the ladders of the orders that have changed, and asks for the new ones. An order is asked about once a round: lots that are taken one after another
 * do not have all others signed anew each time.
 * @param isThere whether a participant's agent can be asked. If not it is when the agent comes: see `noteAgent`.
 */
export function askChanged(
  ladders: Ladders,
  firm: FirmLots,
  isThere: (participant: Address) => boolean,
): readonly LadderTask[] {
  const tasks: LadderTask[] = [];
  const lots = new Map<Address, number>();
  for (const order of ladders.changed) {
    const known = firm.get(order);
    if (known === undefined || !isThere(known.view.participant)) continue;
    const { participant } = known.view;
    const count = lots.get(participant) ?? 0;
    if (ladders.asked.has(order) || count >= ladderLotsAtOnceMax) {
      ladders.waiting.add(order);
      continue;
    }
    if (!cut(known)) ladders.waiting.add(order);
    ladders.asked.add(order);
    const more = ask(known);
    tasks.push(...more);
    lots.set(
      participant,
      more.reduce((sum, { task }) => sum + task.lots.length, count),
    );
  }
  ladders.changed.clear();
  return tasks;
}

/** Begins a round: orders that have changed may be asked about again. */
export function nextRound({ asked, changed, waiting }: Ladders): void {
  asked.clear();
  for (const order of waiting) changed.add(order);
  waiting.clear();
}

/** An agent has just come: whatever an earlier one was asked, every ladder of its owner's orders that is not signed is to be asked for. */
export function noteAgent(ladders: Ladders, firm: FirmLots, participant: Address): void {
  const own = [...firm.values()].filter(
    ({ view }) => view.participant === participant && !view.whole,
  );
  own.sort((a, b) => numberOfId(a.view.order) - numberOfId(b.view.order));
  for (const known of own) {
    const { order } = known.view;
    for (const ladder of laddersOf(known)) ladder.isAwaited = false;
    ladders.asked.delete(order);
    ladders.changed.add(order);
  }
}

/** An order with the places of its lots, as its agent was asked for them last. */
export function placesOf(
  firm: FirmLots,
  order: OrderId,
): { readonly view: OrderView; readonly places: ReadonlyMap<number, Place> } | undefined {
  const known = firm.get(order);
  if (known === undefined || known.view.whole) return undefined;
  const places = new Map<number, Place>();
  for (const { lots } of laddersOf(known)) {
    for (const [index, { lot, output }] of lots.entries()) places.set(lot, { index, output });
  }
  return { view: known.view, places };
}

/** The agent has said something about ladders of the order: about those that these lots are in; with none, about all. */
export function noteAnswer(firm: FirmLots, order: OrderId, lots: readonly number[]): void {
  const named = new Set(lots);
  for (const ladder of laddersOf(firm.get(order))) {
    if (named.size === 0 || ladder.lots.some(({ lot }) => named.has(lot))) ladder.isAwaited = false;
  }
}

/** Keeps good rungs of lots that are still firm with the same outputs. @returns how many. */
export function holdRungs(firm: FirmLots, order: OrderId, rungs: readonly HeldRung[]): number {
  const known = firm.get(order);
  let count = 0;
  for (const rung of rungs) {
    if (known === undefined || known.view.whole) continue;
    if (known.get(rung.lot)?.output !== rung.output) continue;
    known.ladders ??= { ladders: noLadders, rungs: new Map() };
    known.ladders.rungs.set(rung.lot, rung);
    count += 1;
  }
  return count;
}

function laddersOf(known: FirmOrder | undefined): readonly Ladder[] {
  return known?.ladders?.ladders ?? noLadders;
}

/**
 * Cuts an order's firm lots anew. What still begins at 0 without a gap stays as it is, the others make new ladders.
 * @returns false when a ladder that has changed had to stay, because its agent has not answered yet.
 */
function cut(firm: FirmOrder): boolean {
  // Most orders have one lot, and that has no ladder.
  if (firm.ladders === undefined && firm.size < 2) return true;
  const known = (firm.ladders ??= { ladders: noLadders, rungs: new Map() });
  let isDone = true;
  let kept: Ladder[] = [];
  for (const ladder of known.ladders) {
    const live = ladder.lots.filter(({ lot, output }) => firm.get(lot)?.output === output);
    const gap = ladder.lots.findIndex((lot, index) => live[index] !== lot);
    const first = gap < 0 ? ladder.lots : ladder.lots.slice(0, gap);
    if (ladder.isAwaited && live.length > first.length) {
      isDone = false;
      kept.push(ladder);
    } else if (first.length > 1) {
      kept.push({ lots: first, isAwaited: ladder.isAwaited });
    }
  }
  // Orders that grow little by little would end in many short ladders.
  const fewest = Math.ceil(firm.size / ladderRungsMax);
  if (kept.length >= 2 * fewest && kept.every(({ isAwaited }) => !isAwaited)) kept = [];
  const covered = new Set(kept.flatMap(({ lots }) => lots.map(({ lot }) => lot)));
  const loose = firm.values().filter(({ lot }) => !covered.has(lot));
  const ladders = [...kept];
  for (let from = 0; from < loose.length; from += ladderRungsMax) {
    const lots = loose.slice(from, from + ladderRungsMax);
    if (lots.length < 2) continue;
    const named = lots.map(({ lot, output }) => ({ lot, output }));
    ladders.push({ lots: named, isAwaited: false });
  }
  known.ladders = ladders.length === 0 ? noLadders : ladders;
  const { rungs } = known;
  for (const lot of rungs.keys()) if (firm.get(lot) === undefined) rungs.delete(lot);
  return isDone;
}

function isSigned({ rungs }: OrderLadders, { lots }: Ladder): boolean {
  return lots.every(({ lot, output }, index) => {
    const rung = rungs.get(lot);
    return rung?.index === index && rung.output === output;
  });
}

/** Asks for the ladders that are not signed, and not asked for already. */
function ask({ view, ladders: known }: FirmOrder): LadderTask[] {
  if (known === undefined) return [];
  const wanted = known.ladders.filter((ladder) => !ladder.isAwaited && !isSigned(known, ladder));
  return wanted.map((ladder): LadderTask => {
    ladder.isAwaited = true;
    const task: LadderRequested = {
      kind: 'ladder.requested',
      order_id: view.order,
      symbol: view.market,
      side: view.side === 'ask' ? 'sell' : 'buy',
      price: view.price,
      lots: ladder.lots.map(({ lot, output }) => ({ lot, output })),
    };
    return { participant: view.participant, task };
  });
}
