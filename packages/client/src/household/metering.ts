/** The turn of a quarter-hour: what the meter counted becomes energy on the ledger, or is taken from it. */
import { intervalMicros } from './limits.ts';
import type { Interval } from './clock.ts';

/** Watt-hours of a lot, from the market's terms. */
export interface MeterTerms {
  readonly lotWh: number;
  /** What the household's battery holds, in lots. */
  readonly storeLots: number;
}

/** What is carried from one quarter-hour to the next. */
export interface MeterState {
  /** The start of the quarter-hour that runs; undefined before the first. */
  readonly running: number | undefined;
  /** Less than a lot, over (positive) or lacking (negative), in watt-hours. */
  readonly remainderWh: number;
  /** Lots that were used and not yet retired, because what was bought for them is still settling. */
  readonly owedLots: number;
  /** Lots that the grid gave and took so far. */
  readonly importedLots: number;
  readonly exportedLots: number;
  /** Lots issued and retired so far. */
  readonly issuedLots: number;
  readonly retiredLots: number;
}

export const freshMeter: MeterState = {
  running: undefined,
  remainderWh: 0,
  owedLots: 0,
  importedLots: 0,
  exportedLots: 0,
  issuedLots: 0,
  retiredLots: 0,
};

/** What the household has when the quarter-hour turns. */
export interface MeterStand {
  readonly interval: Interval;
  /** Watt-hours over or lacking in the quarter-hour before `interval`. */
  readonly measuredWh: number;
  /** Lots on the ledger in all, those not set aside for orders, and those bought that are still settling. */
  readonly ownedLots: number;
  readonly freeLots: number;
  readonly arrivingLots: number;
}

export interface MeterTurn {
  readonly meter: MeterState;
  /** Lots to issue or to retire now; at most one of them is above 0. */
  readonly issueLots: number;
  readonly retireLots: number;
}

/**
 * Closes the quarter-hour that ended, once. A surplus is issued as far as the battery has room, the rest flows to the grid; a deficit is met from
 * free energy, then waits for energy that is settling, and the rest comes from the grid. Whole lots only: what is left over is carried, so that
 * measured = lots × lot + what is carried, always. Quarter-hours in which nobody looked (the exchange was away) are the grid's.
 */
export function turnMeter(meter: MeterState, terms: MeterTerms, stand: MeterStand): MeterTurn {
  const { interval } = stand;
  if (meter.running === interval.start) return { meter, issueLots: 0, retireLots: 0 };
  const started = { ...meter, running: interval.start };
  if (meter.running === undefined || interval.start - meter.running !== intervalMicros) {
    return { meter: started, issueLots: 0, retireLots: 0 };
  }
  const totalWh = meter.remainderWh + stand.measuredWh;
  const lots = Math.trunc(totalWh / terms.lotWh);
  const remainderWh = totalWh - lots * terms.lotWh;
  const dueLots = meter.owedLots + Math.max(0, -lots);
  const surplusLots = Math.max(0, lots);
  if (surplusLots > 0) {
    const room = Math.max(0, terms.storeLots - stand.ownedLots);
    // What is still owed is met from the surplus first: it never reaches the ledger.
    const own = Math.min(dueLots, surplusLots);
    const issueLots = Math.min(room, surplusLots - own);
    const next = {
      ...started,
      remainderWh,
      owedLots: dueLots - own,
      exportedLots: meter.exportedLots + surplusLots - own - issueLots,
      issuedLots: meter.issuedLots + issueLots,
    };
    return { meter: next, issueLots, retireLots: 0 };
  }
  const retireLots = Math.min(dueLots, stand.freeLots);
  const owedLots = Math.min(dueLots - retireLots, stand.arrivingLots);
  const next = {
    ...started,
    remainderWh,
    owedLots,
    importedLots: meter.importedLots + dueLots - retireLots - owedLots,
    retiredLots: meter.retiredLots + retireLots,
  };
  return { meter: next, issueLots: 0, retireLots };
}
