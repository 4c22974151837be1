/** What a simulated household is like: what it owns, how it lives and how it bargains. All of it follows from the seed. */
import { betweenOf, bitsOf } from './chance.ts';
import { householdsMax } from './limits.ts';
import type { LoadHabits } from './load.ts';
import type { Panels } from './sun.ts';

export interface Home {
  /** 0 is the user's own. */
  readonly index: number;
  /** `house-07` */
  readonly name: string;
  readonly habits: LoadHabits;
  readonly panels?: Panels;
  /** What its battery holds; 0 without one. Energy on the ledger that is not on its way to a buyer lies here. */
  readonly storeKWh: number;
  /** Electric power of its cogeneration unit, which heats at night and in the morning; 0 without one. */
  readonly cogenerationWatts: number;
  /** How much it wants of what is to be gained, 0 to 1: a thrifty household holds out for its price. */
  readonly thrift: number;
}

/** Shares of the households that have solar panels (with a battery) and a cogeneration unit. */
const solarShare = 0.5;
const cogenerationShare = 0.1;

function nameOf(index: number): string {
  return `house-${String(index).padStart(2, '0')}`;
}

/** To half kilowatt-hours and hundreds of watts, as such things are sold. */
function stepped(value: number, step: number): number {
  return Math.round(value / step) * step;
}

type Kind = 'solar' | 'cogeneration' | 'plain';

function homeOf(seed: number, index: number, kind: Kind): Home {
  const draw = (least: number, most: number, key: number): number =>
    betweenOf({ least, most }, seed, index, key);
  const solar = kind === 'solar';
  return {
    index,
    name: nameOf(index),
    habits: {
      stream: 1_000 + index,
      yearlyKWh: stepped(draw(2_000, 5_200, 11), 100),
      shiftMinutes: Math.round(draw(-60, 60, 12)),
    },
    ...(solar && {
      panels: {
        peakWatts: stepped(draw(3_000, 9_000, 13), 100),
        tilt: Math.round(draw(15, 40, 14)),
        azimuth: Math.round(draw(120, 240, 15)),
      },
    }),
    storeKWh: solar ? stepped(draw(3, 9, 16), 0.5) : kind === 'cogeneration' ? 2 : 0,
    cogenerationWatts: kind === 'cogeneration' ? stepped(draw(1_500, 2_500, 17), 100) : 0,
    thrift: draw(0, 1, 18),
  };
}

/** The user's own household: 3,600 kWh a year, 5 kW of solar panels to the south and a battery of 10 kWh. */
export const ownHome: Home = {
  index: 0,
  name: nameOf(0),
  habits: { stream: 1_000, yearlyKWh: 3_600, shiftMinutes: 0 },
  panels: { peakWatts: 5_000, tilt: 30, azimuth: 180 },
  storeKWh: 10,
  cogenerationWatts: 0,
  thrift: 0.5,
};

/**
 * The other households, `house-01` to `house-<count>`: half of them with solar panels and a battery, a tenth with a cogeneration unit, the rest with
 * neither; always at least one of each kind as far as `count` goes. Which is which follows from the seed.
 * @throws RangeError unless `count` is a whole number from 1 to 200.
 */
export function planHomes(seed: number, count: number): readonly Home[] {
  if (!Number.isInteger(count) || count < 1 || count > householdsMax) {
    throw new RangeError(`households: a whole number from 1 to ${householdsMax}, not ${count}`);
  }
  const order = Array.from({ length: count }, (_, at) => at + 1).toSorted(
    (one, other) => bitsOf(seed, one, 10) - bitsOf(seed, other, 10) || one - other,
  );
  const solar = Math.max(1, Math.floor(count * solarShare));
  const cogeneration = count < 3 ? 0 : Math.max(1, Math.round(count * cogenerationShare));
  const kindOf = (rank: number): Kind =>
    rank < solar ? 'solar' : rank < solar + cogeneration ? 'cogeneration' : 'plain';
  return order
    .map((index, rank) => homeOf(seed, index, kindOf(rank)))
    .toSorted((one, other) => one.index - other.index);
}
