/**
 * The limits that who runs an exchange may set: what each is when nothing is said, and between which bounds it may be. The file that sets them is described in
 * docs/operations.md, whose table a test compares with this one.
 */
import { ConfigError, readLines, wrongValue } from '@wattlot/client/config';
import { limits as coreLimits } from '@wattlot/core';
import * as limits from './limits.ts';

/** A limit, in whole numbers. */
interface Range {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  /** Of what it is the limit, in a few words. */
  readonly what: string;
}

/** Every limit by the name that it has in a file. */
export const operatingLimits = {
  'orders-per-second': {
    usual: limits.ordersPerSecond,
    least: 1,
    most: 1_000_000,
    what: 'new orders, amendments and looks at them of one account a second, in the long run',
  },
  'orders-burst': {
    usual: limits.ordersBurst,
    // A batch is taken or refused as a whole.
    least: 15,
    most: 1_000_000,
    what: 'the same at once',
  },
  'cancels-per-second': {
    usual: limits.cancelsPerSecond,
    least: 1,
    most: 1_000_000,
    what: 'cancels and settings of the switch of one account a second; not below `orders-per-second`',
  },
  'cancels-burst': {
    usual: limits.cancelsBurst,
    least: 50,
    most: 1_000_000,
    what: 'the same at once; not below `orders-burst`',
  },
  'agent-words-per-second': {
    usual: limits.agentWordsPerSecond,
    least: 20,
    most: 1_000_000,
    what: 'what the agents of one account decline, claim or sign for ladders a second',
  },
  'agent-words-burst': {
    usual: limits.agentWordsBurst,
    least: 100,
    most: 1_000_000,
    what: 'the same at once: a trade of 1,000 lots is 70',
  },
  'frames-per-second': {
    usual: limits.framesPerSecond,
    least: 20,
    most: 1_000_000,
    what: 'frames of one connection a second',
  },
  'frames-burst': {
    usual: limits.framesBurst,
    least: 100,
    most: 1_000_000,
    what: 'the same at once: the offers of an order of 1,000 lots are 50',
  },
  'source-frames-per-second': {
    usual: limits.sourceFramesPerSecond,
    least: 100,
    most: 1_000_000,
    what: 'frames of all connections from one address of the network a second; not below `frames-per-second`',
  },
  'source-frames-burst': {
    usual: limits.sourceFramesBurst,
    least: 100,
    most: 1_000_000,
    what: 'the same at once; not below `frames-burst`',
  },
  'calls-per-second': {
    usual: limits.callsPerSecond,
    least: 1,
    most: 1_000_000,
    what: 'HTTP calls under `/0/`, as many under `/v1/`, as many others, and as many new socket connections, from one address of the network a second',
  },
  'calls-burst': {
    usual: limits.callsBurst,
    least: 10,
    most: 1_000_000,
    what: 'the same at once',
  },
  'chain-calls-per-second': {
    usual: limits.chainCallsPerSecond,
    least: 10,
    most: 1_000_000,
    what: 'HTTP calls of wallets to the embedded chain from one address of the network a second: a trade is a few',
  },
  'chain-calls-burst': {
    usual: limits.chainCallsBurst,
    least: 100,
    most: 1_000_000,
    what: 'the same at once',
  },
  connections: {
    usual: limits.connectionsMax,
    least: 1,
    most: 20_000,
    what: 'socket connections in all, about 50 kB each',
  },
  'connections-per-source': {
    usual: limits.connectionsPerSourceMax,
    least: 1,
    most: 20_000,
    what: 'socket connections from one address of the network',
  },
  'http-connections': {
    usual: limits.httpConnectionsMax,
    least: 2,
    most: 40_000,
    what: 'connections of every kind; not below `connections`',
  },
  'open-orders': {
    usual: coreLimits.openOrdersMax,
    least: 1,
    most: coreLimits.openOrdersMax,
    what: 'live orders of one participant, those waiting for offers counted',
  },
  'order-backlog': {
    usual: limits.orderBacklogMax,
    least: 1,
    most: 1_000_000,
    what: 'entries that wait for the disk before new orders and amendments are turned away; below `backlog`',
  },
  backlog: {
    usual: limits.backlogMax,
    least: 2,
    most: 1_000_000,
    what: 'entries that wait for the disk before cancels and agents are turned away too',
  },
} as const satisfies Readonly<Record<string, Range>>;

export type LimitName = keyof typeof operatingLimits;

/** A number for every limit. */
export type OperatingLimits = Readonly<Record<LimitName, number>>;

const names = Object.keys(operatingLimits) as LimitName[];

/** What holds when nothing is said. */
export const usualLimits: OperatingLimits = Object.fromEntries(
  names.map((name) => [name, operatingLimits[name].usual]),
) as OperatingLimits;

/** Pairs of which the first may not be above the second: otherwise the second would never be reached, or a cancel would wait where an order does not. */
const pairs = [
  ['orders-per-second', 'cancels-per-second'],
  ['orders-burst', 'cancels-burst'],
  ['frames-per-second', 'source-frames-per-second'],
  ['frames-burst', 'source-frames-burst'],
  ['connections', 'http-connections'],
  ['order-backlog', 'backlog'],
] as const satisfies readonly (readonly [LimitName, LimitName])[];

/**
 * The limits that a file sets, the others as usual.
 * @param file its name, for errors.
 * @throws ConfigError with the file, the line and what is allowed.
 */
export function readLimits(file: string, text: string): OperatingLimits {
  const found = new Map<LimitName, number>();
  const lines = new Map<LimitName, number>();
  for (const entry of readLines(file, text, names)) {
    const name = entry.name as LimitName;
    const { least, most } = operatingLimits[name];
    const value = Number(entry.value);
    if (!/^\d{1,9}$/.test(entry.value) || value < least || value > most) {
      throw wrongValue(file, entry, `a whole number from ${least} to ${most}`);
    }
    found.set(name, value);
    lines.set(name, entry.line);
  }
  const all: OperatingLimits = { ...usualLimits, ...Object.fromEntries(found) };
  for (const [lower, upper] of pairs) {
    if (all[lower] <= all[upper]) continue;
    const line = Math.max(lines.get(lower) ?? 0, lines.get(upper) ?? 0);
    const what = `${lower} (${all[lower]}) cannot be above ${upper} (${all[upper]})`;
    throw new ConfigError(file, line, what);
  }
  return all;
}
