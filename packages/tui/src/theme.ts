/**
 * Every colour of the terminal is a role here. The default pair is blue for bids and orange for asks, which all common kinds of colour blindness keep
 * apart; column, word and sign say the same without colour.
 */

export type Role =
  | 'text'
  | 'muted'
  | 'title'
  | 'focus'
  | 'bid'
  | 'ask'
  | 'bidBar'
  | 'askBar'
  | 'mine'
  | 'price'
  | 'live'
  | 'stale'
  | 'good'
  | 'bad'
  | 'key'
  | 'field'
  | 'button'
  | 'buttonFocus'
  | 'cursor'
  | 'last'
  | 'flash'
  | 'armed';

export const themeNames = ['dark', 'light', 'mono', 'high-contrast'] as const;
export type ThemeName = (typeof themeNames)[number];

/** SGR parameters that a role switches on; all are switched off together after it. */
export type Palette = Readonly<Record<Role, readonly string[]>>;

/** Attributes only: what a terminal without colours, or a person who wants none, gets. */
const mono: Palette = {
  text: [],
  muted: ['2'],
  title: ['1'],
  focus: ['1', '4'],
  bid: [],
  ask: [],
  bidBar: ['2'],
  askBar: ['2'],
  mine: ['1'],
  price: [],
  live: ['1'],
  stale: ['7'],
  good: [],
  bad: ['1'],
  key: ['1'],
  field: ['4'],
  button: ['1'],
  buttonFocus: ['7'],
  cursor: ['7'],
  last: ['4'],
  flash: ['1', '7'],
  armed: ['1', '7'],
};

const dark256: Palette = {
  text: [],
  muted: ['38;5;245'],
  title: ['38;5;250'],
  focus: ['1', '38;5;230'],
  bid: ['38;5;117'],
  ask: ['38;5;215'],
  bidBar: ['38;5;24'],
  askBar: ['38;5;94'],
  mine: ['1', '38;5;230'],
  price: ['38;5;253'],
  live: ['38;5;117'],
  stale: ['1', '38;5;16', '48;5;215'],
  good: ['38;5;117'],
  bad: ['38;5;215'],
  key: ['1', '38;5;253'],
  field: ['48;5;238'],
  button: ['1', '38;5;253'],
  buttonFocus: ['1', '38;5;16', '48;5;253'],
  cursor: ['48;5;237'],
  last: ['4', '38;5;253'],
  flash: ['1', '38;5;16', '48;5;253'],
  armed: ['1', '38;5;16', '48;5;117'],
};

const light256: Palette = {
  text: [],
  muted: ['38;5;241'],
  title: ['38;5;238'],
  focus: ['1', '38;5;16'],
  bid: ['38;5;25'],
  ask: ['38;5;130'],
  bidBar: ['38;5;153'],
  askBar: ['38;5;223'],
  mine: ['1', '38;5;16'],
  price: ['38;5;235'],
  live: ['38;5;25'],
  stale: ['1', '38;5;231', '48;5;130'],
  good: ['38;5;25'],
  bad: ['38;5;130'],
  key: ['1', '38;5;16'],
  field: ['48;5;253'],
  button: ['1', '38;5;16'],
  buttonFocus: ['1', '38;5;231', '48;5;238'],
  cursor: ['48;5;254'],
  last: ['4', '38;5;16'],
  flash: ['1', '38;5;231', '48;5;238'],
  armed: ['1', '38;5;231', '48;5;25'],
};

/** Nothing is grey, nothing is darker than it must be: for bright rooms and tired eyes. For a dark background. */
const contrast256: Palette = {
  text: ['38;5;231'],
  muted: ['38;5;252'],
  title: ['1', '38;5;231'],
  focus: ['1', '4', '38;5;231'],
  bid: ['1', '38;5;123'],
  ask: ['1', '38;5;222'],
  bidBar: ['38;5;123'],
  askBar: ['38;5;222'],
  mine: ['1', '38;5;231'],
  price: ['1', '38;5;231'],
  live: ['1', '38;5;123'],
  stale: ['1', '38;5;16', '48;5;222'],
  good: ['1', '38;5;123'],
  bad: ['1', '38;5;222'],
  key: ['1', '38;5;231'],
  field: ['38;5;16', '48;5;231'],
  button: ['1', '4', '38;5;231'],
  buttonFocus: ['1', '38;5;16', '48;5;231'],
  cursor: ['7'],
  last: ['4', '38;5;231'],
  flash: ['1', '38;5;16', '48;5;231'],
  armed: ['1', '38;5;16', '48;5;123'],
};

const dark16: Palette = {
  ...mono,
  muted: ['90'],
  bid: ['94'],
  ask: ['33'],
  bidBar: ['34'],
  askBar: ['33'],
  live: ['94'],
  stale: ['30', '43'],
  good: ['94'],
  bad: ['33'],
};

const light16: Palette = { ...dark16, bid: ['34'], live: ['34'], good: ['34'] };

const contrast16: Palette = {
  ...mono,
  text: ['97'],
  muted: ['37'],
  bid: ['1', '96'],
  ask: ['1', '93'],
  bidBar: ['96'],
  askBar: ['93'],
  live: ['1', '96'],
  stale: ['30', '103'],
  good: ['1', '96'],
  bad: ['1', '93'],
};

/** The characters that are drawn rather than read. */
export interface Glyphs {
  readonly bar: string;
  readonly bidBarHalf: string;
  readonly askBarHalf: string;
  readonly rule: string;
  readonly divider: string;
  readonly cursor: string;
  readonly hidden: string;
}

const unicodeGlyphs: Glyphs = {
  bar: '█',
  bidBarHalf: '▐',
  askBarHalf: '▌',
  rule: '─',
  divider: '│',
  cursor: '›',
  hidden: '•••',
};

const asciiGlyphs: Glyphs = {
  bar: '#',
  bidBarHalf: '',
  askBarHalf: '',
  rule: '-',
  divider: '|',
  cursor: '>',
  hidden: '***',
};

export interface Theme {
  readonly glyphs: Glyphs;
  /** Whether the text is ASCII only, so that `…` and the like become plain characters too. */
  readonly ascii: boolean;
  /** `text` with the role's escape codes around it, the codes of `over` beneath. */
  paint(text: string, role: Role, over?: Role): string;
}

export interface ThemeChoice {
  readonly name?: ThemeName | undefined;
  readonly ascii?: boolean | undefined;
  /** Bits of colour of the terminal, as `tty.WriteStream.getColorDepth` says after NO_COLOR, FORCE_COLOR and TERM: 1, 4, 8 or 24. */
  readonly colorDepth: number;
}

const palettes: Readonly<Record<ThemeName, { readonly few: Palette; readonly many: Palette }>> = {
  dark: { few: dark16, many: dark256 },
  light: { few: light16, many: light256 },
  mono: { few: mono, many: mono },
  'high-contrast': { few: contrast16, many: contrast256 },
};

/** The colours of a theme on a terminal. */
export function paletteOf({ name = 'dark', colorDepth }: ThemeChoice): Palette {
  if (colorDepth < 4) return mono;
  const { few, many } = palettes[name];
  return colorDepth < 8 ? few : many;
}

const asciiOf: Readonly<Record<string, string>> = {
  '…': '~',
  '·': '-',
  '–': '-',
  '−': '-',
  '›': '>',
  '▲': '^',
  '▼': 'v',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
  '×': 'x',
  '─': '-',
  '│': '|',
  '█': '#',
  '▒': 'o',
  '▁': '_',
  '▂': '.',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
};

/** The theme for a terminal and a person's wish. */
export function makeTheme(choice: ThemeChoice): Theme {
  const palette = paletteOf(choice);
  const ascii = choice.ascii ?? false;
  return {
    glyphs: ascii ? asciiGlyphs : unicodeGlyphs,
    ascii,
    paint: (text, role, over) => {
      const codes = over === undefined ? palette[role] : [...palette[over], ...palette[role]];
      const shown = ascii ? text.replace(/[^\u0020-\u007e]/gu, (one) => asciiOf[one] ?? one) : text;
      if (codes.length === 0 || shown === '') return shown;
      return `\u001b[${codes.join(';')}m${shown}\u001b[0m`;
    },
  };
}
