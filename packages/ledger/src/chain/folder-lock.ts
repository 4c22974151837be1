/** One process at a time in a folder, or with a file. */
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from '../ledger-error.ts';

/** Held until released; a process that dies leaves a file that the next one recognises as left behind. */
export interface ProcessLock {
  release(): Promise<void>;
}

/** The error for a lock that `holder` has, told in a few words. */
export type InUse = (holder: string) => LedgerError;

const LOCK_FILE = 'lock';

/**
 * Takes the folder for this process.
 * @throws LedgerError `folder_in_use` when a living process holds it, with its number and the file's path in the message.
 */
export function lockFolder(folder: string): Promise<ProcessLock> {
  const path = join(folder, LOCK_FILE);
  return takeLock(path, (holder) => {
    const message = `the chain's folder is in use by ${holder} (${path})`;
    return new LedgerError('folder_in_use', message);
  });
}

/**
 * Makes the lock file at `path`, in a folder that exists, for this process. Taking it twice in one process is refused too.
 * @throws LedgerError what `inUse` makes when a living process holds it.
 */
export async function takeLock(path: string, inUse: InUse): Promise<ProcessLock> {
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`;
  if (!(await create(path, mine))) {
    await removeLeftBehind(path, inUse);
    if (!(await create(path, mine))) throw inUse('another process');
  }
  return {
    release: async () => {
      if ((await read(path)) === mine) await unlink(path);
    },
  };
}

/** Makes the lock in one step, never empty: a name for a finished file. */
async function create(path: string, text: string): Promise<boolean> {
  const finished = `${path}.${process.pid}.new`;
  await writeFile(finished, text, { mode: 0o600 });
  try {
    await link(finished, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(finished);
  }
}

/** Moves a dead process's lock out of the way. Of two that try at once, the second finds another text than it judged, and puts it back. */
async function removeLeftBehind(path: string, inUse: InUse): Promise<void> {
  const text = await read(path);
  if (text === undefined) return;
  const [pid = '', start = ''] = text.split(' ');
  if (lives(Number(pid), start)) throw inUse(`process ${pid}`);
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await read(aside)) !== text) {
    await rename(aside, path);
    throw inUse('another process');
  }
  await unlink(aside);
}

function lives(pid: number, start: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  const now = startOf(pid);
  return start === '' || now === undefined || now === start;
}

/** When a process started, in the machine's own ticks with the boot's id: tells a process from a later one with the same number. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot}:${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
