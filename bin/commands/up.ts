/**
 * `wattlot up`: the whole market by one command. Starts the exchange and the neighbourhood as processes of their own and, where there is a
 * terminal, opens the user's household in this one.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asFailure } from '../failure.ts';
import type { Failure } from '../failure.ts';
import { exchangeFolder, keyFileOf, logFolder } from '../folders.ts';
import { logFile } from '../log-file.ts';
import { lookOf } from '../look.ts';
import type { LookOptions } from '../look.ts';
import { ownHousehold, restartsMax, startMarket } from '../market.ts';
import { printer } from '../output.ts';
import type { Report } from '../report.ts';
import { Tally } from '../report.ts';
import type { Stop } from '../stop.ts';
import { stopSignal } from '../stop.ts';

export interface UpOptions extends LookOptions {
  readonly data: string;
  readonly port: number;
  readonly headless?: boolean;
  readonly json?: boolean;
  readonly trades?: number;
  readonly households: number;
  readonly seed: number;
  readonly speed: number;
  readonly profiles?: string;
}

/** A folder that cannot be used is told before anything has started. */
async function checkProfiles(folder: string): Promise<void> {
  const { readProfiles } = await import('@wattlot/client/household');
  try {
    await readProfiles(folder);
  } catch (error) {
    throw asFailure(error);
  }
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
  const onEnd = (ended: Failure): void => {
    failure ??= ended;
    stop.ask(ended.exitCode);
  };
  const market = await startMarket(options, 0, { onReport, onEnd });
  const code = await stop.asked;
  await market.stop();
  if (failure !== undefined) throw failure;
  print(tally.summary());
  return code;
}

/**
 * Milliseconds that the terminal waits for the first order of a new neighbourhood: on an empty book nothing says what energy costs, and the ladder would begin in the middle of all
 * prices. Orders come within four seconds.
 */
const firstOrderMs = 6_000;

/** Opens the terminal in this process while the market starts; the market's events go to a file. */
async function runTerminal(options: UpOptions): Promise<number> {
  const log = logFile(join(logFolder(options.data), 'market.log'));
  let failure: Failure | undefined;
  const onEnd = (ended: Failure): void => {
    failure ??= ended;
  };
  const isNew = !existsSync(exchangeFolder(options.data));
  const opened = Promise.withResolvers<undefined>();
  const onReport = (report: Report): void => {
    log.write(report);
    if (report.event === 'opened') opened.resolve(undefined);
  };
  const starting = startMarket(options, restartsMax, { onReport, onEnd });
  const url = starting.then(async (market) => {
    if (isNew && options.households > 0) {
      await Promise.race([opened.promise, pause(firstOrderMs, undefined, { ref: false })]);
    }
    return market.url;
  });
  const { openTerminal } = await import('../terminal.ts');
  const code = await openTerminal({
    url,
    doing: 'starting the market',
    keyFile: keyFileOf(options.data, ownHousehold),
    name: ownHousehold,
    ...lookOf(options, options.data),
    logFile: join(logFolder(options.data), 'terminal.log'),
  });
  // Whoever leaves while the market starts still waits for it, so that nothing is left behind; a start that failed was told by the terminal.
  const market = await starting.catch(() => undefined);
  await market?.stop();
  log.close();
  if (failure !== undefined) throw failure;
  if (market !== undefined) {
    process.stdout.write(
      `The market has stopped; its data is in ${options.data}, and wattlot up goes on from there.\n`,
    );
  }
  return code;
}

export async function up(options: UpOptions): Promise<number> {
  if (options.profiles !== undefined) await checkProfiles(options.profiles);
  const headless =
    options.headless === true || options.json === true || options.trades !== undefined;
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  return headless || !terminal ? runHeadless(options) : runTerminal(options);
}
