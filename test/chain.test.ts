/** `wattlot chain` as clients of MultiChain meet it: the operator's node, and another participant's on the same chain. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, wattlot } from './run-wattlot.ts';

interface Node {
  readonly url: string;
  readonly password: string;
}

async function ask(node: Node, method: string, ...params: unknown[]): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`wattlot:${node.password}`).toString('base64')}`;
  const body = JSON.stringify({ method, params, id: 1 });
  const response = await fetch(node.url, { method: 'POST', body, headers: { authorization } });
  const { result, error } = (await response.json()) as { result: unknown; error: unknown };
  if (error !== null) throw new Error(JSON.stringify(error));
  return result;
}

/** Calls back once with the whole output, when the command has said all of its lines. */
function whenUp(up: (out: string) => void): (out: string) => boolean {
  let said = false;
  return (out) => {
    if (!said && out.includes('password in')) {
      said = true;
      up(out);
    }
    return false;
  };
}

function urlIn(out: string, before: string): string {
  const found = out.split(before)[1]?.split(/\s/)[0];
  if (found === undefined) throw new Error(`nothing after ${before} in ${out}`);
  return found;
}

test('a chain and a second node on it speak JSON-RPC, and stop when they are told to', async () => {
  const { folder, remove } = await emptyFolder();
  const common = ['chain', '--data', folder, '--rpc-port', '0'];
  const begun = Promise.withResolvers<string>();
  const operator = wattlot([...common, '--port', '0'], whenUp(begun.resolve));
  const out = await begun.promise;
  const passwordFile = join(folder, 'chain/operator/rpc.password');
  expect((await stat(passwordFile)).mode & 0o077).toBe(0);
  const admin = {
    url: urlIn(out, 'JSON-RPC at '),
    password: (await readFile(passwordFile, 'utf8')).trim(),
  };
  expect(await ask(admin, 'getinfo')).toMatchObject({ chainname: 'wattlot', version: '1.0.9' });
  await expect(ask({ ...admin, password: 'wrong' }, 'getinfo')).rejects.toThrow();

  const joined = Promise.withResolvers<string>();
  const chainUrl = urlIn(out, 'wattlot chain --join ');
  const anna = wattlot(
    [...common, '--join', chainUrl, '--name', 'anna', '--dialect', '2.3'],
    whenUp(joined.resolve),
  );
  const said = await joined.promise;
  const own = await readFile(join(folder, 'chain/anna/rpc.password'), 'utf8');
  const node = { url: urlIn(said, 'JSON-RPC at '), password: own.trim() };
  const [address] = (await ask(node, 'getaddresses')) as string[];
  expect(said).toContain(`grant ${address} connect,send,receive`);
  await ask(admin, 'grant', address, 'connect,send,receive');
  await ask(admin, 'issue', address, 'coal', 10, 0.01);
  expect(await ask(node, 'gettotalbalances', 0)).toMatchObject([{ name: 'coal', qty: 10 }]);

  expect(await ask(node, 'stop')).toMatch(/stopping/);
  expect((await anna).code).toBe(0);
  await ask(admin, 'stop');
  expect((await operator).code).toBe(0);
  await remove();
});

test('a node finds no chain where there is none, and says so', async () => {
  const { folder, remove } = await emptyFolder();
  const args = ['chain', '--data', folder, '--join', 'http://127.0.0.1:1', '--name', 'anna'];
  const { code, err } = await wattlot(args);
  expect(code).toBe(3);
  expect(err).toMatch(/^wattlot: no chain at http:\/\/127\.0\.0\.1:1: .*\n$/);
  await remove();
});
