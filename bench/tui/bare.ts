/**
 * What nobody can be faster than: writes recorded bytes at their instants, over and over, and answers any key at once with a cursor in the first column.
 * Called with a file of `[{atMs, text}]`.
 */
import { readFileSync } from 'node:fs';

interface Piece {
  readonly atMs: number;
  readonly text: string;
}

const pieces = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as readonly Piece[];
const first = pieces[0]?.atMs ?? 0;
const lengthMs = (pieces.at(-1)?.atMs ?? 0) - first + 1;

let index = 0;
let round = 0;
function beat(startedMs: number): void {
  const piece = pieces[index];
  if (piece === undefined) return;
  const waitMs = startedMs + round * lengthMs + piece.atMs - first - performance.now();
  setTimeout(
    () => {
      process.stdout.write(piece.text);
      index += 1;
      if (index === pieces.length) [index, round] = [0, round + 1];
      beat(startedMs);
    },
    Math.max(0, waitMs),
  );
}

process.stdin.setRawMode(true).resume();
let row = 20;
process.stdin.on('data', () => {
  const before = row;
  row = row === 20 ? 21 : 20;
  process.stdout.write(`\u001b[?2026h\u001b[${before};1H \u001b[${row};1H›\u001b[?2026l`);
});
process.stdout.write('\u001b[?1049h\u001b[2J\u001b[?25lbare\u001b[20;1H›');
beat(performance.now());
