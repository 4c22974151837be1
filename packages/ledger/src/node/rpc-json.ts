/**
 * JSON as a node reads it. Two things that `JSON.parse` loses matter in a call: the digits of a number, which become a `Decimal` where JavaScript would
 * write them otherwise, and names that an object repeats (`createrawsendfrom` makes an output of each) or would put into another order, which become
 * `RepeatedFields`.
 */
import { Decimal } from './decimal.ts';
import { RPC_JSON_DEPTH_MAX, RPC_NUMBER_LENGTH_MAX } from '../limits.ts';
import { RepeatedFields } from './rpc-params.ts';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** @throws SyntaxError when the text is no JSON, or nests deeper than `RPC_JSON_DEPTH_MAX`, or a number has more than `RPC_NUMBER_LENGTH_MAX` characters. */
export function readJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#space();
  }

  /** Reads a value and the space behind it. */
  value(depth: number): unknown {
    if (depth > RPC_JSON_DEPTH_MAX) throw new SyntaxError('nested too deep');
    const value = this.#read(depth);
    this.#space();
    return value;
  }

  /** @throws SyntaxError unless everything has been read. */
  end(): void {
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #read(depth: number): unknown {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      case 't':
      case 'f':
      case 'n':
        return this.#word();
      default:
        return this.#number();
    }
  }

  #object(depth: number): unknown {
    const entries: [string, unknown][] = [];
    this.#at += 1;
    this.#space();
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      const name = this.#string();
      this.#space();
      this.#expect(':');
      entries.push([name, this.value(depth + 1)]);
    }
    const plain: unknown = Object.fromEntries(entries);
    const names = Object.keys(Object(plain));
    // Names such as "2" come first in an object, wherever they stood: the order of outputs is that of the text.
    const isTrue =
      names.length === entries.length && entries.every(([name], i) => name === names[i]);
    return isTrue ? plain : new RepeatedFields(entries);
  }

  #list(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at += 1;
    this.#space();
    while (!this.#take(']')) {
      if (items.length > 0) this.#expect(',');
      items.push(this.value(depth + 1));
    }
    return items;
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#unexpected();
    let end = this.#text.indexOf('"', this.#at + 1);
    while (end >= 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw this.#unexpected();
    const read: unknown = JSON.parse(this.#text.slice(this.#at, end + 1));
    this.#at = end + 1;
    return String(read);
  }

  /** True of a character behind an odd number of backslashes. */
  #isEscaped(index: number): boolean {
    let first = index;
    while (this.#text[first - 1] === '\\') first -= 1;
    return (index - first) % 2 === 1;
  }

  #word(): unknown {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    throw this.#unexpected();
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at;
    const [source] = NUMBER.exec(this.#text) ?? [];
    if (source === undefined) throw this.#unexpected();
    if (source.length > RPC_NUMBER_LENGTH_MAX) throw new SyntaxError('a number that is too long');
    this.#at += source.length;
    const value = Number(source);
    if (source === '-0') return 0;
    return String(value) === source ? value : new Decimal(source);
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  /** Takes a mark and the space behind it, if it is there. */
  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    if (mark === ',' || mark === ':') this.#space();
    return true;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw this.#unexpected();
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`unexpected text at ${this.#at}`);
  }
}
