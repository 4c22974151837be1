/** Messages signed by an address: `signmessage` and `verifymessage`. */
import secp256k1 from 'secp256k1';
import type { ChainParams } from './address.ts';
import { hashOfAddress } from './address.ts';
import { ByteWriter, concatBytes, sameBytes } from './bytes.ts';
import { hash160, sha256d } from './hash.ts';
import type { KeyPair } from './keys.ts';
import { MESSAGE_BYTES_MAX } from '../limits.ts';

/** Keeps a signed message from ever being a signed transaction. MultiChain's own, not Bitcoin's. */
const MAGIC = 'MultiChain Signed Message:\n';

const SIGNATURE_BYTES = 65;
/** First byte of a signature: 27, 4 more for a compressed key, and which of 4 keys it recovers to. */
const HEADER_COMPRESSED = 31;
const HEADER_MAX = 34;

/** Signs a text. @returns 65 bytes in base64. @throws RangeError if the text is too long. */
export function signMessage(text: string, key: KeyPair): string {
  const digest = messageHash(text);
  if (!digest) throw new RangeError('message too long');
  const { signature, recid } = secp256k1.ecdsaSign(digest, key.privateKey);
  const bytes = concatBytes(Uint8Array.of(HEADER_COMPRESSED + recid), signature);
  return Buffer.from(bytes).toString('base64');
}

/** Whether `address` signed exactly this text. False for anything malformed; never throws. */
export function verifyMessage(
  address: string,
  signature: string,
  text: string,
  params: ChainParams,
): boolean {
  const owner = hashOfAddress(address, params);
  const bytes = readSignature(signature);
  const digest = messageHash(text);
  if (!owner || !bytes || !digest) return false;
  const recid = (bytes[0] ?? 0) - HEADER_COMPRESSED;
  try {
    const publicKey = secp256k1.ecdsaRecover(bytes.subarray(1), recid, digest, true);
    return sameBytes(hash160(publicKey), owner);
  } catch {
    return false; // no key could have made it
  }
}

function readSignature(text: string): Uint8Array | undefined {
  if (text.length > 2 * SIGNATURE_BYTES) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== SIGNATURE_BYTES || bytes.toString('base64') !== text) return undefined;
  const header = bytes[0] ?? 0;
  return header >= HEADER_COMPRESSED && header <= HEADER_MAX ? bytes : undefined;
}

function messageHash(text: string): Uint8Array | undefined {
  const encoder = new TextEncoder();
  if (text.length > MESSAGE_BYTES_MAX) return undefined;
  const bytes = encoder.encode(text);
  if (bytes.length > MESSAGE_BYTES_MAX) return undefined;
  const writer = new ByteWriter(bytes.length + 64);
  writer.varbytes(encoder.encode(MAGIC));
  writer.varbytes(bytes);
  return sha256d(writer.finish());
}
