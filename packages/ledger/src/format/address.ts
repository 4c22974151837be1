/** Addresses and private keys as text, in the form that a chain's parameters give them. */
import bs58 from 'bs58';
import type { Address } from '@wattlot/core';
import { concatBytes, fromHex } from './bytes.ts';
import { sha256, sha256d } from './hash.ts';
import { keyPairOf, PRIVATE_KEY_BYTES } from './keys.ts';
import type { KeyPair } from './keys.ts';

/**
 * What makes a chain's addresses its own: version bytes spread between groups of the hash's bytes
 * and four bytes XORed into the checksum. An address of one chain is none on another.
 */
export interface ChainParams {
  readonly name: string;
  /** `address-pubkeyhash-version`, 1 to 4 bytes. */
  readonly addressVersion: Uint8Array;
  /** `address-scripthash-version`, as many bytes. Only told, never used: no script addresses here. */
  readonly scriptVersion: Uint8Array;
  /** `private-key-version`, as many bytes. */
  readonly privateKeyVersion: Uint8Array;
  /** `address-checksum-value`, 4 bytes. */
  readonly addressChecksum: Uint8Array;
}

const HASH_BYTES = 20;
const CHECKSUM_BYTES = 4;
const VERSION_BYTES_MAX = 4;
/** Characters of the longest text worth decoding: a private key has 56. */
const TEXT_LENGTH_MAX = 64;
/** Follows a private key whose public key is written in 33 bytes; ours always are. */
const COMPRESSED_MARK = 0x01;

/**
 * The parameters of an embedded chain: nothing but its name decides them, so that all processes of
 * one market agree without asking. First bytes 00, 05 and 80 as on every default chain.
 */
export function paramsForChain(name: string): ChainParams {
  const bytes = sha256(new TextEncoder().encode(`wattlot chain ${name}`));
  return {
    name,
    addressVersion: concatBytes(Uint8Array.of(0x00), bytes.slice(0, 3)),
    scriptVersion: concatBytes(Uint8Array.of(0x05), bytes.slice(3, 6)),
    privateKeyVersion: concatBytes(Uint8Array.of(0x80), bytes.slice(6, 9)),
    addressChecksum: bytes.slice(9, 13),
  };
}

/** The fields of `getblockchainparams` that addresses need, under a node's names. */
export interface NodeChainParams {
  readonly 'chain-name': string;
  readonly 'address-pubkeyhash-version': string;
  readonly 'address-scripthash-version': string;
  readonly 'private-key-version': string;
  readonly 'address-checksum-value': string;
}

/**
 * The parameters of a real chain, from its `getblockchainparams`.
 * @throws TransactionFormatError or RangeError if a field is not hexadecimal or has the wrong length.
 */
export function paramsOfNode(fields: NodeChainParams): ChainParams {
  const addressVersion = fromHex(fields['address-pubkeyhash-version']);
  const scriptVersion = fromHex(fields['address-scripthash-version']);
  const privateKeyVersion = fromHex(fields['private-key-version']);
  const addressChecksum = fromHex(fields['address-checksum-value']);
  const length = addressVersion.length;
  if (length < 1 || length > VERSION_BYTES_MAX) throw new RangeError('version of 1 to 4 bytes');
  if (scriptVersion.length !== length || privateKeyVersion.length !== length) {
    throw new RangeError('versions must be equally long');
  }
  if (addressChecksum.length !== CHECKSUM_BYTES) throw new RangeError('checksum value of 4 bytes');
  return {
    name: fields['chain-name'],
    addressVersion,
    scriptVersion,
    privateKeyVersion,
    addressChecksum,
  };
}

/** The address of a 20-byte public key hash. @throws RangeError on another length. */
export function addressOf(hash160: Uint8Array, params: ChainParams): Address {
  if (hash160.length !== HASH_BYTES) throw new RangeError('a public key hash has 20 bytes');
  return withChecksum(spread(hash160, params.addressVersion), params) as Address;
}

/** The public key hash of an address. @returns undefined unless it is an address of this very chain. */
export function hashOfAddress(address: string, params: ChainParams): Uint8Array | undefined {
  const body = withoutChecksum(address, params);
  return body && gather(body, params.addressVersion, HASH_BYTES);
}

/** A private key as text, as `dumpprivkey` shows it: secret. */
export function privateKeyText(key: KeyPair, params: ChainParams): string {
  const marked = concatBytes(key.privateKey, Uint8Array.of(COMPRESSED_MARK));
  return withChecksum(spread(marked, params.privateKeyVersion), params);
}

/** Reads a private key's text. @returns undefined unless it is one of this very chain, compressed. */
export function keyPairOfText(text: string, params: ChainParams): KeyPair | undefined {
  const body = withoutChecksum(text, params);
  const marked = body && gather(body, params.privateKeyVersion, PRIVATE_KEY_BYTES + 1);
  if (!marked || marked[PRIVATE_KEY_BYTES] !== COMPRESSED_MARK) return undefined;
  try {
    return keyPairOf(marked.subarray(0, PRIVATE_KEY_BYTES));
  } catch {
    return undefined;
  }
}

/** One version byte before each group of `floor(length / version bytes)` bytes; the rest follows. */
function spread(body: Uint8Array, version: Uint8Array): Uint8Array {
  const group = Math.floor(body.length / version.length);
  const parts: Uint8Array[] = [];
  version.forEach((byte, i) => {
    const last = i === version.length - 1;
    parts.push(Uint8Array.of(byte), body.subarray(i * group, last ? undefined : (i + 1) * group));
  });
  return concatBytes(...parts);
}

function gather(
  bytes: Uint8Array,
  version: Uint8Array,
  bodyLength: number,
): Uint8Array | undefined {
  if (bytes.length !== bodyLength + version.length) return undefined;
  const group = Math.floor(bodyLength / version.length);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < version.length; i++) {
    const at = i * (group + 1);
    if (bytes[at] !== version[i]) return undefined;
    const last = i === version.length - 1;
    parts.push(bytes.subarray(at + 1, last ? undefined : at + 1 + group));
  }
  return concatBytes(...parts);
}

function checksumOf(body: Uint8Array, params: ChainParams): Uint8Array {
  return sha256d(body)
    .subarray(0, CHECKSUM_BYTES)
    .map((byte, i) => byte ^ (params.addressChecksum[i] ?? 0));
}

function withChecksum(body: Uint8Array, params: ChainParams): string {
  return bs58.encode(concatBytes(body, checksumOf(body, params)));
}

function withoutChecksum(text: string, params: ChainParams): Uint8Array | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const bytes = bs58.decodeUnsafe(text);
  if (!bytes || bytes.length <= CHECKSUM_BYTES) return undefined;
  const body = bytes.slice(0, -CHECKSUM_BYTES);
  const expected = checksumOf(body, params);
  const given = bytes.subarray(body.length);
  return given.every((byte, i) => byte === expected[i]) ? body : undefined;
}

/** The hash of MultiChain's burn address, `burnaddress` of getinfo: nobody has a key for it. */
export const BURN_HASH: Uint8Array = new Uint8Array(20);
