/**
 * Reading a journal and proving it: format, structure, hash chain, and that its head is the one that the witness saw. Through a read-only connection that
 * never writes to the database or its log, not even when it is closed, so that a journal is left as it was found.
 */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ExchangeError, lineOf } from '../errors.ts';
import { emptyHead, nextHead, sameHead } from './head.ts';
import type { Head } from './head.ts';
import { readWitness } from './witness.ts';

/** "WATT": marks the file as a journal of this program. */
export const applicationId = 0x57415454;
/** Goes up when the same entries would be stored or applied in another way. */
export const formatVersion = 1;

/** One commit as it is stored. */
export interface Row {
  readonly first: number;
  readonly last: number;
  readonly entries: string;
}

/** A commit that is part of the chain, and the head with it. */
export interface ProvedRow extends Row {
  readonly head: Head;
}

/** The database's file in a journal's folder. */
export function databaseOf(folder: string): string {
  return join(folder, 'journal.db');
}

/** The head witness's file in a journal's folder. */
export function witnessOf(folder: string): string {
  return join(folder, 'journal.head');
}

/**
 * Proves the journal in a folder as it is read: the commits after `since`, in order. What has been given out is proved in itself, and the whole once the
 * generator ends. Nothing is touched. The folder must not be in use by another process.
 * @param since a head that was proved before, with which the journal is to go on; without it all is proved from the first entry on.
 * @throws ExchangeError `journal_corrupt`, `journal_version`, `folder_locked` or `journal_io`; OtherChain when the journal does not go on from `since`.
 */
export function* proveJournal(folder: string, since?: Head): Generator<ProvedRow, void, undefined> {
  try {
    yield* prove(folder, since);
  } catch (error) {
    throw error instanceof OtherChain ? error : explain(error, folder);
  }
}

function* prove(folder: string, since: Head | undefined): Generator<ProvedRow, void, undefined> {
  const held = holdDatabase(folder);
  try {
    yield* proveHeld(held, folder, since);
  } finally {
    held?.close();
  }
}

/** A journal's database, open for reading: nobody writes to it meanwhile. */
export interface HeldDatabase {
  readonly database: DatabaseSync;
  close(): void;
}

/** Opens a journal's database for reading only. @returns undefined when there is none yet. */
export function holdDatabase(folder: string): HeldDatabase | undefined {
  const path = databaseOf(folder);
  if (!existsSync(path)) return undefined;
  const beside = [`${path}-wal`, `${path}-shm`].filter((name) => !existsSync(name));
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  const close = (): void => {
    // While this connection holds its lock, nobody writes to what it had to make in order to read.
    for (const name of beside) removeEmpty(name);
    database.close();
  };
  try {
    database.exec('BEGIN');
    // The lock is taken with the first read.
    isFresh(database);
    return { database, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * As `proveJournal`, of a database that is open.
 * @param isWhole whether somebody proves its structure elsewhere.
 */
export function* proveHeld(
  held: HeldDatabase | undefined,
  folder: string,
  since: Head | undefined,
  isWhole = since !== undefined,
): Generator<ProvedRow, void, undefined> {
  const database = held === undefined || isFresh(held.database) ? undefined : held.database;
  if (database !== undefined) requireFormat(database);
  if (database !== undefined && !isWhole) requireStructure(database);
  const [before, head] =
    database === undefined ? [emptyHead, emptyHead] : yield* chain(database, since ?? emptyHead);
  compare(before, head, readWitness(witnessOf(folder)));
}

function removeEmpty(name: string): void {
  if (name.endsWith('-wal') && existsSync(name) && statSync(name).size > 0) return;
  rmSync(name, { force: true });
}

/** True when the creation of the journal never got to its first commit. */
export function isFresh(database: DatabaseSync): boolean {
  return numberOf(database, 'SELECT count(*) AS n FROM sqlite_schema', 'n') === 0;
}

function requireFormat(database: DatabaseSync): void {
  if (numberOf(database, 'PRAGMA application_id', 'application_id') !== applicationId) {
    throw corrupt('the file is not a journal');
  }
  const version = numberOf(database, 'PRAGMA user_version', 'user_version');
  if (version === formatVersion) return;
  throw new ExchangeError(
    'journal_version',
    `the journal has format ${version}, this program reads ${formatVersion}`,
  );
}

/** Proves nothing but the structure of a journal's database, in one go. Nothing is touched. @throws as `proveJournal` */
export function proveStructure(folder: string): void {
  const held = holdDatabase(folder);
  try {
    if (held !== undefined) requireStructure(held.database);
  } finally {
    held?.close();
  }
}

function requireStructure(database: DatabaseSync): void {
  const [check] = database.prepare('PRAGMA quick_check(1)').all();
  if (check?.['quick_check'] === 'ok') return;
  throw corrupt('the structure of the database is damaged');
}

/** Goes along the chain. @returns the last head but one and the last. */
function* chain(
  database: DatabaseSync,
  since: Head,
): Generator<ProvedRow, readonly [Head, Head], undefined> {
  let [before, head] = startOf(database, since);
  const rows = database.prepare(
    'SELECT first, last, entries, hash FROM journal WHERE first > ? ORDER BY first',
  );
  for (const { first, last, entries, hash } of rows.iterate(since.seq)) {
    const seq = head.seq + 1;
    if (first !== seq || typeof last !== 'number' || last < seq || typeof entries !== 'string') {
      throw corrupt(`entry ${seq} is missing`);
    }
    before = head;
    head = nextHead(head, last, entries);
    if (head.hash !== hash) {
      throw corrupt(`entries ${seq} to ${last} are not what was written`);
    }
    yield { first, last, entries, head };
  }
  return [before, head];
}

/** Where the chain goes on: the head `since`, which has to be there, and the one before it. */
function startOf(database: DatabaseSync, since: Head): [Head, Head] {
  if (since.seq === 0) return [emptyHead, emptyHead];
  const rows = database
    .prepare('SELECT last, entries, hash FROM journal WHERE first <= ? ORDER BY first DESC LIMIT 2')
    .all(since.seq);
  const [newest, older] = rows;
  const before =
    older === undefined ? emptyHead : { seq: Number(older['last']), hash: String(older['hash']) };
  const found = nextHead(before, Number(newest?.['last']), String(newest?.['entries']));
  if (!sameHead(found, since)) throw new OtherChain(since);
  return [before, since];
}

/** The journal does not go on from a head that somebody vouched for. */
export class OtherChain extends Error {
  constructor({ seq }: Head) {
    super(`entry ${seq} is not the one that the snapshot was written after`);
    this.name = 'OtherChain';
  }
}

/** Holds the head that was found against the one that was witnessed. */
function compare(before: Head, head: Head, witnessed: Head | undefined): void {
  if (witnessed === undefined) {
    if (head.seq === 0) return;
    throw corrupt('the head witness is missing');
  }
  if (sameHead(witnessed, head) || sameHead(witnessed, before)) return;
  throw corrupt(
    witnessed.seq > head.seq
      ? `entries ${head.seq + 1} to ${witnessed.seq} are lost`
      : `the head witness says entry ${witnessed.seq}, the journal ends at ${head.seq}`,
  );
}

function numberOf(database: DatabaseSync, sql: string, column: string): number {
  return Number(database.prepare(sql).get()?.[column]);
}

function corrupt(what: string): ExchangeError {
  return new ExchangeError('journal_corrupt', what);
}

/** What is thrown when another process holds the folder. */
export function locked(folder: string, cause?: unknown): ExchangeError {
  const message = `the folder ${folder} is in use by another process`;
  return new ExchangeError('folder_locked', message, { cause });
}

/** SQLite's primary result codes: busy, locked; corrupt, not a database, plain error (a damaged schema). */
const lockedCodes: readonly number[] = [5, 6];
const corruptCodes: readonly number[] = [1, 11, 26];

/** Whatever was thrown as one typed error that names the folder. */
export function explain(error: unknown, folder: string, code?: 'journal_io'): ExchangeError {
  if (error instanceof ExplainedError) return error;
  if (error instanceof ExchangeError && error.code === 'folder_locked') return error;
  const result = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (lockedCodes.includes(result)) return locked(folder, error);
  const found = corruptCodes.includes(result) ? 'journal_corrupt' : 'journal_io';
  const kind = error instanceof ExchangeError ? error.code : (code ?? found);
  const cut = kind === 'journal_corrupt' ? cutShort(databaseOf(folder)) : undefined;
  const what = `${cut === undefined ? '' : `${cut}: `}${lineOf(error)}`;
  const cause = error instanceof ExchangeError ? error.cause : error;
  return new ExplainedError(kind, `journal in ${folder}: ${what}`, { cause });
}

/** Says already which journal it is about. */
class ExplainedError extends ExchangeError {}

/** Says so when a database is shorter than its own header says. The header: bytes a page at 16 (1 means 65,536), pages at 28. */
function cutShort(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.length < 100) return `the database is cut short to ${bytes.length} bytes`;
    const page = bytes.readUInt16BE(16);
    const whole = (page === 1 ? 65_536 : page) * bytes.readUInt32BE(28);
    if (bytes.length >= whole) return undefined;
    return `the database is cut short, ${bytes.length} of ${whole} bytes are left`;
  } catch {
    return undefined; // what was found before is told without it
  }
}
