import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConformanceNetwork } from '../testing/conformance-network.ts';
import type { ConformanceNetwork, NodeName } from '../testing/conformance-network.ts';
import { RepeatedFields } from './rpc-params.ts';

let network: ConformanceNetwork;
let [admin, producer] = ['', ''];

async function start(dialect: '1.0.9' | '2.3'): Promise<void> {
  network = await openConformanceNetwork({ chain: 'raw', dialect });
  [admin = '', producer = ''] = (await Promise.all([own('A'), own('P')])).flat();
  await network.call('A', 'grant', [producer, 'connect,send,receive']);
  await network.call('A', 'issue', [producer, { name: 'energy', open: true }, 100, 0.001]);
  await network.call('A', 'issue', [producer, { name: 'ecoin', open: true }, 500]);
  await network.confirm();
}

beforeEach(() => start('1.0.9'));
afterEach(() => network.close());

async function own(node: NodeName): Promise<string[]> {
  return (await network.call(node, 'getaddresses', [])) as string[];
}

/** What a call answers as JSON, or its error; after an error nothing has changed. */
async function ask(node: NodeName, method: string, ...params: unknown[]): Promise<string> {
  const before = [network.chain.waiting, await network.call(node, 'listlockunspent', [])];
  return network.call(node, method, params).then(
    (answer) => JSON.stringify(answer),
    async (error: unknown) => {
      const after = [network.chain.waiting, await network.call(node, 'listlockunspent', [])];
      expect(after).toEqual(before);
      return String(error);
    },
  );
}

interface Unspent {
  readonly txid: string;
  readonly vout: number;
  readonly assets: readonly { readonly name: string; readonly qty: unknown }[];
}

async function outputOf(asset: string): Promise<Pick<Unspent, 'txid' | 'vout'>> {
  const all = (await network.call('P', 'listunspent', [0])) as Unspent[];
  const found = all.find(({ assets }) => assets.some(({ name }) => name === asset));
  if (!found) throw new Error(`no output with ${asset}`);
  return { txid: found.txid, vout: found.vout };
}

/** The quantities of the outputs of a transaction, in order. */
async function quantities(hex: unknown): Promise<string[]> {
  const { vout } = (await network.call('P', 'decoderawtransaction', [hex])) as {
    vout: { assets: { name: string; qty: unknown }[] }[];
  };
  return vout.map(({ assets }) => assets.map(({ name, qty }) => `${String(qty)} ${name}`).join());
}

test('an address repeated in the raw text gets an output each time, and change comes back per asset', async () => {
  const lot = [producer, { energy: 1 }] as const;
  const payments = new RepeatedFields([lot, lot, [producer, { ecoin: 20 }]]);
  const hex = await network.call('P', 'createrawsendfrom', [producer, payments]);
  expect(await quantities(hex)).toEqual([
    '1.00000000 energy',
    '1.00000000 energy',
    '20.00000000 ecoin',
    '98.00000000 energy',
    '480.00000000 ecoin',
  ]);
  expect(network.chain.waiting).toBe(0);
  const sent = ['P', 'createrawsendfrom', [producer, payments, [], 'send']] as const;
  expect(await network.call(...sent)).toMatch(/^[0-9a-f]{64}$/);
  expect(network.chain.waiting).toBe(1);
});

test('a transaction is made, extended, given its change, signed and sent', async () => {
  const input = await outputOf('energy');
  const made = await network.call('P', 'createrawtransaction', [
    [input],
    { [producer]: { energy: 1 } },
  ]);
  const more = ['P', 'appendrawtransaction', [made, [], { [producer]: { energy: 2 } }, ['c0de']]];
  const longer = await network.call(...(more as [NodeName, string, unknown[]]));
  const whole = await network.call('P', 'appendrawchange', [longer, producer]);
  expect(await quantities(whole)).toEqual([
    '1.00000000 energy',
    '2.00000000 energy',
    '',
    '97.00000000 energy',
  ]);
  expect(await ask('A', 'signrawtransaction', whole)).toMatch(/"complete":false/);
  const signed = (await network.call('P', 'signrawtransaction', [whole])) as {
    hex: string;
    complete: boolean;
  };
  expect(signed.complete).toBe(true);
  expect(await ask('P', 'appendrawtransaction', signed.hex, [], { [producer]: 0 })).toContain(
    'Cannot append outputs without violating existing signatures',
  );
  expect(await ask('P', 'sendrawtransaction', signed.hex)).toMatch(/^"[0-9a-f]{64}"$/);
});

test('outputs appended to a signed leg come after it', async () => {
  const { txid, vout } = await outputOf('energy');
  const offer = await network.call('P', 'createrawexchange', [txid, vout, { ecoin: 100 }]);
  const extended = await network.call('P', 'appendrawtransaction', [
    offer,
    [],
    { [producer]: { energy: 100 } },
  ]);
  expect(await quantities(extended)).toEqual(['100.00000000 ecoin', '100.00000000 energy']);
  expect(await ask('P', 'decoderawexchange', extended)).not.toContain('Wrong signature');
});

test('bad raw calls are refused and change nothing', async () => {
  const input = await outputOf('energy');
  const whole = await network.call('P', 'createrawtransaction', [[input], { [producer]: 0 }]);
  const data = 'ab'.repeat(2_000_000);
  const parts = [[input], {}, [data, data, data]];
  const large = await network.call('P', 'createrawtransaction', parts);
  const nobody = { energy: 1 };
  const cases: readonly (readonly [RegExp, Promise<string>])[] = [
    [/TX decode failed/, ask('P', 'appendrawtransaction', 'zz', [], {})],
    [/TX decode failed/, ask('P', 'signrawtransaction', '')],
    [/Invalid sighash param/, ask('P', 'signrawtransaction', whole, null, null, 'X')],
    [/expected hex txid/, ask('P', 'createrawtransaction', [{ txid: 'zz', vout: 0 }], {})],
    [/vout must be positive/, ask('P', 'createrawtransaction', [{ ...input, vout: -1 }], {})],
    [/Invalid address: x/, ask('P', 'createrawtransaction', [input], { x: nobody })],
    [/name not found: gold/, ask('P', 'createrawsendfrom', producer, { [producer]: { gold: 1 } })],
    [
      /Negative asset quantity/,
      ask('P', 'createrawsendfrom', producer, { [producer]: { ecoin: 1e19 } }),
    ],
    [
      /Insufficient funds$/,
      ask('P', 'createrawsendfrom', producer, { [producer]: { ecoin: 501 } }),
    ],
    [/Invalid action/, ask('P', 'createrawsendfrom', producer, { [admin]: nobody }, [], 'x')],
    [/data-hex should be/, ask('P', 'createrawtransaction', [input], {}, ['xyz'])],
    [/64: tx-size/, ask('P', 'sendrawtransaction', large)],
    [/TX decode failed/, ask('P', 'sendrawtransaction', 'ff'.repeat(4_200_000))],
    [/more data than/, ask('P', 'createrawtransaction', [input], {}, [data + data])],
    [/Message too long/, ask('P', 'signmessage', producer, 'x'.repeat(70_000))],
    [/Private key/, ask('P', 'createrawsendfrom', admin, { [admin]: nobody })],
  ];
  for (const [expected, found] of cases) {
    expect(await found).toMatch(expected);
  }
});

test('a payment spends just so much where an output holds it, else the smaller ones, else the smallest larger one', async () => {
  for (const quantity of [1, 3, 7]) {
    await network.call('P', 'sendassetfrom', [producer, producer, 'ecoin', quantity]);
    await network.confirm();
  }
  const spent = async (quantity: number): Promise<string> => {
    const made = await network.call('P', 'createrawsendfrom', [
      producer,
      { [producer]: { ecoin: quantity } },
    ]);
    return (await quantities(made)).slice(1).join();
  };
  expect(await spent(7)).toBe('');
  expect(await spent(4)).toBe('');
  expect(await spent(5)).toBe('2.00000000 ecoin');
  expect(await spent(12)).toBe('477.00000000 ecoin');
});

test('2.3 trims numbers and has its own words; blocks go by number', async () => {
  expect(await ask('A', 'getblock', 1)).toContain('value is type int, expected str');
  await network.close();
  await start('2.3');
  expect(await ask('P', 'gettotalbalances')).toMatch(/"qty":100\b(?!\.)/);
  expect(await ask('P', 'preparelockunspent', { energy: 101 })).toMatch(/Insufficient funds\.$/);
  expect(await ask('A', 'getblock', 1)).toMatch(/"height":1,/);
  expect(await ask('A', 'getblock', 99)).toContain('Block height out of range');
  expect(await ask('A', 'listassets', 'energy')).toMatch(/"issuecount":1,"issueqty":100,/);
});

test('a watched address counts from when it was imported, and only where it is asked for', async () => {
  const stranger = await own('P').then(([address]) => address ?? '');
  await network.call('A', 'importaddress', [stranger, '', false]);
  const watching = [stranger, ['ecoin'], 0, true];
  expect(await ask('A', 'getmultibalances', ...watching)).toContain('"qty":0.00000000');
  await network.call('A', 'issuemore', [producer, 'ecoin', 5]);
  expect(await ask('A', 'getmultibalances', ...watching)).toContain('"qty":5.00000000');
  expect(await ask('A', 'getmultibalances', stranger, ['ecoin'], 0)).toBe('{"total":[]}');
  expect(await ask('A', 'validateaddress', stranger)).toContain('"iswatchonly":true');
});

test('a node is paused and stopped only where that means something', async () => {
  expect(await ask('A', 'pause', 'incoming')).toContain('Invalid task');
  expect(await ask('A', 'pause', 'mining')).toBe('"Paused"');
  expect(await ask('A', 'getinfo')).toContain('"miningpaused":true');
  expect(await ask('A', 'resume', 'mining')).toBe('"Resumed"');
  expect(await ask('A', 'help', 'stop')).toBe('"stop"');
  expect(await ask('A', 'help', 'nosuch')).toContain('help: unknown command: nosuch');
});
