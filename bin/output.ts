/** Standard output as a command sees it: whole lines, and an end without a fuss when the reader has gone. */
import type { Writable } from 'node:stream';
import type { Report } from './report.ts';
import { lineOf } from './report.ts';

/** Bytes that may wait for a reader. One who stopped reading must not fill the memory of an exchange. */
const waitingBytesMax = 16 * 1024 * 1024;

/**
 * Writes reports as JSON objects or plain lines, those of one turn of the event loop together: a busy market makes thousands a second. A closed pipe (`| head`) calls `onClosed`
 * once and swallows the rest. What a reader is too slow for is left out, and a note says how much that was.
 */
export function printer(
  json: boolean,
  onClosed: () => void,
  to: Writable = process.stdout,
): (report: Report) => void {
  let closed = false;
  to.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!closed) onClosed();
    closed = true;
  });
  const textOf = (report: Report): string => `${json ? JSON.stringify(report) : lineOf(report)}\n`;
  let waiting = '';
  let leftOut = 0;
  const write = (): void => {
    const text = waiting;
    waiting = '';
    if (!closed) to.write(text);
  };
  return (report) => {
    if (closed) return;
    if (to.writableLength > waitingBytesMax) {
      leftOut += 1;
      return;
    }
    if (waiting === '') setImmediate(write);
    if (leftOut > 0) {
      const text = `${leftOut} lines were left out: they are read too slowly`;
      waiting += textOf({ event: 'note', text });
      leftOut = 0;
    }
    waiting += textOf(report);
  };
}
