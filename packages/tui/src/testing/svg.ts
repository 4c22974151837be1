/** A picture of a screen, as `golden.ts` writes it, as a drawing for documents: the same cells in the same colours, and no font needed for the bars. */
import { widthOf } from '../text/printable.ts';

const cell = { width: 8.4, height: 18, baseline: 13.5 };
const margin = 12;
const paper = '#16181d';
const ink = '#d5d8df';

interface Picture {
  readonly columns: number;
  readonly rows: readonly string[];
  /** A letter a cell; `.` is plain. */
  readonly letters: readonly string[];
  readonly styles: ReadonlyMap<string, string>;
}

/** Reads a picture; of each style the words of one theme. */
function readPicture(text: string, theme: string): Picture {
  const lines = text.split('\n');
  const [edge = ''] = lines;
  const edges = lines.flatMap((line, index) => (line === edge ? [index] : []));
  const [, middle = 0, end = 0] = edges;
  const inside = (line: string): string => line.slice(1, -1);
  const styles = lines.slice(end + 1).flatMap((line): [string, string][] => {
    const [letter, all = ''] = line.split('  ');
    const own = all.split(' | ').find((one) => one.startsWith(`${theme}: `));
    return letter === undefined || own === undefined ? [] : [[letter, own.slice(theme.length + 2)]];
  });
  return {
    columns: edge.length - 2,
    rows: lines.slice(1, middle).map(inside),
    letters: lines.slice(middle + 1, end).map(inside),
    styles: new Map(styles),
  };
}

/** What xterm's palette has at a number from 16. */
function colourOf(index: number): string {
  const hex = (part: number): string => part.toString(16).padStart(2, '0');
  if (index >= 232) return `#${hex(8 + (index - 232) * 10).repeat(3)}`;
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return `#${parts.map((step) => hex(level(step))).join('')}`;
}

interface Look {
  readonly ink: string;
  readonly paper: string | undefined;
  readonly isBold: boolean;
  readonly isUnderlined: boolean;
}

function lookOf(style: string): Look {
  const words = style.split(' ');
  const colour = (prefix: string): string | undefined => {
    const word = words.find((one) => one.startsWith(prefix));
    return word === undefined ? undefined : colourOf(Number(word.slice(prefix.length)));
  };
  const isInverse = words.includes('inverse');
  const [front, back] = [colour('fg') ?? ink, colour('bg')];
  return {
    ink: isInverse ? (back ?? paper) : front,
    paper: isInverse ? front : back,
    isBold: words.includes('bold'),
    isUnderlined: words.includes('underline'),
  };
}

const number = (value: number): string => String(Math.round(value * 100) / 100);

function rectangle(
  [x, y, width, height]: readonly [number, number, number, number],
  fill: string,
  opacity = 1,
): string {
  const place = `x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`;
  return `<rect ${place} fill="${fill}"${opacity === 1 ? '' : ` opacity="${opacity}"`}/>`;
}

const eighths = '▁▂▃▄▅▆▇█';

/** A drawn character as a rectangle; undefined for one that is read. */
function blockOf(character: string, x: number, y: number, fill: string): string | undefined {
  const { width, height } = cell;
  if (character === '▐') return rectangle([x + width / 2, y, width / 2, height], fill);
  if (character === '▌') return rectangle([x, y, width / 2, height], fill);
  if (character === '▒') return rectangle([x + 1.5, y, width - 3, height], fill, 0.55);
  if (character === '│') return rectangle([x + width / 2 - 0.5, y, 1, height], fill);
  if (character === '─') return rectangle([x, y + height / 2 - 0.5, width, 1], fill);
  const level = eighths.indexOf(character) + 1;
  if (level === 0) return undefined;
  const part = (height * level) / eighths.length;
  return rectangle([x, y + height - part, width, part], fill);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function textOf(text: string, x: number, y: number, look: Look): string {
  const width = widthOf(text) * cell.width;
  const shown = text.replace(/[&<>]/g, (one) => escapes[one] ?? one);
  const bold = look.isBold ? ' font-weight="bold"' : '';
  const line = look.isUnderlined ? ' text-decoration="underline"' : '';
  return `<text x="${number(x)}" y="${number(y + cell.baseline)}" textLength="${number(width)}" lengthAdjust="spacingAndGlyphs" fill="${look.ink}"${bold}${line}>${shown}</text>`;
}

/** One row: its papers, its blocks, and its words, each where it stands. */
function rowOf({ styles }: Picture, text: string, letters: string, y: number): string[] {
  const parts: string[] = [];
  let word = { text: '', column: 0, letter: '' };
  const flush = (): void => {
    const shown = word.text.trimEnd();
    const look = lookOf(styles.get(word.letter) ?? 'plain');
    if (shown !== '') parts.push(textOf(shown, margin + word.column * cell.width, y, look));
    word = { text: '', column: 0, letter: '' };
  };
  let column = 0;
  for (const character of text) {
    const letter = letters[column] ?? '.';
    const look = lookOf(styles.get(letter) ?? 'plain');
    const x = margin + column * cell.width;
    const cells = widthOf(character);
    if (look.paper !== undefined) {
      flush();
      parts.push(rectangle([x, y, cells * cell.width, cell.height], look.paper));
    }
    const block = blockOf(character, x, y, look.ink);
    if (block !== undefined) {
      flush();
      parts.push(block);
    } else if (character === ' ' && word.text.endsWith(' ')) flush();
    else if (letter !== word.letter || word.text === '') {
      flush();
      if (character !== ' ') word = { text: character, column, letter };
    } else word = { ...word, text: word.text + character };
    column += cells;
  }
  flush();
  return parts;
}

/** The drawing of a picture in one theme. */
export function svgOf(picture: string, theme: 'dark'): string {
  const read = readPicture(picture, theme);
  const width = read.columns * cell.width + 2 * margin;
  const height = read.rows.length * cell.height + 2 * margin;
  const rows = read.rows.flatMap((text, row) =>
    rowOf(read, text, read.letters[row] ?? '', margin + row * cell.height),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}" height="${number(height)}" viewBox="0 0 ${number(width)} ${number(height)}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" role="img">`,
    '<title>The ladder of the Wattlot terminal</title>',
    `<rect width="100%" height="100%" rx="8" fill="${paper}"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}
