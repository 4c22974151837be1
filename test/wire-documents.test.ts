/** The wire's documents are what the schemas say. `WATTLOT_WRITE=1 vitest run test/wire-documents.test.ts` writes them anew. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startExchange } from '@wattlot/exchange';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyFolder } from './run-wattlot.ts';
import { asyncApi, openApi } from './wire-documents.ts';

const folder = fileURLToPath(new URL('../docs/wire/', import.meta.url));

async function check(name: string, document: object): Promise<void> {
  const path = `${folder}${name}`;
  const config = await resolveConfig(path);
  const text = await format(JSON.stringify(document), { ...config, filepath: path });
  if (process.env['WATTLOT_WRITE'] === '1') {
    await mkdir(folder, { recursive: true });
    await writeFile(path, text);
  }
  expect(await readFile(path, 'utf8')).toBe(text);
}

test('docs/wire/openapi.json says what the schemas say', () => check('openapi.json', openApi()));
test('docs/wire/asyncapi.json says what the schemas say', () => check('asyncapi.json', asyncApi()));

test('lists of fixed length are told in the words of JSON Schema 2020-12, which is the dialect of OpenAPI 3.1', () => {
  const lists: object[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('items' in value) expect(Array.isArray(value.items)).toBe(false);
    if ('prefixItems' in value) lists.push(value);
    Object.values(value).forEach(look);
  };
  look(openApi());
  expect(lists[0]).toMatchObject({
    type: 'array',
    prefixItems: [{ type: 'string' }, { type: 'string' }, { type: 'integer' }],
    items: false,
    minItems: 3,
  });
});

let url: string;
let end: () => Promise<void>;
beforeAll(async () => {
  const { folder: data, remove } = await emptyFolder();
  const options = { folder: data, host: '127.0.0.1', port: 0, policy: 'open' } as const;
  const exchange = await startExchange(options);
  ({ url } = exchange);
  end = async () => {
    await exchange.close();
    await remove();
  };
});
afterAll(() => end());

test('every function that is documented is there', async () => {
  const { paths } = openApi() as { readonly paths: Readonly<Record<string, object>> };
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of Object.keys(operations)) {
      const response = await fetch(new URL(path, url), { method: method.toUpperCase() });
      expect(response.status, path).not.toBe(404);
      expect(await response.text(), path).not.toContain('Unknown method');
    }
  }
});

test('every request that is documented is understood, and every answer is an answer', async () => {
  const { operations } = asyncApi() as { readonly operations: Readonly<Record<string, object>> };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v2`);
  const answers = new Map<number, string>();
  let wake: () => void = () => undefined;
  socket.addEventListener('message', ({ data }) => {
    const text = String(data);
    const { req_id: id } = JSON.parse(text) as { readonly req_id?: number };
    if (id !== undefined) answers.set(id, text);
    wake();
  });
  await new Promise((open) => socket.addEventListener('open', open, { once: true }));
  const methods = Object.keys(operations)
    .filter((name) => name.startsWith('request.'))
    .map((name) => name.slice('request.'.length));
  expect(methods).toContain('add_order');
  for (const [id, method] of methods.entries()) {
    socket.send(JSON.stringify({ method, req_id: id }));
    while (!answers.has(id)) await new Promise<void>((heard) => (wake = heard));
    expect(answers.get(id), method).not.toContain('Unknown method');
  }
  socket.close();
});
