import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeKeyDecoder } from './keys.ts';

function keysOf(...chunks: readonly string[]): string[] {
  const decoder = makeKeyDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.flush()];
}

test('every byte of a burst is a key of its own', () => {
  expect(keysOf('b12\t\r')).toEqual(['b', '1', '2', 'tab', 'enter']);
  expect(keysOf('\u0018\u0003\u007f한')).toEqual(['ctrl-x', 'ctrl-c', 'backspace', '한']);
});

test('arrows and editing keys have names, in all their dialects', () => {
  expect(keysOf('\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[H\u001b[4~\u001b[Z')).toEqual([
    'up',
    'down',
    'pageup',
    'pagedown',
    'home',
    'end',
    'shift-tab',
  ]);
});

test('a lone escape is a key once nothing follows it', () => {
  const decoder = makeKeyDecoder();
  expect(decoder.push('\u001b')).toEqual([]);
  expect(decoder.isWaiting).toBe(true);
  expect(decoder.flush()).toEqual(['escape']);
  expect(decoder.isWaiting).toBe(false);
});

test('a sequence in pieces is one key', () => {
  expect(keysOf('\u001b', '[', 'A')).toEqual(['up']);
});

test('an escape and a key in one burst are two keys, as they are for an editor', () => {
  expect(keysOf('\u001bq')).toEqual(['escape', 'q']);
  expect(keysOf('\u001b\u001b')).toEqual(['escape', 'escape']);
});

test('a pasted text presses no key, however it is cut into pieces', () => {
  const pasted = '\u001b[200~b\t\rBB\u0018q\u001b[201~x';
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: pasted.length }), { maxLength: 5 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), pasted.length];
      const chunks = places.slice(1).map((end, index) => pasted.slice(places[index], end));
      expect(keysOf(...chunks)).toEqual(['paste', 'x']);
    }),
  );
});

test('whatever arrives, the decoder neither throws nor keeps more than a sequence', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 5 }),
      (chunks) => {
        const decoder = makeKeyDecoder();
        for (const chunk of chunks) decoder.push(chunk);
        decoder.flush();
        expect(decoder.isWaiting).toBe(false);
      },
    ),
  );
  expect(keysOf(`\u001b[${'1'.repeat(10_000)}`)).toEqual([]);
});
