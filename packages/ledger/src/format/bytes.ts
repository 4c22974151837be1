/**
 * Reading and writing the bytes of the ledger's wire format: little-endian integers, Bitcoin's
 * variable-length counts, and hexadecimal text. Reading never goes past the end and never allocates
 * more than the input is long.
 */

/** What is wrong with bytes that should have been a transaction, a script or their hexadecimal text. */
export type TransactionFormatCode =
  'not-hex' | 'too-long' | 'truncated' | 'not-canonical' | 'trailing-bytes' | 'out-of-range';

/** Bytes or values which are not of the ledger's format. Callers switch on `code`. */
export class TransactionFormatError extends Error {
  readonly code: TransactionFormatCode;

  constructor(code: TransactionFormatCode, message: string) {
    super(message);
    this.name = 'TransactionFormatError';
    this.code = code;
  }
}

const HEX_DIGITS = /^[0-9a-fA-F]*$/;

/** @returns lower-case hexadecimal text of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

const scratch = Buffer.alloc(256);

/** Bytes as Latin-1 text. A short array lies in the heap until its buffer is asked for, so that it is copied instead: a fifth of the time, and nothing outside of the heap. */
export function latin1Of(bytes: Uint8Array): string {
  if (bytes.length > scratch.length) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  }
  scratch.set(bytes);
  return scratch.toString('latin1', 0, bytes.length);
}

/**
 * The bytes of hexadecimal text, either case.
 * @throws TransactionFormatError `not-hex` on an odd length or any other character.
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !HEX_DIGITS.test(text)) {
    throw new TransactionFormatError('not-hex', 'expected an even number of hexadecimal digits');
  }
  // A copy: small Buffers are slices of a pool, and one that is kept would keep the pool's 64 kB.
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** A view of the same bytes without Buffer's own methods, whose `slice` would share memory. */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns whether both hold the same bytes. Not for secrets: stops at the first difference. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (one[i] !== other[i]) return false;
  }
  return true;
}

/** @returns the parts one after the other, in memory of their own. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Reads forward through bytes. Every read throws TransactionFormatError `truncated` rather than pass the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = plain(bytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next byte, left where it is. */
  peek(): number {
    const byte = this.uint8();
    this.#at--;
    return byte;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  /**
   * A count or length. A number written longer than need be is refused (`not-canonical`), so that
   * what was read is written back as the same bytes; one of 2^32 or more is `out-of-range`.
   */
  varint(): number {
    const first = this.uint8();
    if (first < 0xfd) return first;
    if (first === 0xff) throw new TransactionFormatError('out-of-range', 'count of 2^32 or more');
    const value = first === 0xfd ? this.uint16() : this.uint32();
    if (value < (first === 0xfd ? 0xfd : 0x1_0000)) {
      throw new TransactionFormatError('not-canonical', 'count written longer than need be');
    }
    return value;
  }

  /** The number of items that follow, each of at least `itemBytesMin` bytes: more than can fit is `truncated`. */
  count(itemBytesMin: number): number {
    const count = this.varint();
    if (count * itemBytesMin > this.remaining) {
      throw new TransactionFormatError('truncated', 'more items announced than bytes follow');
    }
    return count;
  }

  /** The next `length` bytes, in memory of their own: keeping them does not keep the whole input. */
  take(length: number): Uint8Array {
    const from = this.#advance(length);
    return this.#bytes.slice(from, from + length);
  }

  /** Bytes preceded by their length. */
  varbytes(): Uint8Array {
    return this.take(this.varint());
  }

  #advance(length: number): number {
    const from = this.#at;
    if (length > this.#bytes.length - from) {
      throw new TransactionFormatError('truncated', 'the bytes end too early');
    }
    this.#at = from + length;
    return from;
  }
}

/** Writes forward into memory that grows as needed. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  /** @param sizeHint bytes likely to be written; only saves copying. */
  constructor(sizeHint = 256) {
    this.#bytes = new Uint8Array(sizeHint);
    this.#view = new DataView(this.#bytes.buffer);
  }

  uint8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  uint16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
  }

  uint32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#view.setInt32(at, value, true);
  }

  int64(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value, true);
  }

  /** A count or length, 0 to 2^32 - 1, in its shortest form. */
  varint(value: number): void {
    if (value < 0xfd) {
      this.uint8(value);
    } else if (value < 0x1_0000) {
      this.uint8(0xfd);
      this.uint16(value);
    } else {
      this.uint8(0xfe);
      this.uint32(value);
    }
  }

  put(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Bytes preceded by their length. */
  varbytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.put(bytes);
  }

  /** @returns a copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #room(length: number): number {
    const at = this.#at;
    const needed = at + length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#at = needed;
    return at;
  }
}
