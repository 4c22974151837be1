/**
 * The assets of a journal's markets. A journal names them and does not say how many units are in one; the ledger does, which need not be at hand. Every market of this
 * program is opened on the units of `MARKET_ASSETS`, whatever the assets are called on the ledger.
 */
import { markets } from '@wattlot/core';
import type { State } from '@wattlot/core';
import { MARKET_ASSETS } from '@wattlot/ledger';
import type { LedgerAsset } from '../feed/instrument.ts';

/** Stands where the ledger's own id would: nobody in a replay asks the ledger. */
const noId = '0'.repeat(32);

/** An asset of one of the state's markets. */
export function assetIn(state: State, name: string): LedgerAsset | undefined {
  for (const { energy, ecoin } of markets(state)) {
    if (energy === name) return { name, id: noId, multiple: MARKET_ASSETS.energy.multiple };
    if (ecoin === name) return { name, id: noId, multiple: MARKET_ASSETS.ecoin.multiple };
  }
  return undefined;
}
