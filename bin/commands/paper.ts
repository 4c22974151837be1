/** `wattlot paper`: the paper's scenario, end to end, each call and its result printed. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPaper } from '@wattlot/ledger';
import { asFailure } from '../failure.ts';

export async function paper(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'wattlot-paper-'));
  try {
    await runPaper({
      folder,
      random: randomBytes,
      now: Date.now,
      print: (line) => process.stdout.write(`${line}\n`),
    });
    return 0;
  } catch (error) {
    throw asFailure(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
