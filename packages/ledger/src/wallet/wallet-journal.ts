/**
 * What a wallet signed and means to send, written down before it is sent: asked for the same thing again, also after a crash, it sends the same bytes.
 * One JSON object a line: what it was for (`key`, and `also` what else), the transaction's id and bytes, or `void` when the chain refused it for good.
 */
import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Txid } from '@wattlot/core';
import { LedgerError } from '../ledger-error.ts';
import { JOURNAL_BYTES_MAX, JOURNAL_LOTS_MAX } from '../limits.ts';

/** A signed transaction and what it is for. */
export interface JournalEntry {
  readonly key: string;
  /** Further keys of the same transaction, as of the lots of one ladder: its bytes are written once. Given when put, not when got. */
  readonly also?: readonly string[];
  readonly txid: Txid;
  /** Hexadecimal, in the order of sending. The last is the one meant; those before prepare what it spends. */
  readonly transactions: readonly string[];
}

/** Remembers the latest JOURNAL_LOTS_MAX entries. */
export interface WalletJournal {
  has(key: string): boolean;
  /** The entry of a key, unless it is void. */
  get(key: string): Promise<JournalEntry | undefined>;
  /** Writes entries; on disk when it answers. A later entry of the same key replaces the one before. */
  put(entries: readonly JournalEntry[]): Promise<void>;
  /** Notes that the transactions can never be accepted. */
  void(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A journal that is kept nowhere. */
export function journalInMemory(): WalletJournal {
  const entries = new Map<string, JournalEntry>();
  return {
    has: (key) => entries.has(key),
    get: (key) => Promise.resolve(entries.get(key)),
    put: (more) => {
      for (const { also = [], txid, transactions, ...entry } of more) {
        for (const key of [entry.key, ...also]) remember(entries, key, { key, txid, transactions });
      }
      return Promise.resolve();
    },
    void: (keys) => {
      for (const key of keys) entries.delete(key);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** Where an entry's line is. The bytes stay on disk: they are wanted again only after trouble. */
interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Opens a journal file, or makes it. A last line without its end was never acted upon, and is dropped.
 * @throws LedgerError `corrupt` when another line is not one.
 */
export async function openWalletJournal(path: string): Promise<WalletJournal> {
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const text = Buffer.alloc(size);
    await file.read(text, 0, size, 0);
    const places = new Map<string, Place>();
    const end = readLines(path, text, places);
    if (end < size) await file.truncate(end);
    return new FileJournal(path, file, end, places);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readLines(path: string, text: Buffer, places: Map<string, Place>): number {
  let offset = 0;
  for (;;) {
    const end = text.indexOf('\n', offset);
    if (end < 0) return offset;
    const line = parseLine(text.toString('utf8', offset, end));
    if (!line) throw corrupt(path, offset, 'a line is not an entry');
    if (line.kind === 'void') places.delete(line.key);
    else {
      for (const key of keysOf(line.entry)) remember(places, key, { offset, length: end - offset });
    }
    offset = end + 1;
  }
}

function keysOf({ key, also = [] }: JournalEntry): readonly string[] {
  return [key, ...also];
}

type Line =
  | { readonly kind: 'entry'; readonly entry: JournalEntry }
  | { readonly kind: 'void'; readonly key: string };

function parseLine(text: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const line: Readonly<Record<string, unknown>> = { ...value };
  if (typeof line['void'] === 'string') return { kind: 'void', key: line['void'] };
  const { key, also = [], txid, transactions } = line;
  if (typeof key !== 'string' || typeof txid !== 'string') return undefined;
  if (!isTexts(transactions) || !isTexts(also)) return undefined;
  return { kind: 'entry', entry: { key, also, txid: txid as Txid, transactions } };
}

function lineOf({ key, also = [], txid, transactions }: JournalEntry): Buffer {
  const others = also.length > 0 ? { also } : {};
  return Buffer.from(`${JSON.stringify({ key, ...others, txid, transactions })}\n`);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

class FileJournal implements WalletJournal {
  readonly #path: string;
  readonly #places: Map<string, Place>;
  #file: FileHandle;
  #end: number;
  /** Bytes after which it is written anew: twice what it came to last time. */
  #compactAt = JOURNAL_BYTES_MAX;

  constructor(path: string, file: FileHandle, end: number, places: Map<string, Place>) {
    this.#path = path;
    this.#file = file;
    this.#end = end;
    this.#places = places;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  async get(key: string): Promise<JournalEntry | undefined> {
    const place = this.#places.get(key);
    if (!place) return undefined;
    const text = Buffer.alloc(place.length);
    await this.#file.read(text, 0, place.length, place.offset);
    const line = parseLine(text.toString('utf8'));
    if (line?.kind !== 'entry') throw corrupt(this.#path, place.offset, 'a line has changed');
    const { txid, transactions } = line.entry;
    return { key, txid, transactions };
  }

  async put(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    if (this.#end > this.#compactAt) await this.#compact();
    const lines = entries.map(lineOf);
    const start = this.#end;
    await this.#append(Buffer.concat(lines));
    let offset = start;
    entries.forEach((entry, i) => {
      const length = lines[i]?.length ?? 0;
      for (const key of keysOf(entry)) {
        remember(this.#places, key, { offset, length: length - 1 });
      }
      offset += length;
    });
  }

  async void(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#append(
      Buffer.from(keys.map((key) => `${JSON.stringify({ void: key })}\n`).join('')),
    );
    for (const key of keys) this.#places.delete(key);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Writes what is remembered to a file beside, which then takes the place of this one. */
  async #compact(): Promise<void> {
    const beside = await open(`${this.#path}.new`, 'w+', 0o600);
    const places: [string, Place][] = [];
    let offset = 0;
    for (const keys of this.#keysByLine()) {
      const [key = '', ...also] = keys;
      const entry = await this.get(key);
      if (!entry) continue;
      // Only the keys that count still: of some the transaction may be void.
      const line = lineOf({ ...entry, also });
      await beside.appendFile(line);
      for (const each of keys) places.push([each, { offset, length: line.length - 1 }]);
      offset += line.length;
    }
    await beside.sync();
    await rename(`${this.#path}.new`, this.#path);
    await this.#file.close();
    this.#file = beside;
    this.#end = offset;
    this.#compactAt = Math.max(JOURNAL_BYTES_MAX, 2 * offset);
    for (const [key, place] of places) this.#places.set(key, place);
  }

  /** The keys that are remembered, those of one line together, in the order of the lines. */
  #keysByLine(): Iterable<readonly string[]> {
    const lines = new Map<number, string[]>();
    for (const [key, { offset }] of this.#places) {
      const keys = lines.get(offset);
      if (keys) keys.push(key);
      else lines.set(offset, [key]);
    }
    return lines.values();
  }

  async #append(bytes: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      this.#end += bytes.length;
    } catch (error) {
      throw new LedgerError('disk', `${this.#path} cannot be written`, { cause: error });
    }
  }
}

/** Enters as the latest; forgets the oldest beyond the limit. */
function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  if (entries.size <= JOURNAL_LOTS_MAX) return;
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}

function corrupt(path: string, offset: number, why: string): LedgerError {
  return new LedgerError('corrupt', `${path} is damaged at byte ${offset}: ${why}`);
}
