import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { helpOf, readOptions } from './options.ts';
import type { ScriptOptions } from './options.ts';

const options = {
  json: { kind: 'flag', what: 'one object, the last line' },
  rounds: { kind: 'number', value: 'N', what: 'how often', usual: 5, least: 1, most: 100 },
  share: { kind: 'number', value: 'X', what: 'a part', least: 0, most: 1, isFraction: true },
  folder: { kind: 'text', value: 'F', what: 'where' },
  url: { kind: 'text', value: 'URL', what: 'the exchange', usual: 'http://127.0.0.1' },
  only: { kind: 'list', value: 'P,P', what: 'parts', allowed: ['a', 'b'], usual: ['a', 'b'] },
} as const satisfies ScriptOptions;

function valuesOf(...words: readonly string[]): unknown {
  const read = readOptions(options, words);
  return read.kind === 'values' ? read.values : read;
}

test('what is left out is usual, what is written counts, of two the last', () => {
  const usual = { json: false, rounds: 5, share: undefined, folder: undefined };
  const all = { ...usual, url: 'http://127.0.0.1', only: ['a', 'b'] };
  expect(valuesOf()).toEqual(all);
  expect(
    valuesOf('--json', '--rounds', '3', '--share=0.5', '--folder', '/x y', '--only', 'b'),
  ).toEqual({ ...all, json: true, rounds: 3, share: 0.5, folder: '/x y', only: ['b'] });
  expect(valuesOf('--rounds', '3', '--rounds', '4')).toEqual({ ...all, rounds: 4 });
});

test('values have the types of their options', () => {
  const read = readOptions(options, []);
  if (read.kind !== 'values') throw new Error('they were not read');
  expectTypeOf(read.values.json).toEqualTypeOf<boolean>();
  expectTypeOf(read.values.rounds).toEqualTypeOf<number>();
  expectTypeOf(read.values.share).toEqualTypeOf<number | undefined>();
  expectTypeOf(read.values.folder).toEqualTypeOf<string | undefined>();
  expectTypeOf(read.values.url).toEqualTypeOf<string>();
  expectTypeOf(read.values.only).toEqualTypeOf<readonly string[]>();
});

test.each([
  [['--nonsense'], 'there is no "--nonsense"'],
  [['--__proto__', 'x'], 'there is no "--__proto__"'],
  [['-x'], 'there is no "-x"'],
  [['somewhere'], 'there is no place for "somewhere"'],
  [['--json=yes'], '--json takes no value'],
  [['--rounds'], '--rounds needs N: a whole number from 1 to 100'],
  [['--rounds', '0'], '--rounds needs N: a whole number from 1 to 100'],
  [['--rounds', '2.5'], '--rounds needs N: a whole number from 1 to 100'],
  [['--rounds', 'many'], '--rounds needs N: a whole number from 1 to 100'],
  [['--share', '2'], '--share needs X: a number from 0 to 1'],
  [['--folder', ''], '--folder needs F'],
  [['--only', 'a,c'], '--only needs P,P: of a, b'],
] as const)('%j is refused with a line that says why', (words, line) => {
  expect(readOptions(options, words)).toEqual({ kind: 'wrong', line });
});

test('help is asked for by its name, and lists every option with what is usual', () => {
  expect(readOptions(options, ['--json', '--help', '--nonsense'])).toEqual({ kind: 'help' });
  expect(helpOf('node script.ts', options)).toBe(`node script.ts [options]
  --json      one object, the last line
  --rounds N  how often (5)
  --share X   a part
  --folder F  where
  --url URL   the exchange (http://127.0.0.1)
  --only P,P  parts (a,b)
  --help      this`);
});

test('whatever is written, it is read within its bounds or refused in one printable line', () => {
  const word = fc.oneof(
    fc.constantFrom('--json', '--rounds', '--share', '--only', '--folder', '--', '-', '--help'),
    fc.string({ unit: 'binary' }),
    fc.nat(200).map(String),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const read = readOptions(options, words);
      if (read.kind === 'wrong') expect(read.line).not.toMatch(/\p{Cc}/u);
      if (read.kind !== 'values') return;
      expect(read.values.rounds).toBeGreaterThanOrEqual(1);
      expect(read.values.rounds).toBeLessThanOrEqual(100);
    }),
  );
});
