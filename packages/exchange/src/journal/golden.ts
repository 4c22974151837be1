/**
 * Makes a journal from a seed, such as the one in `fixtures/journals/` that has to replay to its recorded hash for ever:
 * `node packages/exchange/src/journal/golden.ts FOLDER` writes it with its `expected.json`. To be run again only when the journal's format gets a new version.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateHash } from '@wattlot/core';
import { openDatabase } from './database.ts';
import { encodeEntries } from './entries.ts';
import { Flow } from './flow.ts';
import type { FlowOptions } from './flow.ts';
import { sha256 } from './head.ts';

/** What a journal has to come to. */
export interface Expected {
  readonly seq: number;
  readonly chainHash: string;
  readonly stateHash: string;
}

/** What the golden journal is made of: every command, deadlines, lost lots, refusals. */
export const goldenFlow: FlowOptions = { seed: 20, participants: 6, volume: 3, isWild: true };
const goldenEntries = 900;

/** Writes a flow of so many entries as a journal, seven a commit. @returns what it comes to. */
export function writeFlow(folder: string, flow: Flow, entries: number): Expected {
  const database = openDatabase(folder);
  try {
    for (let first = 1; first <= entries; first += 7) {
      const count = Math.min(7, entries - first + 1);
      const batch = Array.from({ length: count }, () => flow.next().entry);
      database.append({ first, last: first + count - 1, entries: encodeEntries(batch) });
    }
    const { seq, hash: chainHash } = database.head;
    return { seq, chainHash, stateHash: stateHash(flow.state, sha256) };
  } finally {
    database.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder = ''] = process.argv;
  const expected = writeFlow(folder, new Flow(goldenFlow), goldenEntries);
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, undefined, 2)}\n`);
}
