/** What a participant's wallet does for an agent, wherever its keys are: in a file of ours (`Wallet`), or in a real node (`RpcWallet`). */
import type { Address, Output, Txid } from '@wattlot/core';
import type { KnownOutput } from '../format/offer.ts';
import type { CompletionRequest, LotResult } from './trade-completion.ts';
import type { Balance, NamedQuantity } from './wallet.ts';

/** An answer that some wallets give at once and others after asking. */
type Soon<T> = T | Promise<T>;

/** The methods are described at `Wallet`. Those that send may be repeated when they throw a retryable LedgerError. */
export interface WalletPort {
  readonly address: Address;
  readonly meterAddress: Address;
  balances(): Promise<readonly Balance[]>;
  split(request: {
    readonly asset: string;
    readonly lotRaw: bigint;
    readonly count: number;
  }): Promise<readonly KnownOutput[]>;
  signOffers(request: {
    readonly outputs: readonly KnownOutput[];
    readonly want: NamedQuantity;
  }): Soon<readonly string[]>;
  signLadder(request: {
    readonly outputs: readonly KnownOutput[];
    readonly want: NamedQuantity;
  }): Soon<readonly string[]>;
  completeTrade(request: CompletionRequest): Promise<readonly LotResult[]>;
  known(outputs: readonly Output[]): Promise<readonly KnownOutput[]>;
  lock(outputs: readonly Output[]): Soon<void>;
  unlock(outputs: readonly Output[]): Soon<void>;
  renew(outputs: readonly Output[]): Promise<readonly Txid[]>;
  /** Where the wallet sees to small outputs itself. A node's does so unasked. */
  tidy?(): Promise<boolean>;
  signMessage(text: string): Soon<string>;
  issueMore(request: NamedQuantity & { readonly reference?: string }): Promise<Txid>;
  pay(
    request: NamedQuantity & { readonly to: Address; readonly reference?: string },
  ): Promise<Txid>;
}
