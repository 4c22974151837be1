/** The thread that waits for the disk. It answers each request in order; see sqlite.ts for the other end. */
import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { ExchangeError, lineOf } from '../errors.ts';
import type { ExchangeErrorCode } from '../errors.ts';
import { readCharactersMax, slicesAheadMax } from '../limits.ts';
import { openDatabase } from './database.ts';
import type { JournalDatabase, RowReader, StoredRow } from './database.ts';
import { decodeEntries } from './entries.ts';
import type { Head } from './head.ts';
import { Packer } from './packing.ts';
import type { Packed } from './packing.ts';
import type { Row } from './proof.ts';

/** What it is started with: the folder, and a head that a snapshot vouches for. */
export interface DiskTask {
  readonly thread: 'disk';
  readonly folder: string;
  readonly since: Head | undefined;
  /** Where whoever reads the entries while they are proved counts the slices it has taken; left out when nobody does. */
  readonly taken?: SharedArrayBuffer | undefined;
}

/** What the thread is asked. `lend` gives a port to another thread, which asks there for rows by the number of an entry. */
export type JournalRequest =
  | { readonly kind: 'append'; readonly row: Row }
  | { readonly kind: 'read'; readonly from: number }
  | { readonly kind: 'lend'; readonly port: MessagePort }
  | { readonly kind: 'close' };

/** What comes unasked before that: where the entries begin, the entries in slices, and that there are none any more that could be read. */
export type ProvedEntries =
  | { readonly kind: 'begin'; readonly from: number }
  | { readonly kind: 'entries'; readonly packed: Packed }
  | { readonly kind: 'unreadable'; readonly message: string };

/** Its answers, one a request; the first comes unasked when the journal is open. */
export type JournalAnswer =
  | {
      readonly kind: 'done';
      readonly head: number;
      readonly provedFrom: number;
      readonly rows: readonly StoredRow[];
    }
  | { readonly kind: 'failed'; readonly code: ExchangeErrorCode; readonly message: string };

/**
 * Characters of rows handed over at a time to another thread: reading them takes less than a millisecond, and that is all that a commit may have to wait for one that makes a
 * snapshot.
 */
const lentCharactersMax = 256 * 1024;

/** Opens the journal and serves it until it is closed. */
export function serveDisk({ folder, since, taken }: DiskTask): void {
  const port = parentPort;
  if (port === null) throw new Error('the journal thread was started as a program');
  const lent = new Set<MessagePort>();
  const answer = (work: () => Extract<JournalAnswer, { kind: 'done' }>): void => {
    let reply: JournalAnswer;
    try {
      reply = work();
    } catch (error) {
      const code = error instanceof ExchangeError ? error.code : 'journal_io';
      reply = { kind: 'failed', code, message: lineOf(error) };
    }
    port.postMessage(reply);
  };
  answer(() => {
    const reader = taken === undefined ? undefined : new Sender(port, new Int32Array(taken));
    const database = openDatabase(folder, since, reader);
    const done = (rows: readonly StoredRow[] = []): Extract<JournalAnswer, { kind: 'done' }> => {
      return { kind: 'done', head: database.head.seq, provedFrom: database.provedFrom, rows };
    };
    port.on('message', (request: JournalRequest) => {
      answer(() => {
        switch (request.kind) {
          case 'append':
            database.append(request.row);
            return done();
          case 'read':
            return done(database.read(request.from, readCharactersMax));
          case 'lend':
            lend(database, request.port, lent);
            return done();
          case 'close':
            for (const one of lent) one.close();
            database.close();
            return done();
        }
      });
      if (request.kind === 'close') port.close();
    });
    return done();
  });
}

/** Sends the entries of a journal that is being proved, and waits when it is too far ahead of whoever takes them. */
class Sender implements RowReader {
  readonly #port: MessagePort;
  readonly #taken: Int32Array;
  readonly #packer = new Packer();
  #characters = 0;
  #sent = 0;
  #isReadable = true;

  constructor(port: MessagePort, taken: Int32Array) {
    this.#port = port;
    this.#taken = taken;
  }

  begin(from: number): void {
    this.#send({ kind: 'begin', from });
  }

  take({ entries, first, last }: Row): void {
    if (!this.#isReadable) return;
    try {
      this.#packer.add(decodeEntries(entries, first, last));
    } catch (error) {
      // Whether the rest is what was written is still to be seen.
      this.#flush();
      this.#isReadable = false;
      this.#send({ kind: 'unreadable', message: lineOf(error) });
      return;
    }
    this.#characters += entries.length;
    if (this.#characters >= lentCharactersMax) this.#flush();
  }

  end(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#characters === 0) return;
    this.#characters = 0;
    for (;;) {
      const taken = Atomics.load(this.#taken, 0);
      if (this.#sent - taken < slicesAheadMax) break;
      Atomics.wait(this.#taken, 0, taken);
    }
    this.#sent += 1;
    this.#send({ kind: 'entries', packed: this.#packer.take() });
  }

  #send(message: ProvedEntries): void {
    this.#port.postMessage(message);
  }
}

function lend(database: JournalDatabase, port: MessagePort, lent: Set<MessagePort>): void {
  lent.add(port);
  port.on('close', () => lent.delete(port));
  port.on('message', (from: number) => {
    port.postMessage(from > database.head.seq ? [] : database.read(from, lentCharactersMax));
  });
}
