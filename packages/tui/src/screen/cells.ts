/**
 * A line of a frame as terminal cells. Only text and SGR come through: every other control becomes U+FFFD, so nothing that found its way into a frame
 * can act on the terminal.
 */
import { glyphsMax, pensMax } from '../limits.ts';
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
  readonly flags: ReadonlySet<string>;
  readonly ink: string;
  readonly paper: string;
  /** As SGR parameters; '' for none. */
  readonly style: string;
}

const plainPen: Pen = { flags: new Set(), ink: '', paper: '', style: '' };

/** Parameters of the colour that begins at `index`, or undefined when it is cut short. */
function longColour(codes: readonly string[], index: number): string[] | undefined {
  const length = codes[index + 1] === '5' ? 3 : codes[index + 1] === '2' ? 5 : 0;
  const colour = codes.slice(index, index + length);
  return length > 0 && colour.length === length ? colour : undefined;
}

function isShortColour(code: number, base: number): boolean {
  return (code >= base && code <= base + 7) || (code >= base + 60 && code <= base + 67);
}

function afterSgr(before: Pen, parameters: string): Pen {
  let { ink, paper } = before;
  const flags = new Set(before.flags);
  const codes = parameters === '' ? ['0'] : parameters.split(';').map((code) => code || '0');
  for (let index = 0; index < codes.length; index += 1) {
    const text = codes[index] ?? '0';
    const code = Number(text);
    if (code === 0) {
      flags.clear();
      [ink, paper] = ['', ''];
    } else if (code === 38 || code === 48) {
      const colour = longColour(codes, index);
      if (colour === undefined) break;
      if (code === 38) ink = colour.join(';');
      else paper = colour.join(';');
      index += colour.length - 1;
    } else if (code === 39) ink = '';
    else if (code === 49) paper = '';
    else if (isShortColour(code, 30)) ink = text;
    else if (isShortColour(code, 40)) paper = text;
    else if (attributes.some((one) => one === text)) flags.add(text);
    else for (const ended of attributeEnds[code] ?? []) flags.delete(ended);
  }
  return { flags, ink, paper, style: styleOf({ flags, ink, paper }) };
}

function styleOf({ flags, ink, paper }: Omit<Pen, 'style'>): string {
  if (flags.size === 0 && ink === '' && paper === '') return '';
  const codes: string[] = attributes.filter((code) => flags.has(code));
  if (ink !== '') codes.push(ink);
  if (paper !== '') codes.push(paper);
  return codes.join(';');
}

/** Pens by the style before and the parameters: a screen draws with some fifty. */
const pens = new Map<string, Pen>();

function penAfter(before: Pen, parameters: string): Pen {
  const key = `${before.style} ${parameters}`;
  const known = pens.get(key);
  if (known !== undefined) return known;
  const pen = afterSgr(before, parameters);
  if (pens.size < pensMax) pens.set(key, pen);
  return pen;
}

const sgr = /\u001b\[([\d;]*)m/y;

/** What is drawn for a character, and in how many cells. */
interface Glyph {
  readonly text: string;
  readonly isWide: boolean;
}

const glyphs = new Map<string, Glyph>();

function glyphOf(character: string): Glyph {
  const known = glyphs.get(character);
  if (known !== undefined) return known;
  const text = isPrintable(character) ? character : replacement;
  const glyph = { text, isWide: widthOf(text) > 1 };
  // A screen has some hundred different ones; a stranger's text must not fill the memory.
  if (glyphs.size < glyphsMax) glyphs.set(character, glyph);
  return glyph;
}

/** Reads one line, without a line break, into exactly `columns` cells. What is beyond is dropped, half a wide character becomes a blank. */
export function cellsOf(text: string, columns: number): Cells {
  const texts: string[] = [];
  const styles: string[] = [];
  let pen = plainPen;
  let index = 0;
  while (index < text.length && texts.length < columns) {
    if (text.charCodeAt(index) === 0x1b) {
      sgr.lastIndex = index;
      const match = sgr.exec(text);
      if (match !== null) {
        pen = penAfter(pen, match[1] ?? '');
        index += match[0].length;
        continue;
      }
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0xfffd);
    index += character.length;
    const { text: shown, isWide } = glyphOf(character);
    if (isWide && texts.length === columns - 1) break;
    texts.push(shown);
    styles.push(pen.style);
    if (isWide) {
      texts.push('');
      styles.push(pen.style);
    }
  }
  while (texts.length < columns) {
    texts.push(' ');
    styles.push('');
  }
  return { texts, styles };
}
