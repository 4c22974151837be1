/** The journal on this machine's disk: SQLite in a thread of its own, so that a slow disk never holds up a socket. */
import { Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Entry, Seq } from '@wattlot/core';
import { ExchangeError, lineOf } from '../errors.ts';
import { exactSeq } from '../exact.ts';
import { decodeEntries, encodeEntries } from './entries.ts';
import type { Journal } from './journal.ts';
import type { DiskTask, JournalAnswer, JournalRequest, ProvedEntries } from './disk-thread.ts';
import type { Head } from './head.ts';
import { Unpacker } from './packing.ts';
import type { StoredEntry } from './packing.ts';

/** The threads' code is beside this file, as source or bundled. */
export const workerFile: URL = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.mjs',
  import.meta.url,
);

/** A journal whose entries another thread can read. */
export interface DiskJournal extends Journal {
  /** The entry after which it was proved when it was opened; 0 when all of it was. */
  readonly provedFrom: number;
  /** Lets the thread that has the other end of the port ask for rows, a slice at a time, between this journal's own work. */
  lend(port: MessagePort): Promise<void>;
}

type Done = JournalAnswer & { kind: 'done' };

interface Waiting {
  readonly done: (answer: Done) => void;
  readonly failed: (error: ExchangeError) => void;
}

/** Is given the entries of a journal while it is proved. They are good only when the journal could be opened. Must not throw. */
export interface EntryReader {
  /** At once, while the thread begins: there is time for what needs nothing of the journal. */
  start(): void;
  /** Then, first of all that comes of the journal: the entry after which they begin, that of the snapshot or 0. */
  begin(from: number): void;
  take(entries: readonly StoredEntry[]): void;
  /** What comes next, whatever it is, are no entries. */
  fail(error: ExchangeError): void;
}

/**
 * Opens the journal in `folder`, making it when missing, and proves it to the last entry.
 * @param since a head that a snapshot vouches for: when it is in the journal it is proved from there on, else from the first entry.
 * @param reader has been given everything from there on when this resolves.
 * @throws ExchangeError `journal_corrupt`, `journal_version` (nothing was touched), `folder_locked` or `journal_io`.
 */
export async function openSqliteJournal(
  folder: string,
  since?: Head,
  reader?: EntryReader,
): Promise<DiskJournal> {
  const thread = new JournalThread({ folder, since }, reader);
  reader?.start();
  const { head, provedFrom } = await thread.opened;
  return new SqliteJournal(thread, head, provedFrom);
}

/** The thread and the requests that wait for its answers. */
class JournalThread {
  readonly opened: Promise<Done>;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: ExchangeError | undefined;

  constructor(task: Pick<DiskTask, 'folder' | 'since'>, reader: EntryReader | undefined) {
    const taken = reader === undefined ? undefined : new SharedArrayBuffer(4);
    const workerData: DiskTask = { thread: 'disk', ...task, taken };
    this.#worker = new Worker(workerFile, { workerData, name: 'journal' });
    this.opened = this.#wait();
    const proved = reader && taken && new Proved(reader, new Int32Array(taken));
    this.#worker.on('message', (answer: JournalAnswer | ProvedEntries) => {
      if (answer.kind === 'done' || answer.kind === 'failed') this.#take(answer);
      else proved?.take(answer);
    });
    this.#worker.on('error', (error) => this.#fail(journalStopped(lineOf(error), error)));
    this.#worker.on('exit', () => this.#fail(journalStopped('the journal is closed')));
  }

  ask(request: JournalRequest): Promise<Done> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const answer = this.#wait();
    this.#worker.postMessage(request, request.kind === 'lend' ? [request.port] : []);
    return answer;
  }

  #wait(): Promise<Done> {
    return new Promise((done, failed) => {
      this.#waiting.push({ done, failed });
    });
  }

  #take(answer: JournalAnswer): void {
    if (answer.kind === 'done') {
      this.#waiting.shift()?.done(answer);
      return;
    }
    this.#fail(new ExchangeError(answer.code, answer.message));
    void this.#worker.terminate();
  }

  /** The first failure is the last: what the disk says after an error cannot be believed. */
  #fail(error: ExchangeError): void {
    this.#failure ??= error;
    for (const { failed } of this.#waiting.splice(0)) failed(this.#failure);
  }
}

/** Hands what was proved to whoever reads it. */
class Proved {
  readonly #reader: EntryReader;
  readonly #taken: Int32Array;
  readonly #unpacker = new Unpacker();

  constructor(reader: EntryReader, taken: Int32Array) {
    this.#reader = reader;
    this.#taken = taken;
  }

  take(message: ProvedEntries): void {
    switch (message.kind) {
      case 'begin':
        this.#reader.begin(message.from);
        return;
      case 'entries':
        this.#reader.take(this.#unpacker.unpack(message.packed));
        Atomics.add(this.#taken, 0, 1);
        Atomics.notify(this.#taken, 0);
        return;
      case 'unreadable':
        this.#reader.fail(new ExchangeError('journal_corrupt', message.message));
    }
  }
}

class SqliteJournal implements DiskJournal {
  readonly provedFrom: number;
  readonly #thread: JournalThread;
  #head: Seq;

  constructor(thread: JournalThread, head: number, provedFrom: number) {
    this.#thread = thread;
    this.provedFrom = provedFrom;
    this.#head = exactSeq(head);
  }

  get head(): Seq {
    return this.#head;
  }

  async append(batch: readonly Entry[]): Promise<void> {
    const first = batch[0]?.seq;
    const last = batch.at(-1)?.seq;
    if (first === undefined || last === undefined) return;
    const row = { first, last, entries: encodeEntries(batch) };
    const { head } = await this.#thread.ask({ kind: 'append', row });
    this.#head = exactSeq(head);
  }

  async *read(from: Seq): AsyncGenerator<readonly Entry[], void, undefined> {
    const ask = (first: number): Promise<Done> | undefined =>
      first > this.#head ? undefined : this.#thread.ask({ kind: 'read', from: first });
    let next = Math.max(from, 1);
    let asked = ask(next);
    while (asked !== undefined) {
      const { rows } = await asked;
      // The thread reads on while these are taken in. Its failure is met when they have been.
      asked = ask((rows.at(-1)?.last ?? this.#head) + 1);
      asked?.catch(() => undefined);
      for (const { first, last, entries } of rows) {
        const decoded = decodeEntries(entries, first, last);
        yield first < next ? decoded.slice(next - first) : decoded;
        next = last + 1;
      }
    }
  }

  async lend(port: MessagePort): Promise<void> {
    await this.#thread.ask({ kind: 'lend', port });
  }

  async close(): Promise<void> {
    await this.#thread.ask({ kind: 'close' });
  }
}

function journalStopped(message: string, cause?: unknown): ExchangeError {
  return new ExchangeError('journal_io', message, { cause });
}
