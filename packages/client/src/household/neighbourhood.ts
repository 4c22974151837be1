/** The simulated neighbourhood: every household is a participant like any other, with a key, a wallet, an agent and a connection of its own. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { ExchangeClient } from '../events.ts';
import type { MarketClock } from './clock.ts';
import { generatedReadings } from './generator.ts';
import type { Readings } from './generator.ts';
import { planHomes } from './home.ts';
import type { Home } from './home.ts';
import { runHousehold } from './household.ts';
import type { Household } from './household.ts';
import { openingMax, reopenMs, troublesMax } from './limits.ts';
import type { Meter } from './meter.ts';
import { openMetered } from './metered.ts';
import type { Profiles } from './profiles.ts';
import { placeOf, recordedReadings } from './recorded.ts';
import { seoul } from './sun.ts';
import type { Place } from './sun.ts';

/** A participant with a meter. */
export interface Metered {
  readonly client: ExchangeClient;
  readonly meter: Meter;
  close(): Promise<void>;
}

/** Opens a participant with the key in a file, which is made when it is missing. */
export type OpenMetered = (options: {
  readonly url: string;
  readonly keyFile: string;
  readonly name: string;
}) => Promise<Metered>;

export interface NeighbourhoodOptions {
  /** The exchange, `http://host:port`. */
  readonly url: string;
  /** Where the households' keys are: `<folder>/house-01.key` and so on. Made (mode 0700) when it is missing. */
  readonly folder: string;
  /** Without the user's own. 1 to 200. */
  readonly households: number;
  /** The same seed makes the same households, loads and weather. */
  readonly seed: number;
  /** The market's time; its speed is the neighbourhood's. */
  readonly clock: MarketClock;
  /** A word of at most 12 characters that no earlier run had: it makes the order ids unlike theirs. */
  readonly run: string;
  readonly profiles?: Profiles | undefined;
  /** Seoul, or with profiles the place whose noon is theirs. */
  readonly place?: Place | undefined;
  /** Told what a person may want to know, a line each. */
  readonly log: (line: string) => void;
  readonly timers?: Clock;
  readonly open?: OpenMetered;
}

/** The neighbourhood so far, in this run. Lots and trades are counted when they are final. */
export interface NeighbourhoodStats {
  readonly households: number;
  /** Households that are connected or were. */
  readonly opened: number;
  readonly orders: number;
  readonly cancels: number;
  readonly failed: number;
  /** Trades in which one of them was the buyer. */
  readonly settledBuys: number;
  readonly boughtLots: number;
  readonly soldLots: number;
  readonly issuedLots: number;
  readonly retiredLots: number;
  /** What the market did not bring together and the grid gave and took. */
  readonly importedLots: number;
  readonly exportedLots: number;
}

export interface Neighbourhood {
  stats(): NeighbourhoodStats;
  /** Ends all households and their connections; orders stay on the book. */
  stop(): Promise<void>;
}

/** Sellers and buyers in turn, so that both sides of the book fill at once. */
function openingOrder(homes: readonly Home[]): readonly Home[] {
  const sellers = homes.filter(({ storeKWh }) => storeKWh > 0);
  const buyers = homes.filter(({ storeKWh }) => storeKWh === 0);
  return sellers
    .flatMap((seller, at) => [seller, ...buyers.slice(at, at + 1)])
    .concat(buyers.slice(sellers.length));
}

/** A line about who lives here. */
function describe(homes: readonly Home[], profiles: Profiles | undefined): string {
  const solar = homes.flatMap(({ panels }) => (panels === undefined ? [] : [panels.peakWatts]));
  const kilowatts = solar.reduce((sum, watts) => sum + watts, 0) / 1_000;
  const storeKWh = homes.reduce((sum, home) => sum + home.storeKWh, 0);
  const heating = homes.filter(({ cogenerationWatts }) => cogenerationWatts > 0).length;
  const source =
    profiles === undefined
      ? 'a generated day'
      : `${profiles.loads.length} load and ${profiles.solar.length} solar profiles`;
  return `${homes.length} households, ${solar.length} with ${kilowatts.toFixed(1)} kW of solar panels, ${heating} with cogeneration, ${storeKWh.toFixed(1)} kWh of batteries; ${source}`;
}

/** Passes on each kind of trouble once, so that an exchange that refuses something does not fill a log. */
function onceEach(log: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line) || told.size >= troublesMax) return;
    told.add(line);
    log(line);
  };
}

/** Whether an error of the environment says of itself that trying again does not help, such as a key file that others may read. */
function isHopeless(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false;
}

/** Waits before the next try; not at all when it is to end. */
async function nap(timers: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      callOff();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const callOff = timers.after(reopenMs, wake);
    signal.addEventListener('abort', wake);
  });
}

interface Resident {
  readonly household: Household;
  readonly metered: Metered;
}

/**
 * Moves the households in, a few at a time, and lets them trade until `stop`. A household whose exchange does not answer tries again until it does, one
 * whose key file cannot be used stays out; later losses are mended by its client. Does not wait for them.
 * @throws RangeError when `households` is out of bounds; a file system's error when the folder cannot be made.
 */
export async function runNeighbourhood(options: NeighbourhoodOptions): Promise<Neighbourhood> {
  const { url, folder, seed, clock, profiles, log, run } = options;
  const { timers = systemClock, open = openMetered } = options;
  const homes = planHomes(seed, options.households);
  const place = options.place ?? (profiles === undefined ? seoul : placeOf(profiles));
  const readings: Readings =
    profiles === undefined
      ? generatedReadings(seed, place)
      : recordedReadings(seed, profiles, place);
  const trouble = onceEach(log);
  const residents: Resident[] = [];
  const waiting = [...openingOrder(homes)];
  const ending = new AbortController();

  const moveIn = async (home: Home): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const keyFile = join(folder, `${home.name}.key`);
        const metered = await open({ url, keyFile, name: home.name });
        const { client, meter } = metered;
        const trader = { home, seed, run };
        const household = runHousehold({
          trader,
          client,
          meter,
          clock,
          timers,
          readings,
          place,
          trouble: (line) => trouble(`a household could not ${line}`),
        });
        residents.push({ household, metered });
        return;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (isHopeless(error)) {
          log(`${home.name} stays out: ${why}`);
          return;
        }
        trouble(`a household waits: ${why}`);
        await nap(timers, ending.signal);
      }
    }
  };
  const moveInAll = async (): Promise<void> => {
    for (
      let home = waiting.shift();
      home !== undefined && !ending.signal.aborted;
      home = waiting.shift()
    ) {
      await moveIn(home);
    }
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const note of profiles?.notes ?? []) log(note);
  log(describe(homes, profiles));
  const opening = Promise.all(Array.from({ length: openingMax }, moveInAll));
  return {
    stats: () => statsOf(homes.length, residents),
    stop: async () => {
      ending.abort();
      await opening;
      await Promise.all(
        residents.flatMap(({ household, metered }) => [household.stop(), metered.close()]),
      );
    },
  };
}

function statsOf(households: number, residents: readonly Resident[]): NeighbourhoodStats {
  const all = residents.map(({ household }) => household.counts());
  const sum = (of: (counts: (typeof all)[number]) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0);
  return {
    households,
    opened: residents.length,
    orders: sum(({ placed }) => placed),
    cancels: sum(({ cancelled }) => cancelled),
    failed: sum(({ failed }) => failed),
    settledBuys: sum(({ settledBuys }) => settledBuys),
    boughtLots: sum(({ boughtLots }) => boughtLots),
    soldLots: sum(({ soldLots }) => soldLots),
    issuedLots: sum(({ meter }) => meter.issuedLots),
    retiredLots: sum(({ meter }) => meter.retiredLots),
    importedLots: sum(({ meter }) => meter.importedLots),
    exportedLots: sum(({ meter }) => meter.exportedLots),
  };
}
