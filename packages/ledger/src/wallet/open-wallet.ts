/** Opens a participant's wallet: the key file, the journal beside it, and the chain. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ChainPort } from '../chain/chain-port.ts';
import { takeLock } from '../chain/folder-lock.ts';
import { openKeyFile } from './key-file.ts';
import { LedgerError } from '../ledger-error.ts';
import { openWalletJournal } from './wallet-journal.ts';
import type { Dialect } from '../node/dialect.ts';
import { WalletNode } from '../node/wallet-node.ts';
import { WalletView } from './wallet-view.ts';
import { KEY_NAMES, Wallet } from './wallet.ts';

/** A wallet, and the same wallet as a MultiChain node: they share keys, view and locks. */
export interface OpenWallet {
  readonly wallet: Wallet;
  readonly node: WalletNode;
  /** Closes the journal and gives the key file back. The port stays open. */
  close(): Promise<void>;
}

/**
 * Opens a wallet; its key file is made when missing. Beside it, after its name: `.sent`, the journal of what was signed, and `.lock`, for as long as the
 * wallet is open: two that do not know of each other would spend the same outputs and sign more than was ordered.
 * @param options.chain the chain's name.
 * @param options.meter whether the household has a meter that issues energy.
 * @throws LedgerError `key_file_in_use` with the file's path, `key_file_open_to_others`, `key_file_unreadable`, or `corrupt` for the journal.
 */
export async function openWallet(options: {
  readonly path: string;
  readonly chain: string;
  readonly port: ChainPort;
  readonly meter: boolean;
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of the wallet as a node: see `WalletNodeOptions`. */
  readonly dialect?: Dialect;
  readonly stop?: () => void;
}): Promise<OpenWallet> {
  const { path, chain, port, meter, random, now, dialect, stop } = options;
  const names = meter ? [KEY_NAMES.settlement, KEY_NAMES.meter] : [KEY_NAMES.settlement];
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = await takeLock(`${path}.lock`, (holder) => {
    return new LedgerError('key_file_in_use', `the key file ${path} is in use by ${holder}`);
  });
  try {
    const keys = await openKeyFile({ path, chain, names, random });
    const journal = await openWalletJournal(`${path}.sent`);
    const view = new WalletView({ chain, port, keys });
    const close = async (): Promise<void> => {
      await journal.close();
      await lock.release();
    };
    const asNode = dialect === undefined ? { now } : { now, dialect };
    const nodeOptions = stop === undefined ? asNode : { ...asNode, stop };
    return { wallet: new Wallet(view, journal), node: new WalletNode(view, nodeOptions), close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
