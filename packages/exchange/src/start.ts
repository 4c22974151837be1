/** Starts an exchange and listens. */
import type { Address } from '@wattlot/core';
import type { MarketTerms } from '@wattlot/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { ExchangeError, lineOf, printable } from './errors.ts';
import { openExchange } from './exchange.ts';
import type { Closing, Exchange, EventListener } from './exchange.ts';
import type { Policy } from './admission.ts';
import type { NodeSettings } from './ledger-node-open.ts';
import type { OperatingLimits } from './operating-limits.ts';
import type { Stats } from './stats.ts';
import { defaultTerms } from './terms.ts';
import { logOf } from './watch/log.ts';
import type { Log } from './watch/log.ts';

/** Where and how an exchange runs. */
export interface StartOptions {
  /** Holds everything that lasts; made when missing. */
  readonly folder: string;
  /** A name or address of this machine, for example `127.0.0.1`. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Where the numbers and the health can be read besides: for who runs it, not for participants. Default: nowhere. */
  readonly watch?: { readonly host: string; readonly port: number } | undefined;
  readonly policy: Policy;
  /** The MultiChain node whose chain is the ledger, and which has an administrator's key. Default: an embedded chain in the folder. */
  readonly node?: NodeSettings | undefined;
  /** The market to open at the first start. Default: energy for ecoin. */
  readonly terms?: MarketTerms;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Takes one line for the operator. Default: nobody does. */
  readonly log?: Log;
  /** Made by `createLogger`: takes the lines instead of `log`, what the HTTP library has to say, and at level `trace` each request of a socket. */
  readonly logger?: Logger | undefined;
  /**
   * Told once when the exchange cannot go on (the disk refused, chain and journal disagree, a bug): nothing is acknowledged any more, and the process
   * has to end. Default: the process ends with exit code 70 after a line on standard error.
   */
  readonly failed?: (error: Error) => void;
}

/** An exchange that listens. */
export interface RunningExchange {
  /** `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Where the numbers are, if somewhere: `http://host:port`. */
  readonly watchUrl: string | undefined;
  /** How many participants may trade. */
  readonly participantsAdmitted: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Who may trade, with the names they gave. */
  participants(): readonly { readonly participant: Address; readonly name: string }[];
  stats(): Stats;
  /** Calls back with each event from now on, when it is on disk, in order. @returns how to stop it. */
  onEvent(listener: EventListener): () => void;
  /** Takes nothing more; puts on disk and answers what was taken; says goodbye to all. */
  close(how?: Closing): Promise<void>;
}

const version = '0.1.0';

/**
 * Starts an exchange.
 * @throws ExchangeError with one clear line: `port_taken`, `folder_locked`, `journal_corrupt`, `journal_version`, `journal_io`, `ledger_mismatch`;
 *   LedgerError for the chain and the operator's key.
 */
export async function startExchange(options: StartOptions): Promise<RunningExchange> {
  const { folder, node, policy, clock = systemClock(), logger } = options;
  const log = logger === undefined ? (options.log ?? nobody) : logOf(logger);
  const exchange = await openExchange({
    folder,
    node,
    policy,
    clock,
    terms: options.terms ?? defaultTerms,
    limits: options.limits,
    log: (line, fields) => log(printable(line), fields),
    logger,
    trace: logger?.isLevelEnabled('trace') === true ? log : undefined,
    failed: options.failed ?? endProcess,
    version,
  });
  try {
    const { host, watch } = options;
    const watchUrl = watch && urlOf(watch.host, await listen(exchange.watch(), watch));
    const port = await listen(exchange.app, options);
    return running(exchange, { host, port, watchUrl });
  } catch (error) {
    await exchange.close();
    throw error;
  }
}

function nobody(): void {
  // Nobody listens.
}

function endProcess(error: Error): void {
  process.stderr.write(`wattlot: the exchange has failed: ${lineOf(error)}\n`);
  process.exit(70);
}

async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${lineOf(error)}`;
    throw new ExchangeError('port_taken', `port ${port} of ${host} ${why}`, { cause: error });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function running(
  exchange: Exchange,
  {
    host,
    port,
    watchUrl,
  }: { readonly host: string; readonly port: number; readonly watchUrl: string | undefined },
): RunningExchange {
  const { feed, stats, sockets, listeners } = exchange;
  return {
    url: urlOf(host, port),
    port,
    watchUrl,
    get participantsAdmitted() {
      return feed.participants.size;
    },
    get connections() {
      return sockets.size;
    },
    participants: () =>
      [...feed.participants].map(([participant, name]) => ({ participant, name })),
    stats: () => stats.read(),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: (how) => exchange.close(how),
  };
}
