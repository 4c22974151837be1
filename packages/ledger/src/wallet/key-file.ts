/**
 * A participant's private keys, in a file that only he can read. JSON: the chain's name and the keys in the order in which they were made, each with a
 * name (`settlement`, `meter`, …) and 32 bytes in hexadecimal.
 */
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../chain/block-storage.ts';
import { fromHex, toHex } from '../format/bytes.ts';
import type { KeyPair } from '../format/keys.ts';
import { keyPairOf, newKeyPair } from '../format/keys.ts';
import { LedgerError } from '../ledger-error.ts';
import { KEY_FILE_BYTES_MAX, WALLET_KEYS_MAX } from '../limits.ts';

/** A key with what it is for. */
export interface NamedKey {
  readonly name: string;
  readonly key: KeyPair;
}

/** The keys of a file, in order. */
export interface KeyFile {
  readonly keys: readonly NamedKey[];
  /** Makes a key, and has it on disk before it answers. @throws RangeError beyond WALLET_KEYS_MAX. */
  add(name: string): Promise<KeyPair>;
}

/** Where keys are kept, and whose chain they are for. */
export interface KeyFileOptions {
  readonly path: string;
  readonly chain: string;
  /** Names of keys that must be there; those that are not are made. */
  readonly names: readonly string[];
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Uint8Array;
}

const FORMAT = 'wattlot-keys-1';

/**
 * Opens a key file, or makes it, readable for its owner only.
 * @throws LedgerError `key_file_open_to_others` with the command that mends it; `key_file_unreadable`.
 */
export async function openKeyFile(options: KeyFileOptions): Promise<KeyFile> {
  const { path, chain, names, random } = options;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let keys = (await readKeys(path, chain)) ?? [];
  if (keys.length === 0) {
    const made = names.map((name) => ({ name, key: newKeyPair(random) }));
    const own = await write(path, chain, made, 'new');
    keys = own ? made : ((await readKeys(path, chain)) ?? []);
  }
  const present = new Set(keys.map(({ name }) => name));
  const missing = names.filter((name) => !present.has(name));
  if (missing.length > 0) {
    keys = [...keys, ...missing.map((name) => ({ name, key: newKeyPair(random) }))];
    await write(path, chain, keys, 'again');
  }
  return keyFileOf(options, keys);
}

function keyFileOf({ path, chain, random }: KeyFileOptions, first: readonly NamedKey[]): KeyFile {
  let keys = first;
  return {
    get keys() {
      return keys;
    },
    add: async (name) => {
      if (keys.length >= WALLET_KEYS_MAX) throw new RangeError('no room for another key');
      const key = newKeyPair(random);
      const more = [...keys, { name, key }];
      await write(path, chain, more, 'again');
      keys = more;
      return key;
    },
  };
}

/** Keys that are kept nowhere: for tests, and for the paper's scenario. */
export function keysInMemory(
  names: readonly string[],
  random: (length: number) => Uint8Array,
): KeyFile {
  let keys: readonly NamedKey[] = names.map((name) => ({ name, key: newKeyPair(random) }));
  return {
    get keys() {
      return keys;
    },
    add: (name) => {
      const key = newKeyPair(random);
      keys = [...keys, { name, key }];
      return Promise.resolve(key);
    },
  };
}

/** Writes beside and gives the finished file its name: never half a file. @returns false if `new` and the name was taken meanwhile. */
async function write(
  path: string,
  chain: string,
  keys: readonly NamedKey[],
  how: 'new' | 'again',
): Promise<boolean> {
  const beside = `${path}.${process.pid}.new`;
  const plain = keys.map(({ name, key }) => ({ name, privateKey: toHex(key.privateKey) }));
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ format: FORMAT, chain, keys: plain }, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    if (how === 'new') {
      await link(beside, path);
      await unlink(beside);
    } else {
      await rename(beside, path);
    }
  } catch (error) {
    await unlink(beside);
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  syncFolder(dirname(path));
  return true;
}

async function readKeys(path: string, chain: string): Promise<readonly NamedKey[] | undefined> {
  const text = await readOwn(path);
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is not JSON');
  }
  if (!isRecord(parsed) || parsed['format'] !== FORMAT || !Array.isArray(parsed['keys'])) {
    throw unreadable(path, `it is not of the form ${FORMAT}`);
  }
  if (parsed['chain'] !== chain) {
    throw unreadable(path, `its keys are for the chain ${JSON.stringify(parsed['chain'])}`);
  }
  return parsed['keys'].map((entry: unknown) => readKey(path, entry));
}

function readKey(path: string, entry: unknown): NamedKey {
  if (isRecord(entry)) {
    const { name, privateKey } = entry;
    if (typeof name === 'string' && typeof privateKey === 'string') {
      try {
        return { name, key: keyPairOf(fromHex(privateKey)) };
      } catch {
        // told below, without the text: it may be a key with a typing error
      }
    }
  }
  throw unreadable(path, 'one of its keys is none');
}

async function readOwn(path: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unreadable(path, 'it cannot be opened', error);
  }
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new LedgerError(
        'key_file_open_to_others',
        `the key file ${path} can be read by others; mend it with: chmod 600 '${path}'`,
      );
    }
    if (size > KEY_FILE_BYTES_MAX) throw unreadable(path, 'it is too large');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function unreadable(path: string, why: string, cause?: unknown): LedgerError {
  return new LedgerError('key_file_unreadable', `the key file ${path} cannot be used: ${why}`, {
    cause,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
