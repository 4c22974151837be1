/** Where the sun stands and what it would give a solar panel under a clear sky. */
import type { Instant } from '@wattlot/core';
import { getPosition } from 'suncalc';

/** Where the neighbourhood lies; its clocks are `utcOffsetMinutes` ahead of UTC all year. */
export interface Place {
  readonly name: string;
  /** Degrees, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  readonly utcOffsetMinutes: number;
}

/** The neighbourhood's place unless another is given. */
export const seoul: Place = {
  name: 'Seoul',
  latitude: 37.57,
  longitude: 126.98,
  utcOffsetMinutes: 540,
};

/** A roof's panels: installed power in watts, tilt from the horizontal and direction clockwise from north, both in degrees. */
export interface Panels {
  readonly peakWatts: number;
  readonly tilt: number;
  readonly azimuth: number;
}

/** The sun's irradiance in watts a square metre: on the ground all in all, and on a panel from the sun itself and from the sky. */
export interface ClearSky {
  readonly ground: number;
  readonly beam: number;
  readonly sky: number;
}

const dark: ClearSky = { ground: 0, beam: 0, sky: 0 };
const degree = Math.PI / 180;
/** The share of a clear sky's light that comes from the sky and not from the sun. */
const skyShare = 0.14;
/** Below this sine of the altitude (2 degrees) houses and hills hide the sun. */
const horizonSine = 0.035;

/**
 * A clear sky's light on the ground (Haurwitz 1945: 1098 sin h exp(−0.057 ÷ sin h)) and on panels: the beam by the angle at which it falls, the
 * sky's light by how much of the sky the panels see. All 0 at night.
 */
export function clearSky(place: Place, panels: Panels, at: Instant): ClearSky {
  const sun = getPosition(new Date(at / 1_000), place.latitude, place.longitude);
  const sine = Math.sin(sun.altitude * degree);
  if (sine <= horizonSine) return dark;
  const ground = 1098 * sine * Math.exp(-0.057 / sine);
  const tilt = panels.tilt * degree;
  const facing =
    sine * Math.cos(tilt) +
    Math.cos(sun.altitude * degree) *
      Math.sin(tilt) *
      Math.cos((sun.azimuth - panels.azimuth) * degree);
  // No panel gets more than the sun sends to a surface that faces it: at the horizon the division would say otherwise.
  const beam = Math.min((ground * (1 - skyShare) * Math.max(0, facing)) / sine, 1_000);
  return { ground, beam, sky: (ground * skyShare * (1 + Math.cos(tilt))) / 2 };
}
