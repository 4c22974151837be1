/** Signed offers, cut into frames that the exchange takes. */
import type { Output } from '@wattlot/core';
import { lotsPerFrameMax } from './frames/requests.ts';
import { outgoingFrameBytesMax } from './limits.ts';

/** One lot made firm, as it goes to the exchange. */
export interface DeliveredLot {
  readonly lot: number;
  readonly output: Output;
  /** Hexadecimal. */
  readonly offer: string;
}

/** Room in a frame for everything but the lots: the method, ids and the token. */
const envelopeBytes = 512;

/** The lots in their order, in as few groups as the limits on a frame's lots and bytes allow; none is empty. */
export function deliveryFrames(
  lots: readonly DeliveredLot[],
): readonly (readonly DeliveredLot[])[] {
  const groups: DeliveredLot[][] = [];
  let group: DeliveredLot[] = [];
  let bytes = envelopeBytes;
  for (const lot of lots) {
    const more = JSON.stringify(lot).length + 1;
    const isFull = group.length === lotsPerFrameMax || bytes + more > outgoingFrameBytesMax;
    if (isFull && group.length > 0) {
      groups.push(group);
      group = [];
      bytes = envelopeBytes;
    }
    group.push(lot);
    bytes += more;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
