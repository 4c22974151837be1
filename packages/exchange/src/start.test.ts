import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ExchangeError } from './errors.ts';
import { Person, startTestExchange } from './gateway/testing.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function failureOf(work: Promise<unknown>): Promise<ExchangeError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ExchangeError)) throw new Error(`not refused: ${String(thrown)}`);
  expect(thrown.message).not.toContain('\n');
  return thrown;
}

test('a port that is taken is one clear error, and the folder is free afterwards', async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const refused = await failureOf(startTestExchange({ folder, port }));
  expect(refused.code).toBe('port_taken');
  expect(refused.message).toBe(`port ${port} of 127.0.0.1 is taken`);
  server.close();
  const { exchange } = await startTestExchange({ folder, port });
  expect(exchange.port).toBe(port);
  await exchange.close();
});

test('a folder that is in use is one clear error, and the other exchange goes on', async () => {
  const { exchange } = await startTestExchange({ folder });
  const refused = await failureOf(startTestExchange({ folder }));
  expect(refused.code).toBe('folder_locked');
  expect(refused.message).toContain(folder);
  const token = await new Person(exchange).join('still here');
  expect(token).not.toBe('');
  await exchange.close();
});

test('a corrupt journal is refused before anything in the folder is touched', async () => {
  const first = await startTestExchange({ folder });
  await first.exchange.close();
  const path = join(folder, 'journal', 'journal.db');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('market.open');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const files = (): unknown =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name)).toString('hex')]);
  const before = files();
  const refused = await failureOf(startTestExchange({ folder }));
  expect(refused.code).toBe('journal_corrupt');
  expect(refused.message).toMatch(/entries \d+ to \d+ are not what was written/);
  expect(files()).toEqual(before);
});

test('a chain that is not the one that the journal followed is refused', async () => {
  const first = await startTestExchange({ folder });
  await new Person(first.exchange).join('first');
  await first.exchange.close();
  const chain = join(folder, 'chain');
  renameSync(chain, join(folder, 'kept'));
  mkdirSync(chain);
  const gone = await failureOf(startTestExchange({ folder }));
  expect(gone.code).toBe('ledger_mismatch');
  rmSync(chain, { recursive: true });
  renameSync(join(folder, 'kept'), chain);
  const { exchange } = await startTestExchange({ folder });
  expect(exchange.participants().map(({ name }) => name)).toEqual(['first']);
  await exchange.close();
});

test('with the policy to ask, requests wait and nothing is given', async () => {
  const { exchange } = await startTestExchange({ folder, policy: 'ask' });
  const person = new Person(exchange);
  const authorization = `Bearer ${await person.login()}`;
  const ask = (path: string, body: unknown): Promise<unknown> =>
    person.post(path, body, { authorization });
  const waiting = { status: 200, body: { result: { status: 'waiting' } } };
  expect(await ask('/v1/connect_node', { name: 'patient' })).toEqual(waiting);
  expect(await ask('/v1/schedule_ecoin_issue', { amount: 100 })).toEqual(waiting);
  expect(exchange.participantsAdmitted).toBe(0);
  await exchange.close();
});
