/** The thread that waits for the disk. It answers each request in order; see sqlite.ts for the other end. */
import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { ExchangeError, lineOf } from '../errors.ts';
import type { ExchangeErrorCode } from '../errors.ts';
import { readCharactersMax } from '../limits.ts';
import { openDatabase } from './database.ts';
import type { JournalDatabase, StoredRow } from './database.ts';
import type { Head } from './head.ts';
import type { Row } from './proof.ts';

/** What it is started with: the folder, and a head that a snapshot vouches for. */
export interface DiskTask {
  readonly thread: 'disk';
  readonly folder: string;
  readonly since: Head | undefined;
}

/** What the thread is asked. `lend` gives a port to another thread, which asks there for rows by the number of an entry. */
export type JournalRequest =
  | { readonly kind: 'append'; readonly row: Row }
  | { readonly kind: 'read'; readonly from: number }
  | { readonly kind: 'lend'; readonly port: MessagePort }
  | { readonly kind: 'close' };

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
 * Characters of rows handed over at a time to a thread that makes a snapshot: reading them takes less than a millisecond, and that is all that a commit may have to
 * wait for it.
 */
const lentCharactersMax = 256 * 1024;

/** Opens the journal and serves it until it is closed. */
export function serveDisk({ folder, since }: DiskTask): void {
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
    const database = openDatabase(folder, since);
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

function lend(database: JournalDatabase, port: MessagePort, lent: Set<MessagePort>): void {
  lent.add(port);
  port.on('close', () => lent.delete(port));
  port.on('message', (from: number) => {
    port.postMessage(from > database.head.seq ? [] : database.read(from, lentCharactersMax));
  });
}
