import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWallet } from './open-wallet.ts';
import type { OpenWallet } from './open-wallet.ts';
import { CHAIN, NOW, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';

let market: TestMarket;
let path: string;

beforeEach(async () => {
  market = await startMarket();
  path = join(market.folder, 'households', 'anna.key');
});

afterEach(() => market.end());

function open(file = path): Promise<OpenWallet> {
  const { port } = market;
  const sources = { random: randomBytes, now: () => NOW };
  return openWallet({ path: file, chain: CHAIN, port, meter: false, ...sources });
}

test('a key file has one wallet at a time, and whoever comes second is told which file', async () => {
  const first = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'key_file_in_use',
    message: `the key file ${path} is in use by process ${process.pid}`,
  });
  const other = await open(`${path}.other`);
  await other.close();
  await first.close();
  expect(existsSync(`${path}.lock`)).toBe(false);
  await (await open()).close();
});

test('the lock of another living process is respected, that of a dead one is taken over', async () => {
  await (await open()).close();
  const holder = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  await once(holder, 'spawn');
  await writeFile(`${path}.lock`, `${holder.pid} `);
  await expect(open()).rejects.toMatchObject({ code: 'key_file_in_use' });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await (await open()).close();
});

test('a key file that cannot be used is not held', async () => {
  await (await open()).close();
  await chmod(path, 0o644);
  await expect(open()).rejects.toMatchObject({ code: 'key_file_open_to_others' });
  await chmod(path, 0o600);
  await (await open()).close();
});
