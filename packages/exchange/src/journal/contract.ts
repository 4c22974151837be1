/** What every journal has to do, whatever it is on: the same tests for each. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command, Entry } from '@wattlot/core';
import { ExchangeError } from '../errors.ts';
import { exactInstant, exactSeq } from '../exact.ts';
import type { Journal } from './journal.ts';

/** One place that a journal can be on. */
export interface JournalPlace {
  /** Opens what is there. */
  open(): Promise<Journal>;
  /** What a process that is gone in this moment leaves, opened by the next one. */
  openAfterCrash(): Promise<Journal>;
  /** Ends all that was opened. */
  end(): Promise<void>;
}

function entry(number: number, command: Command = { kind: 'time.tick' }): Entry {
  return { seq: exactSeq(number), at: exactInstant(1_700_000_000_000_000 + number), command };
}

function entries(first: number, last: number): readonly Entry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));
}

async function readAll(journal: Journal, from = 1): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for await (const some of journal.read(exactSeq(from))) all.push(...some);
  return all;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown instanceof ExchangeError ? thrown.code : `not refused: ${String(thrown)}`;
}

/** Holds a kind of journal to the contract of the port. */
export function holdToContract(name: string, place: () => JournalPlace): void {
  describe(name, () => {
    let here: JournalPlace;
    beforeEach(() => {
      here = place();
    });
    afterEach(() => here.end());

    test('a new journal is empty', async () => {
      const journal = await here.open();
      expect(journal.head).toBe(0);
      expect(await readAll(journal)).toEqual([]);
    });

    test('entries come back as they were given, in order and from any number', async () => {
      const journal = await here.open();
      const command: Command = {
        kind: 'participant.admit',
        participant: '1abc' as never,
        name: 'Zoë "Z" \\ \u2028 \n',
      };
      await journal.append([entry(1, command)]);
      await journal.append(entries(2, 6));
      await journal.append(entries(7, 7));
      expect(journal.head).toBe(7);
      const all = [entry(1, command), ...entries(2, 7)];
      for (let from = 1; from <= 8; from += 1) {
        expect(await readAll(journal, from)).toEqual(all.slice(from - 1));
      }
    });

    test('batches that were not waited for go in the order of the calls', async () => {
      const journal = await here.open();
      const arrived: number[] = [];
      const batches = [entries(1, 3), entries(4, 4), entries(5, 9)];
      await Promise.all(
        batches.map((batch) =>
          journal.append(batch).then(() => arrived.push(batch.at(-1)?.seq ?? 0)),
        ),
      );
      expect(arrived).toEqual([3, 4, 9]);
      expect(journal.head).toBe(9);
      expect(await readAll(journal)).toEqual(entries(1, 9));
    });

    test('an empty batch is nothing', async () => {
      const journal = await here.open();
      await journal.append([]);
      expect(journal.head).toBe(0);
    });

    test('closing waits for what is on its way, and the next opening goes on from there', async () => {
      const journal = await here.open();
      const appended = journal.append(entries(1, 5));
      await journal.close();
      await appended;
      const next = await here.open();
      expect(next.head).toBe(5);
      await next.append(entries(6, 6));
      expect(await readAll(next, 5)).toEqual(entries(5, 6));
    });

    test('a crash loses nothing that was acknowledged, and leaves no hole', async () => {
      const journal = await here.open();
      await journal.append(entries(1, 2));
      await journal.append(entries(3, 8));
      const lost = [journal.append(entries(9, 10)), journal.append(entries(11, 12))];
      for (const batch of lost) batch.catch(() => undefined);
      const next = await here.openAfterCrash();
      expect([8, 10, 12]).toContain(next.head);
      expect(await readAll(next)).toEqual(entries(1, next.head));
      await next.append(entries(next.head + 1, next.head + 1));
      expect(await readAll(next)).toEqual(entries(1, next.head));
    });

    test('a batch that does not follow the head is refused, and nothing is taken any more', async () => {
      const journal = await here.open();
      await journal.append(entries(1, 2));
      expect(await codeOf(journal.append(entries(4, 5)))).toBe('journal_io');
      expect(await codeOf(journal.append(entries(3, 3)))).toBe('journal_io');
      const next = await here.openAfterCrash();
      expect(await readAll(next)).toEqual(entries(1, 2));
    });

    test('a closed journal takes nothing', async () => {
      const journal = await here.open();
      await journal.close();
      expect(await codeOf(journal.append(entries(1, 1)))).toBe('journal_io');
    });
  });
}
