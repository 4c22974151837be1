/**
 * A disk that refuses: the first error ends the exchange, and nothing is acknowledged after it. The errors are made by strace, which also shows what was sent when; where
 * it is missing the tests are skipped, and say so.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { check } from './kill/check.ts';
import { startServer } from './kill/server.ts';
import { Trader } from './kill/traders.ts';
import { emptyFolder } from './run-wattlot.ts';

const canTrace = spawnSync('strace', ['-e', 'inject=fsync:error=EIO', 'true']).status === 0;
const note = canTrace ? '' : ' (SKIPPED: strace is missing or may not trace here)';

let folder = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
});
afterEach(() => remove());

/** What is sent to a client whose order was taken. */
const acknowledgement =
  /(write|writev|sendto|sendmsg)\(.*\\"method\\":\\"add_order\\".*\\"success\\":true/;

const faults = [
  ['a sync that fails', 'fdatasync', 'EIO', '60+'],
  // A database that is asked again after one failure says that all is well.
  ['a sync that fails once', 'fdatasync', 'EIO', '75'],
  ['a disk that is full', 'pwrite64', 'ENOSPC', '400+'],
  ['a write that fails once', 'pwrite64', 'EIO', '333'],
] as const;

test.skipIf(!canTrace).each(faults)(
  `%s ends the exchange with nothing acknowledged after it${note}`,
  async (_name, call, error, when) => {
    const log = join(folder, 'strace.log');
    const calls = `trace=${call},write,writev,sendto,sendmsg`;
    const inject = `inject=${call}:error=${error}:when=${when}`;
    const strace = ['strace', '-D', '-f', '-s', '400', '-o', log, '-e', calls, '-e', inject];
    const server = await startServer(folder, 0, strace);
    const random = Math.random;
    const names = ['seller', 'buyer'] as const;
    const traders = await Promise.all(
      names.map((name) =>
        Trader.open(server.url, folder, { name, side: name === 'seller' ? 'ask' : 'bid', random }),
      ),
    );
    let isOver = false;
    const trading = traders.map((trader) => trader.trade(() => isOver));
    const { code, said } = await server.ended;
    isOver = true;
    await Promise.all(trading);
    await Promise.all(traders.map((trader) => trader.close()));

    expect(code).toBe(1);
    expect(said).toMatch(/journal|chain/);
    const lines = readFileSync(log, 'utf8').split('\n');
    const first = lines.findIndex((line) => line.includes('(INJECTED)'));
    expect(first).toBeGreaterThan(0);
    const acknowledged = lines.filter((line) => acknowledgement.test(line)).length;
    const after = lines.slice(first).filter((line) => acknowledgement.test(line));
    expect(acknowledged).toBeGreaterThan(5);
    expect(after).toEqual([]);
    // All that was acknowledged is there, and the exchange starts again on it.
    const promised = traders.flatMap((trader) => trader.promised);
    expect(promised.length).toBeGreaterThan(5);
    check(folder, promised);
    const again = await startServer(folder);
    expect(await again.stop()).toBe(0);
  },
);
