import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPrintable, printable, widthOf } from './printable.ts';

test('remote text of any kind comes out printable and within its cells', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 0, max: 80 }),
      (text, cells) => {
        const shown = printable(text, cells);
        expect([...shown].every((one) => isPrintable(one))).toBe(true);
        expect(widthOf(shown)).toBeLessThanOrEqual(cells);
      },
    ),
  );
});

test('letters, Korean syllables and punctuation stay as they are', () => {
  const text = '한국전력 §2: “Überschuss” 149 ecoin/kWh – ok';
  expect(printable(text)).toBe(text);
  expect(widthOf('한국전력')).toBe(8);
});

test('Korean letters that were sent apart are put together to syllables', () => {
  expect(printable('한글')).toBe('한글');
});

test.each([
  ['colour', '\u001b[31mred\u001b[0m'],
  ['clipboard', '\u001b]52;c;aGk=\u0007'],
  ['title', '\u001b]0;owned\u001b\\'],
  ['one-byte control sequence', '\u009b2J'],
  ['line break', 'a\nb\r\tc\b'],
  ['direction override', '\u202eevil'],
  ['no width', 'a\u200bb\u0301'],
  ['picture', '👩‍👩‍👧 ❤️'],
])('%s does not come through', (_, text) => {
  const shown = printable(text);
  // oxlint-disable-next-line no-control-regex
  expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u200b]|\u0301|👩|❤/u);
  expect(shown).toContain('\u{fffd}');
});
