import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headlessTerminal } from '../testing/headless.ts';
import { cellsOf } from './cells.ts';
import { paintFrame } from './diff.ts';
import type { Screen, Size } from './diff.ts';

const styles = [
  '',
  '1',
  '2',
  '4',
  '7',
  '94',
  '38;5;117',
  '48;5;237',
  '1;38;5;16;48;5;253',
  '33;44',
];
const piece = fc
  .tuple(
    fc.constantFrom(...styles),
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', ' ', '한', '국', '█'), maxLength: 6 }),
  )
  .map(([style, text]) => (style === '' ? text : `\u001b[${style}m${text}\u001b[0m`));
const lineText = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const frame = fc.array(lineText, { maxLength: 7 }).map((lines) => lines.join('\n'));
const size: fc.Arbitrary<Size> = fc.record({
  columns: fc.integer({ min: 2, max: 20 }),
  rows: fc.integer({ min: 1, max: 6 }),
});

test('however a screen came about, it shows what a fresh paint of its last frame shows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(frame, fc.option(size, { freq: 3 })), { minLength: 1, maxLength: 6 }),
      size,
      async (steps, first) => {
        const terminal = headlessTerminal(first.columns, first.rows);
        terminal.canvas.write('\u001b[?7l');
        let now = first;
        let screen: Screen | undefined;
        for (const [text, next] of steps) {
          if (next !== null) {
            now = next;
            screen = undefined;
            await terminal.settle();
            terminal.resize(now.columns, now.rows);
          }
          const painted = paintFrame(screen, text, now);
          screen = painted.screen;
          terminal.canvas.write(painted.bytes);
        }
        await terminal.settle();
        const fresh = headlessTerminal(now.columns, now.rows);
        fresh.canvas.write('\u001b[?7l');
        fresh.canvas.write(paintFrame(undefined, steps.at(-1)?.[0] ?? '', now).bytes);
        await fresh.settle();
        expect(terminal.cells()).toEqual(fresh.cells());
      },
    ),
    { numRuns: 150 },
  );
});

test('a fresh paint shows the text of every cell', async () => {
  await fc.assert(
    fc.asyncProperty(frame, size, async (text, { columns, rows }) => {
      const terminal = headlessTerminal(columns, rows);
      terminal.canvas.write('\u001b[?7l');
      terminal.canvas.write(paintFrame(undefined, text, { columns, rows }).bytes);
      await terminal.settle();
      const lines = text.split('\n');
      const wanted = Array.from({ length: rows }, (_, row) => cellsOf(lines[row] ?? '', columns));
      const shown = terminal.cells().map((row) => row.map((cell) => cell.split('|')[0] ?? ''));
      expect(shown).toEqual(wanted.map(({ texts }) => texts));
    }),
    { numRuns: 100 },
  );
});

test('one changed cell costs a jump and the cell, not the line', () => {
  const before = paintFrame(undefined, 'price 149 lots 35\nsecond line', { columns: 20, rows: 2 });
  const after = paintFrame(before.screen, 'price 149 lots 36\nsecond line', {
    columns: 20,
    rows: 2,
  });
  expect(after.bytes).toBe('\u001b[?2026h\u001b[1;17H6\u001b[?2026l');
});

test('an unchanged frame costs nothing', () => {
  const { screen } = paintFrame(undefined, 'same', { columns: 9, rows: 2 });
  expect(paintFrame(screen, 'same', { columns: 9, rows: 2 }).bytes).toBe('');
});

test('the whole screen is cleared at first and after a resize only', () => {
  const clear = '\u001b[2J';
  const first = paintFrame(undefined, 'a', { columns: 9, rows: 2 });
  const second = paintFrame(first.screen, 'b', { columns: 9, rows: 2 });
  const third = paintFrame(second.screen, 'b', { columns: 8, rows: 2 });
  expect([first, second, third].map(({ bytes }) => bytes.includes(clear))).toEqual([
    true,
    false,
    true,
  ]);
});

test('a control that found its way into a frame is shown, not obeyed', () => {
  const { bytes } = paintFrame(undefined, '\u001b]52;c;aGk=\u0007\u009b2J\u001b[3;3Hx', {
    columns: 40,
    rows: 1,
  });
  // oxlint-disable-next-line no-control-regex
  expect(bytes.replace(/\u001b\[[\d;?]*[hlmJKH]/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(bytes).not.toContain('\u001b]');
  expect(bytes).not.toContain('\u001b[3;3H');
});
