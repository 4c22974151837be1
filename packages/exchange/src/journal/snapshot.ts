/**
 * Snapshots: the state after some entry, in files beside the journal, so that a start need not apply all that came before. The journal decides: a snapshot
 * that is not whole, or whose head is not in the journal's chain, is as good as none.
 *
 * A file is a line of JSON that names the head and the sections with their versions, lengths and SHA-256, and then the sections, one after the other. It is
 * written beside its place and put there in one step.
 */
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Head } from './head.ts';
import { syncFolder } from './witness.ts';

/** Of the file's form. One of another version is not read. */
const snapshotVersion = 1;

/** How many are kept: should the newest be broken, the one before it is not old. */
const snapshotsKept = 2;

/** Bytes written and synced at a time: the journal's own syncs never wait behind more than this. */
const pieceBytes = 1024 * 1024;

/** Bytes of the first line, at most: it is a few hundred. */
const headerBytesMax = 64 * 1024;

const namePattern = /^snapshot-(\d{16})$/;

/** A snapshot on its way: what a crash leaves of it is overwritten by the next. */
export const unfinished = 'snapshot.new';

/** One part of a snapshot, with a version of its own. */
export interface Section {
  readonly name: string;
  /** Goes up with any change of what the text says or of how it is made from entries. */
  readonly version: number;
  readonly text: string;
}

/** What was true after an entry. */
export interface Snapshot {
  /** The last entry that is in it, and the journal's chain there: always the end of a commit. */
  readonly head: Head;
  readonly sections: readonly Section[];
}

/** The section with the core's state, as `packedState` writes it. */
export const stateSection = { name: 'state', version: 2 } as const;

interface Header {
  readonly wattlot: 'snapshot';
  readonly version: number;
  readonly seq: number;
  readonly chain: string;
  readonly sections: readonly {
    readonly name: string;
    readonly version: number;
    readonly bytes: number;
    readonly hash: string;
  }[];
}

/** The text of a section. @returns undefined when there is none of this name and version. */
export function sectionOf(
  { sections }: Snapshot,
  { name, version }: { readonly name: string; readonly version: number },
): string | undefined {
  return sections.find((one) => one.name === name && one.version === version)?.text;
}

/** The names of a journal's snapshots, newest first. Whether they are whole is seen when they are read. */
export function listSnapshots(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => namePattern.test(name))
    .toSorted()
    .toReversed();
}

/** Reads a snapshot. @returns undefined when it cannot be read, is not whole, or has a form that this program does not know. */
export function readSnapshot(folder: string, name: string): Snapshot | undefined {
  try {
    return parse(folder, name);
  } catch {
    return undefined;
  }
}

function parse(folder: string, name: string): Snapshot | undefined {
  const bytes = readFileSync(join(folder, name));
  const end = bytes.subarray(0, headerBytesMax).indexOf('\n');
  const header = headerOf(bytes.toString('utf8', 0, Math.max(end, 0)));
  if (header === undefined || Number(namePattern.exec(name)?.[1]) !== header.seq) return undefined;
  const sections: Section[] = [];
  let from = end + 1;
  for (const { name: section, version, bytes: length, hash: expected } of header.sections) {
    const part = bytes.subarray(from, from + length);
    if (part.length !== length || hash('sha256', part) !== expected) return undefined;
    sections.push({ name: section, version, text: part.toString('utf8') });
    from += length;
  }
  if (from !== bytes.length) return undefined;
  return { head: { seq: header.seq, hash: header.chain }, sections };
}

function headerOf(line: string): Header | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isHeader(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHeader(value: unknown): value is Header {
  if (!isObject(value) || value['wattlot'] !== 'snapshot') return false;
  const { version, seq, chain, sections } = value;
  if (version !== snapshotVersion || !Number.isSafeInteger(seq) || typeof chain !== 'string') {
    return false;
  }
  return Array.isArray(sections) && sections.every(isSectionHeader);
}

function isSectionHeader(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, version, bytes, hash: expected } = value;
  const isNamed = typeof name === 'string' && typeof version === 'number';
  return (
    isNamed && Number.isSafeInteger(bytes) && Number(bytes) >= 0 && typeof expected === 'string'
  );
}

/**
 * The newest snapshot that is whole and has these sections. Others are passed over with a line each.
 * @throws never: what cannot be read is no snapshot.
 */
export function newestSnapshot(
  folder: string,
  wanted: readonly { readonly name: string; readonly version: number }[],
  log: (line: string) => void,
): Snapshot | undefined {
  for (const name of namesIn(folder)) {
    const snapshot = readSnapshot(folder, name);
    if (snapshot === undefined) log(`${name} is broken and was ignored`);
    else if (wanted.every((one) => sectionOf(snapshot, one) !== undefined)) return snapshot;
    else log(`${name} is of another version and was ignored`);
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return listSnapshots(folder);
  } catch {
    return []; // there is no folder yet
  }
}

/**
 * Writes a snapshot in one step, so that there is none or a whole one, and removes those that are no longer kept. Takes its time over it: meant for a
 * thread of its own.
 * @throws whatever the disk says; then nothing of it is left.
 */
export function writeSnapshot(folder: string, { head, sections }: Snapshot): void {
  const parts = sections.map(({ name, version, text }) => ({
    name,
    version,
    bytes: Buffer.from(text),
  }));
  const header: Header = {
    wattlot: 'snapshot',
    version: snapshotVersion,
    seq: head.seq,
    chain: head.hash,
    sections: parts.map(({ name, version, bytes }) => ({
      name,
      version,
      bytes: bytes.length,
      hash: hash('sha256', bytes),
    })),
  };
  const made = join(folder, unfinished);
  try {
    const first = Buffer.from(`${JSON.stringify(header)}\n`);
    writeAll(made, [first, ...parts.map(({ bytes }) => bytes)]);
    renameSync(made, join(folder, `snapshot-${String(head.seq).padStart(16, '0')}`));
  } catch (error) {
    rmSync(made, { force: true });
    throw error;
  }
  syncFolder(folder);
  for (const old of listSnapshots(folder).slice(snapshotsKept)) rmSync(join(folder, old));
}

function writeAll(path: string, parts: readonly Buffer[]): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (const part of parts) {
      for (let from = 0; from < part.length;) {
        from += writeSync(file, part, from, Math.min(pieceBytes, part.length - from));
        fdatasyncSync(file);
      }
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
