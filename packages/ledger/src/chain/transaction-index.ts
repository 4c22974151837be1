/**
 * Where each confirmed transaction is: 48 bytes each in flat arrays, because there is one for every lot ever settled. An open-addressed table of
 * record numbers (plus one; 0 is free), at most two thirds full, finds a record by the first bytes of its id, which are as good as random.
 */
import { TransactionFormatError } from '../format/bytes.ts';

/** Where a confirmed transaction is. */
export interface TransactionPlace {
  readonly height: number;
  /** In its block, the coinbase being 0. */
  readonly index: number;
  /** Of its bytes, in the block file. */
  readonly offset: number;
  readonly length: number;
}

const ID_BYTES = 32;
const RECORDS_FIRST = 1024;

/** Grows only: a confirmed transaction stays confirmed. */
export class TransactionIndex {
  #ids = new Uint8Array(RECORDS_FIRST * ID_BYTES);
  #places = new Float64Array(RECORDS_FIRST * 2);
  #lengths = new Uint32Array(RECORDS_FIRST * 2);
  #slots = new Uint32Array(RECORDS_FIRST * 2);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** Remembers a transaction that is not there yet. */
  add(txid: string, place: TransactionPlace): void {
    const record = this.#count;
    if ((record + 1) * ID_BYTES > this.#ids.length) this.#grow();
    const id = scratchOf(txid);
    this.#ids.set(id, record * ID_BYTES);
    this.#places[record * 2] = place.offset;
    this.#places[record * 2 + 1] = place.height;
    this.#lengths[record * 2] = place.length;
    this.#lengths[record * 2 + 1] = place.index;
    this.#count++;
    this.#enter(record);
  }

  /** @returns where the transaction is; undefined if it is not confirmed. `txid` is 64 lower-case digits. */
  find(txid: string): TransactionPlace | undefined {
    const id = scratchOf(txid);
    const mask = this.#slots.length - 1;
    for (let slot = startOf(id, 0) & mask; ; slot = (slot + 1) & mask) {
      const record = (this.#slots[slot] ?? 0) - 1;
      if (record < 0) return undefined;
      if (this.#isAt(record, id)) {
        return {
          offset: this.#places[record * 2] ?? 0,
          height: this.#places[record * 2 + 1] ?? 0,
          length: this.#lengths[record * 2] ?? 0,
          index: this.#lengths[record * 2 + 1] ?? 0,
        };
      }
    }
  }

  #isAt(record: number, id: Uint8Array): boolean {
    for (let i = 0, at = record * ID_BYTES; i < ID_BYTES; i++, at++) {
      if (this.#ids[at] !== id[i]) return false;
    }
    return true;
  }

  #enter(record: number): void {
    const mask = this.#slots.length - 1;
    let slot = startOf(this.#ids, record * ID_BYTES) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = record + 1;
  }

  #grow(): void {
    const records = (this.#ids.length / ID_BYTES) * 2;
    this.#ids = extended(this.#ids, new Uint8Array(records * ID_BYTES));
    this.#places = extended(this.#places, new Float64Array(records * 2));
    this.#lengths = extended(this.#lengths, new Uint32Array(records * 2));
    this.#slots = new Uint32Array(records * 2);
    for (let record = 0; record < this.#count; record++) this.#enter(record);
  }
}

function extended<T extends Uint8Array | Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function startOf(bytes: Uint8Array, at: number): number {
  const [a, b] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
  const [c, d] = [bytes[at + 2] ?? 0, bytes[at + 3] ?? 0];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

const scratch = Buffer.alloc(ID_BYTES);

/** An id's bytes in the order of its text, in memory that the next call writes over. @throws TransactionFormatError unless it is an id. */
function scratchOf(txid: string): Uint8Array {
  if (txid.length !== 2 * ID_BYTES || scratch.write(txid, 'hex') !== ID_BYTES) {
    throw new TransactionFormatError('not-hex', 'a transaction id is 64 lower-case digits');
  }
  return scratch;
}
