/** The user's own household: the user trades, only its meter runs by itself. */
import { toAmount } from '@wattlot/core';
import type { Amount } from '@wattlot/core';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { ExchangeClient } from '../events.ts';
import type { Instrument } from '../frames/instrument.ts';
import { intervalOf } from './clock.ts';
import type { MarketClock } from './clock.ts';
import { surplusWh } from './generator.ts';
import type { Readings } from './generator.ts';
import { ownHome } from './home.ts';
import { ownEcoin, ownEnergyKWh } from './limits.ts';
import type { Meter } from './meter.ts';
import { freshMeter, turnMeter } from './metering.ts';
import { freshSight, hear } from './sight.ts';
import type { Sight } from './sight.ts';
import type { Purse } from './trader.ts';
import { lotWhOf, storeLotsOf } from './trader.ts';
import { exactAmount, exactInstant } from './exact.ts';

/** What the exchange has said about a household and its market, all of it. */
interface Holdings {
  readonly instrument: Instrument;
  readonly energy: Purse;
  readonly ecoin: Purse;
}

function holdingsOf({ connection, instrument, energy, ecoin }: Sight): Holdings | undefined {
  if (connection !== 'live' || instrument === undefined) return undefined;
  if (energy === undefined || ecoin === undefined) return undefined;
  return { instrument, energy, ecoin };
}

/** What `endow` gave, in the assets' smallest units. */
export interface Endowment {
  readonly energy: Amount;
  readonly ecoin: Amount;
}

const none = exactAmount(0);

/**
 * Brings up a household that is new to the ledger: its meter issues 5 kWh and it asks the operator for 1,000 ecoin. Waits until the exchange has said
 * what it owns; a household that owns anything gets nothing, so it may be called at every start.
 * @returns what was given; undefined when the client was closed before. @throws what the meter throws; an Error when the ecoin are refused.
 */
export async function endow({
  client,
  meter,
}: {
  readonly client: ExchangeClient;
  readonly meter: Meter;
}): Promise<Endowment | undefined> {
  const known = await new Promise<Holdings | undefined>((resolve) => {
    let sight = freshSight(client.state);
    const unlisten = client.listen((event) => {
      sight = hear(sight, event);
      const holdings = holdingsOf(sight);
      if (holdings === undefined && sight.connection !== 'closed') return;
      unlisten();
      resolve(holdings);
    });
  });
  if (known === undefined) return undefined;
  if (known.energy.balance > 0 || known.ecoin.balance > 0) return { energy: none, ecoin: none };
  const { basePrecision, quotePrecision } = known.instrument;
  const energy = toAmount(ownEnergyKWh * 10 ** basePrecision) ?? none;
  const ecoin = toAmount(ownEcoin * 10 ** quotePrecision) ?? none;
  await meter.issue(energy);
  const outcome = await client.requestEcoin(ecoin);
  if (outcome.kind === 'no') throw new Error(`ecoin were refused: ${outcome.error}`);
  return { energy, ecoin: outcome.kind === 'yes' ? ecoin : none };
}

function doNothing(): void {}

/**
 * Lets the own household's meter run: at the end of each quarter-hour what its panels gave beyond its own use is issued, in whole lots, as far as its
 * battery of 10 kWh has room. What it lacks comes from the grid: energy that the user holds or bought stays the user's to trade.
 * @returns a function that stops it; done when what is under way has ended.
 */
export function runOwnMeter(options: {
  readonly client: ExchangeClient;
  readonly meter: Meter;
  readonly clock: MarketClock;
  readonly readings: Readings;
  /** Told of each issue and of what went wrong, in one line. */
  readonly log: (line: string) => void;
  readonly timers?: Clock;
}): () => Promise<void> {
  const { client, meter, clock, readings, log, timers = systemClock } = options;
  let sight = freshSight(client.state);
  let state = freshMeter;
  let stopped = false;
  let running = Promise.resolve();
  let callOff = doNothing;
  const unlisten = client.listen((event) => {
    sight = hear(sight, event);
  });
  const turn = async (): Promise<void> => {
    const holdings = holdingsOf(sight);
    if (holdings === undefined) return;
    const { instrument, energy } = holdings;
    const interval = intervalOf(clock.now());
    const { meter: next, issueLots } = turnMeter(
      state,
      { lotWh: lotWhOf(instrument), storeLots: storeLotsOf(ownHome, instrument) },
      {
        interval,
        measuredWh: surplusWh(readings(ownHome, exactInstant(interval.start - 1))),
        ownedLots: Math.floor(energy.balance / instrument.lot),
        freeLots: 0,
        arrivingLots: 0,
      },
    );
    state = next;
    if (issueLots === 0) return;
    try {
      await meter.issue(exactAmount(issueLots * instrument.lot));
      log(`the meter issued ${issueLots} lots`);
    } catch (error) {
      log(`the meter could not issue: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const schedule = (): void => {
    if (stopped) return;
    const ms = clock.wallMsUntil(intervalOf(clock.now()).end);
    callOff = timers.after(ms, () => {
      running = turn().then(schedule);
    });
  };
  // The first turn only notes which quarter-hour runs, and may come before the exchange has said anything.
  running = turn().then(schedule);
  return async () => {
    stopped = true;
    callOff();
    unlisten();
    await running;
  };
}
