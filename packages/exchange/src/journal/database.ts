/**
 * The journal in SQLite: one row a commit, each row's hash over the hash before and its own text.
 *
 * Opening has two phases. First everything is read through a read-only connection: format, structure, hash chain, and that the head is the one the
 * witness saw. Such a connection never writes to the database or its log, not even when it is closed, so that a journal that is refused is left as
 * it was found. Only then the folder is taken for this process (`locking_mode=EXCLUSIVE`, held until the process ends, gone with it).
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ExchangeError, lineOf } from '../errors.ts';
import { emptyHead, nextHead, sameHead } from './head.ts';
import type { Head } from './head.ts';
import { openWitness, readWitness, syncFolder } from './witness.ts';
import type { Witness } from './witness.ts';

/** "WATT": marks the file as a journal of this program. */
const applicationId = 0x57415454;
const formatVersion = 1;

/** One commit as it is stored. */
export interface Row {
  readonly first: number;
  readonly last: number;
  readonly entries: string;
}

/** The open journal of this process, synchronous: it lives in a thread of its own. */
export interface JournalDatabase {
  readonly head: Head;
  /** Returns when the commit and its witness are on disk. @throws ExchangeError `journal_io`, from then on always. */
  append(row: Row): void;
  /** The rows from the one with entry `from` on, at least one if there is one, until they have `charactersMax` characters. */
  read(from: number, charactersMax: number): readonly Row[];
  close(): void;
}

/**
 * Opens the journal in `folder`, making both when missing.
 * @throws ExchangeError `journal_corrupt` or `journal_version` (nothing was touched), `folder_locked`, `journal_io`.
 */
export function openDatabase(folder: string): JournalDatabase {
  const path = join(folder, 'journal.db');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const verified = verify(path, join(folder, 'journal.head'));
    return take(folder, path, verified);
  } catch (error) {
    throw explain(error, folder);
  }
}

/** Reads and proves the whole journal. @returns its head. */
function verify(path: string, witnessPath: string): Head {
  if (!existsSync(path)) return compare(emptyHead, emptyHead, readWitness(witnessPath), true);
  const beside = [`${path}-wal`, `${path}-shm`].filter((name) => !existsSync(name));
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    database.exec('BEGIN');
    const [before, head] = isFresh(database) ? [emptyHead, emptyHead] : prove(database);
    const witnessed = readWitness(witnessPath);
    compare(before, head, witnessed, head.seq === 0);
    return head;
  } finally {
    // While this connection holds its lock, nobody writes to what it had to make in order to read.
    for (const name of beside) removeEmpty(name);
    database.close();
  }
}

function removeEmpty(name: string): void {
  if (name.endsWith('-wal') && existsSync(name) && statSync(name).size > 0) return;
  rmSync(name, { force: true });
}

/** True when the creation of the journal never got to its first commit. */
function isFresh(database: DatabaseSync): boolean {
  return numberOf(database, 'SELECT count(*) AS n FROM sqlite_schema', 'n') === 0;
}

/** @returns the last head but one and the last. */
function prove(database: DatabaseSync): readonly [Head, Head] {
  if (numberOf(database, 'PRAGMA application_id', 'application_id') !== applicationId) {
    throw new ExchangeError('journal_corrupt', 'the file is not a journal');
  }
  const version = numberOf(database, 'PRAGMA user_version', 'user_version');
  if (version !== formatVersion) {
    throw new ExchangeError(
      'journal_version',
      `the journal has format ${version}, this program reads ${formatVersion}`,
    );
  }
  const [check] = database.prepare('PRAGMA quick_check(1)').all();
  if (check?.['quick_check'] !== 'ok') {
    throw new ExchangeError('journal_corrupt', 'the structure of the database is damaged');
  }
  let before = emptyHead;
  let head = emptyHead;
  const rows = database.prepare('SELECT first, last, entries, hash FROM journal ORDER BY first');
  for (const { first, last, entries, hash } of rows.iterate()) {
    const seq = head.seq + 1;
    if (first !== seq || typeof last !== 'number' || last < seq || typeof entries !== 'string') {
      throw new ExchangeError('journal_corrupt', `entry ${seq} is missing`);
    }
    before = head;
    head = nextHead(head, last, entries);
    if (head.hash !== hash) {
      throw new ExchangeError(
        'journal_corrupt',
        `entries ${seq} to ${last} are not what was written`,
      );
    }
  }
  return [before, head];
}

/** Holds the head that was found against the one that was witnessed. */
function compare(before: Head, head: Head, witnessed: Head | undefined, empty: boolean): Head {
  if (witnessed === undefined) {
    if (empty) return head;
    throw new ExchangeError('journal_corrupt', 'the head witness is missing');
  }
  if (sameHead(witnessed, head) || sameHead(witnessed, before)) return head;
  throw new ExchangeError(
    'journal_corrupt',
    witnessed.seq > head.seq
      ? `entries ${head.seq + 1} to ${witnessed.seq} are lost`
      : `the head witness says entry ${witnessed.seq}, the journal ends at ${head.seq}`,
  );
}

/** Takes the folder for this process and makes what is missing. */
function take(folder: string, path: string, verified: Head): JournalDatabase {
  makePrivate(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    set(database, 'locking_mode', 'EXCLUSIVE', 'exclusive');
    set(database, 'journal_mode', 'WAL', 'wal');
    set(database, 'synchronous', 'FULL', 2);
    database.exec('PRAGMA fullfsync=1; PRAGMA checkpoint_fullfsync=1');
    if (isFresh(database)) create(database);
    // What a killed process had written is synced here, before anything is built on it.
    const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (checkpoint?.['busy'] !== 0) throw new Error('the log could not be written back');
    const newest = database.prepare('SELECT last, hash FROM journal ORDER BY first DESC').get();
    const found: unknown = newest?.['last'] ?? 0;
    if (found !== verified.seq) throw locked(folder);
    syncFolder(folder);
    const witness = openWitness(join(folder, 'journal.head'), verified);
    return writer(folder, database, witness, verified);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Nobody else reads the journal. SQLite gives the files that it makes beside the database the mode of the database. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(name)) chmodSync(name, 0o600);
  }
}

function create(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${formatVersion};
    CREATE TABLE journal (
      first INTEGER PRIMARY KEY, last INTEGER NOT NULL, entries TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT;
    COMMIT;
  `);
}

function writer(
  folder: string,
  database: DatabaseSync,
  witness: Witness,
  verified: Head,
): JournalDatabase {
  const insert = database.prepare(
    'INSERT INTO journal (first, last, entries, hash) VALUES (?, ?, ?, ?)',
  );
  const select = database.prepare(
    `SELECT first, last, entries FROM journal
     WHERE first >= (SELECT max(first) FROM journal WHERE first <= ?) ORDER BY first`,
  );
  let head = verified;
  // A crash may have left the witness a commit behind. One more commit would make it two, so the first write brings it up to here.
  let isWitnessed = false;
  let failure: ExchangeError | undefined;
  return {
    get head() {
      return head;
    },
    append: ({ first, last, entries }) => {
      if (failure !== undefined) throw failure;
      if (first !== head.seq + 1 || last < first) throw new Error(`${first} is not the next entry`);
      const next = nextHead(head, last, entries);
      try {
        if (!isWitnessed) witness.write(head);
        isWitnessed = true;
        insert.run(first, last, entries, next.hash);
        witness.write(next);
      } catch (error) {
        failure = explain(error, folder, 'journal_io');
        throw failure;
      }
      head = next;
    },
    read: (from, charactersMax) => {
      const rows: Row[] = [];
      let characters = 0;
      for (const { first, last, entries } of select.iterate(from)) {
        rows.push({ first: Number(first), last: Number(last), entries: String(entries) });
        characters += String(entries).length;
        if (characters >= charactersMax) break;
      }
      return rows;
    },
    close: () => {
      witness.close();
      database.close();
    },
  };
}

function set(database: DatabaseSync, pragma: string, value: string, expected: unknown): void {
  database.prepare(`PRAGMA ${pragma}=${value}`).all();
  const [found] = database.prepare(`PRAGMA ${pragma}`).all();
  if (found?.[pragma] !== expected) throw new Error(`SQLite does not set ${pragma} to ${value}`);
}

function numberOf(database: DatabaseSync, sql: string, column: string): number {
  return Number(database.prepare(sql).get()?.[column]);
}

function locked(folder: string, cause?: unknown): ExchangeError {
  const message = `the folder ${folder} is in use by another process`;
  return new ExchangeError('folder_locked', message, { cause });
}

/** SQLite's primary result codes: busy, locked; corrupt, not a database, plain error (a damaged schema). */
const lockedCodes: readonly number[] = [5, 6];
const corruptCodes: readonly number[] = [1, 11, 26];

/** Whatever was thrown as one typed error that names the folder. */
function explain(error: unknown, folder: string, code?: 'journal_io'): ExchangeError {
  if (error instanceof ExchangeError && error.code === 'folder_locked') return error;
  const result = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (lockedCodes.includes(result)) return locked(folder, error);
  const found = corruptCodes.includes(result) ? 'journal_corrupt' : 'journal_io';
  const kind = error instanceof ExchangeError ? error.code : (code ?? found);
  const cut = kind === 'journal_corrupt' ? cutShort(join(folder, 'journal.db')) : undefined;
  const what = `${cut === undefined ? '' : `${cut}: `}${lineOf(error)}`;
  const cause = error instanceof ExchangeError ? error.cause : error;
  return new ExchangeError(kind, `journal in ${folder}: ${what}`, { cause });
}

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
