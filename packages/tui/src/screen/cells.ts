/**
 * A line of a frame as terminal cells. Only text and SGR come through: every other control becomes U+FFFD, so nothing that found its way into a frame
 * can act on the terminal.
 */
import { isPrintable, widthOf } from '../text/printable.ts';

/** One entry a column. A wide character is in its first column; the second holds an empty text. Styles are SGR parameters, '' for none. */
export interface Cells {
  readonly texts: readonly string[];
  readonly styles: readonly string[];
}

const replacement = '\u{fffd}';

/** Attributes by their place in `flags`; each is switched off by the code behind it. */
const attributes = ['1', '2', '3', '4', '7', '9'] as const;
const attributeEnds: Readonly<Record<string, readonly string[]>> = {
  22: ['1', '2'],
  23: ['3'],
  24: ['4'],
  27: ['7'],
  29: ['9'],
};

/** What SGR has switched on so far. */
interface Pen {
  flags: Set<string>;
  ink: string;
  paper: string;
}

/** Parameters of the colour that begins at `index`, or undefined when it is cut short. */
function longColour(codes: readonly string[], index: number): string[] | undefined {
  const length = codes[index + 1] === '5' ? 3 : codes[index + 1] === '2' ? 5 : 0;
  const colour = codes.slice(index, index + length);
  return length > 0 && colour.length === length ? colour : undefined;
}

function isShortColour(code: number, base: number): boolean {
  return (code >= base && code <= base + 7) || (code >= base + 60 && code <= base + 67);
}

function applySgr(pen: Pen, parameters: string): void {
  const codes = parameters === '' ? ['0'] : parameters.split(';').map((code) => code || '0');
  for (let index = 0; index < codes.length; index += 1) {
    const text = codes[index] ?? '0';
    const code = Number(text);
    if (code === 0) {
      pen.flags = new Set();
      pen.ink = '';
      pen.paper = '';
    } else if (code === 38 || code === 48) {
      const colour = longColour(codes, index);
      if (colour === undefined) return;
      if (code === 38) pen.ink = colour.join(';');
      else pen.paper = colour.join(';');
      index += colour.length - 1;
    } else if (code === 39) pen.ink = '';
    else if (code === 49) pen.paper = '';
    else if (isShortColour(code, 30)) pen.ink = text;
    else if (isShortColour(code, 40)) pen.paper = text;
    else if (attributes.some((one) => one === text)) pen.flags.add(text);
    else for (const ended of attributeEnds[code] ?? []) pen.flags.delete(ended);
  }
}

function styleOf({ flags, ink, paper }: Pen): string {
  if (flags.size === 0 && ink === '' && paper === '') return '';
  const codes: string[] = attributes.filter((code) => flags.has(code));
  if (ink !== '') codes.push(ink);
  if (paper !== '') codes.push(paper);
  return codes.join(';');
}

const sgr = /^\u001b\[([\d;]*)m/;

/** Reads one line, without a line break, into exactly `columns` cells. What is beyond is dropped, half a wide character becomes a blank. */
export function cellsOf(text: string, columns: number): Cells {
  const texts: string[] = [];
  const styles: string[] = [];
  const pen: Pen = { flags: new Set(), ink: '', paper: '' };
  let style = '';
  let index = 0;
  while (index < text.length && texts.length < columns) {
    if (text.charCodeAt(index) === 0x1b) {
      const match = sgr.exec(text.slice(index, index + 64));
      if (match !== null) {
        applySgr(pen, match[1] ?? '');
        style = styleOf(pen);
        index += match[0].length;
        continue;
      }
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0xfffd);
    index += character.length;
    const shown = isPrintable(character) ? character : replacement;
    const wide = widthOf(shown) > 1;
    if (wide && texts.length === columns - 1) break;
    texts.push(shown);
    styles.push(style);
    if (wide) {
      texts.push('');
      styles.push(style);
    }
  }
  while (texts.length < columns) {
    texts.push(' ');
    styles.push('');
  }
  return { texts, styles };
}
