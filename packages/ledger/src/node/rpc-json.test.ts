import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { readJson } from './rpc-json.ts';
import { RepeatedFields } from './rpc-params.ts';
import { RPC_NUMBER_LENGTH_MAX } from '../limits.ts';

/** What `JSON.parse` makes of the same text: the last of each name, and numbers that are no more than that. */
function asParsed(value: unknown): unknown {
  if (value instanceof Decimal) return JSON.parse(JSON.stringify(Number(value.text)));
  if (Array.isArray(value)) return value.map(asParsed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = value instanceof RepeatedFields ? value.entries : Object.entries(value);
  return Object.fromEntries(entries.map(([name, inner]) => [name, asParsed(inner)]));
}

describe('JSON', () => {
  test('reads what JSON.parse reads, and the same', () => {
    for (const text of [
      '{"a":[1,-2,0,{"b":null}],"c":"x\\"\\\\","d":true,"e":false}',
      ' [ ] ',
      '{ }',
      '"\\u00e9\\n"',
      '[[],[[]],{"":""}]',
      '1e3',
    ]) {
      const plain = JSON.stringify(JSON.parse(text));
      expect(JSON.stringify(readJson(text)).replace('1e3', '1000')).toBe(plain);
    }
  });

  test('keeps digits, and names that repeat', () => {
    expect(readJson('1.50')).toEqual(new Decimal('1.50'));
    expect(readJson('1.5')).toBe(1.5);
    expect(readJson('{"a":1,"b":2,"a":3}')).toEqual(
      new RepeatedFields([
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ]),
    );
  });

  test('keeps the order of names, and numbers within bounds', () => {
    expect(readJson('{"b":1,"2":2}')).toEqual(
      new RepeatedFields([
        ['b', 1],
        ['2', 2],
      ]),
    );
    expect(readJson('{"2":2,"b":1}')).toEqual({ 2: 2, b: 1 });
    expect(Object.entries(Object(readJson('{"__proto__":1}')))).toEqual([['__proto__', 1]]);
    expect(Object.is(readJson('-0'), 0)).toBe(true);
    expect(() => readJson('9'.repeat(RPC_NUMBER_LENGTH_MAX + 1))).toThrow(SyntaxError);
  });

  test('agrees with JSON.parse on any JSON, and on JSON with a character changed', () => {
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    const read = (text: string): unknown => {
      try {
        return { value: asParsed(readJson(text)) };
      } catch (error) {
        if (error instanceof SyntaxError) return 'refused';
        throw error;
      }
    };
    const parsed = (text: string): unknown => {
      try {
        return { value: plain(JSON.parse(text)) };
      } catch {
        return 'refused';
      }
    };
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom('"', '\\', '{', ']', ',', ':', '0', '-', 'e', ' ', '\u0000'),
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.option(edit), (json, change) => {
        const at = change === null ? 0 : change[0] % json.length;
        const text = change === null ? json : json.slice(0, at) + change[1] + json.slice(at + 1);
        expect(read(text)).toEqual(parsed(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is refused where JSON.parse refuses', () => {
    for (const text of ['', '{', '[1,]', '{"a"}', '01', '+1', '1.', '.5', 'tru', '"\\x"', '"a']) {
      expect(() => readJson(text)).toThrow(SyntaxError);
      expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    }
  });
});
