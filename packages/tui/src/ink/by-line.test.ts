import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withCleanLines, withKnownWidths, withMeasuredLines } from './by-line.ts';

const ink = dirname(fileURLToPath(import.meta.resolve('ink')));

async function stockOf<F>(file: string): Promise<F> {
  const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default: F };
  return module.default;
}

const sanitize = await stockOf<(text: string) => string>(join(ink, 'sanitize-ansi.js'));
const measure = await stockOf<(text: string) => { width: number; height: number }>(
  join(ink, 'measure-text.js'),
);
const widest = await stockOf<(text: string) => number>(
  createRequire(join(ink, 'index.js')).resolve('widest-line'),
);

const piece = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', ' ', '한', '█', '▲', '•', '×'), maxLength: 6 }),
  fc.constantFrom('\u001b[1m', '\u001b[38;5;117m', '\u001b[0m', '\u001b[m', '\u001b[2J'),
  fc.constantFrom('\u0007', '\u0301', '\u001b[4:3m', '\ud83d\ude00', '\u009b31m', '\u007f'),
);
const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
const texts = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n'));

test('cleaned line by line a text is what Ink makes of it', () => {
  const wrapped = withCleanLines(sanitize);
  fc.assert(
    fc.property(texts, (text) => {
      const stock = text.split('\n').map(sanitize).join('\n');
      expect(wrapped(text)).toBe(stock);
      expect(wrapped(text)).toBe(stock);
    }),
    { numRuns: 300 },
  );
});

test('the widest line is as wide as Ink says, and a text as high', () => {
  const wide = withKnownWidths(widest);
  const measured = withMeasuredLines(measure);
  fc.assert(
    fc.property(texts, (text) => {
      expect(wide(text)).toBe(widest(text));
      expect(measured(text)).toEqual(text === '' ? { width: 0, height: 0 } : measure(text));
    }),
    { numRuns: 300 },
  );
});

test('a text that comes again is not given to Ink again, however many lines it has', () => {
  let asked = 0;
  const wrapped = withCleanLines((text) => {
    asked += 1;
    return text;
  });
  for (let round = 0; round < 5; round += 1) wrapped('\u0007one\n\u0007two\nthree');
  // A line in which there is nothing to clean is not given to Ink at all as long as all are so.
  expect(asked).toBe(3);
  wrapped('four\nfive');
  expect(asked).toBe(3);
});

test('what is remembered of a line does not keep the text that it was a line of', () => {
  const wide = withKnownWidths(() => 0);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  // Each line is new, in a text of 200 kB: kept whole they would be 400 MB.
  for (let number = 0; number < 2_000; number += 1) {
    wide(`${'x'.repeat(200_000)}\nline number ${number} of a long text █`);
  }
  expect(used() - before).toBeLessThan(10_000_000);
});
