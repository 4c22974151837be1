/** Plays one seed: a neighbourhood trades while everything around it fails, then nothing fails any more and all has to come to an end. */
import { stateHash } from '@wattlot/core';
import type { Address } from '@wattlot/core';
import type { Instrument } from '@wattlot/client/frames';
import { Checker, sha256 } from './checker.ts';
import { awaited, compareAtEnd } from './ending.ts';
import type { PlantedFault } from './faults.ts';
import { FrameChecks } from './frame-checks.ts';
import { act, disturb, fund, openMarket } from './habits.ts';
import { Household } from './household.ts';
import { lastTrade } from './last-trade.ts';
import { symbol } from './market.ts';
import { Network } from './network.ts';
import { Server } from './server.ts';
import { World } from './world.ts';

/** How a seed is played. */
export interface RunOptions {
  readonly seed: number;
  /** Of simulated trading with faults. */
  readonly seconds?: number;
  /** Put in to see whether it is found. */
  readonly fault?: PlantedFault;
  /** Told of each line of the trace. */
  readonly trace?: (line: string) => void;
}

/** What came of it. */
export interface RunResult {
  readonly seed: number;
  readonly seconds: number;
  /** Nothing when all was as it has to be. */
  readonly violations: readonly string[];
  /** Of everything that happened: equal for equal seeds. */
  readonly traceHash: string;
  readonly stateHash: string;
  readonly counts: Checker['counts'];
  /** Simulated milliseconds. */
  readonly milliseconds: number;
}

/** Seconds of trading with faults, unless said otherwise: long enough for orders to meet, short enough for hundreds of seeds. */
export const tradingSecondsDefault = 5;
/** Milliseconds of a calm opening before. */
const openingMs = 600;
/** How long a message may be on its way. */
const lastMessagesMs = 1_700;
/** Within which all has to be decided once nothing fails: an offer's and a settlement's time, renewals' grace, a client's longest wait, and room. */
const endingMs = 180_000;

/** Reasons for which a client may give a connection up while the network and the exchange fail. Any other says that the exchange broke the protocol. */
const excuses: readonly RegExp[] = [
  /^$/,
  /^loading\b/,
  /^closed$/,
  /^waiting for the operator/,
  /^the connection was lost$/,
  /^the call was lost$/,
  /^cannot reach /,
  /^the exchange is silent$/,
  /^the exchange did not (answer|send)/,
  /^the login has run out$/,
  // The exchange was started anew between two steps of a login.
  /^EAPI:Invalid challenge$/,
  /^ESession:Invalid session$/,
  /^EAuth:/,
  /^EService:/,
  /^EGeneral:Internal error/,
];

export async function runSeed(options: RunOptions): Promise<RunResult> {
  const { seed, seconds = tradingSecondsDefault, fault, trace } = options;
  const calmAt = openingMs + seconds * 1000;
  const world = new World(seed, trace);
  const { chance } = world;
  const households: Household[] = [];
  const held: { checker?: Checker } = {};
  const checker = (): Checker => {
    if (held.checker === undefined) throw new Error('nobody watches yet');
    return held.checker;
  };
  const report = (violation: string): void => checker().report(violation);
  const addressOf = (client: string): Address | undefined => {
    return households.find(({ name }) => name === client)?.address;
  };
  const instrument = (): Instrument | undefined => {
    return server.assembly?.feed.market(symbol)?.instrument;
  };
  const hasNoted = (client: string, text: string): boolean => {
    const household = households.find(({ name }) => name === client);
    return household === undefined || household.isLiar || household.hasNoted(text);
  };
  const watcher = new FrameChecks({ world, checker, addressOf, instrument, hasNoted, fault });
  const network = new Network(world, watcher);
  const server: Server = new Server({
    world,
    network,
    fault,
    report,
    started: (assembly) => checker().started(assembly),
  });
  held.checker = new Checker(world, server.journalDisk);
  const lost = (reason: string): void => {
    if (world.isQuiet || !excuses.some((excuse) => excuse.test(reason)))
      report(`a client gave up: ${reason}`);
  };
  const count = 3 + chance.below(2);
  for (let index = 0; index < count; index += 1) {
    households.push(
      new Household({
        world,
        network,
        name: `house-${index}`,
        isLiar: index === count - 1 && chance.percent(60),
        depth: chance.pick([10, 25, 100] as const) ?? 10,
        followsQueue: chance.percent(50),
        saw: checker().market,
        fault,
        lost,
      }),
    );
  }
  for (const { isLiar, address } of households) if (isLiar) checker().liars.add(address);
  const each = (): void => checker().compare(server.assembly);

  world.isCalm = true;
  server.start();
  for (const household of households) household.start();
  await world.run(openingMs / 2, each);
  for (const household of households) fund(household);
  await world.run(openingMs, each);

  world.isCalm = false;
  keepBusy(world, server, network, households);
  await world.run(calmAt, each);

  await comeToAnEnd({ world, checker: checker(), server, network, households, each });
  const { counts, violations, state } = checker();
  return {
    seed,
    seconds,
    violations,
    traceHash: world.traceHash(),
    stateHash: stateHash(state, sha256),
    counts,
    milliseconds: world.now,
  };
}

/** Nothing fails any more: everything is decided, a trade is made as ever, and everybody shows what there is, also after a start. */
async function comeToAnEnd({
  world,
  checker,
  server,
  network,
  households,
  each,
}: {
  readonly world: World;
  readonly checker: Checker;
  readonly server: Server;
  readonly network: Network;
  readonly households: readonly Household[];
  readonly each: () => void;
}): Promise<void> {
  world.isCalm = true;
  network.calm();
  server.start();
  if (server.assembly !== undefined) openMarket(server.assembly);
  for (const household of households) household.start();
  const missing = (): readonly string[] => awaited(checker, server, households);
  const isOver = (): boolean => missing().length === 0;
  const rest = async (when: string): Promise<void> => {
    if (await quiet(world, { end: world.now + endingMs, each, isOver })) return;
    for (const line of missing()) checker.report(`${when} ${line}`);
  };
  await rest('at the end');
  world.isQuiet = true;
  await lastTrade({ world, checker, server, households, each, isOver });
  await world.run(world.now + lastMessagesMs, each);
  compareAtEnd(checker, server, households);
  // What is shown now was followed; what is shown after a start is what everybody begins with.
  world.isQuiet = false;
  server.restart();
  await rest('at the end, after a start,');
  compareAtEnd(checker, server, households);
}

/** Until all is over, and stays so for as long as a message may be on its way. */
async function quiet(
  world: World,
  {
    end,
    each,
    isOver,
  }: { readonly end: number; readonly each: () => void; readonly isOver: () => boolean },
): Promise<boolean> {
  while (world.now < end) {
    if (!(await world.run(end, each, isOver))) return false;
    await world.run(world.now + lastMessagesMs, each);
    if (isOver()) return true;
  }
  return false;
}

/** Everybody does something now and then, until it is calm. */
function keepBusy(
  world: World,
  server: Server,
  network: Network,
  households: readonly Household[],
): void {
  const { chance } = world;
  const repeat = (least: number, most: number, deed: () => void): void => {
    world.after(chance.between(least, most), () => {
      if (world.isCalm) return;
      deed();
      repeat(least, most, deed);
    });
  };
  for (const household of households) {
    repeat(10, 300, () => act(world, network, household));
  }
  repeat(200, 3_500, () => disturb(world, server));
}
