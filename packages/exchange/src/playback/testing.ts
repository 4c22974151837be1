/** A recorded day for tests of its playback. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Flow } from '../journal/flow.ts';
import { writeFlow } from '../journal/golden.ts';
import { RecordedDay } from './recorded-day.ts';

/** Entries of the day. */
export const dayEntries = 5_000;

/** The same wild day each time, in a folder of its own, open and proved. `end` closes it and removes the folder. */
export async function provedDay(): Promise<{
  readonly day: RecordedDay;
  readonly folder: string;
  readonly end: () => void;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-day-'));
  writeFlow(folder, new Flow({ seed: 7, participants: 4, volume: 4, isWild: true }), dayEntries);
  const day = new RecordedDay(folder);
  for await (const { entries, of } of day.prove()) {
    if (entries > of) throw new Error(`${entries} of ${of} entries are proved`);
  }
  const end = (): void => {
    day.close();
    rmSync(folder, { recursive: true });
  };
  return { day, folder, end };
}
