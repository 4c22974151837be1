/**
 * Signatures over transactions: Bitcoin's rules before segregated witness, for the two kinds used here.
 *
 * `ALL` covers every input and output. `SINGLE|ANYONECANPAY` covers its own input, and the outputs
 * up to its own index with all but the last blanked: so it holds in any transaction where that
 * input and that output stand at the same index, whatever else there is.
 */
import secp256k1 from 'secp256k1';
import { ByteReader, ByteWriter, concatBytes, sameBytes, TransactionFormatError } from './bytes.ts';
import { hash160, sha256, sha256d } from './hash.ts';
import type { KeyPair } from './keys.ts';
import { SIGNATURES_REMEMBERED_MAX } from '../limits.ts';
import { ownerOf, readPush, writePush } from './script.ts';
import { writeOutpoint, writeOutput } from './transaction.ts';
import type { Transaction } from './transaction.ts';

/** The last byte of a signature: what it covers. */
export const SIGHASH = { all: 0x01, singleAnyoneCanPay: 0x83 } as const;

/** One of `SIGHASH`. */
export type HashType = (typeof SIGHASH)[keyof typeof SIGHASH];

/** A signature script taken apart. */
export interface SignatureScript {
  /** DER, low S, without the hash type byte. */
  readonly der: Uint8Array;
  readonly hashType: HashType;
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
}

const PUBLIC_KEY_BYTES = 33;
const DER_BYTES_MIN = 8;
const DER_BYTES_MAX = 72;

/**
 * What a signature of input `index` covers, written out; the signature signs its double SHA-256.
 * @param prevScript the whole script of the output spent, its dropped elements too.
 * @throws RangeError without such an input or, for `SINGLE`, without an output at that index: Bitcoin
 *   would sign the number 1 there, which would let anybody reuse the signature.
 */
export function signedBytes(
  transaction: Transaction,
  index: number,
  prevScript: Uint8Array,
  hashType: HashType,
): Uint8Array {
  const single = hashType === SIGHASH.singleAnyoneCanPay;
  const own = transaction.inputs[index];
  if (!own) throw new RangeError('no such input');
  if (single && index >= transaction.outputs.length) throw new RangeError('no such output');
  const inputs = single ? [own] : transaction.inputs;
  const outputs = single ? transaction.outputs.slice(0, index + 1) : transaction.outputs;
  const writer = new ByteWriter(128 + inputs.length * 41 + outputs.length * 65);
  writer.int32(transaction.version);
  writer.varint(inputs.length);
  for (const input of inputs) {
    writeOutpoint(writer, input);
    writer.varbytes(input === own ? prevScript : NOTHING);
    writer.uint32(input.sequence);
  }
  writer.varint(outputs.length);
  outputs.forEach((output, i) => {
    writeOutput(writer, single && i < index ? BLANK_OUTPUT : output);
  });
  writer.uint32(transaction.lockTime);
  writer.uint32(hashType);
  return writer.finish();
}

const NOTHING = new Uint8Array(0);
const BLANK_OUTPUT = { value: -1n, script: NOTHING };

/** What to sign: input `index` of `transaction`, spending an output with script `prevScript`. */
export interface SigningRequest {
  readonly transaction: Transaction;
  readonly index: number;
  readonly prevScript: Uint8Array;
  readonly key: KeyPair;
  readonly hashType: HashType;
}

/** Signs one input. @returns its script: the signature with its type, then the public key. */
export function signInput(request: SigningRequest): Uint8Array {
  const { transaction, index, prevScript, key, hashType } = request;
  const digest = sha256d(signedBytes(transaction, index, prevScript, hashType));
  const { signature } = secp256k1.ecdsaSign(digest, key.privateKey);
  const der = secp256k1.signatureExport(signature);
  return writeSignatureScript({ der, hashType, publicKey: key.publicKey });
}

/** Writes a signature script. */
export function writeSignatureScript(parts: SignatureScript): Uint8Array {
  const writer = new ByteWriter(112);
  const signature = new Uint8Array(parts.der.length + 1);
  signature.set(parts.der);
  signature[parts.der.length] = parts.hashType;
  writePush(writer, signature);
  writePush(writer, parts.publicKey);
  return writer.finish();
}

/**
 * Takes a signature script apart.
 * @returns undefined unless it is exactly what `signInput` writes: two pushes, a strict DER
 *   signature with low S and a hash type of `SIGHASH`, a compressed public key. There is one such
 *   script for a signature: nobody but the signer can change a transaction's id.
 */
export function readSignatureScript(script: Uint8Array): SignatureScript | undefined {
  return takeApart(script)?.parts;
}

function takeApart(
  script: Uint8Array,
): { readonly parts: SignatureScript; readonly compact: Uint8Array } | undefined {
  try {
    const reader = new ByteReader(script);
    const signature = readPush(reader);
    const publicKey = readPush(reader);
    if (reader.remaining > 0) return undefined;
    const der = signature.subarray(0, -1);
    const hashType = toHashType(signature.at(-1));
    if (hashType === undefined || publicKey.length !== PUBLIC_KEY_BYTES) return undefined;
    if (der.length < DER_BYTES_MIN || der.length > DER_BYTES_MAX) return undefined;
    const compact = importStrict(der);
    return compact && { parts: { der, hashType, publicKey }, compact };
  } catch (error) {
    if (error instanceof TransactionFormatError) return undefined;
    throw error;
  }
}

/** The 64 bytes of a signature, undefined unless `der` is its one canonical low-S form. */
function importStrict(der: Uint8Array): Uint8Array | undefined {
  try {
    const compact = secp256k1.signatureImport(der);
    const low = secp256k1.signatureNormalize(Uint8Array.from(compact));
    return sameBytes(secp256k1.signatureExport(low), der) ? compact : undefined;
  } catch {
    return undefined;
  }
}

function toHashType(byte: number | undefined): HashType | undefined {
  return byte === SIGHASH.all || byte === SIGHASH.singleAnyoneCanPay ? byte : undefined;
}

/** Why an input is not rightly signed, in the order in which it is looked for. */
export type SignatureFault =
  /** Its script is not what `signInput` writes. */
  | 'signature-form'
  /** Its signature is of another type than demanded. */
  | 'signature-type'
  /** It is signed by another key than the output's. */
  | 'signature-key'
  /** The signature does not cover this transaction. */
  | 'signature-wrong';

/**
 * What is wrong with the signature of input `index`, which spends an output with script `prevScript`.
 * @param options.hashType the only type allowed; any of `SIGHASH` without it.
 * @param options.cache remembers what was found good, so that a signature seen in an offer is not
 *   checked again in the transaction that completes it.
 * @returns undefined if the owner of the output has rightly signed.
 */
export function signatureFault(
  transaction: Transaction,
  index: number,
  prevScript: Uint8Array,
  options: { readonly hashType?: HashType; readonly cache?: SignatureCache | undefined } = {},
): SignatureFault | undefined {
  const { cache } = options;
  const input = transaction.inputs[index];
  const taken = input && takeApart(input.script);
  if (!taken) return 'signature-form';
  const { publicKey, hashType } = taken.parts;
  if (options.hashType !== undefined && hashType !== options.hashType) return 'signature-type';
  const owner = ownerOf(prevScript);
  if (!owner || !sameBytes(hash160(publicKey), owner)) return 'signature-key';
  const single = hashType === SIGHASH.singleAnyoneCanPay;
  if (single && index >= transaction.outputs.length) return 'signature-wrong';
  const digest = sha256d(signedBytes(transaction, index, prevScript, hashType));
  const name = cache && sha256(concatBytes(digest, publicKey, taken.compact));
  if (name !== undefined && cache?.has(name) === true) return undefined;
  if (!verifyDigest(taken.compact, digest, publicKey)) return 'signature-wrong';
  if (name !== undefined) cache?.add(name);
  return undefined;
}

/** Whether input `index` is rightly signed by the owner of the output with script `prevScript`. */
export function verifyInput(
  transaction: Transaction,
  index: number,
  prevScript: Uint8Array,
  cache?: SignatureCache,
): boolean {
  return signatureFault(transaction, index, prevScript, { cache }) === undefined;
}

function verifyDigest(compact: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return secp256k1.ecdsaVerify(compact, digest, publicKey);
  } catch {
    return false; // not a point of the curve
  }
}

const NAME_BYTES = 32;

/** Names of 32 bytes that are evenly spread, in two arrays outside of the heap: a set of texts takes twice as much. */
class Names {
  count = 0;
  #bytes = new Uint8Array(64 * NAME_BYTES);
  /** By a name's first bytes: 1 more than its number, 0 where none is. At least half are free. */
  #slots = new Uint32Array(128);

  has(name: Uint8Array): boolean {
    return this.#slots[this.#slotOf(name)] !== 0;
  }

  /** Adds a name that is not there. */
  add(name: Uint8Array): void {
    if (2 * this.count === this.#slots.length) this.#grow();
    this.#bytes.set(name, this.count * NAME_BYTES);
    this.count += 1;
    this.#slots[this.#slotOf(name)] = this.count;
  }

  /** Where the name is, or would be. */
  #slotOf(name: Uint8Array): number {
    const last = this.#slots.length - 1;
    const [a = 0, b = 0, c = 0] = name;
    let slot = (a | (b << 8) | (c << 16)) & last;
    for (;;) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const from = (number - 1) * NAME_BYTES;
      if (sameBytes(this.#bytes.subarray(from, from + NAME_BYTES), name)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #grow(): void {
    const before = this.#bytes;
    this.#bytes = new Uint8Array(2 * before.length);
    this.#bytes.set(before);
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let number = 0; number < this.count; number += 1) {
      const from = number * NAME_BYTES;
      this.#slots[this.#slotOf(before.subarray(from, from + NAME_BYTES))] = number + 1;
    }
  }
}

/** Signatures found good, the oldest forgotten first. Says nothing about any other. */
export class SignatureCache {
  readonly #max: number;
  #young = new Names();
  #old = new Names();

  /** @param max how many to remember at most; half of them at least. */
  constructor(max: number = SIGNATURES_REMEMBERED_MAX) {
    this.#max = max;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#young.count + this.#old.count;
  }

  /** @param name 32 bytes of a hash of all that was checked. */
  has(name: Uint8Array): boolean {
    return this.#young.has(name) || this.#old.has(name);
  }

  /** @param name as for `has`. */
  add(name: Uint8Array): void {
    if (this.has(name)) return;
    if (2 * this.#young.count >= this.#max) [this.#old, this.#young] = [this.#young, new Names()];
    this.#young.add(name);
  }
}
