/**
 * Keeps the terminal's memory in bounds. What is drawn is garbage a frame later: 24 MB are in use, and left to itself the machine lets 100 MB more of it lie
 * around. To save memory throughout costs three to four hundredths of a core on a busy market, so it is saved only while there is too much of it.
 */
import { setFlagsFromString } from 'node:v8';
import type { Clock } from './clock.ts';
import { memoryLookMs, memorySaveFromMb, memorySaveUntilMb } from '../limits.ts';

/** Whether memory is to be saved from now on. `mb`: what is resident now, in megabytes; `isSaving`: as it was. */
export function savesMemory(isSaving: boolean, mb: number): boolean {
  return mb > (isSaving ? memorySaveUntilMb : memorySaveFromMb);
}

/** Looks at this process's memory from time to time. @returns a function that ends it. */
export function watchMemory(clock: Clock): () => void {
  let isSaving = false;
  let callOff = (): void => {};
  const look = (): void => {
    const saves = savesMemory(isSaving, process.memoryUsage.rss() / 1e6);
    if (saves !== isSaving) {
      setFlagsFromString(saves ? '--optimize-for-size' : '--no-optimize-for-size');
    }
    isSaving = saves;
    callOff = clock.later(memoryLookMs, look);
  };
  look();
  return () => {
    callOff();
  };
}
