/**
 * An exchange without its HTTP side, put together from its parts: state, sequencer, settler, feed, sessions and sockets. Reads no folder, opens no port, makes
 * no thread and no chance of its own: what lasts, what is random and what time it is are given, by `exchange.ts` from a folder, by a simulation from a seed.
 */
import { lastInstant, marketOf, marketsUnderWay, openTrades } from '@wattlot/core';
import type { Event, Instant, MarketTerms, State } from '@wattlot/core';
import { verifyMessage } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import { Admission } from './admission.ts';
import type { Policy } from './admission.ts';
import type { Clock } from './clock.ts';
import { Deposits } from './deposits.ts';
import { lineOf } from './errors.ts';
import { Feed } from './feed/feed.ts';
import { Desk } from './gateway/desk.ts';
import { Sessions } from './gateway/sessions.ts';
import { Sockets } from './gateway/sockets.ts';
import type { Journal } from './journal/journal.ts';
import type { Snapshots } from './journal/snapshots.ts';
import type { LedgerPort, MarketOperator, OpenLedger } from './ledger-port.ts';
import { renewalGraceMs } from './limits.ts';
import { Deliveries } from './offers.ts';
import { usualLimits } from './operating-limits.ts';
import type { OperatingLimits } from './operating-limits.ts';
import { catchUp } from './replay.ts';
import type { CountsSince, Folds } from './replay.ts';
import { Requests } from './requests.ts';
import { Sequencer } from './sequencer.ts';
import type { Applied } from './sequencer.ts';
import { Health } from './settlement-health.ts';
import { followLedger } from './settler.ts';
import { termsOn } from './terms.ts';
import type { Log } from './watch/log.ts';
import { Meters } from './watch/meters.ts';

/** How an exchange runs, wherever its parts come from. */
export interface AssemblyOptions {
  readonly policy: Policy;
  readonly clock: Clock;
  /** Opened at the first start. */
  readonly terms: MarketTerms;
  readonly log: Log;
  /** Takes a line for each request of a socket. Default: nobody does. */
  readonly trace?: Log | undefined;
  /** Told once when the exchange cannot go on: nothing is acknowledged any more, and the process has to end. */
  readonly failed: (error: Error) => void;
  readonly version: string;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits | undefined;
}

/** What an exchange is put together from. */
export interface Parts {
  readonly journal: Journal;
  /** Of the journal up to some entry: what is after it is read. */
  readonly folds: Folds;
  /** Makes the next ones. */
  readonly snapshots: Pick<Snapshots, 'committed' | 'provePast' | 'close'>;
  readonly ledger: OpenLedger;
  /** What participants have asked of the operator. Left out: kept nowhere. */
  readonly requests?: Requests;
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Buffer;
  /** A new id for an order whose sender gave none. */
  readonly newId: () => string;
  /** See `SequencerOptions`. */
  readonly soon?: (then: () => void) => void;
}

/** Told of each event when it is on disk. */
export type EventListener = (event: Event, at: Instant) => void;

/** How an exchange ends. */
export interface Closing {
  /** Cancels every order first. Default: orders stay, and are there again at the next start. */
  readonly cancelOrders?: boolean;
}

/** A running exchange, but for HTTP. */
export interface Assembly {
  readonly state: State;
  readonly ledger: LedgerPort;
  /** The chain itself, where it is in this process. */
  readonly chain: Chain | undefined;
  readonly journal: Journal;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly stats: CountsSince;
  readonly sessions: Sessions;
  readonly operator: MarketOperator;
  readonly requests: Requests;
  readonly admission: Admission;
  readonly deposits: Deposits;
  readonly settlementHealth: Health;
  readonly desk: Desk;
  readonly sockets: Sockets;
  readonly meters: Meters;
  readonly listeners: Set<EventListener>;
  /** Ends everything in order; what was taken is on disk and told before. Later calls wait for the first. */
  close(how?: Closing): Promise<void>;
}

/**
 * Puts an exchange together and brings it up to the journal's head.
 * @param closers gets what ends the parts, for when this fails half-way.
 * @throws ExchangeError `journal_corrupt`, `journal_io`, `ledger_mismatch`.
 */
export async function assemble(
  options: AssemblyOptions,
  parts: Parts,
  closers: (() => Promise<unknown>)[],
): Promise<Assembly> {
  const { clock, limits = usualLimits } = options;
  const { journal, folds, snapshots, ledger } = parts;
  const { port, chain } = ledger;
  const failed = failOnce(options);

  const { state, stats } = folds;
  await catchUp(journal, port, folds);
  const feed = new Feed((name) => port.asset(name));
  folds.begin(feed);
  clock.notBefore(lastInstant(state));
  snapshots.provePast().catch(failed);
  if (openTrades(state).length > 0) feed.holdRenewals();
  const callOffRenewals = clock.after(renewalGraceMs, () => feed.askRenewals());
  closers.push(() => Promise.resolve(callOffRenewals()));
  closers.push(() => ledger.stop());
  await ledger.begin(state, failed);

  const meters = new Meters();
  const listeners = new Set<EventListener>();
  const committed = (batch: readonly Applied[], micros: number): void => {
    meters.observer?.commit(batch.length, micros / 1_000_000);
    feed.take(batch);
    const now = clock.now();
    for (const { entry, events } of batch) {
      for (const event of events) {
        const settledMs = stats.fold(event, now);
        if (settledMs !== undefined) meters.observer?.settled(settledMs / 1000);
        for (const listener of listeners) listener(event, entry.at);
      }
    }
    snapshots.committed(journal.head);
  };
  const { soon } = parts;
  const sequencer = new Sequencer({
    state,
    journal,
    clock,
    limits,
    committed,
    failed,
    ...(soon === undefined ? {} : { soon }),
  });
  const stopFollowing = followLedger({ state, ledger: port, sequencer, failed });
  if (marketOf(state, options.terms.symbol) === undefined) {
    await sequencer.submit({ kind: 'market.open', terms: termsOn(options.terms, port) });
  }
  listeners.add((event) => {
    if (event.kind !== 'participant.admitted') return;
    const { participant, name } = event;
    options.log('let in', { participant, name });
  });
  const gateway = openGateway(options, parts, { sequencer, feed, meters });
  const desks = openOperatorDesks(options, parts, { state, sequencer, feed });
  listeners.add((event, at) => desks.settlementHealth.note(event, at));
  const close = closing(parts, {
    state,
    sockets: gateway.sockets,
    sequencer,
    stopFollowers: () => {
      callOffRenewals();
      stopFollowing();
    },
  });
  const running = { state, ledger: port, chain, journal, sequencer, feed, stats };
  const { operator } = ledger;
  return { ...running, ...gateway, ...desks, operator, meters, listeners, close };
}

/** Tells of the first failure, whatever becomes of its line in the log. */
export function failOnce({
  log,
  failed,
}: Pick<AssemblyOptions, 'log' | 'failed'>): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    try {
      log(`failed: ${lineOf(error)}`, { level: 'error' });
    } finally {
      // A disk that is full fails both.
      failed(error instanceof Error ? error : new Error(lineOf(error)));
    }
  };
}

function openGateway(
  { clock, version, limits = usualLimits, log, trace }: AssemblyOptions,
  { ledger: { port }, random, newId }: Parts,
  { sequencer, feed, meters }: Pick<Assembly, 'sequencer' | 'feed' | 'meters'>,
): Pick<Assembly, 'sessions' | 'desk' | 'sockets'> {
  const now = (): number => clock.now() / 1000;
  const sessions = new Sessions({
    exchange: port.genesis,
    now,
    random,
    verify: (address, signature, text) => verifyMessage(address, signature, text, port.params),
    // The operator does not trade, and strangers shall not push out its sessions either.
    isAdmitted: (address) => address === port.operator || feed.isAdmitted(address),
  });
  const deliveries = new Deliveries(feed, port);
  const wallNow = clock.now;
  const common = { sequencer, feed, sessions, deliveries, limits, meters };
  const desk = new Desk({ ...common, now, wallNow, newId });
  const mayTrade = (token: string): boolean => sessions.mayTrade(token);
  const sockets = new Sockets({
    desk,
    feed,
    clock,
    version,
    mayTrade,
    limits,
    meters,
    log,
    ...(trace === undefined ? {} : { trace }),
  });
  return { sessions, desk, sockets };
}

/** What the operator decides, and what he looks at. */
function openOperatorDesks(
  { policy, clock }: AssemblyOptions,
  { ledger: { port, operator }, journal, random, newId, requests = Requests.inMemory() }: Parts,
  { state, sequencer, feed }: Pick<Assembly, 'state' | 'sequencer' | 'feed'>,
): Pick<Assembly, 'requests' | 'admission' | 'deposits' | 'settlementHealth'> {
  const { now } = clock;
  const desk = { policy, ledger: port, operator, feed, requests, now };
  const admission = new Admission({ ...desk, sequencer });
  const deposits = new Deposits({ ...desk, newId, random });
  const looked = { state, ledger: port, journal, sequencer, admission, deposits, now };
  return { requests, admission, deposits, settlementHealth: new Health(looked) };
}

interface Closable {
  readonly state: State;
  readonly sockets: Sockets;
  readonly sequencer: Sequencer;
  readonly stopFollowers: () => void;
}

/**
 * First nobody comes in and the last blocks are taken in; then nothing is taken any more, what was taken reaches the disk and is answered, and only then the
 * connections end; at last the journal.
 */
function closing(
  { ledger, snapshots, journal }: Parts,
  { state, sockets, sequencer, stopFollowers }: Closable,
): Assembly['close'] {
  let closed: Promise<void> | undefined;
  const close = async ({ cancelOrders = false }: Closing): Promise<void> => {
    sockets.refuse();
    await ledger.stop().catch(() => undefined);
    stopFollowers();
    // In one turn with the end: no order comes after.
    if (cancelOrders && !sequencer.isStopped) cancelAll(state, sequencer);
    await sequencer.close();
    sockets.close();
    await snapshots.close().catch(() => undefined);
    await journal.close().catch(() => undefined);
    await ledger.close();
  };
  return (how = {}) => (closed ??= close(how));
}

function cancelAll(state: State, sequencer: Sequencer): void {
  for (const { symbol } of marketsUnderWay(state)) {
    sequencer.post({ kind: 'market.cancel_all', market: symbol }, () => undefined);
  }
}
