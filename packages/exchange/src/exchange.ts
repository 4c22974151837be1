/** An exchange, assembled: chain, journal, state, sequencer, settler, feed and gateway. Nothing listens until start.ts says so. */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { marketOf, openTrades } from '@wattlot/core';
import type { Event, Instant, MarketTerms, State } from '@wattlot/core';
import {
  KEY_NAMES,
  LedgerError,
  localChainPort,
  MARKET_ASSETS,
  openChain,
  openKeyFile,
  Operator,
  startBlocks,
  verifyMessage,
} from '@wattlot/ledger';
import type { BlockProducer, Chain } from '@wattlot/ledger';
import type { FastifyInstance } from 'fastify';
import { Admission } from './admission.ts';
import type { Policy } from './admission.ts';
import type { Clock } from './clock.ts';
import { ExchangeError, lineOf } from './errors.ts';
import { sure } from './exact.ts';
import { Feed } from './feed/feed.ts';
import { renewalGraceMs } from './limits.ts';
import { buildApp } from './gateway/app.ts';
import { Desk } from './gateway/desk.ts';
import { Sessions } from './gateway/sessions.ts';
import { Sockets } from './gateway/sockets.ts';
import type { Journal } from './journal/journal.ts';
import { openSqliteJournal } from './journal/sqlite.ts';
import { operatorKeyFile, requireWhole } from './data-folder.ts';
import { Deliveries } from './offers.ts';
import { replay } from './replay.ts';
import { Sequencer } from './sequencer.ts';
import type { Applied } from './sequencer.ts';
import { followChain } from './settler.ts';
import { StatsCounter } from './stats.ts';

/** What an exchange is made of and with. */
export interface ExchangeOptions {
  /** Holds the journal, the chain and the operator's key. Belongs to one process at a time. */
  readonly folder: string;
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
  readonly chain: Chain;
  readonly journal: Journal;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly stats: StatsCounter;
  readonly app: FastifyInstance;
  readonly sockets: Sockets;
  readonly listeners: Set<EventListener>;
  /** Ends everything in order; what was taken is on disk and told before. */
  close(): Promise<void>;
}

/** The name of the embedded chain: it decides the form of the addresses. */
export const chainName = 'wattlot';

/**
 * Builds an exchange on its folder, made when missing.
 * @throws ExchangeError `folder_locked`, `journal_corrupt`, `journal_version`, `journal_io`, `ledger_mismatch`; LedgerError for the chain and the key.
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
  const { folder, clock } = options;
  const failed = failOnce(options);
  const { journal, chain, operator } = await openFolder(folder, clock, closers);

  const feed = new Feed((name) => chain.asset(name));
  const stats = new StatsCounter();
  const state = await replay(journal, chain, { feed, stats });
  if (openTrades(state).length > 0) feed.holdRenewals();
  const callOffRenewals = clock.after(renewalGraceMs, () => feed.askRenewals());
  closers.push(() => Promise.resolve(callOffRenewals()));
  const blocks = startBlocks(chain, { now: () => clock.now() / 1000, onError: failed });
  closers.push(() => blocks.stop());
  await operator.ensureMarket();
  await untilIssued(chain);

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
  };
  const sequencer = new Sequencer({ state, journal, clock, committed, failed });
  const stopFollowing = followChain({ state, chain, sequencer, failed });
  if (marketOf(state, options.terms.symbol) === undefined) {
    await sequencer.submit({ kind: 'market.open', terms: options.terms });
  }
  const gateway = openGateway(options, { chain, operator, sequencer, feed, stats });
  const stopFollowers = (): void => {
    callOffRenewals();
    stopFollowing();
  };
  const close = closing({ ...gateway, blocks, stopFollowers, sequencer, journal, chain });
  return { state, chain, journal, sequencer, feed, stats, ...gateway, listeners, close };
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

interface Opened {
  readonly journal: Journal;
  readonly chain: Chain;
  readonly operator: Operator;
}

/** Opens journal and chain side by side, since the journal is proved in a thread of its own. A new chain is begun only once the journal is proved. */
async function openFolder(
  folder: string,
  clock: Clock,
  closers: (() => Promise<unknown>)[],
): Promise<Opened> {
  const { hasChain, last } = requireWhole(folder);
  const opening = openSqliteJournal(join(folder, 'journal'));
  const ledger = hasChain
    ? openLedger(folder, clock, last === 0)
    : opening.then(({ head }) => openLedger(folder, clock, head === 0));
  const [journal, opened] = await Promise.allSettled([opening, ledger]);
  if (journal.status === 'fulfilled') closers.push(() => journal.value.close());
  if (opened.status === 'fulfilled') closers.push(() => opened.value.chain.close());
  if (journal.status === 'rejected') throw journal.reason;
  if (opened.status === 'rejected') throw opened.reason;
  return { journal: journal.value, ...opened.value };
}

/** @param begin whether to begin a chain where there is none. */
async function openLedger(
  folder: string,
  clock: Clock,
  begin: boolean,
): Promise<{ readonly chain: Chain; readonly operator: Operator }> {
  const path = join(folder, operatorKeyFile);
  const names = [KEY_NAMES.settlement];
  const keys = await openKeyFile({ path, chain: chainName, names, random: randomBytes });
  const { key } = sure(keys.keys[0], 'the key file');
  const nowMs = (): number => Math.floor(clock.now() / 1000);
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
    return { chain, operator: new Operator({ chain: chainName, port, key, now: nowMs }) };
  } catch (error) {
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

/** The market's assets have to be on disk before the journal speaks of them. */
async function untilIssued(chain: Chain): Promise<void> {
  const names = Object.values(MARKET_ASSETS).map(({ name }) => name);
  const areIssued = (): boolean => names.every((name) => (chain.asset(name)?.ref ?? null) !== null);
  if (areIssued()) return;
  await new Promise<void>((issued) => {
    const stop = chain.onBlock(() => {
      if (!areIssued()) return;
      stop();
      issued();
    });
  });
}

interface Parts {
  readonly chain: Chain;
  readonly operator: Operator;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly stats: StatsCounter;
}

function openGateway(
  { policy, clock, log, version }: ExchangeOptions,
  { chain, operator, sequencer, feed, stats }: Parts,
): Pick<Exchange, 'app' | 'sockets'> {
  const sessions = new Sessions({
    exchange: sure(chain.block(0), 'block 0').hash.slice(0, 16),
    now: () => clock.now() / 1000,
    random: randomBytes,
    verify: (address, signature, text) => verifyMessage(address, signature, text, chain.params),
    isAdmitted: (address) => feed.isAdmitted(address),
  });
  const admission = new Admission({ policy, chain, operator, sequencer, feed });
  const deliveries = new Deliveries(feed, chain);
  const now = (): number => clock.now() / 1000;
  const desk = new Desk({ sequencer, feed, sessions, deliveries, now, newId: randomUUID });
  const sockets = new Sockets({ desk, feed, clock, version });
  const health = (): object => ({ status: 'online', version, ...stats.read() });
  const app = buildApp({ feed, chain, sessions, admission, now: clock.now, health, log });
  sockets.attach(app.server);
  return { app, sockets };
}

interface Closing {
  readonly app: FastifyInstance;
  readonly sockets: Sockets;
  readonly blocks: BlockProducer;
  readonly stopFollowers: () => void;
  readonly sequencer: Sequencer;
  readonly journal: Journal;
  readonly chain: Chain;
}

/** First nobody comes in, then the last blocks are taken in, then the journal ends. */
function closing(parts: Closing): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    parts.sockets.close();
    await parts.app.close();
    await parts.blocks.stop().catch(() => undefined);
    parts.stopFollowers();
    await parts.sequencer.close();
    await parts.journal.close().catch(() => undefined);
    await parts.chain.close();
  };
  return () => (closed ??= close());
}
