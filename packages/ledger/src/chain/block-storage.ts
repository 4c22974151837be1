/** Where a chain's bytes are: a file, or in a simulation a disk that is made up. What they mean is the block file's. */
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LedgerError } from '../ledger-error.ts';

/** One file that is read anywhere and written by its owner only. */
export interface BlockStorage {
  /** For a person: the file's path. */
  readonly name: string;
  /** Bytes in it when it was opened. */
  readonly size: number;
  /** All of `length` bytes from `position` on. @throws LedgerError `disk` when there are fewer; whatever the disk says. */
  read(position: number, length: number): Uint8Array;
  /** Writes all of the bytes. They are seen at once, and last once `sync` has answered. @throws whatever the disk says. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Drops what is behind. */
  truncate(size: number): Promise<void>;
  /** Done when all that was written will be there after a crash. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file, making it when missing. */
export async function openFileStorage(path: string): Promise<BlockStorage> {
  const handle = await openOrCreate(path);
  try {
    const { size } = await handle.stat();
    return {
      name: path,
      size,
      read: (position, length) => readAll(handle.fd, position, length),
      write: (bytes, position) => writeAll(handle, bytes, position),
      truncate: (to) => handle.truncate(to),
      sync: () => handle.datasync(),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function readAll(fd: number, position: number, length: number): Uint8Array {
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

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
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
