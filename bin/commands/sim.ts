/** `wattlot sim`: a simulated neighbourhood against an exchange, over the same wire as anybody. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  createClock,
  endow,
  firstStart,
  openMetered,
  readProfiles,
  runNeighbourhood,
} from '@wattlot/client/household';
import type { Profiles } from '@wattlot/client/household';
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

/** The user's own household is new here: it gets its key, its admission, and what it starts with. */
async function endowOwn(
  { url, data }: SimOptions,
  name: string,
  print: (report: Report) => void,
): Promise<void> {
  const metered = await openMetered({ url, keyFile: keyFileOf(data, name), name });
  try {
    await endow(metered);
  } finally {
    await metered.close();
  }
  // Only now may another process open the key file.
  print({ event: 'endowed', name, address: metered.client.participant ?? '' });
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
  if (options.endow !== undefined) await endowOwn(options, options.endow, print);
  const neighbourhood = await runNeighbourhood({
    url,
    folder: householdsFolder(data),
    households,
    seed,
    clock,
    run: randomBytes(4).toString('hex'),
    ...(profiles === undefined ? {} : { profiles }),
    log: (line) => print({ event: 'note', text: line }),
  });
  const saving = setInterval(() => void writeMarketTime(timeFile, clock.now()), clockSaveMs);
  try {
    return await stop.asked;
  } finally {
    clearInterval(saving);
    await neighbourhood.stop();
    await writeMarketTime(timeFile, clock.now());
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
