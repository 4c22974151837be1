/** Signed offers and ladders, cut into frames that the exchange takes. */
import type { Output } from '@wattlot/core';
import { lotsPerFrameMax, rungsPerFrameMax } from './frames/requests.ts';
import { outgoingFrameBytesMax } from './limits.ts';

/** One lot made firm, as it goes to the exchange. */
export interface DeliveredLot {
  readonly lot: number;
  readonly output: Output;
  /** Hexadecimal. */
  readonly offer: string;
}

/** Room in a frame for everything but what is delivered: the method, ids and the token. */
const envelopeBytes = 512;

/** One lot's place in a ladder, as it goes to the exchange. */
export interface DeliveredRung {
  readonly lot: number;
  readonly index: number;
  /** Hexadecimal. */
  readonly script: string;
}

/** The lots in their order, in as few groups as the limits on a frame's lots and bytes allow; none is empty. */
export function deliveryFrames(
  lots: readonly DeliveredLot[],
): readonly (readonly DeliveredLot[])[] {
  return inFrames(lots, lotsPerFrameMax);
}

/** The rungs of a ladder, in the same way. */
export function rungFrames(rungs: readonly DeliveredRung[]): readonly (readonly DeliveredRung[])[] {
  return inFrames(rungs, rungsPerFrameMax);
}

function inFrames<Item>(items: readonly Item[], countMax: number): readonly (readonly Item[])[] {
  const groups: Item[][] = [];
  let group: Item[] = [];
  let bytes = envelopeBytes;
  for (const item of items) {
    const more = JSON.stringify(item).length + 1;
    const isFull = group.length === countMax || bytes + more > outgoingFrameBytesMax;
    if (isFull && group.length > 0) {
      groups.push(group);
      group = [];
      bytes = envelopeBytes;
    }
    group.push(item);
    bytes += more;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
