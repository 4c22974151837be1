import { describe, expect, test } from 'vitest';
import { makeTheme, paletteOf, themeNames } from './theme.ts';
import type { Role, ThemeName } from './theme.ts';

type Colour = readonly [number, number, number];

const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];

/** What xterm's palette of 256 has at a number from 16. */
function colourOf(index: number): Colour {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Contrast of two colours as WCAG 2 has it: 1 to 21. */
function contrast(a: Colour, b: Colour): number {
  const luminance = ([red, green, blue]: Colour): number =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((one, two) => two - one);
  return (light + 0.05) / (dark + 0.05);
}

/** Ink and paper of a role of a theme; where it sets none, the terminal's own. */
function shownIn(name: ThemeName, role: Role): { ink: Colour; paper: Colour } {
  const codes = paletteOf({ name, colorDepth: 8 })[role];
  const found = (prefix: string): Colour | undefined => {
    const code = codes.find((one) => one.startsWith(prefix));
    return code === undefined ? undefined : colourOf(Number(code.slice(prefix.length)));
  };
  const isLight = name === 'light';
  return {
    ink: found('38;5;') ?? (isLight ? black : white),
    paper: found('48;5;') ?? (isLight ? white : black),
  };
}

const read: readonly Role[] = [
  'text',
  'muted',
  'title',
  'focus',
  'bid',
  'ask',
  'mine',
  'price',
  'live',
  'stale',
  'good',
  'bad',
  'key',
  'field',
  'button',
  'buttonFocus',
  'last',
  'flash',
  'armed',
];

test.each([
  ['dark', 4.5],
  ['light', 4.5],
  ['high-contrast', 7],
] as const)('in %s all that is read stands out by %f to 1', (name, least) => {
  const weak = read.filter((role) => {
    const { ink, paper } = shownIn(name, role);
    return contrast(ink, paper) < least;
  });
  expect(weak).toEqual([]);
});

/** How linear light looks to who lacks one kind of cone (Viénot, Brettel and Mollon 1999; Brettel 1997 for blue). */
const blindness: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  protanopia: [
    [0.112_38, 0.887_62, 0],
    [0.112_38, 0.887_62, 0],
    [0.004_01, -0.004_01, 1],
  ],
  deuteranopia: [
    [0.292_75, 0.707_25, 0],
    [0.292_75, 0.707_25, 0],
    [-0.022_34, 0.022_34, 1],
  ],
  tritanopia: [
    [1, 0.147_41, -0.147_41],
    [0, 0.873_91, 0.126_09],
    [0, 0.873_91, 0.126_09],
  ],
};

function seenBy(kind: string, colour: Colour): number[] {
  const light = colour.map(linear);
  return (blindness[kind] ?? []).map((row) => {
    const sum = row.reduce((total, weight, index) => total + weight * (light[index] ?? 0), 0);
    return Math.min(1, Math.max(0, sum)) ** (1 / 2.2);
  });
}

describe('bid and ask are told apart', () => {
  const names = ['dark', 'light', 'high-contrast'] as const;
  test.each(names.flatMap((name) => Object.keys(blindness).map((kind) => [name, kind] as const)))(
    'in %s with %s',
    (name, kind) => {
      for (const [bid, ask] of [
        ['bid', 'ask'],
        ['bidBar', 'askBar'],
      ] as const) {
        const one = seenBy(kind, shownIn(name, bid).ink);
        const other = seenBy(kind, shownIn(name, ask).ink);
        const distance = Math.hypot(...one.map((part, index) => part - (other[index] ?? 0)));
        expect(distance).toBeGreaterThan(0.2);
      }
    },
  );
});

test('without colours no theme has any', () => {
  for (const name of themeNames) {
    const codes = Object.values(paletteOf({ name, colorDepth: 1 })).flat();
    expect(codes.filter((code) => Number(code.split(';')[0]) >= 30)).toEqual([]);
  }
});

test('ASCII replaces what is drawn and leaves Korean to be read', () => {
  const theme = makeTheme({ name: 'mono', ascii: true, colorDepth: 1 });
  expect(theme.paint('▁▂▃▄▅▆▇█▒│─× 매수…', 'text')).toBe('_.-=+*%#o|-x 매수~');
});
