import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsOf } from '../screen/cells.ts';
import { remembered } from './remembered.ts';
import { joinWrites, withJoinedRows } from './rows.ts';
import type { InkOutput, Operation } from './rows.ts';

interface StockOutput extends InkOutput {
  write(x: number, y: number, text: string, options: { transformers: readonly [] }): void;
  clip(clip: object): void;
  unclip(): void;
}

type OutputClass = new (size: { width: number; height: number }) => StockOutput;

const inkFolder = dirname(fileURLToPath(import.meta.resolve('ink')));
const stock = (await import(
  /* @vite-ignore */ pathToFileURL(join(inkFolder, 'output.js')).href
)) as { default: OutputClass };

const styled = fc
  .tuple(
    fc.constantFrom('', '1', '94', '38;5;117', '48;5;237'),
    fc.string({ unit: fc.constantFrom('a', ' ', '한', '█'), minLength: 1, maxLength: 6 }),
  )
  .map(([style, text]) => (style === '' ? text : `\u001b[${style}m${text}\u001b[0m`));

interface Write {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

const writes: fc.Arbitrary<Write[]> = fc.array(
  fc.record({
    x: fc.integer({ min: 0, max: 25 }),
    y: fc.integer({ min: 0, max: 4 }),
    text: fc.array(styled, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')),
  }),
  { maxLength: 8 },
);

function stockFrame(width: number, height: number, all: readonly Write[]): string {
  const output = new stock.default({ width, height });
  for (const { x, y, text } of all) output.write(x, y, text, { transformers: [] });
  return output.get().output;
}

function operations(all: readonly Write[]): Operation[] {
  return all.map((write) => ({ type: 'write', ...write, transformers: [] }));
}

test('joined rows show cell for cell what Ink’s own output shows', () => {
  let joinedCount = 0;
  fc.assert(
    fc.property(writes, (all) => {
      const joined = joinWrites(40, 5, operations(all));
      if (joined === undefined) return;
      joinedCount += 1;
      const wanted = stockFrame(40, 5, all).split('\n');
      for (const [row, text] of joined.split('\n').entries()) {
        const { texts, styles } = cellsOf(text, 40);
        const cells = cellsOf(wanted[row] ?? '', 40);
        expect(texts).toEqual(cells.texts);
        expect(styles).toEqual(cells.styles);
      }
    }),
    { numRuns: 300 },
  );
  expect(joinedCount).toBeGreaterThan(50);
});

test.each<[string, Write[]]>([
  [
    'texts that overlap',
    [
      { x: 0, y: 0, text: 'abc' },
      { x: 2, y: 0, text: 'd' },
    ],
  ],
  ['a style left open', [{ x: 0, y: 0, text: '\u001b[1mabc' }]],
  ['a style opened again', [{ x: 0, y: 0, text: '\u001b[1ma\u001b[0mb\u001b[4mc' }]],
  ['other escapes', [{ x: 0, y: 0, text: '\u001b]8;;x\u0007a' }]],
  ['a text that sticks out', [{ x: 9, y: 0, text: 'ab' }]],
  ['a row that is not there', [{ x: 0, y: 7, text: 'a' }]],
])('%s are left to Ink', (_, all) => {
  expect(joinWrites(10, 2, operations(all))).toBeUndefined();
});

test('the wrapped class joins what is simple and asks Ink for the rest', () => {
  class Output extends stock.default {}
  const Wrapped = withJoinedRows(Output);
  const clipped = new Wrapped({ width: 10, height: 1 });
  clipped.clip({ x1: 0, x2: 2, y1: 0, y2: 1 });
  clipped.write(0, 0, 'abcdef', { transformers: [] });
  clipped.unclip();
  expect(clipped.get().output).toBe('ab');
  const simple = new Wrapped({ width: 10, height: 2 });
  simple.write(3, 1, 'x', { transformers: [] });
  expect(simple.get()).toEqual({ output: '\n   x', height: 2 });
});

test('an answer is worked out once while it is asked for often', () => {
  let asked = 0;
  const length = remembered((text) => {
    asked += 1;
    return text.length;
  });
  for (let round = 0; round < 5; round += 1) {
    for (let number = 0; number < 300; number += 1)
      expect(length(`text ${number}`)).toBe(`text ${number}`.length);
  }
  expect(asked).toBe(300);
});
