/** A participant's wallet, wherever its keys are: in a file here, over the exchange's own chain, or in a MultiChain node of the participant's. */
import { randomBytes } from 'node:crypto';
import {
  httpChainPort,
  LedgerError,
  openNodeWallet,
  openWallet,
  parseNodeUrl,
  RpcError,
} from '@wattlot/ledger';
import type { RpcWallet, Wallet, WalletPort } from '@wattlot/ledger';
import type { Clock } from './clock.ts';
import { nodeLocksMs } from './limits.ts';

/** A wallet that is open, and where its agent keeps its memory. */
export interface ParticipantWallet<W extends WalletPort> {
  readonly wallet: W;
  /** The path of the file of wishes. */
  readonly wishesPath: string;
  close(): Promise<void>;
}

/** Where the wallet is. */
export interface WalletPlace {
  /** The exchange, `http://host:port`. */
  readonly url: string;
  /** The name of the exchange's chain. */
  readonly chain: string;
  readonly keyFile: string;
  /** Whether the meter is to have an address of the wallet. */
  readonly meter: boolean;
  readonly clock: Clock;
}

/** Opens a wallet with its keys in a file. @throws LedgerError. */
export async function openOwnWallet({
  url,
  chain,
  keyFile,
  meter,
}: WalletPlace): Promise<ParticipantWallet<Wallet>> {
  const port = httpChainPort({ url: new URL('/chain', url).href });
  try {
    const options = { path: keyFile, chain, port, meter, random: randomBytes, now: Date.now };
    const opened = await openWallet(options);
    const close = async (): Promise<void> => {
      await opened.close();
      await port.close();
    };
    return { wallet: opened.wallet, wishesPath: `${keyFile}.wishes`, close };
  } catch (error) {
    await port.close();
    throw error;
  }
}

/**
 * Opens a wallet with its keys in a node.
 * @param node the node's URL with user and password, which no error repeats.
 * @throws LedgerError; RpcError where the node refuses.
 */
export async function openWalletOnNode(
  { chain, keyFile, meter, clock }: WalletPlace,
  node: string,
): Promise<ParticipantWallet<RpcWallet>> {
  const path = `${keyFile}.node`;
  const opened = await openNodeWallet({ path, url: parseNodeUrl(node), meter });
  if (opened.chain !== chain) {
    await opened.close();
    const chains = `the node is on the chain ${opened.chain}, the exchange on ${chain}`;
    throw new LedgerError('other_chain', chains);
  }
  const stopKeeping = keepLocks(opened.wallet, clock);
  const close = async (): Promise<void> => {
    stopKeeping();
    await opened.close();
  };
  return { wallet: opened.wallet, wishesPath: `${path}.wishes`, close };
}

/** Looks now and then whether the node has lost its locks in a restart. What cannot be asked now is asked the next time. */
function keepLocks(wallet: RpcWallet, clock: Clock): () => void {
  let stopped = false;
  let cancel = (): void => undefined;
  const look = async (): Promise<void> => {
    try {
      await wallet.keepLocks();
    } catch (error) {
      if (!(error instanceof LedgerError || error instanceof RpcError)) throw error;
    }
    if (!stopped) cancel = clock.after(nodeLocksMs, () => void look());
  };
  cancel = clock.after(nodeLocksMs, () => void look());
  return () => {
    stopped = true;
    cancel();
  };
}
