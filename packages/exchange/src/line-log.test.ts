import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LineLog, readLineLog } from './line-log.ts';

const name = 'things.log';

function logIn(lines: () => readonly object[]): { readonly path: string; readonly log: LineLog } {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-lines-'));
  const log = new LineLog({ folder, name, lines, staleMax: 1_000 });
  onTestFinished(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path: join(folder, name), log };
}

// A device on which every write fails as on a full disk.
test.runIf(process.platform === 'linux')(
  'after a write that failed the file is written anew, so that no line stands behind a torn one',
  async () => {
    const things: object[] = [];
    const { path, log } = logIn(() => things);
    const add = (thing: object): Promise<void> => {
      things.push(thing);
      return log.append(thing, false);
    };
    rmSync(path);
    symlinkSync('/dev/full', path);
    await expect(add({ thing: 1 })).rejects.toMatchObject({ code: 'ENOSPC' });
    await add({ thing: 2 });
    await add({ thing: 3 });
    expect(readLineLog(path)).toEqual([{ thing: 1 }, { thing: 2 }, { thing: 3 }]);
  },
);

test('lines that wait together are written in their order, and a last one without its end is left out', async () => {
  const { path, log } = logIn(() => []);
  await Promise.all([1, 2, 3].map((thing) => log.append({ thing }, false)));
  expect(readFileSync(path, 'utf8')).toBe('{"thing":1}\n{"thing":2}\n{"thing":3}\n');
  await log.append({ thing: 4 }, false);
  expect(readLineLog(path)).toHaveLength(4);
});

test('a line that comes the moment another one is kept does not wait for a third', async () => {
  const { path, log } = logIn(() => []);
  for (let thing = 1; thing <= 5; thing += 1) await log.append({ thing }, false);
  expect(readLineLog(path)).toHaveLength(5);
});
