/**
 * `wattlot up`: the whole market by one command. Starts the exchange and the neighbourhood as processes of their own and, where there is a
 * terminal, opens the user's household in this one.
 */
import { join } from 'node:path';
import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import { Failure } from '../failure.ts';
import { keyFileOf, logFolder } from '../folders.ts';
import { logFile } from '../log-file.ts';
import { printer } from '../output.ts';
import type { Report } from '../report.ts';
import { Tally } from '../report.ts';
import type { Stop } from '../stop.ts';
import { stopSignal } from '../stop.ts';

export interface UpOptions {
  readonly data: string;
  readonly port: number;
  readonly headless?: boolean;
  readonly json?: boolean;
  readonly trades?: number;
  readonly households: number;
  readonly seed: number;
  readonly speed: number;
  readonly profiles?: string;
  readonly theme: 'dark' | 'light' | 'mono';
  readonly ascii?: boolean;
  readonly tariff?: number;
}

/** The household that the person at the terminal trades for. */
const ownHousehold = 'house-00';

/** A child's line is one of our own reports: both ends are this program. */
function isReport(value: object): value is Report {
  return 'event' in value && typeof value.event === 'string';
}

interface Market {
  readonly url: string;
  stop(): Promise<void>;
}

/** What was waited for, or the failure of the process that ended before. */
async function orEnded<T>(wanted: Promise<T>, child: Child, what: string): Promise<T> {
  const failed = child.ended.then(({ code, lastLine }): never => {
    throw new Failure(lastLine || `${what} ended with ${code}`, code || 1);
  });
  return Promise.race([wanted, failed]);
}

/** Starts the exchange, then the neighbourhood. Resolves when the user's household has what it starts with. */
async function startMarket(
  options: UpOptions,
  onReport: (report: Report) => void,
  onEnd: (failure: Failure) => void,
): Promise<Market> {
  const listening = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<undefined>();
  const exchangeArgs = ['exchange', '--open', '--json', '--data', options.data];
  const exchange = startChild([...exchangeArgs, '--port', String(options.port)], (line) => {
    if (!isReport(line)) return;
    if (line.event === 'listening') listening.resolve(line.url);
    onReport(line);
  });
  const url = await orEnded(listening.promise, exchange, 'the exchange');

  const simArgs = ['sim', '--json', '--url', url, '--data', options.data, '--endow', ownHousehold];
  for (const name of ['households', 'seed', 'speed'] as const) {
    simArgs.push(`--${name}`, String(options[name]));
  }
  if (options.profiles !== undefined) simArgs.push('--profiles', options.profiles);
  const neighbourhood = startChild(simArgs, (line) => {
    if (!isReport(line)) return;
    if (line.event === 'endowed') ready.resolve(undefined);
    onReport(line);
  });

  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await neighbourhood.stop();
    await exchange.stop();
  };
  const watch = async (child: Child, what: string): Promise<void> => {
    const { code, lastLine } = await child.ended;
    const why = lastLine || `ended with ${code}`;
    if (!stopping) onEnd(new Failure(`${what} stopped: ${why}`, code || 1));
  };
  try {
    const endowed = orEnded(ready.promise, neighbourhood, 'the neighbourhood');
    await orEnded(endowed, exchange, 'the exchange');
  } catch (error) {
    await stop();
    throw error;
  }
  void watch(exchange, 'the exchange');
  void watch(neighbourhood, 'the neighbourhood');
  return { url, stop };
}

/** Prints events until enough trades have settled or somebody asks to stop. */
async function runHeadless(options: UpOptions): Promise<number> {
  const stop: Stop = stopSignal();
  const print = printer(options.json === true, () => stop.ask(0));
  const tally = new Tally();
  let failure: Failure | undefined;
  const onReport = (report: Report): void => {
    tally.add(report);
    print(report);
    if (options.trades !== undefined && tally.settled >= options.trades) stop.ask(0);
  };
  const market = await startMarket(options, onReport, (ended) => {
    failure ??= ended;
    stop.ask(ended.exitCode);
  });
  const code = await stop.asked;
  await market.stop();
  if (failure !== undefined) throw failure;
  print(tally.summary());
  return code;
}

/** Opens the terminal in this process while the market starts; the market's events go to a file. */
async function runTerminal(options: UpOptions): Promise<number> {
  const log = logFile(join(logFolder(options.data), 'market.log'));
  let failure: Failure | undefined;
  const starting = startMarket(options, log.write, (ended) => {
    failure ??= ended;
  });
  const { openTerminal } = await import('../terminal.ts');
  const code = await openTerminal({
    url: starting.then(({ url }) => url),
    doing: 'starting the market',
    keyFile: keyFileOf(options.data, ownHousehold),
    name: ownHousehold,
    theme: options.theme,
    ascii: options.ascii === true,
    tariff: options.tariff,
    logFile: join(logFolder(options.data), 'terminal.log'),
  });
  // Whoever leaves while the market starts still waits for it, so that nothing is left behind; a start that failed was told by the terminal.
  const market = await starting.catch(() => undefined);
  await market?.stop();
  log.close();
  if (failure !== undefined) throw failure;
  return code;
}

export async function up(options: UpOptions): Promise<number> {
  const headless =
    options.headless === true || options.json === true || options.trades !== undefined;
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  return headless || !terminal ? runHeadless(options) : runTerminal(options);
}
