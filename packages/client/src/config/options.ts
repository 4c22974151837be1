/** The options of a script, as a person writes them behind its name: `--name` or `--name VALUE`. Whatever is wrong is one line, and `--help` tells what there is. */
import { parseArgs } from 'node:util';
import { quoted } from './lines.ts';

interface Named {
  /** What it is, in a few words. */
  readonly what: string;
}
interface Flag extends Named {
  readonly kind: 'flag';
}
interface WithValue extends Named {
  /** The value's name in the help, such as `N`. */
  readonly value: string;
}
interface Text extends WithValue {
  readonly kind: 'text';
  readonly usual?: string;
}
/** Some of a few words, with commas between. */
interface List extends WithValue {
  readonly kind: 'list';
  readonly allowed: readonly string[];
  /** Left out: none. */
  readonly usual?: readonly string[];
}
/** Between two bounds, both allowed. */
interface Quantity extends WithValue {
  readonly kind: 'number';
  readonly usual?: number;
  readonly least: number;
  readonly most: number;
  /** A whole one, unless this says otherwise. */
  readonly isFraction?: boolean;
}

/** One option. */
export type ScriptOption = Flag | Text | List | Quantity;

/** The options of a script, by name. */
export type ScriptOptions = Readonly<Record<string, ScriptOption>>;

type ValueOf<One extends ScriptOption> = One extends Flag
  ? boolean
  : One extends List
    ? readonly string[]
    : | (One extends Quantity ? number : string)
      | (One extends { readonly usual: unknown } ? never : undefined);

/** What was written, or is usual; undefined for an option that was left out and has no usual value. */
export type OptionValues<Options extends ScriptOptions> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]>;
};

/** What the words behind a script's name come to. */
export type ReadOptions<Options extends ScriptOptions> =
  | { readonly kind: 'values'; readonly values: OptionValues<Options> }
  | { readonly kind: 'help' }
  /** One line for a person. */
  | { readonly kind: 'wrong'; readonly line: string };

/** Reads the words behind a script's name. Of an option that comes twice the last counts. */
export function readOptions<Options extends ScriptOptions>(
  options: Options,
  words: readonly string[],
): ReadOptions<Options> {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { kind }]) => {
        return [name, { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) }];
      }),
    ),
    strict: false,
    tokens: true,
  });
  const values = new Map<string, unknown>(
    Object.entries(options).map(([name, option]) => [name, usualOf(option)]),
  );
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') return wrong(`there is no place for ${quoted(token.value)}`);
    const { name, rawName, value } = token;
    if (name === 'help') return { kind: 'help' };
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) return wrong(`there is no ${quoted(rawName)}`);
    const read = valueOf(option, value);
    if (read === undefined) return wrong(`${rawName} ${needOf(option)}`);
    values.set(name, read);
  }
  return { kind: 'values', values: Object.fromEntries(values) as OptionValues<Options> };
}

/** What `--help` tells. @param call how the script is called, such as `node script.ts` or `npm run script --`. */
export function helpOf(call: string, options: ScriptOptions): string {
  const rows = Object.entries(options).map(([name, option]): readonly [string, string] => {
    const value = option.kind === 'flag' ? '' : ` ${option.value}`;
    return [`--${name}${value}`, `${option.what}${usualText(option)}`];
  });
  rows.push(['--help', 'this']);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [`${call} [options]`, ...lines].join('\n');
}

/**
 * The options that this process was started with. Tells the help and ends it with 0 where that is asked for, and with 2 and a line on standard error where something is
 * wrong.
 */
export function optionsOfScript<Options extends ScriptOptions>(
  call: string,
  options: Options,
): OptionValues<Options> {
  const read = readOptions(options, process.argv.slice(2));
  if (read.kind === 'values') return read.values;
  if (read.kind === 'help') {
    process.stdout.write(`${helpOf(call, options)}\n`);
    process.exit(0);
  }
  process.stderr.write(`${call.replace(/ --$/, '')}: ${read.line}; --help tells what there is\n`);
  process.exit(2);
}

function wrong(line: string): { readonly kind: 'wrong'; readonly line: string } {
  return { kind: 'wrong', line };
}

function usualOf(option: ScriptOption): unknown {
  if (option.kind === 'flag') return false;
  return option.kind === 'list' ? (option.usual ?? []) : option.usual;
}

function usualText(option: ScriptOption): string {
  if (option.kind === 'flag' || option.usual === undefined) return '';
  return ` (${option.kind === 'list' ? option.usual.join(',') : option.usual})`;
}

/** @returns undefined for a value that the option cannot have. */
function valueOf(option: ScriptOption, text: string | undefined): unknown {
  if (option.kind === 'flag') return text === undefined ? true : undefined;
  if (text === undefined || text === '') return undefined;
  switch (option.kind) {
    case 'text':
      return text;
    case 'list': {
      const words = text.split(',');
      return words.every((word) => option.allowed.includes(word)) ? words : undefined;
    }
    case 'number': {
      const value = Number(text);
      const isWhole = Number.isSafeInteger(value) || option.isFraction === true;
      return isWhole && value >= option.least && value <= option.most ? value : undefined;
    }
  }
}

/** What would be right. */
function needOf(option: ScriptOption): string {
  switch (option.kind) {
    case 'flag':
      return 'takes no value';
    case 'text':
      return `needs ${option.value}`;
    case 'list':
      return `needs ${option.value}: of ${option.allowed.join(', ')}`;
    case 'number': {
      const what = option.isFraction === true ? 'a number' : 'a whole number';
      return `needs ${option.value}: ${what} from ${option.least} to ${option.most}`;
    }
  }
}
