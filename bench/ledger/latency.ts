/** How long a match waits to be settled, at a steady rate: matches come when they come, whether or not those before are done. */
import { setTimeout as wait } from 'node:timers/promises';
import { checkOffers, checkRungs } from './check.ts';
import { offerLots, quantile, startPlace } from './place.ts';
import type { Household } from './place.ts';
import { followSettled } from './settled.ts';
import { completeMatch, energyOf, households } from './trades.ts';
import type { Match } from './trades.ts';

/** How many matches a second, for how long. */
export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
}

/** Milliseconds from the instant of a match until its last lot was seen in a block on disk. */
export interface Waits {
  readonly matches: number;
  readonly lots: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

const sides = 20;
/** Matches offered before the first is completed: a second's worth. */
const ahead = 50;
/** A match takes 1 to so many lots. */
const lotsMax = 10;

/**
 * Measures at a rate. For each match another order is placed too: split, signed with its ladder, checked. Wallets reach the chain over HTTP, and write
 * their journals, all in this one process.
 */
export async function measureWaits({ perSecond, seconds }: Rate): Promise<Waits> {
  const place = await startPlace('http');
  try {
    const count = perSecond * seconds;
    const size = { count: sides, lots: Math.ceil((count + ahead) / sides) * lotsMax };
    const sellers = await households(place, 'seller', size);
    const buyers = await households(place, 'buyer', size);
    const settled = followSettled(place.chain);
    const follow = { settled, energy: energyOf(place) };
    const offered: Promise<Match>[] = [];
    const offerNext = (): void => {
      const i = offered.length;
      const next = offerMatch({ i, seller: at(sellers, i), buyer: at(buyers, i) });
      next.catch(() => undefined);
      offered.push(next);
    };
    const offerMatch = async (of: {
      i: number;
      seller: Household;
      buyer: Household;
    }): Promise<Match> => {
      const { i, seller, buyer } = of;
      const volume = 1 + (i % lotsMax);
      const lots = await offerLots(seller, { count: volume, ladder: volume });
      checkOffers(place.chain, seller, lots);
      checkRungs(place.chain, seller, lots);
      return { trade: `T${i}`, seller, buyer, lots };
    };
    for (let i = 0; i < ahead; i += 1) offerNext();
    await Promise.all(offered);
    await place.idle();
    const waits: number[] = [];
    const ended: Promise<void>[] = [];
    let lots = 0;
    const began = performance.now() + 100;
    for (let i = 0; i < count; i += 1) {
      const due = began + (i * 1000) / perSecond;
      // Late ones start at once, but count from when they were due.
      if (due > performance.now()) await wait(due - performance.now());
      offerNext();
      const match = await at(offered, i);
      let left = match.lots.length;
      lots += left;
      ended.push(
        completeMatch(match, follow, () => {
          left -= 1;
          if (left === 0) waits.push(performance.now() - due);
        }),
      );
    }
    await Promise.all([...ended, ...offered]);
    await place.idle();
    settled.stop();
    if (waits.length !== count) throw new Error('a match did not settle');
    const of = (share: number): number => quantile(waits, share);
    return { matches: count, lots, p50: of(0.5), p90: of(0.9), p99: of(0.99), most: of(1) };
  } finally {
    await place.close();
    await place.remove();
  }
}

function at<T>(values: readonly T[], i: number): T {
  const value = values[i % values.length];
  if (value === undefined) throw new Error('nothing there');
  return value;
}
