/** Opening a long chain, and what it holds in memory: each time in a new process, as a start of the exchange is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { toHex } from '@wattlot/ledger';
import { makeHistory } from './history.ts';
import type { HistorySize } from './history.ts';
import type { Opening } from './opener.ts';
import { lotTerms, median, startPlace } from './place.ts';
import type { Place } from './place.ts';

/** What was seen of a chain that was opened. */
export interface RestartFigures {
  readonly transactions: number;
  readonly blocks: number;
  readonly unspent: number;
  readonly seconds: number;
  /** Of the processor, all threads together. */
  readonly processor: number;
  readonly bytesPerUnspent: number;
}

const opener = fileURLToPath(new URL('opener.ts', import.meta.url));
const lotsPerSplit = 2_000;

/** A chain of lots settled one by one: two unspent outputs each, in a transaction of their own. */
export async function measureRestart(size: HistorySize, rounds: number): Promise<RestartFigures> {
  const place = await startPlace('local');
  try {
    await makeHistory(place, size, (done) => {
      process.stderr.write(`\r${done} of ${size.transactions} transactions made`);
    });
    process.stderr.write('\r\x1b[K');
    await place.close();
    return await openOften(place, {
      transactions: size.transactions,
      unspent: 2 * size.transactions,
      rounds,
    });
  } finally {
    await place.remove();
  }
}

/** A chain of splits only: unspent outputs by the thousand in one transaction. */
export async function measureSplits(unspent: number, rounds: number): Promise<RestartFigures> {
  const place = await startPlace('local');
  try {
    const energy = BigInt(unspent) * lotTerms.give.raw;
    const { wallet } = await place.household({ energy, ecoin: 0n }, false);
    const transactions = unspent / lotsPerSplit;
    const { asset, raw } = lotTerms.give;
    for (let i = 0; i < transactions; i += 1) {
      await wallet.split({ asset, lotRaw: raw, count: lotsPerSplit });
    }
    await place.close();
    return await openOften(place, { transactions, unspent, rounds });
  } finally {
    await place.remove();
  }
}

async function openOften(
  place: Place,
  of: { readonly transactions: number; readonly unspent: number; readonly rounds: number },
): Promise<RestartFigures> {
  const openings: Opening[] = [];
  for (let round = 0; round < of.rounds; round += 1) openings.push(await open(place));
  const { transactions, unspent } = of;
  return {
    transactions,
    blocks: median(openings.map(({ height }) => height)),
    unspent,
    seconds: median(openings.map(({ seconds }) => seconds)),
    processor: median(openings.map(({ processor }) => processor)),
    bytesPerUnspent: median(openings.map(({ bytes }) => bytes)) / unspent,
  };
}

async function open({ folder, operatorKey }: Place): Promise<Opening> {
  // As `npm start` runs it.
  const flags = ['--expose-gc', '--max-semi-space-size=2'];
  const child = spawn(process.execPath, [...flags, opener, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(toHex(operatorKey.privateKey));
  const [told] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`opening ended with ${child.exitCode}`);
  return openingOf(JSON.parse(told));
}

function openingOf(value: unknown): Opening {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const figures = new Map<string, unknown>(fields);
  const figure = (name: string): number => {
    const found = figures.get(name);
    if (typeof found !== 'number') throw new Error(`opening told no ${name}`);
    return found;
  };
  return {
    seconds: figure('seconds'),
    processor: figure('processor'),
    bytes: figure('bytes'),
    height: figure('height'),
  };
}
