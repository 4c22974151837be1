/** Where the terminal's own messages go while the screen is not theirs. */
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { logBytesMax } from '../limits.ts';

/** A writer of lines with their time to a file that only its owner reads. A file that cannot be written is given up: the terminal goes on without. */
export function makeLog(path: string | undefined, now: () => number): (text: string) => void {
  let file = path;
  return (text) => {
    if (file === undefined) return;
    const entry = `${new Date(now()).toISOString()} ${text}\n`;
    try {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (size + entry.length > logBytesMax) truncateSync(file);
      appendFileSync(file, entry, { mode: 0o600 });
    } catch {
      file = undefined;
    }
  };
}
