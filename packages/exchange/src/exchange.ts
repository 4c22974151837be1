/** An exchange, assembled: chain, journal, state, sequencer, settler, feed and gateway. Nothing listens until start.ts says so. */
import { randomBytes, randomUUID } from 'node:crypto';
import { lastSeq, marketOf, openTrades } from '@wattlot/core';
import type { Event, Instant, MarketTerms, State } from '@wattlot/core';
import { verifyMessage } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import type { FastifyInstance } from 'fastify';
import { Admission } from './admission.ts';
import type { Policy } from './admission.ts';
import type { Clock } from './clock.ts';
import { lineOf } from './errors.ts';
import { Feed } from './feed/feed.ts';
import { renewalGraceMs } from './limits.ts';
import { ApiKeyFile } from './gateway/api-key-file.ts';
import { ApiKeys } from './gateway/api-keys.ts';
import { buildApp } from './gateway/app.ts';
import { Desk } from './gateway/desk.ts';
import { Sessions } from './gateway/sessions.ts';
import { Sockets } from './gateway/sockets.ts';
import type { Journal } from './journal/journal.ts';
import type { Snapshots } from './journal/snapshots.ts';
import type { NodeSettings } from './ledger-node-open.ts';
import type { LedgerPort, OpenLedger } from './ledger-port.ts';
import { Deliveries } from './offers.ts';
import { catchUp, Folds } from './replay.ts';
import type { CountsSince } from './replay.ts';
import { Sequencer } from './sequencer.ts';
import { keepSnapshots, openFolder } from './start-folder.ts';
import type { Applied } from './sequencer.ts';
import { followLedger } from './settler.ts';
import { termsOn } from './terms.ts';

export { chainName } from './start-folder.ts';

/** What an exchange is made of and with. */
export interface ExchangeOptions {
  /** Holds the journal, the chain and the operator's key. Belongs to one process at a time. */
  readonly folder: string;
  /** The MultiChain node whose chain is the ledger, and which has the operator's key; without it both are in the folder. */
  readonly node?: NodeSettings | undefined;
  readonly policy: Policy;
  readonly clock: Clock;
  /** Opened at the first start. */
  readonly terms: MarketTerms;
  /** Takes one line for the operator, without control characters. */
  readonly log: (line: string) => void;
  /** Told once when the exchange cannot go on: nothing is acknowledged any more, and the process has to end. */
  readonly failed: (error: Error) => void;
  readonly version: string;
}

/** Told of each event when it is on disk. */
export type EventListener = (event: Event, at: Instant) => void;

/** The parts of a running exchange. */
export interface Exchange {
  readonly state: State;
  readonly ledger: LedgerPort;
  /** The chain itself, where it is in this process. */
  readonly chain: Chain | undefined;
  readonly journal: Journal;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly stats: CountsSince;
  readonly app: FastifyInstance;
  readonly sockets: Sockets;
  readonly listeners: Set<EventListener>;
  /** Ends everything in order; what was taken is on disk and told before. */
  close(): Promise<void>;
}

/**
 * Builds an exchange on its folder, made when missing.
 * @throws ExchangeError `folder_locked`, `journal_corrupt`, `journal_version`, `journal_io`, `ledger_mismatch`, `keys_corrupt`;
 *   LedgerError for the chain and the key.
 */
export async function openExchange(options: ExchangeOptions): Promise<Exchange> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    return await assemble(options, closers);
  } catch (error) {
    for (const close of closers.toReversed()) await close().catch(() => undefined);
    throw error;
  }
}

async function assemble(
  options: ExchangeOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Exchange> {
  const { clock } = options;
  const failed = failOnce(options);
  const { journal, ledger, snapshot } = await openFolder(options, closers);
  const { port, chain } = ledger;

  const feed = new Feed((name) => port.asset(name));
  const folds = new Folds(feed, snapshot);
  const { state, stats } = folds;
  await catchUp(journal, port, folds, lastSeq(state) + 1);
  const snapshots = keepSnapshots(options, { journal, snapshot }, port);
  snapshots.provePast().catch(failed);
  if (openTrades(state).length > 0) feed.holdRenewals();
  const callOffRenewals = clock.after(renewalGraceMs, () => feed.askRenewals());
  closers.push(() => Promise.resolve(callOffRenewals()));
  closers.push(() => ledger.stop());
  await ledger.begin(state, failed);

  const listeners = new Set<EventListener>();
  const committed = (batch: readonly Applied[]): void => {
    feed.take(batch);
    const now = clock.now();
    for (const { entry, events } of batch) {
      for (const event of events) {
        stats.fold(event, now);
        for (const listener of listeners) listener(event, entry.at);
      }
    }
    snapshots.committed(journal.head);
  };
  const sequencer = new Sequencer({ state, journal, clock, committed, failed });
  const stopFollowing = followLedger({ state, ledger: port, sequencer, failed });
  if (marketOf(state, options.terms.symbol) === undefined) {
    await sequencer.submit({ kind: 'market.open', terms: termsOn(options.terms, port) });
  }
  const gateway = openGateway(options, { ledger, sequencer, feed, stats });
  const stopFollowers = (): void => {
    callOffRenewals();
    stopFollowing();
  };
  const close = closing({
    ...gateway,
    stopFollowers,
    sequencer,
    snapshots,
    journal,
    ledger,
  });
  return {
    state,
    ledger: port,
    chain,
    journal,
    sequencer,
    feed,
    stats,
    ...gateway,
    listeners,
    close,
  };
}

function failOnce({ log, failed }: ExchangeOptions): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    log(`failed: ${lineOf(error)}`);
    failed(error instanceof Error ? error : new Error(lineOf(error)));
  };
}

interface Parts {
  readonly ledger: OpenLedger;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly stats: CountsSince;
}

function openGateway(
  { folder, policy, clock, log, version }: ExchangeOptions,
  { ledger, sequencer, feed, stats }: Parts,
): Pick<Exchange, 'app' | 'sockets'> {
  const { port, operator, chain } = ledger;
  const sessions = new Sessions({
    exchange: port.genesis,
    now: () => clock.now() / 1000,
    random: randomBytes,
    verify: (address, signature, text) => verifyMessage(address, signature, text, port.params),
    isAdmitted: (address) => feed.isAdmitted(address),
  });
  const admission = new Admission({ policy, ledger: port, operator, sequencer, feed });
  const deliveries = new Deliveries(feed, port);
  const now = (): number => clock.now() / 1000;
  const wallNow = clock.now;
  const desk = new Desk({ sequencer, feed, sessions, deliveries, now, wallNow, newId: randomUUID });
  const sockets = new Sockets({
    desk,
    feed,
    clock,
    version,
    mayTrade: (token) => sessions.mayTrade(token),
  });
  const health = (): object => ({ status: 'online', version, ...stats.read() });
  const file = ApiKeyFile.open(folder, randomBytes);
  const keys = new ApiKeys({ file, sessions, now: wallNow, random: randomBytes });
  const members = { feed, ledger: port, chain, sessions, admission, desk, keys };
  const app = buildApp({ ...members, now: wallNow, health, log });
  app.addHook('onClose', () => file.close());
  sockets.attach(app.server);
  return { app, sockets };
}

interface Closing {
  readonly app: FastifyInstance;
  readonly sockets: Sockets;
  readonly stopFollowers: () => void;
  readonly sequencer: Sequencer;
  readonly snapshots: Snapshots;
  readonly journal: Journal;
  readonly ledger: OpenLedger;
}

/** First nobody comes in, then the last blocks are taken in, then the journal ends. */
function closing(parts: Closing): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    parts.sockets.close();
    await parts.app.close();
    await parts.ledger.stop().catch(() => undefined);
    parts.stopFollowers();
    await parts.sequencer.close();
    await parts.snapshots.close().catch(() => undefined);
    await parts.journal.close().catch(() => undefined);
    await parts.ledger.close();
  };
  return () => (closed ??= close());
}
