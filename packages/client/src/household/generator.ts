/** What the meters of a neighbourhood read when no recorded profiles are given: a seeded day from load shape, sun and clouds. */
import type { Instant } from '@wattlot/core';
import type { Home } from './home.ts';
import { intervalMicros } from './limits.ts';
import { loadWatts, localHour } from './load.ts';
import { clearSky } from './sun.ts';
import type { Place } from './sun.ts';
import { clearness, solarWatts } from './weather.ts';
import { exactInstant } from './exact.ts';

/** Mean watts of one household over one quarter-hour, each 0 or more. */
export interface Reading {
  readonly load: number;
  readonly solar: number;
  readonly cogeneration: number;
}

/** What a home's meter reads over the quarter-hour that holds an instant. The same question always has the same answer. */
export type Readings = (home: Home, at: Instant) => Reading;

/** Energy that a household has over (positive) or lacks (negative) in a quarter-hour, in watt-hours. */
export function surplusWh(reading: Reading): number {
  return (reading.solar + reading.cogeneration - reading.load) / 4;
}

/**
 * Watts of a cogeneration unit, which runs when its house wants heat: at full power from 17 to 23 and from 5 to 9, at 60 % through the night, not by
 * day. It is what keeps energy on offer when the sun is down and the batteries are empty.
 */
export function cogenerationWatts(home: Home, place: Place, at: Instant): number {
  const hour = localHour(place, at);
  if (hour >= 9 && hour < 17) return 0;
  const full = hour >= 17 && hour < 23 ? true : hour >= 5 && hour < 9;
  return home.cogenerationWatts * (full ? 1 : 0.6);
}

/** A neighbourhood's meters by the seed alone. */
export function generatedReadings(seed: number, place: Place): Readings {
  return (home, at) => {
    const middle = exactInstant((Math.floor(at / intervalMicros) + 0.5) * intervalMicros);
    return {
      load: loadWatts(seed, place, home.habits, at),
      solar:
        home.panels === undefined
          ? 0
          : solarWatts(
              home.panels.peakWatts,
              clearSky(place, home.panels, middle),
              clearness(seed, at),
            ),
      cogeneration: cogenerationWatts(home, place, at),
    };
  };
}
