/** A participant's meter: the key in its wallet that may issue energy. */
import type { Address } from '@wattlot/core';
import { addressOf, BURN_HASH, MARKET_ASSETS } from '@wattlot/ledger';
import type { Wallet } from '@wattlot/ledger';
import { openParticipant } from '../participant.ts';
import type { Meter } from './meter.ts';
import type { OpenMetered } from './neighbourhood.ts';

/**
 * Where used energy goes: to the chain's burn address (of the hash of 20 zeros; nobody has its key) if that may receive, otherwise to the operator, who
 * then keeps it as the account of what was used.
 * @throws LedgerError when the chain cannot be reached.
 */
export async function sinkOf({ view }: Wallet): Promise<Address> {
  const burn = addressOf(BURN_HASH, view.params);
  const held = await view.port.permissions(null, [burn]);
  if (held.some(({ type }) => type === 'receive')) return burn;
  return (await view.port.info()).operator;
}

/** The meter of a wallet. Where used energy goes is asked of the chain when there is some for the first time. */
export function meterOf(wallet: Wallet): Meter {
  const asset = MARKET_ASSETS.energy.name;
  let sink: Address | undefined;
  return {
    issue: async (amount) => {
      await wallet.issueMore({ asset, raw: BigInt(amount) });
    },
    retire: async (amount) => {
      sink ??= await sinkOf(wallet);
      await wallet.pay({ asset, raw: BigInt(amount), to: sink });
    },
  };
}

/**
 * Opens a participant whose wallet has a meter, and hands it on at once: whoever listens to its client from then on misses nothing.
 * @throws what `openParticipant` throws.
 */
export const openMetered: OpenMetered = async ({ url, keyFile, name }) => {
  const participant = await openParticipant({ url, keyFile, name, meter: 'own' });
  const { client, wallet } = participant;
  return { client, meter: meterOf(wallet), close: () => participant.close() };
};
