/**
 * The chain's blocks on disk: one file, appended to and never rewritten.
 *
 * After 16 bytes that name the format come the records: length (4 bytes), SHA-256 of the block (32), the block, and, written once the record is
 * known to be on disk and before anybody is told, a mark (8). So whatever stands before the last mark was promised and must be whole; what
 * follows it was promised to nobody. A broken record with a mark behind it is corruption and refuses to open; without one it is the trace of an
 * append that a crash cut short, and is dropped when the next record is written. Reading changes nothing.
 */
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sameBytes } from '../format/bytes.ts';
import { sha256 } from '../format/hash.ts';
import { LedgerError } from '../ledger-error.ts';
import { BLOCK_BYTES_MAX } from '../limits.ts';

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
 * Opens a block file, making it when missing, and hands every whole record to `reader`.
 * @throws LedgerError `corrupt` with file and offset when a promised record is not whole; whatever `reader` throws.
 */
export async function openBlockFile(path: string, reader: RecordReader): Promise<BlockFile> {
  const handle = await openOrCreate(path);
  try {
    const { size } = await handle.stat();
    return new AppendFile(path, handle, readRecords(path, handle.fd, size, reader), size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Where the whole records end, and whether the last of them has its mark. */
interface RecordsEnd {
  readonly end: number;
  readonly marked: boolean;
}

function readRecords(path: string, fd: number, size: number, reader: RecordReader): RecordsEnd {
  const format = readAt(fd, 0, Math.min(FORMAT.length, size));
  if (!sameBytes(format, FORMAT.subarray(0, format.length))) {
    throw new LedgerError('corrupt', `${path} is not a file of blocks`);
  }
  if (size < FORMAT.length) return { end: 0, marked: true };
  let end = FORMAT.length;
  let marked = true;
  const read = readAhead(fd, size);
  while (marked) {
    const block = readRecord(read, end, size);
    if (!block) break;
    reader(block, end + HEAD_BYTES);
    end += HEAD_BYTES + block.length;
    marked = hasMark(read, end, size);
    if (marked) end += MARK.length;
  }
  if (end < size && findMark(fd, end, size)) {
    throw new LedgerError('corrupt', `${path} is damaged at byte ${end}: not a whole block`);
  }
  return { end, marked };
}

/** Bytes of the file: a part of what was read ahead. */
type ReadBytes = (at: number, length: number) => Uint8Array;

/** Reads the file in large parts, whatever is asked of it: most blocks are smaller than what a call to the disk costs. */
function readAhead(fd: number, size: number): ReadBytes {
  let part: Uint8Array = new Uint8Array();
  let from = 0;
  return (at, length) => {
    if (at < from || at + length > from + part.length) {
      from = at;
      part = readAt(fd, at, Math.min(Math.max(SCAN_BYTES, length), size - at));
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

function findMark(fd: number, from: number, size: number): boolean {
  for (let at = from; at < size; at += SCAN_BYTES) {
    const part = readAt(fd, at, Math.min(SCAN_BYTES + MARK.length - 1, size - at));
    if (Buffer.from(part.buffer, part.byteOffset, part.length).includes(MARK)) return true;
  }
  return false;
}

function readAt(fd: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, position + done);
    if (count === 0)
      throw new LedgerError('disk', 'the block file became shorter while it was read');
    done += count;
  }
  return bytes;
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const handle = await open(path, 'wx+', 0o600);
  syncFolder(dirname(path));
  return handle;
}

/** Makes a new name in a folder last. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

class AppendFile implements BlockFile {
  readonly droppedBytes: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  #end: number;
  /** What stands between the whole records and the next one. */
  #lead: Uint8Array | undefined;
  #failed = false;

  constructor(path: string, handle: FileHandle, records: RecordsEnd, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#end = records.end;
    this.droppedBytes = size - records.end;
    if (records.end === 0) this.#lead = FORMAT;
    else if (!records.marked) this.#lead = MARK;
    else if (this.droppedBytes > 0) this.#lead = new Uint8Array();
  }

  get nextOffset(): number {
    return this.#end + (this.#lead?.length ?? 0) + HEAD_BYTES;
  }

  async append(block: Uint8Array): Promise<void> {
    if (this.#failed) throw new LedgerError('disk', `${this.#path} failed before`);
    try {
      if (this.#lead) await this.#start(this.#lead);
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(block.length);
      head.set(sha256(block), 4);
      await this.#write([head, block]);
      await this.#handle.datasync();
      await this.#write([MARK]);
    } catch (error) {
      this.#failed = true;
      throw new LedgerError('disk', `${this.#path} cannot be written`, { cause: error });
    }
  }

  read(offset: number, length: number): Uint8Array {
    return readAt(this.#handle.fd, offset, length);
  }

  async close(): Promise<void> {
    this.#failed = true;
    await this.#handle.close();
  }

  /** Drops what no mark vouches for, and gives the last whole record the mark that a crash kept from it. */
  async #start(lead: Uint8Array): Promise<void> {
    await this.#handle.truncate(this.#end);
    await this.#write([lead]);
    await this.#handle.datasync();
    this.#lead = undefined;
  }

  async #write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      let done = 0;
      while (done < part.length) {
        const { bytesWritten } = await this.#handle.write(
          part,
          done,
          part.length - done,
          this.#end,
        );
        done += bytesWritten;
        this.#end += bytesWritten;
      }
    }
  }
}
