/**
 * The journal in SQLite: one row a commit, each row's hash over the hash before and its own text.
 *
 * Opening has two phases. First everything is proved (see proof.ts), so that a journal that is refused is left as it was found. Only then the folder is
 * taken for this process (`locking_mode=EXCLUSIVE`, held until the process ends, gone with it).
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ExchangeError } from '../errors.ts';
import { emptyHead, nextHead } from './head.ts';
import type { Head } from './head.ts';
import { applicationId, databaseOf, explain, formatVersion, isFresh, locked } from './proof.ts';
import { OtherChain, proveJournal, witnessOf } from './proof.ts';
import type { Row } from './proof.ts';
import { openWitness, syncFolder } from './witness.ts';
import type { Witness } from './witness.ts';

/** One commit, with the hash of the chain up to it. */
export interface StoredRow extends Row {
  readonly hash: string;
}

/** The open journal of this process, synchronous: it lives in a thread of its own. */
export interface JournalDatabase {
  readonly head: Head;
  /** The entry after which it was proved when it was opened: that of the snapshot, or 0 for all of it. */
  readonly provedFrom: number;
  /** Returns when the commit and its witness are on disk. @throws ExchangeError `journal_io`, from then on always. */
  append(row: Row): void;
  /** The rows from the one with entry `from` on, at least one if there is one, until they have `charactersMax` characters. */
  read(from: number, charactersMax: number): readonly StoredRow[];
  close(): void;
}

/** Is given the commits of a journal while it is proved. What it was given is good only when the journal could be opened. */
export interface RowReader {
  /** First of all: the entry after which the commits begin, that of the snapshot or 0. */
  begin(from: number): void;
  take(row: Row): void;
  /** All of it is proved. */
  end(): void;
}

/**
 * Opens the journal in `folder`, making both when missing.
 * @param since a head that a snapshot vouches for: when it is in the journal, the commits up to it are not proved again.
 * @param reader is given the others.
 * @throws ExchangeError `journal_corrupt` or `journal_version` (nothing was touched), `folder_locked`, `journal_io`.
 */
export function openDatabase(folder: string, since?: Head, reader?: RowReader): JournalDatabase {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return take(folder, databaseOf(folder), proved(folder, since, reader));
  } catch (error) {
    throw explain(error, folder);
  }
}

interface Proved {
  readonly head: Head;
  readonly from: number;
}

/** Proves the journal from `since` on; all of it, when it does not go on from there. */
function proved(folder: string, since: Head = emptyHead, reader?: RowReader): Proved {
  let head: Head | undefined;
  try {
    for (const row of proveJournal(folder, since.seq === 0 ? undefined : since)) {
      if (head === undefined) reader?.begin(since.seq);
      head = row.head;
      reader?.take(row);
    }
    if (head === undefined) reader?.begin(since.seq);
    reader?.end();
    return { head: head ?? since, from: since.seq };
  } catch (error) {
    // That is seen before the first commit.
    if (!(error instanceof OtherChain)) throw error;
    return proved(folder, emptyHead, reader);
  }
}

/** Takes the folder for this process and makes what is missing. */
function take(folder: string, path: string, { head: verified, from }: Proved): JournalDatabase {
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
    const witness = openWitness(witnessOf(folder), verified);
    return writer(folder, database, witness, { head: verified, from });
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
  { head: verified, from: provedFrom }: Proved,
): JournalDatabase {
  const insert = database.prepare(
    'INSERT INTO journal (first, last, entries, hash) VALUES (?, ?, ?, ?)',
  );
  const select = database.prepare(
    `SELECT first, last, entries, hash FROM journal
     WHERE first >= (SELECT max(first) FROM journal WHERE first <= ?) ORDER BY first`,
  );
  let head = verified;
  // A crash may have left the witness a commit behind. One more commit would make it two, so the first write brings it up to here.
  let isWitnessed = false;
  let failure: ExchangeError | undefined;
  return {
    provedFrom,
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
      const rows: StoredRow[] = [];
      let characters = 0;
      for (const { first, last, entries: text, hash } of select.iterate(from)) {
        const entries = String(text);
        rows.push({ first: Number(first), last: Number(last), entries, hash: String(hash) });
        characters += entries.length;
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
