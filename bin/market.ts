/** The processes of a whole market: an exchange, a neighbourhood that trades on it, and somebody who starts again what dies. */
import { join } from 'node:path';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import { Failure } from './failure.ts';
import { logFolder } from './folders.ts';
import type { Report } from './report.ts';

/** What a market is made of. */
export interface MarketOptions {
  readonly data: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly households: number;
  readonly seed: number;
  readonly speed: number;
  readonly profiles?: string;
}

/** The household that the person at the terminal trades for. */
export const ownHousehold = 'house-00';

/** A child's line is one of our own reports: both ends are this program. */
function isReport(value: object): value is Report {
  return 'event' in value && typeof value.event === 'string';
}

/** A running market. */
export interface Market {
  /** The exchange's address. */
  readonly url: string;
  /** Ends its processes in order. */
  stop(): Promise<void>;
}

/** How often a process of the market that died is started again before the market is given up: a crash is mended, a damaged disk is not hammered. */
export const restartsMax = 3;

/** What a person reads about a process that ended without being asked. */
async function failureOf(child: Child, what: string): Promise<Failure> {
  const { code, lastLine } = await child.ended;
  const why = lastLine || (code === undefined ? 'it was killed' : `it ended with ${code}`);
  return new Failure(`${what} stopped: ${why}`, 1);
}

/** What was waited for, or the failure of the process that ended before. */
async function orEnded<T>(wanted: Promise<T>, child: Child): Promise<T> {
  const failed = child.ended.then(({ code, lastLine }): never => {
    throw new Failure(lastLine || 'a process of the market was killed', code || 1);
  });
  return Promise.race([wanted, failed]);
}

interface Told {
  readonly onRestart: (why: string) => void;
  readonly onEnd: (failure: Failure) => void;
}

/** A process of the market that is started again when it dies. */
class Supervised {
  readonly #what: string;
  readonly #again: () => Child;
  readonly #told: Told;
  #child: Child;
  #left: number;
  #stopping = false;

  constructor(
    what: string,
    first: Child,
    options: Told & { readonly again: () => Child; readonly restarts: number },
  ) {
    this.#what = what;
    this.#child = first;
    this.#again = options.again;
    this.#left = options.restarts;
    this.#told = options;
  }

  async watch(): Promise<void> {
    for (;;) {
      const failure = await failureOf(this.#child, this.#what);
      if (this.#stopping) return;
      if (this.#left === 0) {
        this.#told.onEnd(failure);
        return;
      }
      this.#left -= 1;
      this.#told.onRestart(`${failure.message}; it is started again`);
      this.#child = this.#again();
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#child.stop();
  }
}

export interface MarketEvents {
  readonly onReport: (report: Report) => void;
  /** A process died and will not be started again. */
  readonly onEnd: (failure: Failure) => void;
}

/**
 * Starts the exchange, then the neighbourhood. Resolves when the user's household has what it starts with.
 * @param restarts how often each process that dies later is started again. @throws Failure when one dies before.
 */
export async function startMarket(
  options: MarketOptions,
  restarts: number,
  { onReport, onEnd }: MarketEvents,
): Promise<Market> {
  const listening = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<undefined>();
  const { data } = options;
  const log = join(logFolder(data), 'exchange.log');
  const exchangeArgs = ['exchange', '--open', '--json', '--data', data, '--log', log];
  const startExchange = (port: string): Child =>
    startChild([...exchangeArgs, '--port', port], (line) => {
      if (!isReport(line)) return;
      if (line.event === 'listening') listening.resolve(line.url);
      onReport(line);
    });
  const exchange = startExchange(String(options.port));
  const url = await orEnded(listening.promise, exchange);

  const simArgs = ['sim', '--json', '--url', url, '--data', options.data];
  for (const name of ['households', 'seed', 'speed'] as const) {
    simArgs.push(`--${name}`, String(options[name]));
  }
  if (options.profiles !== undefined) simArgs.push('--profiles', options.profiles);
  const startSim = (args: readonly string[]): Child =>
    startChild(args, (line) => {
      if (!isReport(line)) return;
      if (line.event === 'endowed') ready.resolve(undefined);
      onReport(line);
    });
  const sim = startSim([...simArgs, '--endow', ownHousehold]);

  const onRestart = (text: string): void => onReport({ event: 'note', text });
  const port = new URL(url).port;
  const processes = [
    new Supervised('the neighbourhood', sim, {
      // The household's key is in the terminal's hands by now: there is nothing more to endow.
      again: () => startSim(simArgs),
      restarts,
      onRestart,
      onEnd,
    }),
    new Supervised('the exchange', exchange, {
      again: () => startExchange(port),
      restarts,
      onRestart,
      onEnd,
    }),
  ];
  const stop = async (): Promise<void> => {
    for (const each of processes) await each.stop();
  };
  try {
    await orEnded(orEnded(ready.promise, sim), exchange);
  } catch (error) {
    await stop();
    throw error;
  }
  for (const each of processes) void each.watch();
  return { url, stop };
}
