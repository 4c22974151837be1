/**
 * What a person at the terminal feels, measured from outside through a pty: `npm run bench [-- --json]`.
 * Medians of several runs; nothing here passes or fails.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { optionsOfScript } from '@wattlot/client/config';
import { PtyScreen } from '../test/pty-screen.ts';
import { wattlot } from '../test/run-wattlot.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'bin/wattlot.mjs');
const size = { columns: 120, rows: 40 };
const port = 4391;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return Math.round(value * 10) / 10;
}

/** The process and everything it started. */
function treeOf(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while we looked.
    }
  }
  const tree = [pid];
  for (const each of tree) tree.push(...(parents.get(each) ?? []));
  return tree;
}

/** Megabytes of memory of a process tree: `rss` counts shared pages once a process, `pss` once in all. Linux only. */
function memoryOf(pid: number): { rss: number; pss: number; processes: number } {
  let rss = 0;
  let pss = 0;
  const tree = treeOf(pid);
  for (const each of tree) {
    const text = readFileSync(`/proc/${each}/smaps_rollup`, 'utf8');
    rss += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
    pss += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
  }
  return { rss: Math.round(rss), pss: Math.round(pss), processes: tree.length };
}

/** A price level with a volume on each side of the ladder, and the word that everything shown is current. */
function isLive(text: string): boolean {
  return (
    text.includes('LIVE') && /spread/.test(text) && (text.match(/\b\d{2,3}\b/g)?.length ?? 0) > 12
  );
}

/** The row of the ladder's cursor. */
function cursorRow(text: string): number {
  return text.split('\n').findIndex((line) => line.startsWith('›'));
}

async function starts(runs: number): Promise<Record<string, unknown>> {
  const frames: number[] = [];
  const books: number[] = [];
  const again: number[] = [];
  let memory = {};
  for (let run = 0; run < runs; run += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'wattlot-bench-'));
    for (const first of [true, false]) {
      const screen = new PtyScreen(size, 'npm', ['start', '--', '--data', folder, '--port', '0']);
      frames.push(await screen.until((text) => text.includes('LADDER'), screen.started));
      (first ? books : again).push(await screen.until(isLive, screen.started));
      if (first && run === runs - 1) {
        await wait(20_000);
        memory = memoryOf(screen.pid);
      }
      await screen.end();
    }
    await rm(folder, { recursive: true, force: true });
  }
  return {
    npm_start_first_frame_ms: quantile(frames, 0.5),
    npm_start_live_book_ms: quantile(books, 0.5),
    npm_start_again_live_book_ms: quantile(again, 0.5),
    npm_start_memory_mb: memory,
  };
}

async function terminal(runs: number): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'wattlot-bench-'));
  const market = wattlot(
    [
      'up',
      '--json',
      '--data',
      folder,
      '--port',
      String(port),
      '--speed',
      '240',
      '--trades',
      '100000',
    ],
    () => over,
  );
  let over = false;
  const args = [main, 'trade', '--data', folder, '--url', `http://127.0.0.1:${port}`];
  await wait(5_000);
  const frames: number[] = [];
  const keys: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const screen = new PtyScreen(size, process.execPath, args);
    frames.push(await screen.until((text) => text.trim().length > 100, screen.started));
    await screen.until(isLive, screen.started);
    await wait(500);
    for (let press = 0; press < 100; press += 1) {
      const before = cursorRow(screen.text());
      const at = screen.press(press % 2 === 0 ? 'j' : 'k');
      keys.push(await screen.until((text) => cursorRow(text) !== before, at));
      await wait(37);
    }
    await screen.end();
  }
  over = true;
  const { out } = await market;
  await rm(folder, { recursive: true, force: true });
  const events = out.trim().split('\n').length;
  return {
    trade_first_frame_ms: quantile(frames, 0.5),
    key_to_painted_ms_p50: quantile(keys, 0.5),
    key_to_painted_ms_p99: quantile(keys, 0.99),
    market_events_seen: events,
  };
}

async function settling(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'wattlot-bench-'));
  const started = performance.now();
  const { out } = await wattlot([
    'up',
    '--json',
    '--trades',
    '60',
    '--data',
    folder,
    '--port',
    String(port),
  ]);
  const seconds = (performance.now() - started) / 1000;
  await rm(folder, { recursive: true, force: true });
  const summary: unknown = JSON.parse(out.trim().split('\n').at(-1) ?? '{}');
  const events = out.trim().split('\n').length / seconds;
  return { settling: summary, events_per_second: Math.round(events * 10) / 10 };
}

const { json, runs } = optionsOfScript('npm run bench --', {
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
  runs: {
    kind: 'number',
    value: 'N',
    what: 'of how many runs the figures are medians',
    usual: 3,
    least: 1,
    most: 1_000,
  },
});
const result = { ...(await starts(runs)), ...(await terminal(runs)), ...(await settling()) };
for (const [name, value] of Object.entries(result)) {
  process.stdout.write(`${name.padEnd(32)} ${JSON.stringify(value)}\n`);
}
if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
