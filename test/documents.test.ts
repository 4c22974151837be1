/** What the documents list is what the program has: the errors of the wire and the numbers of an exchange. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startExchange } from '@wattlot/exchange';
import { gatewayErrors, refusalErrors } from '@wattlot/client/frames';
import { expect, test } from 'vitest';
import { emptyFolder } from './run-wattlot.ts';

function readDocument(name: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), 'utf8');
}

const errors: readonly string[] = [
  ...Object.values(refusalErrors),
  ...Object.values(gatewayErrors),
];

/** Severity and category of an error: what libraries look at first. */
function kindOf(error: string): string {
  return error.slice(0, error.indexOf(':') + 1);
}

test.each(['feed.md', 'operations.md', 'operator.md'])(
  'every error that docs/%s names is one of the wire',
  async (name) => {
    const named = [...(await readDocument(name)).matchAll(/`(E[A-Z][A-Za-z]+:[^`]*)`/g)];
    expect(named).not.toEqual([]);
    for (const [, text = ''] of named) {
      const beginning = text.replace(/:?…$/, '');
      const isOne = text.endsWith('…')
        ? errors.some((error) => error.startsWith(beginning))
        : errors.includes(text);
      expect(isOne, text).toBe(true);
    }
  },
);

test('docs/feed.md names every kind of error that there is', async () => {
  const text = await readDocument('feed.md');
  for (const kind of new Set(errors.map(kindOf))) expect(text).toContain(`\`${kind}`);
});

/** Names of numbers in a text. */
function numbersIn(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...text.matchAll(pattern)].map(([, name = '']) => name));
}

test('docs/operations.md lists the numbers that an exchange has, and no others', async () => {
  const { folder, remove } = await emptyFolder();
  const exchange = await startExchange({
    folder,
    host: '127.0.0.1',
    port: 0,
    policy: 'open',
    watch: { host: '127.0.0.1', port: 0 },
  });
  const response = await fetch(`${String(exchange.watchUrl)}/metrics`);
  const told = numbersIn(await response.text(), /^# TYPE (wattlot_[a-z_]+) /gm);
  await exchange.close();
  await remove();
  const listed = numbersIn(await readDocument('operations.md'), /`(wattlot_[a-z_]+)`/g);
  expect(listed).toEqual(told);
});
