/** `wattlot replay`: real order flow in LOBSTER's format through the core, compared with the file's own book after every message. */
import { readFile } from 'node:fs/promises';
import { asFailure, Failure } from '../failure.ts';
import { readBooks, readMessages } from '../replay/lobster.ts';
import { replay as run } from '../replay/replay.ts';
import type { Replay } from '../replay/replay.ts';

/** Which files, and how to tell. */
export interface ReplayOptions {
  readonly messages: string;
  readonly orderbook?: string;
  readonly json: boolean;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Failure(`${file} cannot be read (${code}).`, 1);
  }
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function print(seen: Replay): void {
  const mismatches = seen.explained + seen.unexplained;
  console.log(`${number(seen.messages)} messages, ${number(seen.levelsCompared)} levels compared`);
  console.log(
    `${number(mismatches)} mismatches: ${number(seen.explained)} explained by orders from before the file, ${number(seen.unexplained)} unexplained`,
  );
  console.log(
    `${number(seen.executions)} executions: ${number(seen.namedHits)} hit the order that the file names, ${number(seen.anonymousHits)} one from before the file, ${number(seen.otherHits)} another`,
  );
  console.log(
    `${number(seen.shownLate)} orders were entered before the file and shown later; ${number(seen.placesLearned)} times an execution told their place`,
  );
  console.log(
    `${number(seen.ordersPerSecond)} orders a second, each made firm and settled lot by lot`,
  );
  for (const line of seen.firstOtherHits) console.log(`  another priority: ${line}`);
  for (const line of seen.firstUnexplained) console.log(`  unexplained: ${line}`);
}

/** Replays the files. @returns 1 when anything did not come out as the file says and no order from before it explains that. */
export async function replay({ messages, orderbook, json }: ReplayOptions): Promise<number> {
  try {
    const flow = readMessages(await read(messages), messages);
    const books = orderbook === undefined ? [] : readBooks(await read(orderbook), orderbook);
    if (books.length > 0 && books.length !== flow.length) {
      throw new Failure(
        `${orderbook} has ${books.length} rows, ${messages} has ${flow.length}: they have to match row for row.`,
        1,
      );
    }
    const seen = run(flow, books);
    if (json) console.log(JSON.stringify(seen));
    else print(seen);
    return seen.unexplained === 0 ? 0 : 1;
  } catch (error) {
    throw asFailure(error);
  }
}
