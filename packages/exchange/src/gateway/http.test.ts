import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningExchange } from '../start.ts';
import { Person, startTestExchange } from './testing.ts';
import type { Fields } from './testing.ts';

let exchange: RunningExchange;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ exchange, end } = await startTestExchange());
});
afterAll(() => end());

const symbol = 'KWH/ECOIN';

test('a login is a challenge signed by the address, good once', async () => {
  const person = new Person(exchange);
  const challenge = await person.challenge();
  expect(challenge).toMatch(/^wattlot login [0-9a-f]{16} [0-9a-f]{64} \d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const { address } = person;
  const login = { address, challenge, signature: person.sign(challenge) };
  const first = await person.post('/v1/login', login);
  expect(first).toMatchObject({ status: 200, body: { result: { admitted: false } } });
  const replayed = await person.post('/v1/login', login);
  expect(replayed).toEqual({ status: 401, body: { error: 'EAPI:Invalid challenge' } });
});

test('a forged login is refused: by another key, for another address, over another text', async () => {
  const [person, thief] = [new Person(exchange), new Person(exchange)];
  const challenge = await person.challenge();
  const { address } = person;
  const wrong = { status: 401, body: { error: 'EAPI:Invalid signature' } };
  const unknown = { status: 401, body: { error: 'EAPI:Invalid challenge' } };
  const login = (body: Fields): Promise<unknown> => person.post('/v1/login', body);
  expect(await login({ address, challenge, signature: thief.sign(challenge) })).toEqual(wrong);
  expect(await login({ address, challenge, signature: person.sign('x') })).toEqual(wrong);
  expect(await login({ address, challenge, signature: 'AAAA' })).toEqual(wrong);
  const own = { address: thief.address, challenge, signature: thief.sign(challenge) };
  expect(await login(own)).toEqual(unknown);
  const [prefix, , , expires] = challenge.split(/ (?=\S+ \S+ \S+$)| (?=\S+ \S+$)| (?=\S+$)/);
  const madeUp = `${prefix} 0123456789abcdef ${'0'.repeat(64)} ${expires}`;
  expect(await login({ address, challenge: madeUp, signature: person.sign(madeUp) })).toEqual(
    unknown,
  );
  const later = challenge.replace(/\d{4}-/, '2999-');
  expect(await login({ address, challenge: later, signature: person.sign(later) })).toEqual(
    unknown,
  );
  expect(await login({ address, challenge, signature: person.sign(challenge) })).toMatchObject({
    status: 200,
  });
});

test('bodies are taken as they are or refused', async () => {
  const person = new Person(exchange);
  const refused = { status: 400, body: { error: 'EGeneral:Invalid arguments' } };
  const refusedFor = (field: string): object => ({
    status: 400,
    body: { error: `EGeneral:Invalid arguments:${field}` },
  });
  expect(await person.post('/v1/challenge', '{"address":')).toEqual(refused);
  expect(await person.post('/v1/challenge', [])).toEqual(refused);
  expect(await person.post('/v1/challenge', { address: 12 })).toEqual(refusedFor('address'));
  expect(await person.post('/v1/challenge', {})).toEqual(refusedFor('address'));
  const token = await person.login();
  const authorization = `Bearer ${token}`;
  const issue = { amount: '5' };
  expect(await person.post('/v1/schedule_ecoin_issue', issue, { authorization })).toEqual(
    refusedFor('amount'),
  );
  expect(await person.post('/v1/connect_node', { name: 'x' })).toMatchObject({ status: 401 });
  const escape = { name: '\u001b[2J' };
  expect(await person.post('/v1/connect_node', escape, { authorization })).toMatchObject({
    status: 400,
  });
  // 20 characters to a person, 40 to the journal.
  const wide = { name: '\u{1f50b}'.repeat(20) };
  expect(await person.post('/v1/connect_node', wide, { authorization })).toMatchObject({
    status: 400,
  });
  const large = { address: 'a'.repeat(100_000) };
  expect(await person.post('/v1/challenge', large)).toMatchObject({ status: 413 });
  const elsewhere = { origin: 'https://example.org' };
  expect(await person.post('/v1/challenge', {}, elsewhere)).toMatchObject({ status: 403 });
  expect(await person.post('/v1/nothing', {})).toEqual({
    status: 404,
    body: { error: 'EGeneral:Unknown method' },
  });
});

test('an address that cannot be read is refused in the same words, and not quoted', async () => {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${exchange.url}${path}`);
    return { status: response.status, body: await response.json() };
  };
  const error = 'EGeneral:Invalid arguments';
  expect(await get('/0/public/%zz')).toEqual({ status: 400, body: { error: [error] } });
  expect(await get('/v1/%zz')).toEqual({ status: 400, body: { error } });
});

test('the open policy issues ecoin up to its limit', async () => {
  const person = new Person(exchange);
  const token = await person.join('limit', 900_000);
  const authorization = `Bearer ${token}`;
  const ask = (amount: number): Promise<unknown> =>
    person.post('/v1/schedule_ecoin_issue', { amount }, { authorization });
  expect(await ask(100_001)).toMatchObject({
    status: 403,
    body: { error: 'EGeneral:Permission denied:more ecoin than is issued unasked:10000' },
  });
  const both = await Promise.all([ask(60_000), ask(60_000)]);
  expect(
    both.map((answer) => (answer as { status: number }).status).toSorted((a, b) => a - b),
  ).toEqual([200, 403]);
});

test('the public functions of the dialect answer in its envelope', async () => {
  const get = async (path: string): Promise<unknown> =>
    (await fetch(new URL(path, exchange.url))).json();
  expect(await get('/0/public/SystemStatus')).toMatchObject({ result: { status: 'online' } });
  expect(await get(`/0/public/AssetPairs?pair=${symbol}`)).toMatchObject({
    error: [],
    result: { [symbol]: { pair_decimals: 0, lot_decimals: 2, ordermin: '0.01' } },
  });
  expect(await get('/0/public/AssetPairs?pair=XYZ')).toEqual({
    error: ['EQuery:Unknown asset pair'],
  });
  expect(await get(`/0/public/Depth?pair=${symbol}`)).toMatchObject({
    result: { [symbol]: { asks: [] } },
  });
  expect(await get('/v1/ledger')).toMatchObject({ result: { chain: 'wattlot' } });
});
