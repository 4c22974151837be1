/** The thread that waits for the disk. It answers each request in order; see sqlite.ts for the other end. */
import { parentPort, workerData } from 'node:worker_threads';
import { ExchangeError, lineOf } from '../errors.ts';
import type { ExchangeErrorCode } from '../errors.ts';
import { readCharactersMax } from '../limits.ts';
import { openDatabase } from './database.ts';
import type { Row } from './database.ts';

/** What the thread is asked. */
export type JournalRequest =
  | { readonly kind: 'append'; readonly row: Row }
  | { readonly kind: 'read'; readonly from: number }
  | { readonly kind: 'close' };

/** Its answers, one a request; the first comes unasked when the journal is open. */
export type JournalAnswer =
  | { readonly kind: 'done'; readonly head: number; readonly rows: readonly Row[] }
  | { readonly kind: 'failed'; readonly code: ExchangeErrorCode; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('the journal thread was started as a program');

type Work = () => { readonly head: number; readonly rows: readonly Row[] };

function answer(work: Work): void {
  let reply: JournalAnswer;
  try {
    reply = { kind: 'done', ...work() };
  } catch (error) {
    const code = error instanceof ExchangeError ? error.code : 'journal_io';
    reply = { kind: 'failed', code, message: lineOf(error) };
  }
  port?.postMessage(reply);
}

answer(() => {
  const database = openDatabase(String(workerData));
  port.on('message', (request: JournalRequest) => {
    answer(() => {
      const head = (): number => database.head.seq;
      switch (request.kind) {
        case 'append':
          database.append(request.row);
          return { head: head(), rows: [] };
        case 'read':
          return { head: head(), rows: database.read(request.from, readCharactersMax) };
        case 'close':
          database.close();
          return { head: head(), rows: [] };
      }
    });
    if (request.kind === 'close') port.close();
  });
  return { head: database.head.seq, rows: [] };
});
