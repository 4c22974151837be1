/** Standard output as a command sees it: whole lines, and an end without a fuss when the reader has gone. */
import type { Report } from './report.ts';
import { lineOf } from './report.ts';

/** Writes reports as JSON objects or plain lines. A closed pipe (`| head`) calls `onClosed` once and swallows the rest. */
export function printer(json: boolean, onClosed: () => void): (report: Report) => void {
  let closed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!closed) onClosed();
    closed = true;
  });
  return (report) => {
    if (!closed) process.stdout.write(`${json ? JSON.stringify(report) : lineOf(report)}\n`);
  };
}
