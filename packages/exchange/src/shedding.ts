/** What an exchange turns away first when too much waits for its disk, and what never. */
import type { Command } from '@wattlot/core';

/** What makes more work and more risk: turned away first. */
export function isNewLoad({ kind }: Command): boolean {
  return kind === 'order.place' || kind === 'order.amend';
}

/**
 * What the ledger, the clock and the operator say is never turned away: it is little, the state depends on the first two, and a market is halted or a participant
 * suspended just when too much comes. An admission is asked for by strangers.
 */
export function isFromOutside({ kind }: Command): boolean {
  switch (kind) {
    case 'ledger.advance':
    case 'time.tick':
    case 'market.open':
    case 'market.phase':
    case 'market.band':
    case 'market.cancel_all':
    case 'participant.suspend':
      return false;
    default:
      return true;
  }
}
