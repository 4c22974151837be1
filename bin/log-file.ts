/** A log kept beside the data, started anew once it is large. */
import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Report } from './report.ts';
import { lineOf } from './report.ts';

/** Bytes above which the log of an earlier run is set aside as `<file>.old`: two of them stay readable. */
export const logBytesMax = 10_000_000;

export interface LogFile {
  readonly write: (report: Report) => void;
  close(): void;
}

export function logFile(file: string): LogFile {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) renameSync(file, `${file}.old`);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  return {
    write: (report) => stream.write(`${lineOf(report)}\n`),
    close: () => stream.end(),
  };
}
