/** The clouds over the neighbourhood: the same for every roof. */
import type { Instant } from '@wattlot/core';
import { driftOf } from './chance.ts';
import { intervalMicros } from './limits.ts';
import type { ClearSky } from './sun.ts';

const dayMicros = 86_400_000_000;
/** Streams of chance. */
const dayStream = 101;
const quarterStream = 102;

/**
 * The share of a clear sky's light that reaches the ground in the quarter-hour of `at`: 0.1 under heavy cloud, 1 in the clear. Two drifts, one
 * over days (fair and foul spells) and one over quarter-hours (clouds that pass), through a curve that makes clear and overcast more common
 * than between. The mean is about 0.65.
 */
export function clearness(seed: number, at: Instant): number {
  const spell = driftOf(0.55, seed, dayStream, Math.floor(at / dayMicros));
  const passing = driftOf(0.9, seed, quarterStream, Math.floor(at / intervalMicros));
  const mood = 0.5 + 1.5 * spell + 1.2 * passing;
  return 0.1 + 0.9 / (1 + Math.exp(-mood));
}

/** Losses of wiring, inverter, dirt and heat. */
const yieldShare = 0.85;

/**
 * Watts from panels of `peakWatts` when this share of the clear sky's light comes through. Clouds take the beam first and give part of it back as
 * light from the sky. Never above the installed power.
 */
export function solarWatts(peakWatts: number, sky: ClearSky, clear: number): number {
  const beam = sky.beam * clear * clear;
  const scattered = (sky.ground - sky.ground * clear) * 0.35 * clear;
  const light = beam + sky.sky * clear + scattered;
  return Math.min(peakWatts, (peakWatts * yieldShare * light) / 1_000);
}
