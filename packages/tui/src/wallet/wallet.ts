/** What the terminal knows of its owner's wallet: the outputs it holds on the ledger. The wallet itself, with its keys, stays outside. */
import type { Outcome } from '@wattlot/client';

/** One unspent output of one asset. `isLocked`: on offer for an order. `isFinal`: in a block. */
export interface WalletOutput {
  /** `txid:vout`. */
  readonly output: string;
  readonly asset: string;
  /** In the asset's smallest units. */
  readonly amount: number;
  readonly isLocked: boolean;
  readonly isFinal: boolean;
}

export interface WalletSummary {
  readonly address: string;
  /** The address that issues energy, where this wallet has its key. */
  readonly meter?: string;
  /** Whether a node has the keys: then its outputs are looked at there, and none are listed here. */
  readonly isOnNode: boolean;
  /** The last block that was looked at; -1 where a node does that. */
  readonly height: number;
  /** At most `walletOutputsMax`, those on offer first, then the largest. */
  readonly outputs: readonly WalletOutput[];
  /** Outputs that are not listed. */
  readonly more: number;
}

/** The wallet as the terminal may use it. */
export interface OwnWallet {
  /** Rejects when the chain cannot be reached. */
  read(): Promise<WalletSummary>;
  /**
   * Issues energy from the own meter, in its smallest units; under one reference it happens once. Undefined in a wallet without a meter.
   */
  readonly issueEnergy?: (amount: number, reference: string) => Promise<Outcome<null>>;
}

/** Outputs of one asset, one amount and one condition. */
export interface OutputGroup {
  readonly asset: string;
  readonly amount: number;
  readonly isLocked: boolean;
  readonly isFinal: boolean;
  readonly count: number;
}

/** The outputs, equal ones counted together, in the order in which the first of each comes. */
export function groupsOf(outputs: readonly WalletOutput[]): OutputGroup[] {
  const groups = new Map<string, OutputGroup>();
  for (const { asset, amount, isLocked, isFinal } of outputs) {
    const key = JSON.stringify([asset, amount, isLocked, isFinal]);
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { asset, amount, isLocked, isFinal, count });
  }
  return [...groups.values()];
}
