/** One simulated household at work: it listens to the exchange, has its turn every second or two, and does what `decide` says. */
import { toAmount } from '@wattlot/core';
import type { Amount } from '@wattlot/core';
import type { Clock } from '../clock.ts';
import type { ExchangeClient } from '../events.ts';
import { betweenOf } from './chance.ts';
import { intervalOf } from './clock.ts';
import type { MarketClock } from './clock.ts';
import { createDoing } from './doing.ts';
import type { DoingCounts } from './doing.ts';
import { surplusWh } from './generator.ts';
import type { Readings } from './generator.ts';
import { firstTurnMsMax, firstTurnMsMin, quickTurns, turnMsMax, turnMsMin } from './limits.ts';
import { localHour } from './load.ts';
import type { Meter } from './meter.ts';
import type { MeterState } from './metering.ts';
import { arrivingLotsOf, freshSight, hear } from './sight.ts';
import type { Sight, Tally } from './sight.ts';
import type { Place } from './sun.ts';
import { decide, freshTrader } from './trader.ts';
import type { HouseholdView, Trader } from './trader.ts';
import { exactAmount, exactInstant } from './exact.ts';

export interface HouseholdOptions {
  readonly trader: Trader;
  readonly client: ExchangeClient;
  readonly meter: Meter;
  readonly clock: MarketClock;
  /** Timers of the wall's clock. */
  readonly timers: Clock;
  readonly readings: Readings;
  readonly place: Place;
  /** Told of each request that did not go through, in one line. */
  readonly trouble: (line: string) => void;
}

/** What a household has done so far. */
export interface HouseholdCounts extends DoingCounts, Tally {
  readonly meter: MeterState;
}

export interface Household {
  counts(): HouseholdCounts;
  /** No further turn; done when the one that runs has ended. Orders stay. Close the client as well, or a request may keep it waiting. */
  stop(): Promise<void>;
}

/** @returns undefined while something that a decision needs has not been heard of. */
export function viewOf(
  { trader, clock, readings, place }: HouseholdOptions,
  sight: Sight,
): HouseholdView | undefined {
  const { connection, instrument, energy, ecoin } = sight;
  if (connection !== 'live' || instrument === undefined) return undefined;
  if (energy === undefined || ecoin === undefined) return undefined;
  const at = clock.now();
  const interval = intervalOf(at);
  return {
    at,
    interval,
    hour: localHour(place, at),
    measuredWh: surplusWh(readings(trader.home, exactInstant(interval.start - 1))),
    expectedWh: surplusWh(readings(trader.home, at)),
    instrument,
    energy,
    ecoin,
    orders: [...sight.orders.values()].filter(({ status }) => status !== 'done'),
    arrivingLots: arrivingLotsOf(sight),
    bestAsk: sight.bestAsk,
    bestBid: sight.bestBid,
    lastPrice: sight.lastPrice,
  };
}

/**
 * Energy in the battery of a household that is new to the ledger (owns neither asset), in energy's smallest units: 40 to 80 % of what it holds, in
 * whole lots; 0 for everybody else.
 */
export function firstEnergy({ home, seed }: Trader, view: HouseholdView): Amount {
  const none = exactAmount(0);
  if (view.energy.balance > 0 || view.ecoin.balance > 0 || home.storeKWh === 0) return none;
  const charge = betweenOf({ least: 0.4, most: 0.8 }, seed, home.index, 51);
  const { lot, basePrecision } = view.instrument;
  const lots = Math.floor((home.storeKWh * charge * 10 ** basePrecision) / lot);
  return toAmount(lots * lot) ?? none;
}

function doNothing(): void {}

/** Starts a household. Its first turn comes as soon as the exchange has told it what it owns. */
export function runHousehold(options: HouseholdOptions): Household {
  const { trader, client, timers } = options;
  const doing = createDoing(options);
  const ending = new AbortController();
  let sight = freshSight(client.state);
  let state = freshTrader;
  let endowed = false;
  let running = Promise.resolve();
  let callOff = doNothing;
  const turn = async (): Promise<void> => {
    const view = viewOf(options, sight);
    if (view === undefined) return;
    if (!endowed) {
      endowed = true;
      const amount = firstEnergy(trader, view);
      if (amount > 0) await doing.issue(amount);
    }
    const decision = decide(trader, state, view);
    state = decision.state;
    for (const action of decision.actions) {
      if (ending.signal.aborted) return;
      await doing.act(action, view.instrument.symbol);
    }
  };
  const schedule = (): void => {
    if (ending.signal.aborted) return;
    const quick = { least: firstTurnMsMin, most: firstTurnMsMax };
    const bounds = state.turn < quickTurns ? quick : { least: turnMsMin, most: turnMsMax };
    const ms = betweenOf(bounds, trader.seed, trader.home.index, state.turn, 52);
    callOff = timers.after(Math.round(ms), () => {
      running = turn().then(schedule);
    });
  };
  const unlisten = client.listen((event) => {
    sight = hear(sight, event);
  });
  schedule();
  return {
    counts: () => ({ ...doing.counts(), ...sight.tally, meter: state.meter }),
    stop: async () => {
      ending.abort();
      callOff();
      unlisten();
      await running;
    },
  };
}
