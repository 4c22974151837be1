/**
 * Random life of a whole exchange: participants who place, repeat and cancel, agents who deliver late, wrongly or not at all, a ledger that
 * settles some lots, loses others and moves funds besides, and time that passes. Steps are drawn beforehand and choose among what there is.
 */
import * as fc from 'fast-check';
import { knownOrders } from '../known.ts';
import { balanceOf, openTrades, pendingOffers } from '../index.ts';
import type { Event, OrderId, TradeId } from '../index.ts';
import {
  advance,
  deliver,
  energy,
  ecoin,
  everybody,
  give,
  offersFor,
  placement,
} from './driver.ts';
import { sure, terms, txidOf, wait } from './driver.ts';
import type { Driver } from './driver.ts';

const pick = fc.nat(1_000);

const steps = {
  place: fc.record({
    what: fc.constant('place' as const),
    who: fc.nat(everybody.length - 1),
    side: fc.constantFrom('ask', 'bid'),
    price: fc.integer({ min: 95, max: 105 }),
    volume: fc.integer({ min: 1, max: 8 }),
    timeInForce: fc.constantFrom('gtc', 'gtc', 'gtc', 'ioc'),
    postOnly: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  repeat: fc.record({ what: fc.constant('repeat' as const), pick, changed: fc.boolean() }),
  deliver: fc.record({ what: fc.constant('deliver' as const), pick }),
  misdeliver: fc.record({ what: fc.constant('misdeliver' as const), pick, how: fc.nat(3) }),
  decline: fc.record({ what: fc.constant('decline' as const), pick }),
  cancel: fc.record({ what: fc.constant('cancel' as const), pick, who: fc.nat(9) }),
  submit: fc.record({
    what: fc.constant('submit' as const),
    pick,
    every: fc.integer({ min: 1, max: 3 }),
  }),
  block: fc.record({
    what: fc.constant('block' as const),
    settle: fc.nat(100),
    lose: fc.nat(30),
    pick,
    pay: fc.nat(2_000),
  }),
  wait: fc.record({ what: fc.constant('wait' as const), for: fc.nat(4_000_000) }),
  tick: fc.record({ what: fc.constant('tick' as const) }),
};

type Steps = {
  [What in keyof typeof steps]: (typeof steps)[What] extends fc.Arbitrary<infer T> ? T : never;
};

/** One step of a flow. */
export type FlowStep = Steps[keyof Steps];

/** Flows of up to `length` steps. */
export function flows(length: number): fc.Arbitrary<FlowStep[]> {
  return fc.array(
    fc.oneof(
      { weight: 9, arbitrary: steps.place },
      { weight: 9, arbitrary: steps.deliver },
      { weight: 3, arbitrary: steps.block },
      { weight: 2, arbitrary: steps.submit },
      ...Object.values<fc.Arbitrary<FlowStep>>(steps).map((arbitrary) => ({
        weight: 1,
        arbitrary,
      })),
    ),
    { minLength: 1, maxLength: length, size: 'max' },
  );
}

function choose<T>(from: readonly T[], index: number): T | undefined {
  return from.length === 0 ? undefined : from[index % from.length];
}

/** Takes one step. What there is nothing to do for does nothing. @returns what happened. */
export function step(driver: Driver, taken: FlowStep): readonly Event[] {
  switch (taken.what) {
    case 'place': {
      const { what: _what, who, ...placed } = taken;
      return give(driver, placement(driver, { participant: sure(everybody[who]), ...placed }));
    }
    case 'repeat': {
      const earlier = driver.journal.filter(({ command }) => command.kind === 'order.place');
      const entry = choose(earlier, taken.pick);
      if (entry?.command.kind !== 'order.place') return [];
      const volume = entry.command.volume + (taken.changed ? 1 : 0);
      return give(driver, { ...entry.command, volume });
    }
    case 'deliver': {
      const order = choose(pendingOffers(driver.state), taken.pick)?.view.order;
      return order === undefined ? [] : deliver(driver, order);
    }
    case 'misdeliver':
      return misdeliver(driver, taken);
    case 'decline': {
      const view = choose(pendingOffers(driver.state), taken.pick)?.view;
      if (view === undefined) return [];
      const { participant, order } = view;
      return give(driver, { kind: 'offers.decline', participant, order, reason: 'locked' });
    }
    case 'cancel': {
      const order = choose([...knownOrders(driver.state)], taken.pick);
      if (order === undefined) return [];
      const participant = everybody[taken.who] ?? order.participant.address;
      return give(driver, { kind: 'order.cancel', participant, order: order.id });
    }
    case 'submit':
      return submit(driver, taken);
    case 'block':
      return block(driver, taken);
    case 'wait':
      wait(driver, taken.for);
      break;
    case 'tick':
      return give(driver, { kind: 'time.tick' });
  }
  return [];
}

function misdeliver(driver: Driver, { pick: index, how }: Steps['misdeliver']): readonly Event[] {
  const asked = choose(pendingOffers(driver.state), index);
  if (asked === undefined) return [];
  const { participant, order, remaining } = asked.view;
  const right = offersFor(driver, asked.lots);
  const used = [...driver.state.outputs.values()][0]?.output;
  const lots = [
    right.slice(1),
    [...right, { lot: remaining, output: `${txidOf(1)}:7`, offer: 'c0ffee' }],
    [...right.slice(1), { lot: 0, output: used ?? `${txidOf(1)}:0x`, offer: 'c0ffee' }],
    right.map((offer) => ({ ...offer, lot: 0 })),
  ][how];
  return give(driver, { kind: 'offers.deliver', participant, order, lots });
}

function submit(driver: Driver, { pick: index, every }: Steps['submit']): readonly Event[] {
  const trade = choose(openTrades(driver.state), index);
  if (trade === undefined) return [];
  const lots = trade.lots
    .filter((_, at) => at % every === 0)
    .map(({ lot }) => ({ lot, txid: txidOf(1_000_000 + lot) }));
  const { participant } = trade.incoming;
  return give(driver, { kind: 'settlement.submit', participant, trade: trade.trade, lots });
}

/** A block that the ledger could make: nobody pays what he has not. */
function block(driver: Driver, taken: Steps['block']): readonly Event[] {
  const { state } = driver;
  const left = new Map<string, number>();
  const spend = (
    address: (typeof everybody)[number],
    asset: typeof energy,
    amount: number,
  ): boolean => {
    const key = `${address} ${asset}`;
    const rest = (left.get(key) ?? balanceOf(state, address, asset).balance) - amount;
    if (rest >= 0) left.set(key, rest);
    return rest >= 0;
  };
  const settled: { trade: TradeId; lot: number }[] = [];
  const lost: { order: OrderId; lot: number }[] = [];
  let random = taken.pick;
  const chance = (percent: number): boolean => {
    random = (random * 16_807 + 11) % 2_147_483_647;
    return random % 100 < percent;
  };
  for (const { trade, lots, side, price, resting, incoming } of openTrades(state)) {
    const [seller, buyer] = side === 'bid' ? [resting, incoming] : [incoming, resting];
    for (const { lot, state: now } of lots) {
      if (now === 'settled' || now === 'released') continue;
      if (chance(taken.lose)) lost.push({ order: resting.order, lot });
      else if (chance(taken.settle)) {
        const paid =
          spend(sure(everybody.find((one) => one === seller.participant)), energy, terms.lot) &&
          spend(sure(everybody.find((one) => one === buyer.participant)), ecoin, price);
        if (paid) settled.push({ trade, lot });
      }
    }
  }
  for (const order of state.orders.values()) {
    for (const { lot } of order.firm) {
      if (chance(taken.lose)) lost.push({ order: order.id, lot });
    }
  }
  const payer = sure(choose(everybody, taken.pick));
  const amount = Math.min(taken.pay, balanceOf(state, payer, ecoin).balance);
  const moves = spend(payer, ecoin, amount)
    ? [
        { address: payer, asset: 'ecoin', amount: 0 - amount },
        { address: 'a-shop', asset: 'ecoin', amount },
      ]
    : [];
  return advance(driver, { moves, settled, lost });
}
