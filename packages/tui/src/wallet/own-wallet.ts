/** The participant's wallet as the terminal's port: its outputs as plain values, and energy issued from its meter. */
import type { Outcome, Participant } from '@wattlot/client';
import { walletOutputsMax } from '../limits.ts';
import type { WalletOutput, OwnWallet, WalletSummary } from './wallet.ts';

type Wallet = Participant['wallet'];
/** A node that has the keys instead. */
type NodeWallet = Pick<Wallet, 'address' | 'meterAddress' | 'issueMore'>;

/** The asset that the markets here trade; a wallet issues no other. */
export interface OwnWalletOptions {
  readonly wallet: Wallet | NodeWallet;
  /** The energy asset's name; undefined until a market is known. */
  readonly energy: () => string | undefined;
  /** Whether the wallet has the key of a meter. */
  readonly hasMeter: boolean;
}

/** Those on offer first, then by asset, the largest first. */
function compare(a: WalletOutput, b: WalletOutput): number {
  if (a.isLocked !== b.isLocked) return a.isLocked ? -1 : 1;
  if (a.asset !== b.asset) return a.asset < b.asset ? -1 : 1;
  return b.amount - a.amount;
}

function outputsOf(wallet: Wallet): WalletOutput[] {
  const { view, address } = wallet;
  const locked = new Set<string>(view.locks());
  const outputs: WalletOutput[] = [];
  for (const one of view.outputs()) {
    if (one.address !== address) continue;
    const output = `${one.txid}:${one.vout}`;
    for (const { asset, raw } of one.assets) {
      outputs.push({
        output,
        asset: view.assetById(asset)?.name ?? asset,
        amount: Number(raw),
        isLocked: locked.has(output),
        isFinal: one.height !== undefined,
      });
    }
  }
  return outputs.toSorted(compare);
}

/** An error of the wallet or the chain: `retryable` ones leave it open whether it was done. */
function outcomeOf(error: unknown): Outcome<null> {
  const text = error instanceof Error ? error.message : String(error);
  const isOpen =
    typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
  return isOpen ? { kind: 'unknown', reason: text } : { kind: 'no', error: text };
}

export function ownWallet({ wallet, energy, hasMeter }: OwnWalletOptions): OwnWallet {
  const names = (): Pick<WalletSummary, 'address' | 'meter'> => ({
    address: wallet.address,
    ...(hasMeter ? { meter: wallet.meterAddress } : {}),
  });
  const read = (): Promise<WalletSummary> => {
    if (!('view' in wallet)) {
      return Promise.resolve({ ...names(), isOnNode: true, height: -1, outputs: [], more: 0 });
    }
    return wallet.view.run(() => {
      const outputs = outputsOf(wallet);
      return {
        ...names(),
        isOnNode: false,
        height: wallet.view.height,
        outputs: outputs.slice(0, walletOutputsMax),
        more: Math.max(0, outputs.length - walletOutputsMax),
      };
    });
  };
  if (!hasMeter) return { read };
  const issueEnergy = async (amount: number, reference: string): Promise<Outcome<null>> => {
    const asset = energy();
    if (asset === undefined) return { kind: 'no', error: 'no market names the energy asset yet' };
    try {
      await wallet.issueMore({ asset, raw: BigInt(amount), reference });
      return { kind: 'yes', value: null };
    } catch (error) {
      return outcomeOf(error);
    }
  };
  return { read, issueEnergy };
}
