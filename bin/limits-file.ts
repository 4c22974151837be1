/** The file with the limits of an exchange. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@wattlot/client/config';
import { readLimits } from '@wattlot/exchange';
import type { OperatingLimits } from '@wattlot/exchange';
import { Failure } from './failure.ts';

/**
 * The limits that a file sets: the one that was named, which has to be there, or `exchange.conf` in the data folder, which need not.
 * @throws Failure with the file, the line and what is allowed.
 */
export async function limitsOf(named: string | undefined, data: string): Promise<OperatingLimits> {
  const path = named ?? join(data, 'exchange.conf');
  let text = '';
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (named !== undefined || !isMissing) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure(`${path}: cannot be read: ${why}`, 1);
    }
  }
  try {
    return readLimits(path, text);
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure(error.message, 1);
    throw error;
  }
}
