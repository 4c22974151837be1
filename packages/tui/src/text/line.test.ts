import fc from 'fast-check';
import { expect, test } from 'vitest';
import { block, cut, fitLine, line, padEnd, padStart, plainOf, span, spread } from './line.ts';
import { widthOf } from './printable.ts';

const text = fc.string({
  unit: fc.constantFrom('a', '1', ' ', '한', '국', '█', '…'),
  maxLength: 30,
});
const width = fc.integer({ min: 0, max: 40 });

test('padded and fitted text takes exactly its width, Korean included', () => {
  fc.assert(
    fc.property(text, text, width, (one, other, cells) => {
      expect(widthOf(padEnd(one, cells))).toBe(cells);
      expect(widthOf(padStart(one, cells))).toBe(cells);
      expect(widthOf(plainOf(fitLine(line(span(one), span(other)), cells)))).toBe(cells);
      expect(widthOf(plainOf(spread(line(span(one)), line(span(other)), cells)))).toBe(cells);
    }),
  );
});

test('a cut shows, and never splits a wide character', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('한국전력', 4)).toBe('한…');
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('한', 1)).toBe('');
});

test('a block has exactly its rows', () => {
  expect(block([line(span('a')), line(span('b')), line(span('c'))], 2, 2).map(plainOf)).toEqual([
    'a ',
    'b ',
  ]);
  expect(block([], 3, 2).map(plainOf)).toEqual(['   ', '   ']);
});

test('what stands at the right end stays, what stands before it gives way', () => {
  const both = spread(line(span('STALE a long reason')), line(span('14:09:31')), 16);
  expect(plainOf(both)).toBe('STALE a…14:09:31');
});
