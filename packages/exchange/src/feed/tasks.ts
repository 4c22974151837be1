/**
 * What each wallet agent has to do, folded from committed entries: so that an agent that comes back is asked again, and nobody is asked for anything
 * that is not on disk.
 *
 * Offers and rungs are bearer instruments: one leaves this file only towards the agent of the incoming side of the trade that took its lot.
 */
import { timeText } from '@wattlot/client/frames';
import { numberOfId, offersOfTrade, openTrades, pendingOffers } from '@wattlot/core';
import type { AgentTask, OffersRequested, RenewalRequested } from '@wattlot/client/frames';
import type { SettlementRequested } from '@wattlot/client/frames';
import type {
  Address,
  CancelReason,
  Event,
  Instant,
  LotOffer,
  OrderId,
  OrderView,
} from '@wattlot/core';
import type { State, TradeId, TradeView } from '@wattlot/core';
import type { Applied } from '../sequencer.ts';
import { sliced } from '../slices.ts';
import { FirmOrder } from './firm.ts';
import type { Rung } from './firm.ts';
import { createLadders, noteOpened, noteTaken, takeRungs } from './ladders.ts';
import type { Ladders } from './ladders.ts';
import { factsIn, unusedOffers } from './past.ts';
import type { KeptPast } from './past.ts';
import { keepReleased } from './released.ts';
import type { Released } from './released.ts';

/** A task and whose it is. */
export interface Assigned {
  readonly participant: Address;
  readonly task: AgentTask;
}

interface Pending {
  readonly view: OrderView;
  readonly lots: readonly number[];
  readonly deadline: Instant;
}

/** What was signed of a lot that a trade took. */
interface TakenLot extends LotOffer {
  readonly rung?: Rung;
}

interface OpenTrade {
  readonly trade: TradeView;
  readonly deadline: Instant;
  /** Of its lots, by index in the resting order. */
  readonly offers: ReadonlyMap<number, TakenLot>;
}

/** The open tasks of all agents. Changed by `foldTasks` only. */
export interface Tasks {
  readonly pending: Map<OrderId, Pending>;
  /** The lots that rest on the book, by order. */
  readonly firm: Map<OrderId, FirmOrder>;
  readonly ladders: Ladders;
  readonly trades: Map<TradeId, OpenTrade>;
  /** The outputs that the newest orders did not need in the end, by owner. */
  readonly released: Released;
}

/** No agent has anything to do. */
export function createTasks(): Tasks {
  return {
    pending: new Map(),
    firm: new Map(),
    ladders: createLadders(),
    trades: new Map(),
    released: new Map(),
  };
}

/** What all agents have to do at an entry: as the core has it then, and the outputs that were released before; in slices. */
export function* tasksIn(
  state: State,
  { orders, participants }: KeptPast,
): Generator<void, Tasks, undefined> {
  const tasks = createTasks();
  const factsOf = factsIn(state);
  for (const pending of pendingOffers(state)) tasks.pending.set(pending.view.order, pending);
  for (const some of sliced(orders)) {
    for (const kept of some) {
      const { view, firm } = factsOf(kept);
      if (firm.length === 0) continue;
      addFirm(tasks, view, firm);
    }
    yield;
  }
  for (const { deadline, ...trade } of openTrades(state)) {
    const offers = offersOfTrade(state, trade.trade).map((offer) => [offer.lot, offer] as const);
    tasks.trades.set(trade.trade, { trade, deadline, offers: new Map(offers) });
  }
  for (const { participant, released } of participants) {
    if (released.length > 0) tasks.released.set(participant, new Map(released));
  }
  // Nobody is there to be asked for ladders yet.
  tasks.ladders.changed.clear();
  return tasks;
}

/** A pending order with the lots that its agent is asked for. @returns undefined when none are awaited. */
export function pendingOf(tasks: Tasks, order: OrderId): Pending | undefined {
  return tasks.pending.get(order);
}

/** Whether a participant's agent can be asked now. */
export type IsThere = (participant: Address) => boolean;

const nobody: IsThere = () => false;

/** Takes in one entry. @returns the new tasks that it makes, of those whose agent is there: others are told all when they come, and a replay makes none. */
export function foldTasks(
  tasks: Tasks,
  { entry, events }: Applied,
  isThere: IsThere = nobody,
): readonly Assigned[] {
  const { command } = entry;
  const assigned: Assigned[] = [];
  let isRefused = false;
  for (const event of events) {
    isRefused ||= event.kind === 'refused';
    const made = foldEvent(tasks, event, isThere);
    if (made.length > 0) assigned.push(...made);
  }
  if (isRefused) return assigned;
  if (command.kind === 'offers.deliver') {
    const unused = unusedOffers(command, events);
    // First of all: an agent signs no more than was ordered, and these offers count until their outputs are renewed.
    assigned.unshift(...release(tasks, command, unused, isThere));
  }
  if (command.kind === 'ledger.advance') {
    // All of an order's at once: one after another, each would move those behind it.
    const lost = new Map<OrderId, number[]>();
    for (const { order, lot } of command.lost) {
      const lots = lost.get(order);
      if (lots === undefined) lost.set(order, [lot]);
      else lots.push(lot);
    }
    for (const [order, lots] of lost) {
      tasks.firm.get(order)?.delete(lots);
      forgetEmpty(tasks, order);
    }
  }
  return assigned;
}

/** All that an agent has to do now. */
export function tasksOf(tasks: Tasks, participant: Address): readonly AgentTask[] {
  const open: AgentTask[] = [];
  for (const [order, outputs] of tasks.released.get(participant) ?? []) {
    open.push({ kind: 'outputs.released', order_id: order, outputs: [...outputs] });
  }
  const renewals = new Set<OrderId>();
  for (const trade of tasks.trades.values()) {
    const { incoming, resting } = trade.trade;
    if (resting.participant === participant) renewals.add(resting.order);
    const unsettled = lotsIn(trade.trade, ['requested', 'submitted', 'overdue']);
    if (incoming.participant === participant && unsettled.length > 0) {
      open.push(settlement(trade, unsettled));
    }
  }
  for (const order of renewals) open.push(...renewal(tasks, order));
  const pending = [...tasks.pending.values()].filter(
    ({ view }) => view.participant === participant,
  );
  pending.sort((a, b) => numberOfId(a.view.order) - numberOfId(b.view.order));
  return [...open, ...pending.map(offersTask)];
}

function foldEvent(tasks: Tasks, event: Event, isThere: IsThere): readonly Assigned[] {
  switch (event.kind) {
    case 'offers.requested': {
      const { view, lots, deadline } = event;
      tasks.pending.set(view.order, { view, lots, deadline });
      if (!isThere(view.participant)) return [];
      return [{ participant: view.participant, task: offersTask({ view, lots, deadline }) }];
    }
    case 'order.opened':
      tasks.pending.delete(event.view.order);
      addFirm(tasks, event.view, event.lots);
      return [];
    case 'order.amended':
      // Whatever is awaited still is asked for anew.
      tasks.pending.delete(event.view.order);
      return dropLots(tasks, event.view, event.dropped, isThere);
    case 'order.cancelled':
      if (event.view.status === 'done' || endsWaiting.has(event.reason)) {
        tasks.pending.delete(event.view.order);
      }
      return dropLots(tasks, event.view, event.dropped, isThere);
    case 'trade.made':
      return openTrade(tasks, event, isThere);
    case 'trade.updated':
      return updateTrade(tasks, event, isThere);
    default:
      return [];
  }
}

/** Reasons for which lots that waited for their offers are cancelled, while others of the order may rest on. */
const endsWaiting: ReadonlySet<CancelReason> = new Set([
  'offers_late',
  'offers_declined',
  'would_trade',
]);

function addFirm(tasks: Tasks, view: OrderView, lots: readonly LotOffer[]): void {
  let firm = tasks.firm.get(view.order);
  if (firm === undefined) tasks.firm.set(view.order, (firm = new FirmOrder(view)));
  firm.add(lots);
  noteOpened(tasks.ladders, firm, view);
}

/** Lots of the order are firm no more. */
function forgetEmpty({ firm, ladders }: Tasks, order: OrderId): void {
  if (firm.get(order)?.size === 0) firm.delete(order);
  noteTaken(ladders, firm, order);
}

/** These lots of an order that rested do not any more, and their offers are void. */
function dropLots(
  tasks: Tasks,
  view: Pick<OrderView, 'order' | 'participant'>,
  lots: readonly LotOffer[],
  isThere: IsThere,
): readonly Assigned[] {
  if (lots.length === 0) return [];
  const { order } = view;
  const firm = tasks.firm.get(order);
  firm?.delete(lots.map(({ lot }) => lot));
  forgetEmpty(tasks, order);
  return release(tasks, view, lots, isThere);
}

function openTrade(
  tasks: Tasks,
  { trade, deadline, resting, incoming, spare }: Event & { kind: 'trade.made' },
  isThere: IsThere,
): readonly Assigned[] {
  const firm = tasks.firm.get(resting.order);
  const taken = trade.lots.map(({ lot }) => {
    const offer = firm?.get(lot);
    if (offer === undefined) throw new Error(`exchange: ${trade.trade} took a lot without offer`);
    return offer;
  });
  firm?.delete(taken.map(({ lot }) => lot));
  const rungs = takeRungs(firm, taken);
  const offers = new Map<number, TakenLot>();
  for (const offer of taken) {
    const rung = rungs.get(offer.lot);
    offers.set(offer.lot, rung === undefined ? offer : { ...offer, rung });
  }
  forgetEmpty(tasks, resting.order);
  if (incoming.status === 'done') tasks.pending.delete(incoming.order);
  const open: OpenTrade = { trade, deadline, offers };
  tasks.trades.set(trade.trade, open);
  const { participant } = trade.incoming;
  const spared = dropLots(tasks, incoming, spare, isThere);
  if (!isThere(participant)) return spared;
  return [...spared, { participant, task: settlement(open, [...offers.keys()]) }];
}

function updateTrade(
  tasks: Tasks,
  { trade, lots, final }: Event & { kind: 'trade.updated' },
  isThere: IsThere,
): readonly Assigned[] {
  const known = tasks.trades.get(trade.trade);
  if (known === undefined) return [];
  if (final) {
    tasks.trades.delete(trade.trade);
    return [];
  }
  const open: OpenTrade = { ...known, trade };
  tasks.trades.set(trade.trade, open);
  if (!isThere(trade.resting.participant)) return [];
  const before = new Set(lotsIn(known.trade, ['overdue']));
  const isLate = lotsIn(trade, ['overdue']).some((lot) => lots.includes(lot) && !before.has(lot));
  if (!isLate) return [];
  const { order, participant } = trade.resting;
  return renewal(tasks, order).map((task) => ({ participant, task }));
}

function lotsIn(trade: TradeView, states: readonly string[]): readonly number[] {
  return trade.lots.filter(({ state }) => states.includes(state)).map(({ lot }) => lot);
}

function offersTask({ view, lots, deadline }: Pending): OffersRequested {
  return {
    kind: 'offers.requested',
    order_id: view.order,
    symbol: view.market,
    side: view.side === 'ask' ? 'sell' : 'buy',
    price: view.price,
    lots: [...lots],
    deadline: timeText(deadline),
  };
}

function settlement({ trade, deadline, offers }: OpenTrade, lots: readonly number[]): AgentTask {
  const task: SettlementRequested = {
    kind: 'settlement.requested',
    trade_id: trade.trade,
    order_id: trade.incoming.order,
    symbol: trade.market,
    side: trade.side === 'ask' ? 'sell' : 'buy',
    price: trade.price,
    owner: trade.resting.participant,
    deadline: timeText(deadline),
    lots: lots.flatMap((lot) => {
      const offer = offers.get(lot);
      // All are of one resting order: single, or one for all of it.
      const volume = trade.lots[0]?.volume ?? 1;
      return offer === undefined ? [] : [volume === 1 ? offer : { ...offer, volume }];
    }),
  };
  return task;
}

/** The owner of overdue lots spends their outputs to himself: then it is decided. One task for all of an order's, so that none replaces another. */
function renewal(tasks: Tasks, order: OrderId): readonly RenewalRequested[] {
  const lots = [...tasks.trades.values()]
    .filter(({ trade }) => trade.resting.order === order)
    .flatMap(({ trade, offers }) =>
      lotsIn(trade, ['overdue']).flatMap((lot) => offers.get(lot) ?? []),
    )
    .map(({ lot, output }) => ({ lot, output }));
  return lots.length > 0 ? [{ kind: 'renewal.requested', order_id: order, lots }] : [];
}

function release(
  { released }: Tasks,
  whose: { readonly participant: Address; readonly order: OrderId },
  lots: readonly LotOffer[],
  isThere: IsThere,
): readonly Assigned[] {
  if (lots.length === 0) return [];
  const { participant, order } = whose;
  const outputs = keepReleased(released, whose, lots);
  if (!isThere(participant)) return [];
  return [{ participant, task: { kind: 'outputs.released', order_id: order, outputs } }];
}
