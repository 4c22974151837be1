/** `wattlot sim`: a simulated neighbourhood against an exchange, over the same wire as anybody. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  createClock,
  endow,
  firstStart,
  generatedReadings,
  openMetered,
  placeOf,
  readProfiles,
  recordedReadings,
  runNeighbourhood,
  runRoof,
  seoul,
} from '@wattlot/client/household';
import type { Profiles } from '@wattlot/client/household';
import type { Address } from '@wattlot/core';
import { asFailure } from '../failure.ts';
import { householdsFolder, keyFileOf } from '../folders.ts';
import { readMarketTime, writeMarketTime } from '../market-time.ts';
import { printer } from '../output.ts';
import type { Report } from '../report.ts';
import { stopSignal } from '../stop.ts';

export interface SimOptions {
  readonly url: string;
  readonly data: string;
  readonly households: number;
  readonly seed: number;
  readonly speed: number;
  readonly profiles?: string;
  readonly endow?: string;
  readonly json?: boolean;
}

/** How often the market's time is put on disk: what a crash may repeat of a simulated day. */
const clockSaveMs = 5_000;

/** The user's own household gets its key, its admission, and at its very first start energy and ecoin. */
async function endowOwn(
  { url, data }: SimOptions,
  name: string,
  print: (report: Report) => void,
): Promise<Address | undefined> {
  const metered = await openMetered({ url, keyFile: keyFileOf(data, name), name });
  try {
    await endow(metered);
  } finally {
    await metered.close();
  }
  // Only now may another process open the key file.
  const { participant } = metered.client;
  print({ event: 'endowed', name, address: participant ?? '' });
  return participant;
}

async function run(options: SimOptions): Promise<number> {
  const stop = stopSignal();
  const print = printer(options.json === true, () => stop.ask(0));
  const { url, data, households, seed, speed } = options;
  const profiles: Profiles | undefined =
    options.profiles === undefined ? undefined : await readProfiles(options.profiles);
  const timeFile = join(householdsFolder(data), 'market-time.json');
  const startAt = (await readMarketTime(timeFile)) ?? firstStart(Date.now(), profiles);
  const clock = createClock({ startAt, wallAt: Date.now(), speed, wall: Date.now });
  const log = (text: string): void => print({ event: 'note', text });
  const owner =
    options.endow === undefined ? undefined : await endowOwn(options, options.endow, print);
  const neighbourhood = await runNeighbourhood({
    url,
    folder: householdsFolder(data),
    households,
    seed,
    clock,
    run: randomBytes(4).toString('hex'),
    ...(profiles === undefined ? {} : { profiles }),
    log,
  });
  // One write after the other; what cannot be kept costs a few seconds of a simulated day, never the market.
  let saved = Promise.resolve();
  const save = (): Promise<void> => {
    saved = saved
      .then(() => writeMarketTime(timeFile, clock.now()))
      .catch((error: unknown) => log(`the market's time could not be kept: ${String(error)}`));
    return saved;
  };
  const saving = setInterval(() => void save(), clockSaveMs);
  let stopRoof: (() => Promise<void>) | undefined;
  try {
    if (owner !== undefined) {
      const name = `${options.endow}-roof`;
      const readings =
        profiles === undefined
          ? generatedReadings(seed, seoul)
          : recordedReadings(seed, profiles, placeOf(profiles));
      const keyFile = keyFileOf(data, name);
      stopRoof = await runRoof({ url, keyFile, name, owner, clock, readings, log });
    }
    return await stop.asked;
  } finally {
    clearInterval(saving);
    await stopRoof?.();
    await neighbourhood.stop();
    await save();
    print({ event: 'neighbourhood', ...neighbourhood.stats() });
  }
}

export async function sim(options: SimOptions): Promise<number> {
  try {
    return await run(options);
  } catch (error) {
    throw asFailure(error);
  }
}
