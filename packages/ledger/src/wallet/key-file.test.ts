import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeyFile } from './key-file.ts';
import type { KeyFile } from './key-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-keys-'));
  path = join(folder, 'house', 'keys.json');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open(names = ['settlement'], chain = 'wattlot'): Promise<KeyFile> {
  return openKeyFile({ path, chain, names, random: randomBytes });
}

test('a new file has the keys that are asked for, readable by its owner only', async () => {
  const { keys } = await open(['settlement', 'meter']);
  expect(keys.map(({ name }) => name)).toEqual(['settlement', 'meter']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await open(['settlement', 'meter'])).toMatchObject({ keys });
});

test('keys that are asked for later are added, and those made by address too', async () => {
  const first = await open();
  const file = await open(['settlement', 'meter']);
  const more = await file.add('');
  expect(file.keys[0]).toEqual(first.keys[0]);
  const again = await open();
  expect(again.keys.map(({ name }) => name)).toEqual(['settlement', 'meter', '']);
  expect(again.keys[2]?.key).toEqual(more);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that others can read is refused, with the command that mends it', async () => {
  await open();
  chmodSync(path, 0o640);
  await expect(open()).rejects.toMatchObject({
    code: 'key_file_open_to_others',
    message: expect.stringContaining(`chmod 600 '${path}'`),
  });
});

test('a file that is none is refused, and stays as it is', async () => {
  await open();
  for (const text of ['', '{', '[]', '{"format":"other"}']) {
    writeFileSync(path, text);
    await expect(open()).rejects.toMatchObject({ code: 'key_file_unreadable' });
    expect(statSync(path).size).toBe(text.length);
  }
});

test('a damaged key is refused without its text', async () => {
  const keys = [{ name: 'settlement', privateKey: 'secret but not hexadecimal' }];
  await open();
  writeFileSync(path, JSON.stringify({ format: 'wattlot-keys-1', chain: 'wattlot', keys }));
  const error = await open().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'key_file_unreadable' });
  expect(String(error)).not.toContain('secret');
});

test('keys of another chain are refused', async () => {
  await open();
  await expect(open(['settlement'], 'elsewhere')).rejects.toMatchObject({
    code: 'key_file_unreadable',
  });
});
