/** Participants that only order and sign nothing: a key, a login by signature, and ecoin from an exchange that asks nobody. */
import { randomBytes } from 'node:crypto';
import { addressOf, newKeyPair, paramsForChain, signMessage } from '@wattlot/ledger';
import { later } from './numbers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Ecoin of each, in its smallest units: the most that is given without asking. */
const ecoin = 1_000_000;

async function call(url: string, path: string, body: unknown, token?: string): Promise<Fields> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const { error, result } = (await response.json()) as { error?: string[]; result?: Fields };
  if (result === undefined) throw new Error(`${path}: ${String(error)}`);
  return result;
}

/** Lets `count` participants in, each with ecoin. @returns their tokens. */
export async function enrol(url: string, count: number): Promise<readonly string[]> {
  const ledger = await fetch(new URL('/v1/ledger', url));
  const { result } = (await ledger.json()) as { result: { chain: string } };
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = newKeyPair(randomBytes);
    const address = addressOf(key.hash160, paramsForChain(result.chain));
    const { challenge } = await call(url, '/v1/challenge', { address });
    const signature = signMessage(String(challenge), key);
    const login = await call(url, '/v1/login', { address, challenge, signature });
    const token = String(login['token']);
    await call(url, '/v1/connect_node', { name: `bench-${index}` }, token);
    await call(url, '/v1/schedule_ecoin_issue', { amount: ecoin }, token);
    tokens.push(token);
  }
  // The last of them has ecoin when its block is in the journal; the others have it before.
  await later(1_000);
  return tokens;
}
