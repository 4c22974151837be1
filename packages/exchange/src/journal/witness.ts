/**
 * The head witness: what the journal's head was at the last commit, in a file of its own. SQLite drops the tail of a damaged write-ahead log
 * without a word; the witness is what makes that a finding.
 *
 * Order: the commit is synced in the database first, then the witness is written and synced, then the commit is acknowledged. So at any instant
 * the witness is the database's head or the head one commit before it, and whatever was acknowledged is at or below the witness. A database
 * that is behind the witness has lost what was promised; one that is more than a commit ahead is not the one that the witness watched. Neither
 * can come from a crash.
 *
 * The file has two slots, written in turn, each on a page of its own and with its own hash: a write cut short spoils the older of them only, and
 * the other one still says the head of one commit before.
 */
import { hash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ExchangeError } from '../errors.ts';
import type { Head } from './head.ts';

const slotBytes = 4096;
const slotPattern = /^wattlot-head1 (\d{1,16}) ([0-9a-f]{64}) ([0-9a-f]{64})\n$/;

/** The open witness of a journal that is written. */
export interface Witness {
  /** Resolves nothing, returns when the head is on disk. @throws whatever the disk says. */
  write(head: Head): void;
  close(): void;
}

function sumOf({ seq, hash: headHash }: Head): string {
  return hash('sha256', `wattlot-head1 ${seq} ${headHash}`);
}

function encodeSlot(head: Head): Buffer {
  const slot = Buffer.alloc(slotBytes);
  slot.write(`wattlot-head1 ${head.seq} ${head.hash} ${sumOf(head)}\n`, 'latin1');
  return slot;
}

function decodeSlot(slot: Buffer): Head | undefined {
  const end = slot.indexOf(0);
  const text = slot.toString('latin1', 0, end < 0 ? slot.length : end);
  const [, seq, headHash, sum] = slotPattern.exec(text) ?? [];
  if (seq === undefined || headHash === undefined) return undefined;
  const head: Head = { seq: Number(seq), hash: headHash };
  return sum === sumOf(head) ? head : undefined;
}

function readSlots(path: string): readonly [Head | undefined, Head | undefined] | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return [decodeSlot(bytes.subarray(0, slotBytes)), decodeSlot(bytes.subarray(slotBytes))];
}

/**
 * The newest head that the witness has seen, without touching it. @returns undefined when there is no such file.
 * @throws ExchangeError `journal_corrupt` when the file holds no head.
 */
export function readWitness(path: string): Head | undefined {
  const slots = readSlots(path);
  if (slots === undefined) return undefined;
  const [a, b] = slots;
  const newest = a !== undefined && (b === undefined || a.seq > b.seq) ? a : b;
  if (newest !== undefined) return newest;
  throw new ExchangeError('journal_corrupt', `the journal's head witness ${path} is corrupt`);
}

/**
 * Opens the witness to write, making it with `head` when missing. One that is there is left as it is until the first `write`, so that a start that is
 * refused later has not touched it.
 */
export function openWitness(path: string, head: Head): Witness {
  const slots = readSlots(path);
  if (slots === undefined) createWitness(path, head);
  const file = openSync(path, 'r+');
  // The next write goes over the older slot, or over the one that is no good.
  const [a, b] = slots ?? [head, undefined];
  let next = a === undefined ? 0 : b === undefined || a.seq > b.seq ? 1 : 0;
  const write = (newest: Head): void => {
    const written = writeSync(file, encodeSlot(newest), 0, slotBytes, next * slotBytes);
    if (written !== slotBytes) throw new Error(`${path} was written in part`);
    fdatasyncSync(file);
    next = 1 - next;
  };
  return { write, close: () => closeSync(file) };
}

/** In one step, so that there is no witness or a whole one. */
function createWitness(path: string, head: Head): void {
  const made = `${path}.new`;
  const file = openSync(made, 'w', 0o600);
  try {
    writeSync(file, encodeSlot(head), 0, slotBytes, 0);
    writeSync(file, encodeSlot(head), 0, slotBytes, slotBytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(made, path);
  syncFolder(dirname(path));
}

/** Makes new names in a folder last. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
