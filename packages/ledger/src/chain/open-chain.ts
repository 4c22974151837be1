/** Opens an embedded chain's folder: takes it, reads all blocks, and checks every transaction again. */
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkTransaction, readContent } from './acceptance.ts';
import { paramsForChain } from '../format/address.ts';
import { assetRefOf } from './assets.ts';
import { openBlockFile } from './block-file.ts';
import { openFileStorage } from './block-storage.ts';
import type { BlockStorage } from './block-storage.ts';
import type { BlockTransaction, DecodedBlock } from './block.ts';
import { decodeBlock, encodeBlock, NO_BLOCK } from './block.ts';
import { sameBytes, toHex, TransactionFormatError } from '../format/bytes.ts';
import { ChainArchive } from './chain-archive.ts';
import { ChainState } from './chain-state.ts';
import { Chain } from './chain.ts';
import { assetIdOf, PERMISSION_FOREVER } from '../format/element.ts';
import { lockFolder } from './folder-lock.ts';
import type { ProcessLock } from './folder-lock.ts';
import type { KeyPair } from '../format/keys.ts';
import { LedgerError } from '../ledger-error.ts';
import { CHAIN_FLAGS } from './permissions.ts';
import { RpcError } from '../rpc-error.ts';
import { decodeTransaction } from '../format/transaction.ts';

/** Which chain, and whose. */
export interface ChainTerms {
  /** Decides the form of the addresses, and stands in block 0. */
  readonly name: string;
  /** Who makes the blocks and holds all permissions at first. */
  readonly operatorKey: KeyPair;
  /** Milliseconds since 1970: the time of block 0 of a new chain. */
  readonly now: number;
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Uint8Array;
  /** Check every signature again while reading: 0.1 ms each. Default false: they were checked before they were written, and the file has checksums. */
  readonly verifySignatures?: boolean;
  /** Whether to begin a chain where there is none. Default true; false where something else says that there was one. */
  readonly begin?: boolean;
}

/** The same, and where. */
export interface ChainOptions extends ChainTerms {
  /** Made when missing. Belongs to one process at a time. */
  readonly folder: string;
}

const BLOCK_FILE = 'blocks';
const SESSION_BYTES = 8;

/**
 * Opens the chain in a folder, or starts one there.
 *
 * What a restart trusts, without `verifySignatures`: that nobody but this program wrote the file, and with it the signatures of operator and
 * participants, each checked before its block was written. What it checks again: the SHA-256 of each block, the hash that links it to the one before,
 * its Merkle root, and every rule but the signatures of every transaction, because that is how the state is built.
 *
 * @throws LedgerError `folder_in_use`; `corrupt` with file and byte, having changed nothing; `chain_missing`; `other_chain` if the folder holds one of another name
 *   or operator.
 */
export async function openChain(options: ChainOptions): Promise<Chain> {
  const { folder } = options;
  if (options.begin === false && !holdsChain(folder)) throw missing(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    return await openChainOn(await openFileStorage(join(folder, BLOCK_FILE)), options, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Opens the chain in a storage, or starts one there. @param lock is released when the chain is closed.
 * @throws as `openChain`; the storage is closed then, and the lock still held.
 */
export async function openChainOn(
  storage: BlockStorage,
  terms: ChainTerms,
  lock: ProcessLock,
): Promise<Chain> {
  const state = new ChainState(paramsForChain(terms.name));
  const archive = await readArchive(storage, terms, state);
  const session = toHex(terms.random(SESSION_BYTES));
  return new Chain({ operator: terms.operatorKey, state, archive, lock, session });
}

/** Whether anything that could be a chain is in a folder. Only looks. */
export function holdsChain(folder: string): boolean {
  const stats = statSync(join(folder, BLOCK_FILE), { throwIfNoEntry: false });
  return stats !== undefined && stats.size > 0;
}

function missing(place: string): LedgerError {
  return new LedgerError('chain_missing', `the chain in ${place} is missing`);
}

interface Replay {
  readonly path: string;
  readonly options: ChainTerms;
  readonly state: ChainState;
  readonly archive: ChainArchive;
}

async function readArchive(
  storage: BlockStorage,
  options: ChainTerms,
  state: ChainState,
): Promise<ChainArchive> {
  const path = storage.name;
  const archive = new ChainArchive();
  const replay = { path, options, state, archive };
  const file = await openBlockFile(storage, (bytes, offset) => {
    readBlock(replay, bytes, offset);
  });
  archive.attach(file);
  try {
    if (archive.count === 0) {
      if (options.begin === false) throw missing(dirname(path));
      await begin(replay);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return archive;
}

/** Writes block 0 of a new chain. */
async function begin(replay: Replay): Promise<void> {
  const { options, archive } = replay;
  const { bytes } = encodeBlock({
    height: 0,
    previous: NO_BLOCK,
    time: Math.floor(options.now / 1000),
    chain: options.name,
    operator: options.operatorKey,
    transactions: [],
  });
  const offset = archive.file.nextOffset;
  await archive.file.append(bytes);
  readBlock(replay, bytes, offset);
}

function readBlock(replay: Replay, bytes: Uint8Array, offset: number): void {
  const { state, archive, options } = replay;
  const block = decode(replay, bytes, offset);
  if (block.height !== archive.count || block.previous !== (archive.tip || NO_BLOCK)) {
    throw corrupt(replay, offset, 'a block is not the successor of the one before');
  }
  const { hash160 } = options.operatorKey;
  if (block.chain !== options.name || !sameBytes(block.operator, hash160)) {
    throw new LedgerError(
      'other_chain',
      `${replay.path} holds the chain ${JSON.stringify(block.chain)} of ${state.addressOf(block.operator)}, not ${JSON.stringify(options.name)} of ${state.addressOf(hash160)}`,
    );
  }
  if (options.verifySignatures && !block.isSigned()) {
    throw corrupt(replay, offset, "a block is not signed by the chain's operator");
  }
  if (block.height === 0) applyOpening(state, block);
  block.transactions.forEach((transaction, i) => {
    applyTransaction(replay, { block, transaction, i, offset });
  });
  state.height = block.height;
  archive.enter(block, { offset, length: bytes.length, offsets: block.offsets });
}

function decode(replay: Replay, bytes: Uint8Array, offset: number): DecodedBlock {
  try {
    return decodeBlock(bytes);
  } catch (error) {
    if (error instanceof TransactionFormatError) throw corrupt(replay, offset, error.message);
    throw error;
  }
}

/** Block 0 gives the operator something to spend, and every permission. */
function applyOpening(state: ChainState, block: DecodedBlock): void {
  const { coinbase } = block;
  const made = decodeTransaction(coinbase.bytes).outputs.map(({ script }) =>
    readContent(state, script, coinbase.txid),
  );
  const address = state.addressOf(block.operator);
  const timestamp = block.time;
  const grant = { entity: null, flags: CHAIN_FLAGS, start: 0, end: PERMISSION_FOREVER, timestamp };
  const grants = [{ address, grant, admin: address }];
  const effects = { spends: [], made, newAsset: undefined, issued: [], grants, movements: [] };
  state.apply({ ...coinbase, ...effects }, 0, 0);
}

function applyTransaction(
  replay: Replay,
  at: { block: DecodedBlock; transaction: BlockTransaction; i: number; offset: number },
): void {
  const { state, options } = replay;
  const { block, transaction, i, offset } = at;
  const decoded = block.decoded[i];
  const place = block.offsets[i] ?? 0;
  if (!decoded) throw new Error('a block with fewer transactions than it has');
  const signatures = options.verifySignatures ?? false;
  const candidate = { ...transaction, transaction: decoded };
  const checked = checkTransaction(state, candidate, { signatures });
  if (checked instanceof RpcError) {
    const what = `transaction ${transaction.txid} breaks a rule: ${checked.message}`;
    throw corrupt(replay, offset + place, what);
  }
  state.apply(checked, 0, block.height);
  if (!checked.newAsset) return;
  const ref = assetRefOf(block.height, place, transaction.txid);
  state.assets.confirm(assetIdOf(transaction.txid), ref);
}

function corrupt(replay: Replay, offset: number, what: string): LedgerError {
  return new LedgerError('corrupt', `${replay.path} is damaged at byte ${offset}: ${what}`);
}
