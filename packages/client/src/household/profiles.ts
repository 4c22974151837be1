/**
 * Recorded profiles: a folder of CSV files, `hh_*.csv` with the load of one household in watts and `pv_*_pu.csv` with solar output in watts per
 * installed watt. Each has the header `timestamp,electricity`, Unix seconds and the mean of the quarter-hour that begins there, without gaps.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { toInstant } from '@wattlot/core';
import type { Instant } from '@wattlot/core';
import { CsvError, parse } from 'csv-parse/sync';
import {
  intervalMicros,
  loadWattsMax,
  profileBytesMax,
  profileFilesMax,
  profileRowsMax,
  solarPerUnitMax,
} from './limits.ts';
import { ProfileError, quoted } from './profile-error.ts';

/** One file: means of quarter-hours, the first of which begins at `from`. */
export interface Profile {
  /** The file's name without its folder. */
  readonly file: string;
  readonly from: Instant;
  /** Watts, or watts per installed watt. */
  readonly values: Float32Array;
}

export interface Profiles {
  /** Loads in watts, by file name; at least one. */
  readonly loads: readonly Profile[];
  /** Solar output per installed watt, by file name; may be empty. */
  readonly solar: readonly Profile[];
  /** One line for each file that was left out, and why. */
  readonly notes: readonly string[];
}

const header = 'timestamp,electricity';
const intervalSeconds = intervalMicros / 1_000_000;
const loadName = /^hh_.*\.csv$/i;
const solarName = /^pv_.*_pu\.csv$/i;
const secondsText = /^\d{1,11}(?:\.0*)?$/;
const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

interface Kind {
  readonly most: number;
  readonly expected: string;
}
const load: Kind = { most: loadWattsMax, expected: `watts from 0 to ${loadWattsMax}` };
const sun: Kind = {
  most: solarPerUnitMax,
  expected: `watts per installed watt from 0 to ${solarPerUnitMax}`,
};

/** What has been read of a file so far. */
interface Reader {
  readonly file: string;
  readonly kind: Kind;
  values: Float32Array;
  count: number;
  headed: boolean;
  from: number;
}

function readHeader(reader: Reader, cells: readonly string[], line: number): void {
  const found = cells.join(',');
  if (found !== header) {
    throw new ProfileError(
      'profile_header',
      { file: reader.file, line },
      `the header ${header}`,
      quoted(found),
    );
  }
  reader.headed = true;
}

function readRow(reader: Reader, cells: readonly string[], line: number): void {
  const place = { file: reader.file, line };
  const [time, value] = cells;
  if (time === undefined || value === undefined || cells.length !== 2) {
    throw new ProfileError('profile_columns', place, '2 columns', `${cells.length}`);
  }
  if (!secondsText.test(time)) {
    throw new ProfileError('profile_number', place, 'a time in whole Unix seconds', quoted(time));
  }
  if (!numberText.test(value)) {
    throw new ProfileError('profile_number', place, 'a number', quoted(value));
  }
  const seconds = Number(time);
  if (reader.count === 0) reader.from = seconds;
  const due = reader.from + reader.count * intervalSeconds;
  if (seconds % intervalSeconds !== 0) {
    throw new ProfileError('profile_step', place, 'a time on a quarter-hour', quoted(time));
  }
  if (seconds !== due) {
    throw new ProfileError('profile_step', place, `the next quarter-hour, ${due}`, quoted(time));
  }
  const amount = Number(value);
  if (amount < 0 || amount > reader.kind.most) {
    throw new ProfileError('profile_range', place, reader.kind.expected, quoted(value));
  }
  if (reader.count === profileRowsMax) {
    throw new ProfileError('profile_too_large', place, `at most ${profileRowsMax} rows`, 'more');
  }
  if (reader.count === reader.values.length) {
    const wider = new Float32Array(reader.values.length * 2);
    wider.set(reader.values);
    reader.values = wider;
  }
  reader.values[reader.count] = amount;
  reader.count += 1;
}

function readerOf(file: string): Reader {
  const kind = solarName.test(basename(file)) ? sun : load;
  return { file, kind, values: new Float32Array(4_096), count: 0, headed: false, from: 0 };
}

/**
 * Reads the text of one profile file; `file` decides by its name whether it holds a load or solar output.
 * @throws ProfileError that names the line and what was expected there.
 */
export function parseProfile(file: string, text: Buffer | string): Profile {
  const reader = readerOf(file);
  try {
    parse(text, {
      bom: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // Null keeps the parser from collecting rows: only the numbers stay.
      on_record: (cells: readonly string[], { lines }: { readonly lines: number }): null => {
        if (reader.headed) readRow(reader, cells, lines);
        else readHeader(reader, cells, lines);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 0;
    throw new ProfileError(
      'profile_columns',
      { file, line },
      'plain comma-separated values',
      quoted(error.message),
      error,
    );
  }
  const from = toInstant(reader.from * 1_000_000);
  if (reader.count === 0 || from === undefined) {
    const found = reader.headed ? 'none' : 'an empty file';
    const expected = reader.headed ? 'at least one row' : `the header ${header}`;
    throw new ProfileError('profile_empty', { file, line: 0 }, expected, found);
  }
  return { file: basename(file), from, values: reader.values.slice(0, reader.count) };
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'nothing there';
  if (code === 'ENOTDIR') return 'a file';
  if (code === 'EISDIR') return 'a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return quoted(error instanceof Error ? error.message : String(error));
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    throw new ProfileError(
      'profile_unreadable',
      { file: folder, line: 0 },
      'a folder of profiles',
      reasonOf(error),
      error,
    );
  }
}

async function readFileOf(file: string): Promise<Profile> {
  let text: Buffer;
  try {
    const { size } = await stat(file);
    if (size > profileBytesMax) {
      throw new ProfileError(
        'profile_too_large',
        { file, line: 0 },
        `at most ${profileBytesMax} bytes`,
        `${size}`,
      );
    }
    text = await readFile(file);
  } catch (error) {
    if (error instanceof ProfileError) throw error;
    throw new ProfileError(
      'profile_unreadable',
      { file, line: 0 },
      'a readable file',
      reasonOf(error),
      error,
    );
  }
  return parseProfile(file, text);
}

/**
 * Reads every profile of a folder. Files that are not named like profiles are left out with a note; a profile that breaks a rule ends the reading.
 * @throws ProfileError when the folder or a profile cannot be read or used, or when there is no load profile.
 */
export async function readProfiles(folder: string): Promise<Profiles> {
  const loads: Profile[] = [];
  const solar: Profile[] = [];
  const notes: string[] = [];
  for (const name of await listFolder(folder)) {
    if (!loadName.test(name) && !solarName.test(name)) {
      notes.push(`${quoted(name)} left out: profiles are named hh_*.csv or pv_*_pu.csv`);
    } else if (loads.length + solar.length === profileFilesMax) {
      throw new ProfileError(
        'profile_too_large',
        { file: folder, line: 0 },
        `at most ${profileFilesMax} profiles`,
        'more',
      );
    } else {
      (solarName.test(name) ? solar : loads).push(await readFileOf(join(folder, name)));
    }
  }
  if (loads.length === 0) {
    throw new ProfileError(
      'profile_none',
      { file: folder, line: 0 },
      'at least one load profile, hh_*.csv',
      'none',
    );
  }
  return { loads, solar, notes };
}
