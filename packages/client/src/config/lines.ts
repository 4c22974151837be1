/** The form that all files share which a person may write, of the terminal and of the exchange: a `name = value` a line, lines that begin with `#` are remarks. */
import { configBytesMax } from '../limits.ts';
import { printable } from '../text.ts';

/** What is wrong in a file: where, and what would be right. One line for a person. */
export class ConfigError extends Error {
  constructor(file: string, line: number | undefined, what: string) {
    super(line === undefined ? `${file}: ${what}` : `${file}:${line}: ${what}`);
    this.name = 'ConfigError';
  }
}

export interface ConfigLine {
  /** From 1. */
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

/** Something typed into a file, fit to be shown in an error. */
export function quoted(text: string): string {
  return `"${printable(text, 40)}"`;
}

/** The error for a value that a name cannot have. */
export function wrongValue(
  file: string,
  { line, name, value }: ConfigLine,
  allowed: string,
): ConfigError {
  return new ConfigError(file, line, `${name} cannot be ${quoted(value)}; allowed: ${allowed}`);
}

/**
 * The lines of a file, in order; `allowed` are the names it may set.
 * @throws ConfigError for a line of another form, a name that is not allowed or that comes twice, and a file that is too large.
 */
export function readLines(
  file: string,
  text: string,
  allowed: readonly string[],
): readonly ConfigLine[] {
  if (text.length > configBytesMax) {
    throw new ConfigError(file, undefined, `larger than ${configBytesMax} bytes`);
  }
  const lines: ConfigLine[] = [];
  const seen = new Map<string, number>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const match = /^([^=]*?)\s*=\s*(.*)$/.exec(content);
    const name = match?.[1] ?? '';
    const value = match?.[2] ?? '';
    if (match === null || value === '') {
      throw new ConfigError(file, line, `${quoted(content)} is not name = value`);
    }
    if (!allowed.includes(name)) {
      const names = allowed.join(', ');
      throw new ConfigError(file, line, `there is no ${quoted(name)}; allowed: ${names}`);
    }
    const before = seen.get(name);
    if (before !== undefined) {
      throw new ConfigError(
        file,
        line,
        `${name} stands in line ${before} already; keep one of them`,
      );
    }
    seen.set(name, line);
    lines.push({ line, name, value });
  }
  return lines;
}
