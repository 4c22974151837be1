/** Private keys, their public keys, and the 20-byte hash an address stands for. */
import secp256k1 from 'secp256k1';
import { hash160 } from './hash.ts';

/** A participant's key. `privateKey` is 32 bytes and secret; `publicKey` 33 bytes (compressed); `hash160` 20. */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly hash160: Uint8Array;
}

/** Bytes of a private key. */
export const PRIVATE_KEY_BYTES = 32;

/** Draws before giving up: a sound source misses the valid range once in 2^127 draws. */
const DRAWS_MAX = 8;

/** The key pair of a private key. @throws RangeError unless it is 32 bytes naming a number the curve allows. */
export function keyPairOf(privateKey: Uint8Array): KeyPair {
  if (privateKey.length !== PRIVATE_KEY_BYTES || !secp256k1.privateKeyVerify(privateKey)) {
    throw new RangeError('not a private key');
  }
  const own = Uint8Array.from(privateKey);
  const publicKey = secp256k1.publicKeyCreate(own, true);
  return { privateKey: own, publicKey, hash160: hash160(publicKey) };
}

/**
 * A new key from a source of chance, such as `randomBytes` of `node:crypto`.
 * @throws RangeError if the source never gives a usable key.
 */
export function newKeyPair(randomBytes: (length: number) => Uint8Array): KeyPair {
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const candidate = randomBytes(PRIVATE_KEY_BYTES);
    if (candidate.length === PRIVATE_KEY_BYTES && secp256k1.privateKeyVerify(candidate)) {
      return keyPairOf(candidate);
    }
  }
  throw new RangeError('the source of chance gave no usable private key');
}
