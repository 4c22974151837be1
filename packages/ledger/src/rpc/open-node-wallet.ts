/**
 * Opens a participant's wallet on a real node: the node has the keys; a file here says which of its addresses are the participant's, since a node with
 * several does not promise their order. Beside it, after its name: `.sent`, what was signed, and `.lock`, for as long as the wallet is open.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Address } from '@wattlot/core';
import { takeLock } from '../chain/folder-lock.ts';
import { LedgerError } from '../ledger-error.ts';
import { KEY_FILE_BYTES_MAX } from '../limits.ts';
import { openWalletJournal } from '../wallet/wallet-journal.ts';
import { listIn, textIn, unexpected } from './answers.ts';
import { chainParamsOf } from './node-ledger.ts';
import type { NodeUrl } from './node-url.ts';
import { RpcClient } from './rpc-client.ts';
import { openRpcWallet } from './rpc-wallet.ts';
import type { RpcWallet } from './rpc-wallet.ts';

/** A wallet on a node. */
export interface OpenNodeWallet {
  readonly wallet: RpcWallet;
  /** The name of the node's chain. */
  readonly chain: string;
  /** Closes the journal and gives the file back. The node's locks stay. */
  close(): Promise<void>;
}

interface Addresses {
  readonly address: Address;
  readonly meter?: Address;
}

const FORMAT = 'wattlot-node-1';

/**
 * Opens the wallet. At the first opening the settlement address is the node's first, and a meter's is made where one is wanted.
 * @param options.path of the file with the addresses, which is made when missing; no secret is in it.
 * @param options.meter whether the household has a meter that issues energy from an address of its own.
 * @throws LedgerError `chain_unreachable`, `chain_request_invalid` for user and password; `other_chain`, `key_file_unreadable`, `key_file_in_use` with the
 *   file's path; RpcError -709 when the node has no key of an address in the file.
 */
export async function openNodeWallet(options: {
  readonly path: string;
  readonly url: NodeUrl;
  readonly meter: boolean;
}): Promise<OpenNodeWallet> {
  const { path, url, meter } = options;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = await takeLock(`${path}.lock`, (holder) => {
    return new LedgerError('key_file_in_use', `the wallet ${path} is in use by ${holder}`);
  });
  const node = new RpcClient({ url });
  try {
    const { name: chain } = await chainParamsOf(node);
    const { address, meter: meterAddress } = await addressesOf(node, { path, chain, meter });
    const journal = await openWalletJournal(`${path}.sent`);
    const close = async (): Promise<void> => {
      node.close();
      await journal.close();
      await lock.release();
    };
    try {
      const at = meterAddress === undefined ? { address } : { address, meterAddress };
      return { wallet: await openRpcWallet({ node, journal, ...at }), chain, close };
    } catch (error) {
      await journal.close();
      throw error;
    }
  } catch (error) {
    node.close();
    await lock.release();
    throw error;
  }
}

/** The addresses in the file; what is missing is asked of the node and written down. */
async function addressesOf(
  node: RpcClient,
  { path, chain, meter }: { readonly path: string; readonly chain: string; meter: boolean },
): Promise<Addresses> {
  const kept = await readAddresses(path, chain);
  const address = kept?.address ?? (await firstAddress(node));
  const isWhole = kept !== undefined && (!meter || kept.meter !== undefined);
  if (isWhole) return kept;
  const made = meter ? { address, meter: await newAddress(node) } : { address };
  await writeAddresses(path, { format: FORMAT, chain, ...made });
  return made;
}

async function firstAddress(node: RpcClient): Promise<Address> {
  const method = 'getaddresses';
  const [first] = listIn(method, await node.call(method));
  if (first === undefined) throw unexpected(method, 'no address');
  return textIn(method, first) as Address;
}

async function newAddress(node: RpcClient): Promise<Address> {
  const method = 'getnewaddress';
  return textIn(method, await node.call(method)) as Address;
}

async function readAddresses(path: string, chain: string): Promise<Addresses | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unreadable(path, 'it cannot be read', error);
  }
  if (text.length > KEY_FILE_BYTES_MAX) throw unreadable(path, 'it is too large');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error);
  }
  const fields: Readonly<Record<string, unknown>> =
    typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  const { format, chain: kept, address, meter } = fields;
  if (format !== FORMAT || typeof address !== 'string') {
    throw unreadable(path, `it is not of the form ${FORMAT}`);
  }
  if (kept !== chain) {
    const chains = `for the chain ${JSON.stringify(kept)}, and the node is on ${chain}`;
    throw new LedgerError('other_chain', `the wallet ${path} is ${chains}`);
  }
  const addresses = { address: address as Address };
  return typeof meter === 'string' ? { ...addresses, meter: meter as Address } : addresses;
}

/** Beside, and then in its place: never half a file. */
async function writeAddresses(path: string, content: object): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

function unreadable(path: string, why: string, cause?: unknown): LedgerError {
  return new LedgerError('key_file_unreadable', `the wallet ${path} cannot be used: ${why}`, {
    cause,
  });
}
