/** What went wrong, on standard error; and the exit code that says so to a program. */
import type { ExitCode } from '../options.ts';
import { printable } from '../text/printable.ts';

/** One line for a person. */
export function warn(text: string): void {
  process.stderr.write(`wattlot trade: ${text}\n`);
}

/** What an error says, made printable. */
export function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}

/** Says what kept a terminal from opening. @returns the exit code: the error's own if it has one, 3 when it may be better later, else 1. */
export function unopened(error: unknown): ExitCode {
  warn(messageOf(error));
  if (typeof error !== 'object' || error === null) return 1;
  if ('exitCode' in error && typeof error.exitCode === 'number') return error.exitCode;
  return 'retryable' in error && error.retryable === true ? 3 : 1;
}
