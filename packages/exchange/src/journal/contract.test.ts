import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exactInstant, exactSeq } from '../exact.ts';
import { holdToContract } from './contract.ts';
import type { JournalPlace } from './contract.ts';
import type { Journal } from './journal.ts';
import { JournalDisk, openSimulatedJournal } from './simulated.ts';
import { openSqliteJournal } from './sqlite.ts';

function sqlitePlace(): JournalPlace {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-contract-'));
  const open: Journal[] = [];
  const here = join(folder, 'journal');
  const opened = async (where: string): Promise<Journal> => {
    const journal = await openSqliteJournal(where);
    open.push(journal);
    return journal;
  };
  return {
    open: () => opened(here),
    openAfterCrash: () => {
      // What a killed process has written is what others see of its files.
      const copy = join(folder, 'copy');
      cpSync(here, copy, { recursive: true });
      return opened(copy);
    },
    end: async () => {
      for (const journal of open) await journal.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function simulatedPlace(keep: (most: number) => number): JournalPlace {
  const disk = new JournalDisk();
  const open = (): Promise<Journal> => {
    const manners = { work: (then: () => void) => void setImmediate(then), fails: () => false };
    return Promise.resolve(openSimulatedJournal(disk, manners));
  };
  return {
    open,
    openAfterCrash: () => {
      disk.crash(keep);
      return open();
    },
    end: () => Promise.resolve(),
  };
}

holdToContract('SQLite', sqlitePlace);
holdToContract('a simulated disk that loses what was on its way', () => simulatedPlace(() => 0));
holdToContract('a simulated disk that keeps some of it', () => simulatedPlace((most) => most));

test('a simulated disk that reports an error has acknowledged nothing since', async () => {
  const disk = new JournalDisk();
  let isBroken = false;
  const journal = openSimulatedJournal(disk, { work: (then) => then(), fails: () => isBroken });
  const entry = { seq: exactSeq(1), at: exactInstant(1), command: { kind: 'time.tick' } } as const;
  await journal.append([entry]);
  isBroken = true;
  const next = journal.append([{ ...entry, seq: exactSeq(2) }]);
  await expect(next).rejects.toMatchObject({ code: 'journal_io' });
  isBroken = false;
  const again = journal.append([{ ...entry, seq: exactSeq(2) }]);
  await expect(again).rejects.toMatchObject({ code: 'journal_io' });
  expect(journal.head).toBe(1);
  expect(disk.rows.length).toBe(1);
});
