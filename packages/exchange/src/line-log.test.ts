import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LineLog, readLineLog } from './line-log.ts';

const name = 'things.log';

function openLog(): {
  readonly path: string;
  readonly add: (thing: object) => Promise<void>;
} {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-lines-'));
  const things: object[] = [];
  const log = new LineLog({ folder, name, lines: () => things, staleMax: 1_000 });
  onTestFinished(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const add = (thing: object): Promise<void> => {
    things.push(thing);
    return log.append(thing, false);
  };
  return { path: join(folder, name), add };
}

test('nothing is written before there is a line', async () => {
  const { path, add } = openLog();
  expect(existsSync(path)).toBe(false);
  await add({ thing: 1 });
  expect(readLineLog(path)).toEqual([{ thing: 1 }]);
});

// A device on which every write fails as on a full disk.
test.runIf(process.platform === 'linux')(
  'after a write that failed the file is written anew, so that no line stands behind a torn one',
  async () => {
    const { path, add } = openLog();
    await add({ thing: 0 });
    rmSync(path);
    symlinkSync('/dev/full', path);
    await expect(add({ thing: 1 })).rejects.toMatchObject({ code: 'ENOSPC' });
    await add({ thing: 2 });
    await add({ thing: 3 });
    expect(readLineLog(path)).toEqual([0, 1, 2, 3].map((thing) => ({ thing })));
  },
);

test('lines that wait together are written in their order, and a last one without its end is left out', async () => {
  const { path, add } = openLog();
  await Promise.all([1, 2, 3].map((thing) => add({ thing })));
  expect(readFileSync(path, 'utf8')).toBe('{"thing":1}\n{"thing":2}\n{"thing":3}\n');
  await add({ thing: 4 });
  expect(readLineLog(path)).toHaveLength(4);
});

test('a line that comes the moment another one is kept does not wait for a third', async () => {
  const { path, add } = openLog();
  for (let thing = 1; thing <= 5; thing += 1) await add({ thing });
  expect(readLineLog(path)).toHaveLength(5);
});
