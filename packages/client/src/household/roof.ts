/**
 * The solar panels of the user's own household. The household's key is in use where the user trades, so the panels' meter has a key of its own, and
 * pays what it issues to the household.
 */
import type { Address } from '@wattlot/core';
import { MARKET_ASSETS } from '@wattlot/ledger';
import { openParticipant } from '../participant.ts';
import type { MarketClock } from './clock.ts';
import type { Readings } from './generator.ts';
import { meterOf } from './metered.ts';
import { runOwnMeter } from './own-household.ts';

/** A roof with its meter. */
export interface RoofOptions {
  /** The exchange, `http://host:port`. */
  readonly url: string;
  /** The meter's key, made when it is missing. */
  readonly keyFile: string;
  /** The meter's name to the operator. */
  readonly name: string;
  /** The household that gets the energy. */
  readonly owner: Address;
  readonly clock: MarketClock;
  readonly readings: Readings;
  /** Told of each issue and of what went wrong, in one line. */
  readonly log: (line: string) => void;
}

/**
 * Lets the panels' meter run: at the end of each quarter-hour the household gets what they gave beyond its own use, in whole lots.
 * @returns a function that stops it. @throws what `openParticipant` throws.
 */
export async function runRoof(options: RoofOptions): Promise<() => Promise<void>> {
  const { url, keyFile, name, owner, clock, readings, log } = options;
  const participant = await openParticipant({ url, keyFile, name, meter: 'own' });
  const { client, wallet } = participant;
  const meter = meterOf(wallet);
  const asset = MARKET_ASSETS.energy.name;
  const stop = runOwnMeter({
    client,
    clock,
    readings,
    log,
    meter: {
      ...meter,
      issue: async (amount) => {
        await meter.issue(amount);
        // All it has: what an earlier run issued and could not pay is still the household's.
        const held = (await wallet.balances()).find((balance) => balance.asset === asset);
        if (held !== undefined) await wallet.pay({ asset, raw: held.raw, to: owner });
      },
    },
  });
  return async () => {
    await stop();
    await participant.close();
  };
}
