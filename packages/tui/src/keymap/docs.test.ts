/** docs/terminal.md holds the table of keys, exactly. `WATTLOT_WRITE=1` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keymap } from './index.ts';

const file = new URL('../../../../docs/terminal.md', import.meta.url);
const begin = '<!-- keys: written by the test of docs/terminal.md -->\n';
const end = '<!-- keys end -->';

const places: Readonly<Record<string, string>> = {
  any: 'everywhere',
  screens: 'every screen',
  lists: 'lists',
  replay: 'recorded day',
};

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The table as prettier would align it. */
function keyTable(): string {
  const rows = keymap.map(({ id, label, help, context }) => [
    `\`${escaped(label)}\``,
    places[context] ?? context,
    `\`${id}\``,
    escaped(help),
  ]);
  const head = ['key', 'where', 'name', 'what'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lineOf(head), rule, ...rows.map(lineOf)].join('\n');
}

test('the keys in docs/terminal.md are those of the table', () => {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  const table = `\n${keyTable()}\n\n`;
  const wanted = text.slice(0, from) + table + text.slice(to);
  if (process.env['WATTLOT_WRITE'] === '1') writeFileSync(file, wanted);
  expect(readFileSync(file, 'utf8')).toBe(wanted);
});
