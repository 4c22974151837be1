/** The first program of docs/bots.md, run as it is printed there. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyJournal, findJournal, readLines } from '@wattlot/exchange';
import { startServer } from './kill/server.ts';
import { emptyFolder } from './run-wattlot.ts';

const page = readFileSync(new URL('../docs/bots.md', import.meta.url), 'utf8');
const [, program = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];

/** Where the page says that it be put, so that its imports are found. */
const file = join(import.meta.dirname, '..', 'examples', `first-${process.pid}.ts`);

let folder = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
});
afterEach(async () => {
  rmSync(file, { force: true });
  await remove();
});

/** Runs it against an exchange, with nothing changed but where that is. */
function run(url: string): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
} {
  expect(program).toContain("'http://127.0.0.1:4280'");
  writeFileSync(file, program.replace('http://127.0.0.1:4280', url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, out: stdout, err: stderr };
}

test('it sells what it has, and run again it issues nothing more', async () => {
  const server = await startServer(folder);
  for (const time of ['first', 'again']) {
    const { status, out, err } = run(server.url);
    expect([status, err], time).toEqual([0, '']);
    expect(out, time).toMatch(/kind: 'yes'/);
    expect(out, time).toMatch(/^open 0$/m);
  }
  await server.stop();
  const journal = findJournal(folder);
  expect(verifyJournal(journal).violations).toEqual([]);
  const issued = [...readLines(journal)].join('\n').match(/"amount":1000\b/g) ?? [];
  expect(issued).toHaveLength(1);
});

test('without an exchange it says so in one line, and ends with 3', () => {
  const { status, out, err } = run('http://127.0.0.1:9');
  expect(status).toBe(3);
  expect(out).toBe('');
  expect(err).toMatch(/^no exchange at http:\/\/127\.0\.0\.1:9: [^\n]+\n$/);
});
