/** The simulated market's time, kept between two runs so that a day goes on where it stopped. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { toInstant } from '@wattlot/core';
import type { Instant } from '@wattlot/core';

/** @returns undefined when there is none yet or the file does not hold one: the day then begins anew, nothing else depends on it. */
export async function readMarketTime(file: string): Promise<Instant | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null && 'at' in value
      ? toInstant(value.at)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the file as a whole. */
export async function writeMarketTime(file: string, at: Instant): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify({ at })}\n`);
  await rename(`${file}.new`, file);
}
