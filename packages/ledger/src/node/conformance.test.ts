import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPaperChain } from './paper.ts';
import type { PaperChain } from './paper.ts';
import { readCalls, Replay } from '../testing/replay.ts';

const PROJECT = resolve(import.meta.dirname, '../../../..');
const SHARED = resolve(PROJECT, process.env['WATTLOT_SHARED'] ?? '../shared');
const TRANSCRIPT = join(SHARED, 'multichain/transcript-paper.jsonl');

/** Calls after which a block came, as the transcript's notes and heights tell. */
const BLOCKS_AFTER = new Set([10, 27, 49]);

/** Calls that must differ, and why. */
const DIFFERENT: ReadonlyMap<number, string> = new Map([
  [15, 'getpeerinfo: wallet nodes ask the operator’s chain and have no peers'],
  [36, 'decoderawexchange right after the offer: here the output is known everywhere at once'],
]);

const ADDRESSES = {
  A: '1hUETcT6ySJ5qrSFB7zyKPA9trVtcCBnmz8sy',
  P: '188dMjjy1yvsCpvvSwgMRNj5C5METq8sprwCg8',
  C: '16PF8vTGsPGZRSUNwJzwnKae6Fsp1j3Ya5zMg5',
};

let folder: string;
let network: PaperChain;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-paper-'));
  network = await openPaperChain({ folder, random: randomBytes, now: () => 1_795_352_831_000 });
});

afterEach(async () => {
  await network.close();
  rmSync(folder, { recursive: true });
});

test.skipIf(!existsSync(TRANSCRIPT))(
  'the paper’s scenario on embedded nodes answers as the recorded nodes did, but for the calls named',
  async () => {
    const replay = new Replay(network);
    await replay.meet(ADDRESSES);
    const calls = readCalls(TRANSCRIPT);
    const different = new Map<number, string>();
    for (const call of calls) {
      const difference = await replay.ask(call);
      if (difference !== undefined) different.set(call.seq, `${call.method} ${difference}`);
      if (BLOCKS_AFTER.has(call.seq)) await replay.confirm();
    }
    console.log(
      `transcript-paper: ${calls.length - different.size} of ${calls.length} calls equal`,
    );
    expect([...different].filter(([seq]) => !DIFFERENT.has(seq))).toEqual([]);
    expect([...different.keys()]).toEqual([...DIFFERENT.keys()]);
  },
);
