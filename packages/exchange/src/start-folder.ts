/** Opens what an exchange's folder holds: journal, snapshot, chain and the operator's key. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  KEY_NAMES,
  LedgerError,
  localChainPort,
  openChain,
  openKeyFile,
  openWalletJournal,
  Operator,
} from '@wattlot/ledger';
import type { Parts } from './assembly.ts';
import type { Clock } from './clock.ts';
import { journalFolder, operatorKeyFile, requireWhole } from './data-folder.ts';
import { ExchangeError } from './errors.ts';
import { sure } from './exact.ts';
import { openEmbeddedLedger } from './ledger-embedded.ts';
import { openNodeLedger, requireNoNode } from './ledger-node-open.ts';
import type { NodeSettings } from './ledger-node-open.ts';
import type { OpenLedger } from './ledger-port.ts';
import { newestSnapshot } from './journal/snapshot.ts';
import { Snapshots } from './journal/snapshots.ts';
import { openSqliteJournal } from './journal/sqlite.ts';
import type { EntryReader } from './journal/sqlite.ts';
import { Reading, wantedSections } from './replay.ts';

/** Which folder, and with what. */
export interface FolderOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** The node whose chain is the ledger; without it the chain is in the folder. */
  readonly node?: NodeSettings | undefined;
  /** Takes one line for the operator. */
  readonly log: (line: string) => void;
}

/** The name of the embedded chain: it decides the form of the addresses. */
export const chainName = 'wattlot';

/** What the folder gives to an exchange. */
export type Opened = Pick<Parts, 'journal' | 'folds' | 'snapshots' | 'ledger'>;

/** Opens journal and chain side by side, since the journal is proved in a thread of its own, and folds meanwhile what it holds. A new chain is begun only once the journal is proved. `closers` gets what ends them. */
export async function openFolder(
  { folder, clock, node, log }: FolderOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Opened> {
  if (node === undefined) requireNoNode(folder);
  const whole = node === undefined ? requireWhole(folder) : undefined;
  const newest = newestSnapshot(journalFolder(folder), wantedSections, log);
  const reading = new Released(new Reading(newest));
  const opening = openSqliteJournal(journalFolder(folder), newest?.head, reading);
  const ledger =
    node !== undefined
      ? openNodeLedger({ folder, node, clock, log })
      : whole?.hasChain === true
        ? openLedger(folder, clock, whole.last === 0)
        : opening.then(({ head }) => openLedger(folder, clock, head === 0));
  // Then nothing starts here: the proof goes on, and what it reads need not be folded.
  ledger.catch((error: unknown) => reading.fail(error));
  const [journal, opened] = await Promise.allSettled([opening, ledger]);
  if (journal.status === 'fulfilled') closers.push(() => journal.value.close());
  if (opened.status === 'fulfilled') closers.push(() => opened.value.close());
  if (journal.status === 'rejected') throw journal.reason;
  if (opened.status === 'rejected') throw opened.reason;
  const isGoodFor = journal.value.provedFrom === newest?.head.seq;
  if (newest !== undefined && !isGoodFor) {
    log(`the snapshot after entry ${newest.head.seq} is not of this journal and was ignored`);
  }
  const snapshot = isGoodFor ? newest : undefined;
  const snapshots = new Snapshots({
    folder: journalFolder(folder),
    journal: journal.value,
    newest: snapshot?.head,
    log,
    now: () => performance.now(),
  });
  const { folds } = reading.release();
  return { journal: journal.value, folds, snapshots, ledger: opened.value };
}

/** Lets go of a reading when it is done: the journal's thread is listened to for as long as it lives, and a snapshot's text is as large as all that comes of it. */
class Released implements EntryReader {
  #reading: Reading | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  start(): void {
    this.#reading?.start();
  }

  begin(from: number): void {
    this.#reading?.begin(from);
  }

  take(entries: Parameters<EntryReader['take']>[0]): void {
    this.#reading?.take(entries);
  }

  fail(error: unknown): void {
    this.#reading?.fail(error);
  }

  /** @returns the reading, once. */
  release(): Reading {
    const reading = sure(this.#reading, 'a reading');
    this.#reading = undefined;
    return reading;
  }
}

/** @param begin whether to begin a chain where there is none. */
async function openLedger(folder: string, clock: Clock, begin: boolean): Promise<OpenLedger> {
  const path = join(folder, operatorKeyFile);
  const names = [KEY_NAMES.settlement];
  const keys = await openKeyFile({ path, chain: chainName, names, random: randomBytes });
  const { key } = sure(keys.keys[0], 'the key file');
  const nowMs = (): number => Math.floor(clock.now() / 1000);
  const sent = await openWalletJournal(`${path}.sent`);
  try {
    const chain = await openChain({
      folder: join(folder, 'chain'),
      name: chainName,
      operatorKey: key,
      now: nowMs(),
      random: randomBytes,
      begin,
    });
    const port = localChainPort(chain);
    const operator = new Operator({ chain: chainName, port, key, now: nowMs, journal: sent });
    const ledger = openEmbeddedLedger(chain, operator, clock);
    const close = async (): Promise<void> => {
      await ledger.close();
      await sent.close();
    };
    return { ...ledger, close };
  } catch (error) {
    await sent.close();
    if (!(error instanceof LedgerError)) throw error;
    const { code, message } = error;
    if (code === 'folder_in_use') {
      throw new ExchangeError('folder_locked', message, { cause: error });
    }
    if (code !== 'chain_missing') throw error;
    const what = `${message}, but the journal beside it has entries`;
    throw new ExchangeError('ledger_mismatch', what, { cause: error });
  }
}
