/**
 * The chain's blocks on disk: one file, appended to and never rewritten.
 *
 * After 16 bytes that name the format come the records: length (4 bytes), SHA-256 of the block (32), the block, and, written once the record is
 * known to be on disk and before anybody is told, a mark (8). So whatever stands before the last mark was promised and must be whole; what
 * follows it was promised to nobody. A broken record with a mark behind it is corruption and refuses to open; without one it is the trace of an
 * append that a crash cut short, and is dropped when the next record is written. Reading changes nothing.
 */
import { sameBytes } from '../format/bytes.ts';
import { sha256 } from '../format/hash.ts';
import { LedgerError } from '../ledger-error.ts';
import { BLOCK_BYTES_MAX } from '../limits.ts';
import type { BlockStorage } from './block-storage.ts';

const FORMAT = Buffer.from('wattlot-blocks1\n', 'latin1');
const MARK = Buffer.from('f0b1c7a39e5d2464', 'hex');
const HASH_BYTES = 32;
const HEAD_BYTES = 4 + HASH_BYTES;
/** Room for the block's own header and coinbase. */
const RECORD_BYTES_MAX = BLOCK_BYTES_MAX + 4096;
const SCAN_BYTES = 1 << 20;

/** Told of each whole record, in order. `offset` is where the block begins in the file. Keeping a part of `block` keeps much more than the block. */
export type RecordReader = (block: Uint8Array, offset: number) => void;

/** Appends blocks and reads parts of them again. */
export interface BlockFile {
  /** Bytes at the end that no mark vouches for and that will be dropped. */
  readonly droppedBytes: number;
  /** Where the next block will begin. */
  readonly nextOffset: number;
  /**
   * Writes one block and waits until it is on disk. One at a time. After a failure the file takes no more.
   * @throws LedgerError `disk`.
   */
  append(block: Uint8Array): Promise<void>;
  /** Bytes that were appended before. @throws LedgerError `disk` if they cannot be read. */
  read(offset: number, length: number): Uint8Array;
  close(): Promise<void>;
}

/**
 * Opens the block file in a storage and hands every whole record to `reader`. When it throws, the storage is closed.
 * @throws LedgerError `corrupt` with file and offset when a promised record is not whole; whatever `reader` throws.
 */
export async function openBlockFile(
  storage: BlockStorage,
  reader: RecordReader,
): Promise<BlockFile> {
  try {
    return new AppendFile(storage, readRecords(storage, reader));
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Where the whole records end, and whether the last of them has its mark. */
interface RecordsEnd {
  readonly end: number;
  readonly marked: boolean;
}

function readRecords(storage: BlockStorage, reader: RecordReader): RecordsEnd {
  const { name, size } = storage;
  const format = storage.read(0, Math.min(FORMAT.length, size));
  if (!sameBytes(format, FORMAT.subarray(0, format.length))) {
    throw new LedgerError('corrupt', `${name} is not a file of blocks`);
  }
  if (size < FORMAT.length) return { end: 0, marked: true };
  let end = FORMAT.length;
  let marked = true;
  const read = readAhead(storage);
  while (marked) {
    const block = readRecord(read, end, size);
    if (!block) break;
    reader(block, end + HEAD_BYTES);
    end += HEAD_BYTES + block.length;
    marked = hasMark(read, end, size);
    if (marked) end += MARK.length;
  }
  if (end < size && findMark(storage, end)) {
    throw new LedgerError('corrupt', `${name} is damaged at byte ${end}: not a whole block`);
  }
  return { end, marked };
}

/** Bytes of the file: a part of what was read ahead. */
type ReadBytes = (at: number, length: number) => Uint8Array;

/** Reads the file in large parts, whatever is asked of it: most blocks are smaller than what a call to the disk costs. */
function readAhead(storage: BlockStorage): ReadBytes {
  let part: Uint8Array = new Uint8Array();
  let from = 0;
  return (at, length) => {
    if (at < from || at + length > from + part.length) {
      from = at;
      part = storage.read(at, Math.min(Math.max(SCAN_BYTES, length), storage.size - at));
    }
    return part.subarray(at - from, at - from + length);
  };
}

function readRecord(read: ReadBytes, at: number, size: number): Uint8Array | undefined {
  if (size - at < HEAD_BYTES) return undefined;
  const head = read(at, HEAD_BYTES);
  const length = Buffer.from(head.buffer, head.byteOffset, 4).readUInt32LE();
  if (length === 0 || length > RECORD_BYTES_MAX || length > size - at - HEAD_BYTES)
    return undefined;
  const block = read(at + HEAD_BYTES, length);
  return sameBytes(sha256(block), head.subarray(4)) ? block : undefined;
}

function hasMark(read: ReadBytes, at: number, size: number): boolean {
  return size - at >= MARK.length && sameBytes(read(at, MARK.length), MARK);
}

function findMark(storage: BlockStorage, from: number): boolean {
  const { size } = storage;
  for (let at = from; at < size; at += SCAN_BYTES) {
    const part = storage.read(at, Math.min(SCAN_BYTES + MARK.length - 1, size - at));
    if (Buffer.from(part.buffer, part.byteOffset, part.length).includes(MARK)) return true;
  }
  return false;
}

class AppendFile implements BlockFile {
  readonly droppedBytes: number;
  readonly #storage: BlockStorage;
  #end: number;
  /** What stands between the whole records and the next one. */
  #lead: Uint8Array | undefined;
  #failed = false;

  constructor(storage: BlockStorage, records: RecordsEnd) {
    this.#storage = storage;
    this.#end = records.end;
    this.droppedBytes = storage.size - records.end;
    if (records.end === 0) this.#lead = FORMAT;
    else if (!records.marked) this.#lead = MARK;
    else if (this.droppedBytes > 0) this.#lead = new Uint8Array();
  }

  get nextOffset(): number {
    return this.#end + (this.#lead?.length ?? 0) + HEAD_BYTES;
  }

  async append(block: Uint8Array): Promise<void> {
    if (this.#failed) throw new LedgerError('disk', `${this.#storage.name} failed before`);
    try {
      if (this.#lead) await this.#start(this.#lead);
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(block.length);
      head.set(sha256(block), 4);
      await this.#write([head, block]);
      await this.#storage.sync();
      await this.#write([MARK]);
    } catch (error) {
      this.#failed = true;
      throw new LedgerError('disk', `${this.#storage.name} cannot be written`, { cause: error });
    }
  }

  read(offset: number, length: number): Uint8Array {
    return this.#storage.read(offset, length);
  }

  async close(): Promise<void> {
    this.#failed = true;
    await this.#storage.close();
  }

  /** Drops what no mark vouches for, and gives the last whole record the mark that a crash kept from it. */
  async #start(lead: Uint8Array): Promise<void> {
    await this.#storage.truncate(this.#end);
    await this.#write([lead]);
    await this.#storage.sync();
    this.#lead = undefined;
  }

  async #write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      await this.#storage.write(part, this.#end);
      this.#end += part.length;
    }
  }
}
