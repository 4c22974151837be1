/**
 * The firm lots of an order: a list, ascending by index. A resting order gives its lowest lots; what comes back finds its old place; a lot is
 * found by halving. A lot is never split.
 */
import { assert } from './exact.ts';
import type { LotOffer } from './command.ts';
import type { Lot } from './state.ts';

/** Where a lot of this index is in the list, or would be. */
function indexOf(lots: readonly Lot[], lot: number): number {
  let low = 0;
  let high = lots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = lots[middle];
    assert(found !== undefined, 'a search left the lots');
    if (found.lot < lot) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lot of this index. @returns undefined when it is not in the list. */
export function findLot(lots: readonly Lot[], lot: number): Lot | undefined {
  const found = lots[indexOf(lots, lot)];
  return found?.lot === lot ? found : undefined;
}

/** How many lots the list stands for: a whole order's only entry stands for all of it. */
export function volumeOfLots(lots: readonly Lot[]): number {
  const [first] = lots;
  return first === undefined ? 0 : lots.length * first.volume;
}

/** What was signed of these lots. */
export function offersOf(lots: readonly Lot[]): readonly LotOffer[] {
  return lots.map(({ lot, output, offer }) => ({ lot, output, offer }));
}

/** Takes the lowest lots that together are `volume`. @throws Error when they cannot be exactly that. */
export function takeLowest(lots: Lot[], volume: number): Lot[] {
  const taken = lots.splice(0, countOf(lots, volume));
  assert(volumeOfLots(taken) === volume, 'the lots do not cover the volume');
  return taken;
}

/** Takes the highest lots that together are `volume`, ascending. @throws Error when they cannot be exactly that. */
export function takeHighest(lots: Lot[], volume: number): Lot[] {
  const count = countOf(lots, volume);
  const taken = lots.splice(lots.length - count, count);
  assert(volumeOfLots(taken) === volume, 'the lots do not cover the volume');
  return taken;
}

function countOf([first]: readonly Lot[], volume: number): number {
  return first === undefined ? 0 : Math.ceil(volume / first.volume);
}

/** Takes one lot out. @returns undefined when it is not in the list. */
export function takeLot(lots: Lot[], lot: number): Lot | undefined {
  const index = indexOf(lots, lot);
  if (lots[index]?.lot !== lot) return undefined;
  return lots.splice(index, 1)[0];
}

/** Puts lots, ascending, where they belong. @throws Error when one is there already. */
export function addLots(lots: Lot[], added: readonly Lot[]): void {
  for (const lot of added) {
    const index = indexOf(lots, lot.lot);
    assert(lots[index]?.lot !== lot.lot, 'a lot is firm twice');
    if (index === lots.length) lots.push(lot);
    else lots.splice(index, 0, lot);
  }
}
