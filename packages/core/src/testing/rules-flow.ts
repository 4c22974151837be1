/** Flows of commands that use every rule, and what the core did with them told as the oracle tells it. */
import * as fc from 'fast-check';
import { knownOrders } from '../known.ts';
import { apply, openTrades, pendingOffers, toInstant } from '../index.ts';
import type { Command, Delivery, Event, State } from '../index.ts';
import { createDriver, everybody, give, offersFor, sure, symbol, terms, txidOf } from './driver.ts';
import type { Driver } from './driver.ts';
import type { RuleEvent } from './rules.ts';

/** One thing that happens. `pick` chooses among what there is. */
export interface RuleStep {
  readonly what:
    | 'place'
    | 'place special'
    | 'deliver'
    | 'decline'
    | 'cancel'
    | 'amend'
    | 'cancel all'
    | 'switch'
    | 'phase'
    | 'trade again'
    | 'band'
    | 'owner'
    | 'suspend'
    | 'block'
    | 'wait';
  readonly who: number;
  readonly side: 'ask' | 'bid';
  readonly price: number;
  readonly volume: number;
  readonly timeInForce: 'gtc' | 'gtd' | 'ioc' | 'fok';
  readonly selfTrade: 'cancel_incoming' | 'cancel_resting' | 'cancel_both' | undefined;
  readonly flag: 'none' | 'postOnly' | 'whole' | 'both' | 'market';
  readonly phase: string;
  readonly pick: number;
  /** Deliver what is asked for at once. */
  readonly now: boolean;
}

/** What may happen to orders in a market that trades; `phase` only where phases are wanted. */
function stepsOf(kinds: readonly RuleStep['what'][]): fc.Arbitrary<RuleStep> {
  return fc.record<RuleStep>({
    what: fc.constantFrom(...kinds),
    who: fc.nat(everybody.length - 1),
    side: fc.constantFrom('ask', 'bid'),
    price: fc.integer({ min: 97, max: 104 }),
    volume: fc.integer({ min: 1, max: 7 }),
    timeInForce: fc.constantFrom('gtc', 'gtc', 'gtd', 'ioc', 'fok'),
    selfTrade: fc.constantFrom(undefined, 'cancel_incoming', 'cancel_resting', 'cancel_both'),
    flag: fc.constantFrom('none', 'none', 'postOnly', 'whole', 'whole', 'both', 'market'),
    phase: fc.constantFrom('pre_open', 'pre_open', 'post_only', 'cancel_only', 'halted', 'closed'),
    pick: fc.nat(10_000),
    now: fc.integer({ min: 0, max: 4 }).map((chance) => chance > 0),
  });
}

const orders = ['place', 'place', 'place', 'place special', 'place special', 'deliver'] as const;
const changes = ['cancel', 'amend', 'amend', 'decline', 'block', 'wait'] as const;
const rare = ['cancel all', 'switch', 'owner', 'suspend'] as const;

/** Flows of up to `length` steps in a market that trades all the time. */
export function trading(length: number): fc.Arbitrary<RuleStep[]> {
  const kinds = [...orders, ...orders, ...changes, ...rare];
  return fc.array(stepsOf(kinds), { minLength: 1, maxLength: length, size: 'max' });
}

/** Flows in which the market changes its phase and its band, too. */
export function withPhases(length: number): fc.Arbitrary<RuleStep[]> {
  const kinds = [
    ...orders,
    ...orders,
    ...changes,
    ...rare,
    'phase',
    'trade again',
    'trade again',
    'band',
  ] as const;
  return fc.array(stepsOf(kinds), { minLength: 1, maxLength: length, size: 'max' });
}

/** Flows of plain limit and ioc orders, with amendments and cancels. */
export function plain(length: number): fc.Arbitrary<RuleStep[]> {
  return fc.array(stepsOf(['place', 'place', 'place', 'cancel', 'amend']), {
    minLength: 1,
    maxLength: length,
    size: 'max',
  });
}

/** When the market of a flow opens. */
const opensAt = 1_000_000;

function choose<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

function placementOf(driver: Driver, step: RuleStep): object {
  const { side, price, volume } = step;
  const plainOrder = {
    kind: 'order.place',
    participant: sure(everybody[step.who]),
    clientOrderId: `c${driver.journal.length + 1}`,
    market: symbol,
    side,
    price,
    volume,
    timeInForce: step.timeInForce === 'ioc' ? 'ioc' : 'gtc',
    postOnly: false,
    ...(step.selfTrade === undefined ? {} : { selfTrade: step.selfTrade }),
  };
  if (step.what === 'place') return plainOrder;
  const { timeInForce } = step;
  const isImmediate = timeInForce === 'ioc' || timeInForce === 'fok';
  // Most orders that cannot rest say so without contradicting themselves: the rest are refused.
  const flag = isImmediate && step.pick % 4 > 0 && step.flag !== 'market' ? 'none' : step.flag;
  return {
    ...plainOrder,
    timeInForce,
    // Small ones, or hardly any would find what it asks for.
    volume: timeInForce === 'fok' && step.pick % 2 === 0 ? 1 : step.volume,
    ...(timeInForce === 'gtd' ? { expiresAt: driver.now + 1 + (step.pick % 3_000_000) } : {}),
    postOnly: flag === 'postOnly' || flag === 'both',
    whole: flag === 'whole' || flag === 'both',
    ...(flag === 'market' ? { type: 'market' } : {}),
  };
}

/** The command of a step in this state. @returns undefined where there is nothing to do it to. */
export function commandOf(driver: Driver, step: RuleStep): object | undefined {
  const { state } = driver;
  const participant = sure(everybody[step.who]);
  const all = [...knownOrders(state)];
  const live = all.filter(({ status }) => status !== 'done');
  const market = symbol;
  switch (step.what) {
    case 'place':
    case 'place special':
      return placementOf(driver, step);
    case 'deliver':
    case 'decline': {
      const asked = choose(pendingOffers(state), step.pick);
      if (asked === undefined) return undefined;
      const { order, participant: owner } = asked.view;
      if (step.what === 'decline') {
        return { kind: 'offers.decline', participant: owner, order, reason: '' };
      }
      return {
        kind: 'offers.deliver',
        participant: owner,
        order,
        lots: offersFor(driver, asked.lots),
      };
    }
    case 'cancel': {
      const order = choose(all, step.pick);
      if (order === undefined) return undefined;
      const { address } = order.participant;
      return {
        kind: 'order.cancel',
        participant: step.now ? address : participant,
        order: order.id,
      };
    }
    case 'amend': {
      const order = choose(step.now ? live : all, step.pick);
      if (order === undefined) return undefined;
      const price = step.pick % 3 === 0 ? { price: step.price } : {};
      const done = order.filled + order.cancelled;
      const volume =
        step.pick % 3 === 0 && step.pick % 2 === 0
          ? {}
          : { volume: Math.max(1, done + step.volume - 1) };
      const { address } = order.participant;
      return { kind: 'order.amend', participant: address, order: order.id, ...price, ...volume };
    }
    case 'cancel all':
      if (step.pick % 3 === 0) return { kind: 'market.cancel_all', market };
      return { kind: 'order.cancel_all', participant, ...(step.pick % 3 === 1 ? { market } : {}) };
    case 'switch':
      return { kind: 'order.cancel_all_after', participant, timeout: (step.pick % 4) * 700_000 };
    case 'phase':
      return {
        kind: 'market.phase',
        market,
        phase: step.phase,
        ...(step.now ? {} : { reference: step.price }),
      };
    case 'trade again':
      return { kind: 'market.phase', market, phase: 'continuous' };
    case 'band':
      return {
        kind: 'market.band',
        market,
        floor: 90 + (step.pick % 9),
        cap: 102 + (step.pick % 9),
      };
    case 'owner': {
      const owner = step.now ? participant : 'a-group';
      return { kind: 'participant.admit', participant, name: '', owner };
    }
    case 'suspend':
      // Lifted more often than not, or nobody would trade for long.
      return { kind: 'participant.suspend', participant, suspended: step.pick % 3 === 0 };
    case 'block':
      return blockOf(driver, step.pick);
    case 'wait':
      driver.now += [1, 400_000, 1_000_000, 5_000_000][step.pick % 4] ?? 1;
      return { kind: 'time.tick' };
  }
}

/** A block in which some matched lots settle, and some lots, matched or resting, are lost. What it moves does not matter to the rules. */
function blockOf(driver: Driver, pick: number): object {
  const { state } = driver;
  let random = pick + 1;
  const chance = (percent: number): boolean => {
    random = (random * 16_807 + 11) % 2_147_483_647;
    return random % 100 < percent;
  };
  const settled: object[] = [];
  const lost: object[] = [];
  for (const { trade, lots, resting } of openTrades(state)) {
    for (const { lot, state: now } of lots) {
      if (now === 'settled' || now === 'released') continue;
      if (chance(30)) settled.push({ order: resting.order, lot, trade, txid: txidOf(random) });
      else if (chance(now === 'overdue' ? 60 : 10))
        lost.push({ order: resting.order, lot, txid: txidOf(random) });
    }
  }
  for (const order of state.orders.values()) {
    for (const { lot } of order.firm)
      if (chance(4)) lost.push({ order: order.id, lot, txid: txidOf(random) });
  }
  return { kind: 'ledger.advance', height: state.height + 1, moves: [], settled, lost };
}

/**
 * What more a market's terms have by this flow: in three flows of four a delivery whose gate falls while the flow runs, and in one nothing. The
 * steps say which, so that a flow that fails stays the same when it is made smaller.
 */
export function deliveryOf(flow: readonly RuleStep[]): { readonly delivery?: Delivery } {
  const pick = flow[0]?.pick ?? 0;
  if (pick % 4 === 0) return {};
  const gate = opensAt + 10 + (pick % 7) * 600_000;
  const [from, to] = [gate, gate + 1].map((instant) => sure(toInstant(instant)));
  return { delivery: { from: sure(from), to: sure(to), gate: sure(from) } };
}

/** A driver whose everybody is rich, with the market open. */
export function richDriver(more: object = {}): Driver {
  const driver = createDriver();
  driver.now = opensAt;
  give(driver, { kind: 'market.open', terms: { ...terms, ...more } });
  for (const participant of everybody)
    give(driver, { kind: 'participant.admit', participant, name: '' });
  const moves = everybody.flatMap((address) =>
    ['energy', 'ecoin'].map((asset) => ({ address, asset, amount: 1_000_000_000 })),
  );
  give(driver, { kind: 'ledger.advance', height: 0, moves, settled: [], lost: [] });
  return driver;
}

/** One command that was given, with its instant and all that came of it. */
export interface Taken {
  readonly command: Command;
  readonly at: number;
  readonly events: readonly Event[];
}

/** Takes the step, and delivers what it asks for at once when it says so. `each` hears of every command before the next one. */
export function take(
  driver: Driver,
  step: RuleStep,
  each: (taken: Taken) => void = () => undefined,
): void {
  const send = (command: object): readonly Event[] => {
    const at = driver.now;
    const events = give(driver, command);
    each({ command: sure(driver.journal.at(-1)).command, at, events });
    return events;
  };
  const command = commandOf(driver, step);
  if (command === undefined) return;
  const events = send(command);
  if (!step.now) return;
  for (const event of events) {
    if (event.kind !== 'offers.requested') continue;
    const order = driver.state.orders.get(event.view.order);
    if (order === undefined || order.bare.length === 0) continue;
    send({
      kind: 'offers.deliver',
      participant: event.view.participant,
      order: order.id,
      lots: offersFor(driver, order.bare),
    });
  }
}

/** The core's events in the oracle's words; those that the rules do not speak of are left out. */
export function told(events: readonly Event[]): RuleEvent[] {
  return events.flatMap((event): RuleEvent[] => {
    switch (event.kind) {
      case 'refused':
        return [{ what: 'refused', code: event.code }];
      case 'order.placed':
        return [{ what: 'placed', order: event.view.order }];
      case 'order.repeated':
        return [{ what: 'repeated', order: event.order }];
      case 'offers.requested':
        return [{ what: 'asked', order: event.view.order, lots: [...event.lots] }];
      case 'order.opened':
        return [
          { what: 'opened', order: event.view.order, lots: event.lots.map(({ lot }) => lot) },
        ];
      case 'lots.returned':
        return [{ what: 'returned', order: event.view.order, lots: [...event.lots] }];
      case 'trade.made': {
        const { resting, incoming, price, volume, lots } = event.trade;
        const named = lots.map(({ lot }) => lot);
        return [
          {
            what: 'trade',
            resting: resting.order,
            incoming: incoming.order,
            price,
            volume,
            lots: named,
          },
        ];
      }
      case 'order.cancelled':
        return [
          {
            what: 'cancelled',
            order: event.view.order,
            volume: event.volume,
            reason: event.reason,
          },
        ];
      case 'order.amended':
        return [
          {
            what: 'amended',
            order: event.view.order,
            price: event.view.price,
            volume: event.view.volume,
          },
        ];
      case 'auction.held':
        return [
          { what: 'auction', price: event.price, volume: event.volume, imbalance: event.imbalance },
        ];
      case 'phase.changed':
        return [{ what: 'phase', phase: event.phase }];
      default:
        return [];
    }
  });
}

/** Replays a driver's journal. */
export function replayed(driver: Driver, state: State): readonly Event[] {
  return driver.journal.flatMap((entry) => apply(state, entry));
}
