/** `wattlot journal`: looks at an exchange's journal without the exchange, and touches nothing. */
import { once } from 'node:events';
import {
  countJournal,
  ExchangeError,
  findJournal,
  readLines,
  verifyJournal,
} from '@wattlot/exchange';
import type { JournalStats, Verification } from '@wattlot/exchange';
import { asFailure, Failure } from '../failure.ts';

export interface JournalOptions {
  readonly json?: boolean;
}

/** Expected errors as one line; a journal that is in use says what to do about it. */
async function guarded(work: (folder: string) => Promise<number>, folder: string): Promise<number> {
  try {
    return await work(findJournal(folder));
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.code !== 'folder_locked') throw asFailure(error);
    throw new Failure(`${error.message}: stop the exchange first, or look at a copy.`, 1);
  }
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Proves, replays and audits. @returns 1 when the audit finds a violation. */
export function verify(folder: string, { json = false }: JournalOptions): Promise<number> {
  return guarded(async (found) => {
    const seen = verifyJournal(found);
    const isGood = seen.violations.length === 0;
    print(json ? [JSON.stringify({ ok: isGood, ...seen })] : verdict(seen));
    return isGood ? 0 : 1;
  }, folder);
}

function verdict(seen: Verification): string[] {
  const { violations, snapshots } = seen;
  return [
    `entries 1 to ${seen.seq} in ${number(seen.commits)} commits are what was written`,
    `chain hash ${seen.chainHash}`,
    `state hash ${seen.stateHash}`,
    ...snapshots.map(({ file, finding }) => `snapshot ${file}: ${finding}`),
    ...(violations.length === 0
      ? ['audit: nothing found']
      : violations.map((one) => `audit: ${one}`)),
  ];
}

/** Counts. */
export function stats(folder: string, { json = false }: JournalOptions): Promise<number> {
  return guarded(async (found) => {
    const seen = countJournal(found);
    print(json ? [JSON.stringify(seen)] : table(seen));
    return 0;
  }, folder);
}

function table(seen: JournalStats): string[] {
  const when = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString();
  const { from, to } = seen;
  const span =
    from === undefined || to === undefined
      ? 'empty'
      : `${when(from)} to ${when(to)} (${number(Math.round((to - from) / 1e6))} s)`;
  const kinds = Object.entries(seen.commands).toSorted(([, a], [, b]) => b - a);
  return [
    span,
    `${number(seen.entries)} entries in ${number(seen.commits)} commits, ${number(seen.bytes)} bytes`,
    ...kinds.map(([kind, count]) => `  ${kind.padEnd(24)} ${number(count).padStart(12)}`),
    `${number(seen.refusals)} refusals, ${number(seen.orders)} orders, ${number(seen.trades)} trades of ${number(seen.lots)} lots, ${number(seen.lotsSettled)} lots settled`,
  ];
}

/** Writes each entry as one JSON object a line. Ends without a fuss when the reader has gone. */
export function exportEntries(folder: string): Promise<number> {
  return guarded(async (found) => {
    const gone = new AbortController();
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      gone.abort();
    });
    let text = '';
    const write = async (): Promise<void> => {
      const isTaken = process.stdout.write(text);
      text = '';
      if (isTaken) return;
      await once(process.stdout, 'drain', { signal: gone.signal }).catch(() => undefined);
    };
    for (const line of readLines(found)) {
      text += `${line}\n`;
      if (text.length > 65_536) await write();
      if (gone.signal.aborted) return 0;
    }
    if (text !== '') await write();
    return 0;
  }, folder);
}
