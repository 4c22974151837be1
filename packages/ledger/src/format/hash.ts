/** The ledger's hashes. */
import { hash } from 'node:crypto';
import { plain } from './bytes.ts';

/** One SHA-256: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return plain(hash('sha256', bytes, 'buffer'));
}

/** SHA-256 twice: transaction ids, signature hashes, checksums. 32 bytes. */
export function sha256d(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

/** RIPEMD-160 of SHA-256, what an address stands for: 20 bytes. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return plain(hash('ripemd160', sha256(bytes), 'buffer'));
}
