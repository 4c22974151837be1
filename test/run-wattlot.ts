/** Runs the real command line in a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const main = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

/** Runs `wattlot …args` to its end, without a terminal. `until` may end it earlier by SIGTERM, once its output satisfies it. */
export function wattlot(
  args: readonly string[],
  until: (out: string) => boolean = () => false,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let asked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (asked || !until(out)) return;
      asked = true;
      child.kill('SIGTERM');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** An empty folder for one test, and the way to remove it. */
export async function emptyFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'wattlot-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
