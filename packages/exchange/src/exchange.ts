/** An exchange on its folder, with its HTTP side. Nothing listens until start.ts says so. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { assemble } from './assembly.ts';
import type { Assembly, AssemblyOptions, Closing } from './assembly.ts';
import { ApiKeyFile } from './gateway/api-key-file.ts';
import { ApiKeys } from './gateway/api-keys.ts';
import { buildApp } from './gateway/app.ts';
import type { NodeSettings } from './ledger-node-open.ts';
import { closeWithinMs } from './limits.ts';
import { usualLimits } from './operating-limits.ts';
import { Requests } from './requests.ts';
import { readinessOf } from './watch/readiness.ts';
import type { Readiness } from './watch/readiness.ts';
import { Metrics } from './watch/metrics.ts';
import { buildWatchApp } from './watch/watch-app.ts';
import { openFolder } from './start-folder.ts';
import { termsOn } from './terms.ts';

export type { Closing, EventListener } from './assembly.ts';
export { chainName } from './start-folder.ts';

/** What an exchange is made of and with. */
export interface ExchangeOptions extends AssemblyOptions {
  /** Holds the journal, the chain and the operator's key. Belongs to one process at a time. */
  readonly folder: string;
  /** The MultiChain node whose chain is the ledger, and which has the operator's key; without it both are in the folder. */
  readonly node?: NodeSettings | undefined;
  /** What the HTTP library has to say goes here. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** The parts of a running exchange. */
export interface Exchange extends Assembly {
  readonly app: FastifyInstance;
  /** The numbers and the health, for a port of their own; built when it is asked for. */
  watch(): FastifyInstance;
}

/**
 * Builds an exchange on its folder, made when missing.
 * @throws ExchangeError `folder_locked`, `journal_corrupt`, `journal_version`, `journal_io`, `ledger_mismatch`, `keys_corrupt`,
 *   `requests_corrupt`;
 *   LedgerError for the chain and the key.
 */
export async function openExchange(options: ExchangeOptions): Promise<Exchange> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const opened = await openFolder(options, closers);
    const requests = Requests.open(options.folder);
    closers.push(() => requests.close());
    // All frames of a turn go to the disk together: a commit costs the same for one order and for fifty.
    const soon = (then: () => void): void => void setImmediate(then);
    const parts = { ...opened, requests, random: randomBytes, newId: randomUUID, soon };
    const assembly = await assemble(options, parts, closers);
    closers.push(() => assembly.close());
    return withHttp(options, assembly);
  } catch (error) {
    for (const close of closers.toReversed()) await close().catch(() => undefined);
    throw error;
  }
}

function withHttp(options: ExchangeOptions, assembly: Assembly): Exchange {
  const { folder, clock, log, version, limits = usualLimits } = options;
  const { sockets, sessions, stats } = assembly;
  const file = ApiKeyFile.open(folder, randomBytes);
  const revoked = (key: string): void => sockets.endKey(key);
  const keys = new ApiKeys({ file, sessions, revoked, now: clock.now, random: randomBytes });
  const health = (): Readiness => readinessOf({ ...assembly, clock });
  const facts = (): object => ({ version, ...stats.read() });
  const app = buildApp({
    ...assembly,
    keys,
    limits,
    now: clock.now,
    health,
    facts,
    log,
    terms: termsOn(options.terms, assembly.ledger),
    logger: options.logger,
  });
  app.addHook('onClose', async () => {
    await file.close();
    await assembly.requests.close();
  });
  sockets.attach(app.server);
  const watchers: FastifyInstance[] = [];
  let closed: Promise<void> | undefined;
  const close = async (how?: Closing): Promise<void> => {
    await assembly.close(how);
    // What has been answered gets so long to leave.
    const cut = clock.after(closeWithinMs, () => app.server.closeAllConnections());
    await app.close();
    cut();
    // Last, so that somebody sees it close.
    for (const watching of watchers) await watching.close();
  };
  const watch = (): FastifyInstance => {
    const watching = buildWatchApp(new Metrics({ ...assembly, health, version }), health);
    watchers.push(watching);
    return watching;
  };
  return { ...assembly, app, watch, close: (how) => (closed ??= close(how)) };
}
