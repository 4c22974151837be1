/** A picture of the screen that a person can read and a test can compare: the text once, and of each cell how each theme draws it. */
import { widthOf } from '../text/printable.ts';
import { themeNames } from '../theme.ts';
import type { ThemeName } from '../theme.ts';

/** One screen as drawn in one theme. */
export interface Drawing {
  readonly rows: readonly string[];
  /** The style of each cell, row by row, as `headless.ts` describes it. */
  readonly styles: readonly (readonly string[])[];
}

const attributeNames = ['bold', 'dim', 'italic', 'underline', 'inverse', 'strike'];

function colourName(prefix: string, mode = 0, colour = 0): string[] {
  return mode === 0 ? [] : [`${prefix}${colour}`];
}

/** `bold fg117 bg24`; `plain` for a cell without any. */
export function styleName(style: string): string {
  const numbers = style.split(',').map(Number);
  const names = attributeNames.filter((_, index) => (numbers[index] ?? 0) !== 0);
  const [fgMode, fg, bgMode, bg] = numbers.slice(6);
  const all = [...names, ...colourName('fg', fgMode, fg), ...colourName('bg', bgMode, bg)];
  return all.length === 0 ? 'plain' : all.join(' ');
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];

/**
 * The picture: the text in a frame; below it a frame of letters, one a cell, `.` where no theme does anything; and what each letter is in each theme.
 * @throws when the themes differ in text, or there are more styles than letters.
 */
export function pictureOf(drawings: Readonly<Record<ThemeName, Drawing>>, columns: number): string {
  const { rows } = drawings.dark;
  for (const name of themeNames) {
    if (drawings[name].rows.join('\n') !== rows.join('\n')) {
      throw new Error(`the theme ${name} changes what is written`);
    }
  }
  const legend = new Map<string, string>();
  const letterOf = (styles: readonly string[]): string => {
    if (styles.every((style) => style === 'plain')) return '.';
    const key = styles.join('\t');
    const known = legend.get(key) ?? letters[legend.size];
    if (known === undefined) throw new Error('more styles than letters');
    legend.set(key, known);
    return known;
  };
  const grid = rows.map((_, row) =>
    Array.from({ length: columns }, (_none, column) =>
      letterOf(themeNames.map((name) => styleName(drawings[name].styles[row]?.[column] ?? ''))),
    ).join(''),
  );
  const edge = `+${'-'.repeat(columns)}+`;
  const text = rows.map((row) => `|${row}${' '.repeat(Math.max(0, columns - widthOf(row)))}|`);
  const names = [...legend].map(([key, letter]) => {
    const styles = key.split('\t').map((style, index) => `${themeNames[index] ?? ''}: ${style}`);
    return `${letter}  ${styles.join(' | ')}`;
  });
  const styled = grid.map((row) => `|${row}|`);
  return [edge, ...text, edge, ...styled, edge, ...names, ''].join('\n');
}
