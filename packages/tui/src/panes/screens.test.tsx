/** Every screen in every theme, compared with its picture in fixtures/screens. `WATTLOT_WRITE=1` writes the pictures anew. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { State } from '../fold/state.ts';
import { pictureOf } from '../testing/golden.ts';
import type { Drawing } from '../testing/golden.ts';
import { drawn } from '../testing/screen.tsx';
import { playScript, readScripts } from '../testing/session-script.ts';
import { svgOf } from '../testing/svg.ts';
import { makeTheme, themeNames } from '../theme.ts';
import type { ThemeName } from '../theme.ts';

const folder = fileURLToPath(new URL('../../../../fixtures/screens/', import.meta.url));
const isWriting = process.env['WATTLOT_WRITE'] === '1';
const scripts = readScripts(readFileSync(`${folder}sessions.txt`, 'utf8'));

async function drawingOf(state: State, name: ThemeName): Promise<Drawing> {
  const terminal = await drawn(state, makeTheme({ name, colorDepth: 8 }));
  const styles = terminal
    .cells()
    .map((row) => row.map((cell) => cell.slice(cell.lastIndexOf('|') + 1)));
  // A styled blank is a written cell: only what is seen counts as text.
  return { rows: terminal.rows().map((row) => row.trimEnd()), styles };
}

async function picture(state: State): Promise<string> {
  const drawings = await Promise.all(themeNames.map((name) => drawingOf(state, name)));
  const [dark, light, mono, contrast] = drawings;
  if (!dark || !light || !mono || !contrast) throw new Error('a theme was not drawn');
  return pictureOf({ dark, light, mono, 'high-contrast': contrast }, state.columns);
}

/** The names of all pictures that there should be. */
const sizes = [
  [80, 24],
  [120, 40],
] as const;
const others = [
  [60, 16],
  [72, 24],
  [160, 45],
  [50, 10],
] as const;
const shots = [
  ...sizes.flatMap(([columns, rows]) => scripts.map((script) => ({ columns, rows, script }))),
  ...others.flatMap(([columns, rows]) =>
    scripts.filter(({ name }) => name === 'ladder').map((script) => ({ columns, rows, script })),
  ),
].map((shot) => ({ ...shot, file: `${shot.columns}x${shot.rows}-${shot.script.name}.txt` }));

describe('pictures', () => {
  test.each(shots)('$file', async ({ file, columns, rows, script }) => {
    const shown = await picture(playScript(script, columns, rows));
    if (isWriting) writeFileSync(`${folder}${file}`, shown);
    expect(existsSync(`${folder}${file}`), 'WATTLOT_WRITE=1 writes it').toBe(true);
    expect(shown).toBe(readFileSync(`${folder}${file}`, 'utf8'));
  });

  test('the drawing for documents is that of the ladder: npm run picture -w @wattlot/tui', () => {
    const text = readFileSync(`${folder}120x40-ladder.txt`, 'utf8');
    if (isWriting) writeFileSync(`${folder}ladder.svg`, svgOf(text, 'dark'));
    expect(readFileSync(`${folder}ladder.svg`, 'utf8')).toBe(svgOf(text, 'dark'));
  });

  test('there is no picture without a session', () => {
    const pictures = readdirSync(folder).filter((file) => /^\d+x\d+-/.test(file));
    expect(pictures.toSorted()).toEqual(shots.map(({ file }) => file).toSorted());
  });
});

/** Words that stay as they are in every language: units, names, states of the wire. */
const names =
  /wattlot|KWH|ECOIN|ROOF|kWh|ecoin|LIVE|STALE|WAIT|SAFE|ARMED|READ-ONLY|CLOSED|gtc|gtd|ioc|IOC|FOK|post-only|OPERATOR|house-\d\d|J\. Kim|no house of that number|no transfer of that name|Tab|Enter|Esc|Shift|Backspace|PgUp|PgDn|Home|End|Space|\btx\b|\bms\b|\bmin\b|connecting to the exchange|connection lost|xterm/g;

test.each(scripts.filter(({ name }) => name.endsWith('-ko')))(
  'in Korean, $name has no English left',
  async ({ name, steps }) => {
    const state = playScript({ name, steps }, 120, 40);
    const { rows } = await drawingOf(state, 'mono');
    const text = rows.join('\n').replace(/[0-9a-f]{64}|\b1[A-Za-z0-9]{30,}|\b[OT]\d+(:\d+)?/g, '');
    expect(text.replace(names, '').match(/[A-Za-z]{3,}/g) ?? []).toEqual([]);
  },
);
