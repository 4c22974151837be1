import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordedDay } from './recorded-day.ts';
import { dayEntries as entries, provedDay } from './testing.ts';

let folder: string;
let day: RecordedDay;
let end: () => void;

beforeAll(async () => {
  ({ day, folder, end } = await provedDay());
});

afterAll(() => {
  end();
});

describe('a recorded day', () => {
  test('knows its entries by their time, who was there, and where it begins and ends', () => {
    expect(day.last).toBe(entries);
    expect(day.participants.size).toBe(4);
    const all = [...day.entries(1)];
    expect(all).toHaveLength(entries);
    expect([all[0]?.at, all.at(-1)?.at]).toEqual([day.from, day.to]);
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 5 }), fc.nat(entries - 1), (shift, index) => {
        const at = (all[index]?.at ?? 0) + shift;
        const expected = all.findLast((entry) => entry.at <= at)?.seq ?? 0;
        expect(day.seqAt(at as typeof day.from)).toBe(expected);
      }),
    );
  });

  test('is read from any entry on', () => {
    for (const seq of [1, 2, 7, 8, 4_999, 5_000]) {
      expect(day.entries(seq).next().value).toMatchObject({ seq });
    }
    expect(day.entries(5_001).next().done).toBe(true);
  });

  test('whose database is damaged where no entry is, is refused, and nothing of it is touched', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'wattlot-damaged-'));
    cpSync(folder, copy, { recursive: true });
    const path = join(copy, 'journal.db');
    const bytes = readFileSync(path);
    // The header says how many pages are free: there are none.
    bytes.writeUInt32BE(3, 36);
    writeFileSync(path, bytes);
    const damaged = new RecordedDay(copy);
    const proof = async (): Promise<void> => {
      for await (const _ of damaged.prove());
    };
    await expect(proof()).rejects.toMatchObject({
      code: 'journal_corrupt',
      message: expect.stringContaining('the structure of the database is damaged'),
    });
    damaged.close();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    rmSync(copy, { recursive: true });
  });

  test('says that there is no journal, or none that has begun', () => {
    expect(() => new RecordedDay(join(folder, 'elsewhere'))).toThrow(/no journal/);
  });
});
