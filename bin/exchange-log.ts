/** Where the log of an exchange goes. */
import { mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { createLogger, plainLine } from '@wattlot/exchange';
import type { LogLevel } from '@wattlot/exchange';
import { logBytesMax } from './log-file.ts';

/** A file of JSON lines that only its owner can read; one that has become large is set aside at a start. */
function fileOf(path: string): (line: string) => void {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) renameSync(path, `${path}.old`);
  const file = openSync(path, 'a', 0o600);
  let isTold = false;
  return (line) => {
    try {
      writeSync(file, line);
    } catch (error) {
      // A full disk is when an exchange ends in good order, by telling so: the log may not stop it.
      const why = error instanceof Error ? error.message : String(error);
      if (!isTold) process.stderr.write(`wattlot: ${path} cannot be written: ${why}\n`);
      isTold = true;
    }
  };
}

/** Writes JSON lines to the file that was named, or to standard error: plain lines where that is a terminal. */
export function exchangeLog(
  file: string | undefined,
  level: LogLevel,
): ReturnType<typeof createLogger> {
  const write =
    file !== undefined
      ? fileOf(file)
      : process.stderr.isTTY
        ? (line: string): void => void process.stderr.write(plainLine(line))
        : (line: string): void => void process.stderr.write(line);
  return createLogger({ level, to: { write }, time: () => new Date().toISOString() });
}
