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

/** Everything in the folder, folders included. */
function files(): unknown {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path).toString('hex') : ''];
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
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
  const head = readFileSync(join(folder, 'journal', 'journal.head'));
  renameSync(chain, join(folder, 'kept'));
  const other = await startTestExchange({ folder: join(folder, 'other') });
  await other.exchange.close();
  renameSync(join(folder, 'other', 'chain'), chain);
  renameSync(join(folder, 'operator.key'), join(folder, 'own.key'));
  renameSync(join(folder, 'other', 'operator.key'), join(folder, 'operator.key'));
  const before = files();
  const gone = await failureOf(startTestExchange({ folder }));
  expect(gone.code).toBe('ledger_mismatch');
  expect(files()).toEqual(before);
  renameSync(join(folder, 'own.key'), join(folder, 'operator.key'));
  await expect(startTestExchange({ folder })).rejects.toMatchObject({ code: 'other_chain' });
  expect(readFileSync(join(folder, 'journal', 'journal.head'))).toEqual(head);
  rmSync(chain, { recursive: true });
  renameSync(join(folder, 'kept'), chain);
  const { exchange } = await startTestExchange({ folder });
  expect(exchange.participants().map(({ name }) => name)).toEqual(['first']);
  await exchange.close();
});

test('a chain or a key that is missing is named, and nothing is made in its place', async () => {
  const first = await startTestExchange({ folder });
  await first.exchange.close();
  const refused = async (): Promise<string> => {
    const before = files();
    const { code, message } = await failureOf(startTestExchange({ folder }));
    expect(code).toBe('ledger_mismatch');
    expect(files()).toEqual(before);
    return message;
  };
  const [key, chain] = [join(folder, 'operator.key'), join(folder, 'chain')];
  const noKey = `operator.key is missing in ${folder}, but `;
  const noChain = `the chain in ${chain} is missing, but the journal in ${join(folder, 'journal')}`;
  renameSync(key, `${key}.kept`);
  expect(await refused()).toBe(`${noKey}the chain there was made with it`);
  renameSync(chain, `${chain}.kept`);
  const both = await refused();
  expect(both).toContain(noKey);
  expect(both).toContain(noChain);
  renameSync(`${key}.kept`, key);
  expect(await refused()).toContain(noChain);
  mkdirSync(chain);
  expect(await refused()).toContain(noChain);
  // Ends within the block file's first bytes: no block is in it.
  writeFileSync(join(chain, 'blocks'), 'wattlot');
  expect(await refused()).toBe(
    `the chain in ${chain} is missing, but the journal beside it has entries`,
  );
  rmSync(chain, { recursive: true });
  renameSync(`${chain}.kept`, chain);
  const { exchange } = await startTestExchange({ folder });
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
  const early = { status: 403, body: { error: 'EGeneral:Permission denied:not let in yet' } };
  expect(await ask('/v1/schedule_ecoin_issue', { amount: 100 })).toEqual(early);
  expect(exchange.participantsAdmitted).toBe(0);
  await exchange.close();
});
