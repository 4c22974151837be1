import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@wattlot/core';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { instant } from '../testing.ts';
import { surplusWh } from './generator.ts';
import { ownHome, planHomes } from './home.ts';
import { intervalMicros, profileRowsMax } from './limits.ts';
import { ProfileError } from './profile-error.ts';
import { parseProfile, readProfiles } from './profiles.ts';
import type { Profile, Profiles } from './profiles.ts';
import { placeOf, recordedReadings, valueAt } from './recorded.ts';
import { seoul } from './sun.ts';

const start = 1_613_343_600;
const head = 'timestamp,electricity\n';
const folders: string[] = [];

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function errorOf(text: string, file = 'hh_1.csv'): ProfileError {
  try {
    parseProfile(file, text);
  } catch (error) {
    if (error instanceof ProfileError) return error;
    throw error;
  }
  throw new Error('no error');
}

test('a load profile is read: whole seconds, watts, in order', () => {
  const text = `${head}${start},159\n${start + 900},142.5\n${start + 1800},0\n`;
  const profile = parseProfile('some/where/hh_1.csv', text);
  expect(profile.file).toBe('hh_1.csv');
  expect(profile.from).toBe(start * 1_000_000);
  expect([...profile.values]).toEqual([159, 142.5, 0]);
});

test('a solar profile may write its times with a decimal point; marks and blank lines are overlooked', () => {
  const text = `\uFEFF${head.trim()}\r\n${start}.0,0.0\r\n\r\n ${start + 900}.0 , 0.5 \r\n`;
  expect([...parseProfile('pv_1_pu.csv', text).values]).toEqual([0, 0.5]);
});

test('what is written is what is read', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 300 }),
      (watts) => {
        const lines = watts.map((value, at) => `${start + at * 900},${value}`);
        const profile = parseProfile('hh_1.csv', `${head}${lines.join('\n')}`);
        expect([...profile.values]).toEqual(watts);
      },
    ),
    { numRuns: 50 },
  );
});

test('a profile longer than its first buffer is read to the end', () => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `${start + at * 900},${at}`);
  const { values } = parseProfile('hh_1.csv', `${head}${lines.join('\n')}`);
  expect(values).toHaveLength(10_000);
  expect(values[9_999]).toBe(9_999);
});

const row = (at: number, value: string): string => `${start + at * 900},${value}\n`;

test.each([
  [
    'a wrong header',
    'time,watts\n1,2\n',
    'profile_header',
    'hh_1.csv:1: expected the header timestamp,electricity, found "time,watts"',
  ],
  [
    'no number',
    `${head}${row(0, '5')}${row(1, 'n/a')}`,
    'profile_number',
    'hh_1.csv:3: expected a number, found "n/a"',
  ],
  [
    'an infinite number',
    `${head}${row(0, 'Infinity')}`,
    'profile_number',
    'hh_1.csv:2: expected a number, found "Infinity"',
  ],
  [
    'a number beyond all numbers',
    `${head}${row(0, '1e400')}`,
    'profile_range',
    'hh_1.csv:2: expected watts from 0 to 100000, found "1e400"',
  ],
  [
    'a time that is none',
    `${head}2021-02-14,5\n`,
    'profile_number',
    'hh_1.csv:2: expected a time in whole Unix seconds, found "2021-02-14"',
  ],
  [
    'a time beside the quarter-hour',
    `${head}${start + 60},5\n`,
    'profile_step',
    'hh_1.csv:2: expected a time on a quarter-hour, found "1613343660"',
  ],
  [
    'a step of half an hour',
    `${head}${row(0, '5')}${row(2, '5')}`,
    'profile_step',
    'hh_1.csv:3: expected the next quarter-hour, 1613344500, found "1613345400"',
  ],
  [
    'a time twice',
    `${head}${row(0, '5')}${row(0, '5')}`,
    'profile_step',
    'hh_1.csv:3: expected the next quarter-hour, 1613344500, found "1613343600"',
  ],
  [
    'a negative load',
    `${head}${row(0, '5')}\n${row(1, '-1')}`,
    'profile_range',
    'hh_1.csv:4: expected watts from 0 to 100000, found "-1"',
  ],
  [
    'a column too many',
    `${head}${row(0, '5,6')}`,
    'profile_columns',
    'hh_1.csv:2: expected 2 columns, found 3',
  ],
  [
    'a quote that never ends',
    `${head}${row(0, '5')}"${row(1, '5')}`,
    'profile_columns',
    /^hh_1\.csv:\d: expected plain comma-separated values, found "Quote Not Closed/,
  ],
  [
    'an empty file',
    '',
    'profile_empty',
    'hh_1.csv: expected the header timestamp,electricity, found an empty file',
  ],
  ['no rows', head, 'profile_empty', 'hh_1.csv: expected at least one row, found none'],
])('%s is told with file, line and what was expected', (_, text, code, message) => {
  const error = errorOf(text);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect(error.retryable).toBe(false);
});

test('solar output above what panels give is a mistake of units', () => {
  const error = errorOf(`${head}${row(0, '450')}`, 'pv_1_pu.csv');
  expect(error.message).toBe(
    'pv_1_pu.csv:2: expected watts per installed watt from 0 to 1.5, found "450"',
  );
  expect(error).toMatchObject({ code: 'profile_range', file: 'pv_1_pu.csv', line: 2 });
});

test('a message never repeats control characters or long text of a file', () => {
  const error = errorOf(`${head}${row(0, `\u001b]52;c;AAAA\u0007${'x'.repeat(500)}`)}`);
  expect(error.message).toMatch(/^[\x20-\x7e…]+$/);
  expect(error.message.length).toBeLessThan(120);
});

test('more rows than ten years is refused', () => {
  const lines = Array.from({ length: profileRowsMax + 1 }, (_, at) => `${start + at * 900},1`);
  expect(errorOf(`${head}${lines.join('\n')}`)).toMatchObject({
    code: 'profile_too_large',
    line: profileRowsMax + 2,
  });
});

test('a folder gives its profiles by name and a note for every other file', async () => {
  const folder = await folderOf({
    'hh_b.csv': head + row(0, '2'),
    'hh_a.csv': head + row(0, '1'),
    'pv_1_pu.csv': head + row(0, '0.5'),
    'standard.csv': 'profile_id,period,day,timestamp,watts\n',
    'README.md': 'hello',
  });
  await mkdir(join(folder, 'more'));
  const { loads, solar, notes } = await readProfiles(folder);
  expect(loads.map(({ file }) => file)).toEqual(['hh_a.csv', 'hh_b.csv']);
  expect(solar.map(({ file }) => file)).toEqual(['pv_1_pu.csv']);
  expect(notes).toEqual([
    '"README.md" left out: profiles are named hh_*.csv or pv_*_pu.csv',
    '"more" left out: profiles are named hh_*.csv or pv_*_pu.csv',
    '"standard.csv" left out: profiles are named hh_*.csv or pv_*_pu.csv',
  ]);
});

test('a folder that is missing, a file, or without loads is one clear error', async () => {
  const folder = await folderOf({ 'pv_1_pu.csv': head + row(0, '0') });
  await expect(readProfiles(folder)).rejects.toThrow(
    `${folder}: expected at least one load profile, hh_*.csv, found none`,
  );
  const missing = join(folder, 'missing');
  await expect(readProfiles(missing)).rejects.toThrow(
    `${missing}: expected a folder of profiles, found nothing there`,
  );
  const file = join(folder, 'pv_1_pu.csv');
  await expect(readProfiles(file)).rejects.toThrow(
    `${file}: expected a folder of profiles, found a file`,
  );
});

test('a profile that cannot be read is named', async () => {
  const folder = await folderOf({});
  await mkdir(join(folder, 'hh_1.csv'));
  await expect(readProfiles(folder)).rejects.toMatchObject({
    code: 'profile_unreadable',
    message: `${join(folder, 'hh_1.csv')}: expected a readable file, found a folder`,
  });
});

test.skipIf(process.getuid?.() === 0)('a profile without permission is named', async () => {
  const folder = await folderOf({ 'hh_1.csv': head });
  await chmod(join(folder, 'hh_1.csv'), 0);
  await expect(readProfiles(folder)).rejects.toThrow('found no permission to read it');
});

const weekRows = 672;

function profileOf(rows: number, valueOf: (at: number) => number = (at) => at): Profile {
  const values = Float32Array.from({ length: rows }, (_, at) => valueOf(at));
  return { file: 'hh_1.csv', from: instant(start * 1_000_000), values };
}

const instantOf = (at: number): Instant => instant(start * 1_000_000 + at * intervalMicros);

test('after its end a profile goes on with the same weekday and hour', () => {
  const profile = profileOf(2 * weekRows + 100);
  expect(valueAt(profile, instantOf(0), 0)).toBe(0);
  expect(valueAt(profile, instantOf(2 * weekRows + 99), 0)).toBe(2 * weekRows + 99);
  expect(valueAt(profile, instantOf(2 * weekRows + 100), 0)).toBe(100);
  expect(valueAt(profile, instantOf(-1), 0)).toBe(2 * weekRows - 1);
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 6), max: 10 ** 6 }), (at) => {
      expect((valueAt(profile, instantOf(at), 0) - at) % weekRows).toBeCloseTo(0);
      expect((valueAt(profile, instantOf(at), weekRows) - at) % weekRows).toBeCloseTo(0);
    }),
  );
  expect(valueAt(profileOf(1), instantOf(12_345), 0)).toBe(0);
});

test('the first households are the recorded ones; used again, a profile is shifted and scaled', () => {
  const sun = { ...profileOf(2 * weekRows, () => 0.5), file: 'pv_1_pu.csv' };
  const loads = [profileOf(2 * weekRows), profileOf(2 * weekRows, (at) => at * 2)];
  const profiles: Profiles = { loads, solar: [sun], notes: [] };
  const readings = recordedReadings(3, profiles, seoul);
  const homes = planHomes(3, 20);
  expect(readings(ownHome, instantOf(7)).load).toBe(7);
  expect(readings(ownHome, instantOf(7)).solar).toBe(2_500);
  expect(readings({ ...ownHome, index: 1 }, instantOf(7)).load).toBe(14);
  const days = [ownHome, ...homes].map((home) =>
    Array.from({ length: 96 }, (_, at) => readings(home, instantOf(at + 1)).load).join(),
  );
  expect(new Set(days).size).toBe(21);
  for (const home of homes) {
    expect(readings(home, instantOf(9)).solar).toBe((home.panels?.peakWatts ?? 0) / 2);
  }
});

test('without a solar profile there is no sun, and the clock is UTC', () => {
  const profiles: Profiles = { loads: [profileOf(96)], solar: [], notes: [] };
  expect(recordedReadings(1, profiles, seoul)(ownHome, instantOf(40)).solar).toBe(0);
  expect(placeOf(profiles).utcOffsetMinutes).toBe(0);
});

test('the clock of a place is told from its solar profiles', () => {
  // Noon at 03:30 UTC, as in Seoul.
  const sun = profileOf(96, (at) => Math.max(0, 20 - Math.abs(at - 18)) / 40);
  expect(placeOf({ loads: [], solar: [sun], notes: [] }).utcOffsetMinutes).toBeCloseTo(510, -2);
});

const shared = join(process.env['WATTLOT_SHARED'] ?? join('..', 'shared'), 'data', 'households');
const absent = !existsSync(shared);
if (absent) console.warn(`skipped: the profiles in ${shared}, which are not there`);

test.skipIf(absent)(
  'the recorded households are read whole and drive a neighbourhood',
  async () => {
    const profiles = await readProfiles(shared);
    expect(profiles.loads).toHaveLength(8);
    expect(profiles.solar).toHaveLength(2);
    expect(profiles.notes).toEqual([
      '"bdew_h0.csv" left out: profiles are named hh_*.csv or pv_*_pu.csv',
    ]);
    for (const { values, from } of [...profiles.loads, ...profiles.solar]) {
      expect(values).toHaveLength(4_316);
      expect(from).toBe(start * 1_000_000);
    }
    expect(placeOf(profiles).utcOffsetMinutes).toBeGreaterThanOrEqual(0);
    expect(placeOf(profiles).utcOffsetMinutes).toBeLessThanOrEqual(60);
    const readings = recordedReadings(1, profiles, placeOf(profiles));
    const surplus = planHomes(1, 20).map((home) =>
      Array.from({ length: 4_316 }, (_, at) => surplusWh(readings(home, instantOf(at)))),
    );
    expect(surplus.filter((all) => all.some((wh) => wh > 0)).length).toBeGreaterThanOrEqual(10);
    expect(surplus.every((all) => all.some((wh) => wh < 0))).toBe(true);
  },
);
