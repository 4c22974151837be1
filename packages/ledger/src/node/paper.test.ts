import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPaperChain, playPaper, runPaper } from './paper.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-paper-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('the paper’s scenario ends with the paper’s balances, and prints all eight steps', async () => {
  const lines: string[] = [];
  await runPaper({
    folder,
    random: randomBytes,
    now: () => 1_795_352_831_000,
    print: (line) => lines.push(line),
  });
  const steps = lines.filter((line) => /^\d {2}/.test(line)).map((line) => line[0]);
  expect(steps.join(' ')).toBe('1 2 3 4 5 6 7 8');
  expect(lines.at(-1)).toBe('The producer has 1000 ecoin, the consumer 19000 ecoin and 1 energy.');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(2000);
});

test('other balances than the paper’s are a failure', async () => {
  const nodes = await openPaperChain({ folder, random: randomBytes, now: () => 0 });
  let confirmed = 0;
  const meddling = {
    ...nodes,
    confirm: async () => {
      await nodes.confirm();
      if (++confirmed !== 2) return;
      const [producer] = (await nodes.producer.call('getaddresses')) as [string];
      await nodes.admin.call('issuemore', [producer, 'ecoin', 1]);
    },
  };
  await expect(playPaper(meddling, () => undefined)).rejects.toThrow(/producer/);
  await nodes.close();
});
