import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from './text.ts';

test.each([
  ['an escape that sets the clipboard', '\u001b]52;c;eA==\u0007', '\ufffd]52;c;eA==\ufffd'],
  ['a C1 escape', '\u009b31m', '\ufffd31m'],
  ['a line break', 'a\r\nb', 'a\ufffd\ufffdb'],
  ['a turned direction', 'a\u202eb', 'a\ufffdb'],
  ['a blank of no width', 'a\u200bb', 'a\ufffdb'],
  ['half a character', 'a\ud800b', 'a\ufffdb'],
  ['a paragraph separator', 'a\u2029b', 'a\ufffdb'],
])('%s loses its power', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('what is printable stays as it is', () => {
  expect(printable('EOrder:Insufficient funds, 5 € für Jürgen ☀')).toBe(
    'EOrder:Insufficient funds, 5 € für Jürgen ☀',
  );
});

test('no text is longer than its bound or holds a control', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (text, most) => {
        const shown = printable(text, most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});
