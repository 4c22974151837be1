/** What an exchange's folder holds, looked at before anything in it is opened: what is missing is said while nothing has been written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { holdsChain } from '@wattlot/ledger';
import { ExchangeError } from './errors.ts';
import { readWitness } from './journal/witness.ts';

/** The file with the operator's key, in the exchange's folder. */
export const operatorKeyFile = 'operator.key';

/** The journal's folder in an exchange's. */
export function journalFolder(folder: string): string {
  return join(folder, 'journal');
}

/**
 * Returns when the folder is new or has all that belongs together. Only looks.
 * @returns whether there is a chain, and the journal's last entry as its witness says.
 * @throws ExchangeError `ledger_mismatch` when the operator's key is missing where there is a chain or a journal, or the chain where there is a
 *   journal; `journal_corrupt` when the journal's head cannot be read.
 */
export function requireWhole(folder: string): {
  readonly hasChain: boolean;
  readonly last: number;
} {
  const [chain, journal] = [join(folder, 'chain'), journalFolder(folder)];
  const hasChain = holdsChain(chain);
  const last = readWitness(join(journal, 'journal.head'))?.seq ?? 0;
  const missing: string[] = [];
  if (!existsSync(join(folder, operatorKeyFile)) && (hasChain || last > 0)) {
    const made = hasChain ? 'the chain there was made with it' : 'the journal there needs it';
    missing.push(`${operatorKeyFile} is missing in ${folder}, but ${made}`);
  }
  if (!hasChain && last > 0) {
    const entries = `the journal in ${journal} goes to entry ${last}`;
    missing.push(`the chain in ${chain} is missing, but ${entries}`);
  }
  if (missing.length > 0) throw new ExchangeError('ledger_mismatch', missing.join('; '));
  return { hasChain, last };
}
