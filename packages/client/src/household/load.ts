/**
 * What a household uses. The mean over many households follows the German standard profile H0 (BDEW): a floor and five bells a day, the weights of
 * which move with the season. The figures were fitted to the published table; the mean error is below 4 % of the profile's mean.
 */
import type { Instant } from '@wattlot/core';
import { driftOf } from './chance.ts';
import { intervalMicros } from './limits.ts';
import type { Place } from './sun.ts';
import { exactInstant } from './exact.ts';

export type Season = 'winter' | 'transition' | 'summer';
export type DayType = 'workday' | 'saturday' | 'sunday';

/** A bell over the hours of the day: centre and width in hours, height in watts of a household that uses 1,000 kWh a year. */
interface Bell {
  readonly centre: number;
  readonly width: number;
  readonly height: number;
}
interface DayShape {
  readonly floor: number;
  /** Getting up, noon, afternoon, evening, late evening. */
  readonly bells: readonly [Bell, Bell, Bell, Bell, Bell];
}

const dayShapes: Readonly<Record<DayType, DayShape>> = {
  workday: {
    floor: 40.9,
    bells: [
      { centre: 8.04, width: 1.39, height: 86.6 },
      { centre: 12.76, width: 2.44, height: 106.9 },
      { centre: 18.3, width: 1.75, height: 53.4 },
      { centre: 19.87, width: 1.28, height: 81.2 },
      { centre: 22.36, width: 1.39, height: 80.5 },
    ],
  },
  saturday: {
    floor: 43.3,
    bells: [
      { centre: 9.3, width: 1.48, height: 94.4 },
      { centre: 12.48, width: 1.54, height: 92.6 },
      { centre: 16.03, width: 2.57, height: 90.2 },
      { centre: 19.55, width: 1.36, height: 111.6 },
      { centre: 22.67, width: 1.41, height: 80.3 },
    ],
  },
  sunday: {
    floor: 43,
    bells: [
      { centre: 9.94, width: 1.28, height: 98.4 },
      { centre: 12.24, width: 0.95, height: 73.7 },
      { centre: 13.69, width: 2.38, height: 96.8 },
      { centre: 19.6, width: 1.56, height: 95.3 },
      { centre: 22.47, width: 1.87, height: 65 },
    ],
  },
};

/** By how much a season multiplies the floor and the bells, and moves the evening bell, in hours. */
interface SeasonShape {
  readonly floor: number;
  readonly bells: readonly [number, number, number, number, number];
  readonly evening: number;
}

const seasonShapes: Readonly<Record<Season, SeasonShape>> = {
  winter: { floor: 0.87, bells: [0.94, 0.91, 1.04, 1.21, 0.91], evening: -0.26 },
  transition: { floor: 1, bells: [1, 1, 1, 1, 1], evening: 0 },
  summer: { floor: 1.14, bells: [0.95, 1, 0.95, 0.83, 1.07], evening: 0.09 },
};

const hourMicros = 3_600_000_000;
const dayMicros = 24 * hourMicros;

/** The hour of the day at a place, 0 to below 24. */
export function localHour(place: Place, at: Instant): number {
  const local = at + place.utcOffsetMinutes * 60_000_000;
  return (local % dayMicros) / hourMicros;
}

/** The day at a place as H0 sees it: winter from November to 20 March, summer from 15 May to 14 September; south of the equator the other way. */
export function calendarOf(
  place: Place,
  at: Instant,
): { readonly season: Season; readonly day: DayType } {
  const local = new Date((at + place.utcOffsetMinutes * 60_000_000) / 1_000);
  const weekday = local.getUTCDay();
  const day = weekday === 0 ? 'sunday' : weekday === 6 ? 'saturday' : 'workday';
  const date = (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  const north = place.latitude >= 0;
  if (date >= 1101 || date <= 320) return { season: north ? 'winter' : 'summer', day };
  if (date >= 515 && date <= 914) return { season: north ? 'summer' : 'winter', day };
  return { season: 'transition', day };
}

function bell(centre: number, width: number, hour: number): number {
  const distance = ((hour - centre + 36) % 24) - 12;
  return Math.exp(-0.5 * (distance / width) ** 2);
}

/** Mean watts of a household that uses 1,000 kWh a year, at this hour (0 to 24) of such a day. */
export function standardWatts(season: Season, day: DayType, hour: number): number {
  const shape = dayShapes[day];
  const weight = seasonShapes[season];
  const [up, noon, afternoon, evening, late] = shape.bells;
  const [upWeight, noonWeight, afternoonWeight, eveningWeight, lateWeight] = weight.bells;
  return (
    shape.floor * weight.floor +
    upWeight * up.height * bell(up.centre, up.width, hour) +
    noonWeight * noon.height * bell(noon.centre, noon.width, hour) +
    afternoonWeight * afternoon.height * bell(afternoon.centre, afternoon.width, hour) +
    eveningWeight * evening.height * bell(evening.centre + weight.evening, evening.width, hour) +
    lateWeight * late.height * bell(late.centre, late.width, hour)
  );
}

/** How a household differs from the standard one. */
export interface LoadHabits {
  /** A stream of chance of its own. */
  readonly stream: number;
  readonly yearlyKWh: number;
  /** Lives this much later than the standard household; negative earlier. */
  readonly shiftMinutes: number;
}

/** Deviations of a household's logarithm of load from day to day and from quarter-hour to quarter-hour. */
const dayDeviation = 0.15;
const quarterDeviation = 0.55;

/** The mean watts of a household in the quarter-hour that holds `at`: above 0. Over many days its mean is that of the standard profile. */
export function loadWatts(seed: number, place: Place, habits: LoadHabits, at: Instant): number {
  const quarter = Math.floor(at / intervalMicros);
  const middle = (quarter + 0.5) * intervalMicros - habits.shiftMinutes * 60_000_000;
  const { season, day } = calendarOf(place, exactInstant(middle));
  const mean =
    (standardWatts(season, day, localHour(place, exactInstant(middle))) * habits.yearlyKWh) / 1_000;
  const today = driftOf(0.5, seed, 2 * habits.stream, Math.floor(at / dayMicros));
  const now = driftOf(0.75, seed, 2 * habits.stream + 1, quarter);
  // The mean of exp(s·z) is exp(s²/2) for a normal z: taken out, so that noise neither adds nor removes energy.
  const noise = dayDeviation * today + quarterDeviation * now;
  return mean * Math.exp(noise - (dayDeviation ** 2 + quarterDeviation ** 2) / 2);
}
