/** Memory of the program itself: with nothing to do, and with many orders on its book. */
import { join } from 'node:path';
import type { Counted, HouseholdsJob } from './households.ts';
import { later } from './numbers.ts';
import { memoryMb } from './process.ts';
import type { Helper } from './process.ts';
import { startProgram } from './program.ts';

/** Megabytes of resident memory. */
export interface MemoryFigures {
  readonly idleMb: number;
  readonly orders: number;
  /** More than with the same households and no orders; what has only passed through and is not collected yet is in it. */
  readonly addedMb: number;
  /** After a start with them. */
  readonly againMb: number;
}

/** Milliseconds after which a process that has nothing to do has collected what it had. */
const restMs = 10_000;

/** Opens so many orders of one lot, of `pairs` sellers, on an exchange of its own. */
export async function measureMemory(
  folder: string,
  households: Helper<HouseholdsJob, Counted>,
  { orders, pairs }: { readonly orders: number; readonly pairs: number },
): Promise<MemoryFigures> {
  const data = join(folder, 'memory');
  const program = await startProgram(data);
  await later(restMs);
  const idleMb = memoryMb(program.pid);
  await households.ask({ kind: 'open', url: program.url, folder: data, pairs });
  await later(restMs);
  const before = memoryMb(program.pid);
  const { count } = await households.ask({ kind: 'fill', orders });
  await later(restMs);
  const addedMb = memoryMb(program.pid) - before;
  await program.stop();
  const again = await startProgram(data);
  await later(restMs);
  const againMb = memoryMb(again.pid);
  await again.stop();
  return { idleMb, orders: count, addedMb, againMb };
}
