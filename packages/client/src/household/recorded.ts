/** What the meters of a neighbourhood read when recorded profiles drive it. */
import type { Instant } from '@wattlot/core';
import { betweenOf } from './chance.ts';
import { cogenerationWatts } from './generator.ts';
import type { Readings } from './generator.ts';
import { intervalMicros } from './limits.ts';
import type { Profile, Profiles } from './profiles.ts';
import type { Place } from './sun.ts';

const dayRows = 96;
const weekRows = 7 * dayRows;

/**
 * A profile's value at an instant before, within or after its rows, moved on by `shiftRows`. Outside its own time it repeats in whole weeks, so that
 * the hour and the weekday stay what they are; in whole days when it is shorter than a week.
 */
export function valueAt(profile: Profile, at: Instant, shiftRows: number): number {
  const rows = profile.values.length;
  const unit = rows >= weekRows ? weekRows : rows >= dayRows ? dayRows : rows;
  const period = Math.floor(rows / unit) * unit;
  const row = Math.floor((at - profile.from) / intervalMicros) + shiftRows;
  if (row >= 0 && row < rows) return profile.values[row] ?? 0;
  return profile.values[((row % period) + period) % period] ?? 0;
}

function turnOf<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}

/**
 * Meters that read the profiles. The first households get the recorded loads as they are; when there are more households than profiles, each
 * further round uses them again a week later (a day, when there are less than two weeks) and 0.8 to 1.25 times as large, so that no two
 * households are alike. Solar output is the profile times the installed power of the home's panels; without a solar profile there is none.
 */
export function recordedReadings(seed: number, profiles: Profiles, place: Place): Readings {
  return (home, instant) => {
    const load = turnOf(profiles.loads, home.index);
    const solar = home.panels === undefined ? undefined : turnOf(profiles.solar, home.index);
    const round = Math.floor(home.index / profiles.loads.length);
    const unit = (load?.values.length ?? 0) >= 2 * weekRows ? weekRows : dayRows;
    const scale =
      round === 0 ? 1 : betweenOf({ least: 0.8, most: 1.25 }, seed, home.habits.stream, 21);
    return {
      load: load === undefined ? 0 : scale * valueAt(load, instant, round * unit),
      solar: solar === undefined ? 0 : valueAt(solar, instant, 0) * (home.panels?.peakWatts ?? 0),
      cogeneration: cogenerationWatts(home, place, instant),
    };
  };
}

/**
 * A place whose noon is when the solar profiles are at their height on average, for what goes by the hour; UTC when there are none.
 */
export function placeOf(profiles: Profiles): Place {
  let east = 0;
  let north = 0;
  for (const profile of profiles.solar) {
    for (const [row, value] of profile.values.entries()) {
      const hour = ((profile.from / intervalMicros + row + 0.5) % dayRows) / 4;
      east += value * Math.sin((hour * Math.PI) / 12);
      north += value * Math.cos((hour * Math.PI) / 12);
    }
  }
  const noon = east === 0 && north === 0 ? 12 : (Math.atan2(east, north) * 12) / Math.PI;
  const offset = Math.round((((12 - noon + 36) % 24) - 12) * 4) * 15;
  return { name: 'profiles', latitude: 0, longitude: offset / 4, utcOffsetMinutes: offset };
}
