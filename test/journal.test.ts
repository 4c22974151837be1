/** `wattlot journal` from outside: what it prints, its exit codes, and that it touches nothing. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startServer } from './kill/server.ts';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const golden = fileURLToPath(new URL('../fixtures/journals/1', import.meta.url));
const main = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

interface Expected {
  readonly seq: number;
  readonly stateHash: string;
}

const expected: Expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));

let folder = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
  cpSync(golden, join(folder, 'journal'), { recursive: true });
});
afterEach(() => remove());

function filesOf(of: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(of).map((name) => [name, readFileSync(join(of, name)).toString('latin1')]),
  );
}

test('verify prints the state hash and ends with 0, and with 1 once a byte is another', async () => {
  const journal = join(folder, 'journal');
  const before = filesOf(journal);
  const good = await wattlot(['journal', 'verify', folder]);
  expect(good).toMatchObject({ code: 0, err: '' });
  expect(good.out).toContain(`entries 1 to ${expected.seq}`);
  expect(good.out).toContain(`state hash ${expected.stateHash}\n`);
  expect(good.out).toContain('audit: nothing found\n');
  const json = await wattlot(['journal', 'verify', '--json', journal]);
  expect(JSON.parse(json.out)).toMatchObject({ ok: true, ...expected, violations: [] });
  expect(filesOf(journal)).toEqual(before);

  const path = join(journal, 'journal.db');
  const bytes = readFileSync(path);
  const at = bytes.lastIndexOf('order.place');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const bad = await wattlot(['journal', 'verify', folder]);
  expect(bad).toMatchObject({ code: 1, out: '' });
  expect(bad.err).toMatch(/^wattlot: .*entries \d+ to \d+ are not what was written\n$/);
});

test('export writes one object an entry, and a reader that leaves early ends it', async () => {
  const { code, out } = await wattlot(['journal', 'export', folder]);
  expect(code).toBe(0);
  const entries = out.trimEnd().split('\n');
  expect(entries).toHaveLength(expected.seq);
  expect(JSON.parse(entries.at(-1) ?? '')).toMatchObject({ seq: expected.seq });
  const command = `"${process.execPath}" "${main}" journal export "${folder}" | head -2`;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command]);
  expect(stdout.trimEnd().split('\n')).toEqual(entries.slice(0, 2));
  expect(stderr).toBe('');
});

test('stats counts what the export has', async () => {
  const { code, out } = await wattlot(['journal', 'stats', '--json', folder]);
  expect(code).toBe(0);
  const exported = await wattlot(['journal', 'export', folder]);
  const commands: Record<string, number> = {};
  for (const line of exported.out.trimEnd().split('\n')) {
    const { command } = JSON.parse(line) as { command: { kind: string } };
    commands[command.kind] = (commands[command.kind] ?? 0) + 1;
  }
  const bytes = readFileSync(join(golden, 'journal.db')).length;
  expect(JSON.parse(out)).toMatchObject({ entries: expected.seq, commands, bytes });
  const table = await wattlot(['journal', 'stats', folder]);
  expect(table.out).toContain(`order.place`);
  expect(table.out).toMatch(/\d+ trades of \d+ lots, \d+ lots settled/);
});

test('a journal that is missing, or in use by an exchange, is said to be', async () => {
  const missing = await wattlot(['journal', 'verify', join(folder, 'nowhere')]);
  expect(missing).toMatchObject({ code: 1, out: '' });
  expect(missing.err).toContain('there is no journal in');
  expect(await wattlot(['journal', 'verify'])).toMatchObject({ code: 2 });
  const server = await startServer(join(folder, 'data'));
  try {
    const busy = await wattlot(['journal', 'verify', join(folder, 'data')]);
    expect(busy).toMatchObject({ code: 1, out: '' });
    expect(busy.err).toContain('in use by another process: stop the exchange first');
  } finally {
    expect(await server.stop()).toBe(0);
  }
  const after = await wattlot(['journal', 'verify', join(folder, 'data')]);
  expect(after).toMatchObject({ code: 0, err: '' });
});
