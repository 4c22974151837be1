import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Address } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toHex } from '../format/bytes.ts';
import type { AssetId } from '../format/element.ts';
import { grantTo, issueMoreTo, issueTo } from '../wallet/issuing.ts';
import { newKeyPair } from '../format/keys.ts';
import type { KeyPair } from '../format/keys.ts';
import { openChain } from './open-chain.ts';
import { standingGrant } from './permissions.ts';
import type { PermissionName } from './permissions.ts';
import type { Spendable } from '../wallet/purse.ts';
import { RpcError } from '../rpc-error.ts';
import { buildOutputScript } from '../format/script.ts';
import type { OutputRequest } from '../format/script.ts';
import { SIGHASH, signInput } from '../format/signature.ts';
import { CHAIN, NOW, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';
import { encodeTransaction, outputOf } from '../format/transaction.ts';
import { makeTransaction, paymentTo } from '../wallet/wallet-transaction.ts';
import type { Wallet } from '../wallet/wallet.ts';

let market: TestMarket;
let seller: Wallet;
let energy: AssetId;

beforeEach(async () => {
  market = await startMarket();
  seller = await market.wallet({ energy: 100n });
  const asset = market.chain.asset('energy');
  if (!asset) throw new Error('the market has no energy');
  energy = asset.id;
});

afterEach(async () => {
  await market.end();
});

function keyOf(wallet: Wallet, address: Address = wallet.address): KeyPair {
  const key = wallet.view.keyOf(address);
  if (!key) throw new Error('no key');
  return key;
}

/** The output of a wallet's address that holds most. */
async function outputIn(wallet: Wallet, address: Address = wallet.address): Promise<Spendable> {
  await wallet.balances();
  const outputs = [...wallet.view.outputs()].filter((output) => output.address === address);
  const [most] = outputs.toSorted((one, other) => other.assets.length - one.assets.length);
  if (!most) throw new Error('the wallet has no output');
  return most;
}

function sign(
  wallet: Wallet,
  inputs: readonly Spendable[],
  outputs: readonly OutputRequest[],
): string {
  return makeTransaction(inputs, outputs, (address) => wallet.view.keyOf(address)).hex;
}

function refusal(hex: string): string {
  const before = stateOf();
  const sent = market.chain.send(hex);
  if (!(sent instanceof RpcError)) throw new Error('accepted');
  expect(stateOf()).toEqual(before);
  return `${sent.code} ${sent.message}`;
}

/** All that a refusal must leave as it was. */
function stateOf(): unknown {
  const { chain } = market;
  const addresses = [seller.address, seller.meterAddress, market.operator.address];
  return [
    chain.waiting,
    chain.permissions(null),
    chain.permissions(energy),
    chain.assets(),
    addresses.map((address) => chain.balances(address)),
    chain.changesSince(undefined, addresses).gained.map(outputOf),
  ];
}

const hash = (wallet: Wallet): Uint8Array => keyOf(wallet).hash160;
const MISMATCH = '-26 64: Asset transfer script rejected - mismatch in input/output quantities';

test('what is no transaction is refused', () => {
  for (const hex of ['', 'zz', '00', 'abc', '01000000']) {
    expect(refusal(hex)).toBe('-22 TX decode failed');
  }
});

test('an output is spent once, whether its spender waits or is in a block', async () => {
  const output = await outputIn(seller);
  const all = [{ asset: energy, raw: 100n }];
  const [first, second] = [
    [all],
    [[{ asset: energy, raw: 60n }], [{ asset: energy, raw: 40n }]],
  ].map((parts) =>
    sign(
      seller,
      [output],
      parts.map((part) => paymentTo(hash(seller), part)),
    ),
  ) as [string, string];
  const sent = market.chain.send(first);
  expect(sent).toHaveProperty('txid');
  expect(market.chain.send(first)).toEqual(sent);
  expect(refusal(second)).toBe('-26 18: bad-txns-inputs-spent');
  await market.confirm();
  expect(refusal(first)).toBe('-27 transaction already in block chain');
  expect(refusal(second)).toBe('-26 18: bad-txns-inputs-spent');
});

test('the same output twice in one transaction is refused', async () => {
  const output = await outputIn(seller);
  const twice = sign(
    seller,
    [output, output],
    [paymentTo(hash(seller), [{ asset: energy, raw: 200n }])],
  );
  expect(refusal(twice)).toBe('-26 16: bad-txns-inputs-duplicate');
});

test('assets are neither made nor lost', async () => {
  const output = await outputIn(seller);
  for (const raw of [99n, 101n, 0n]) {
    const hex = sign(seller, [output], [paymentTo(hash(seller), [{ asset: energy, raw }])]);
    expect(refusal(hex)).toBe(MISMATCH);
  }
  const native = encodeTransaction({
    version: 1,
    inputs: [{ ...output, script: new Uint8Array(), sequence: 0xffff_ffff }],
    outputs: [{ value: 1n, script: output.script }],
    lockTime: 0,
  });
  expect(refusal(toHex(native))).toBe('-26 16: bad-txns-in-belowout');
});

test('a signature of another key, or over other bytes, is refused', async () => {
  const output = await outputIn(seller);
  const thief = newKeyPair(randomBytes);
  const stolen = makeTransaction([output], [paymentTo(hash(seller), output.assets)], () => thief);
  expect(refusal(stolen.hex)).toMatch(/^-26 16: mandatory-script-verify-flag-failed/);
  const good = sign(seller, [output], [paymentTo(hash(seller), output.assets)]);
  const changed = good.replace(toHex(hash(seller)), toHex(thief.hash160));
  expect(changed).not.toBe(good);
  expect(refusal(changed)).toMatch(/^-26 16: mandatory-script-verify-flag-failed/);
});

test('who may not send or receive does not', async () => {
  const stranger = newKeyPair(randomBytes);
  const output = await outputIn(seller);
  const given = sign(seller, [output], [paymentTo(stranger.hash160, output.assets)]);
  expect(refusal(given)).toBe("-26 64: One of the outputs doesn't have receive permission");
  // an output that holds nothing may go to anybody, and lies there
  const empty = sign(
    seller,
    [output],
    [paymentTo(stranger.hash160, []), paymentTo(hash(seller), output.assets)],
  );
  const sent = market.chain.send(empty);
  if (sent instanceof RpcError) throw sent;
  const left = market.chain.output(sent.txid, 0);
  if (!left) throw new Error('the empty output is not there');
  const taken = makeTransaction([left], [paymentTo(hash(seller), [])], () => stranger);
  expect(refusal(taken.hex)).toBe('-26 16: ConnectInputs failed');
});

test('only who may issue an asset issues it, and only an open one', async () => {
  const output = await outputIn(seller);
  const back = paymentTo(hash(seller), output.assets);
  const more = issueMoreTo(hash(seller), { asset: energy, raw: 5n });
  expect(refusal(sign(seller, [output], [more, back]))).toMatch(/issue permission/);
  const gold = issueTo(hash(seller), { name: 'gold', multiple: 1, open: true, fields: [] }, 5n);
  expect(refusal(sign(seller, [output], [...gold, back]))).toMatch(/issue permission/);
  const { wallet } = market.operator;
  const own = await outputIn(wallet);
  const twice = issueTo(hash(wallet), { name: 'energy', multiple: 1, open: true, fields: [] }, 5n);
  expect(refusal(sign(wallet, [own], twice))).toMatch(/already exists/);
  const closed = issueTo(
    hash(wallet),
    { name: 'closed', multiple: 1, open: false, fields: [] },
    5n,
  );
  const issued = market.chain.send(
    sign(wallet, [own], [...closed, paymentTo(hash(wallet), own.assets)]),
  );
  if (issued instanceof RpcError) throw issued;
  const id = market.chain.asset('closed')?.id;
  if (id === undefined) throw new Error('not issued');
  const next = await outputIn(wallet);
  const again = [
    issueMoreTo(hash(wallet), { asset: id, raw: 1n }),
    paymentTo(hash(wallet), next.assets),
  ];
  expect(refusal(sign(wallet, [next], again))).toMatch(/not allowed for this asset/);
});

test('only an admin grants', async () => {
  const output = await outputIn(seller);
  const back = paymentTo(hash(seller), output.assets);
  const grants: readonly (readonly [PermissionName, AssetId | null])[] = [
    ['issue', null],
    ['admin', null],
    ['send', null],
    ['issue', energy],
  ];
  for (const [name, entity] of grants) {
    const grant = grantTo(hash(seller), standingGrant([name], entity, 0));
    expect(refusal(sign(seller, [output], [grant, back]))).toMatch(/grant or revoke/);
  }
});

test('a grant smuggled behind an admin’s offer has nobody who answers for it', async () => {
  const { wallet } = market.operator;
  const own = await outputIn(wallet);
  const adminKey = keyOf(wallet);
  const thief = await outputIn(seller);
  // the admin signs an offer: his output for nothing, SINGLE|ANYONECANPAY
  const offered = { value: 0n, script: buildOutputScript(paymentTo(adminKey.hash160, own.assets)) };
  const grant = grantTo(hash(seller), standingGrant(['admin'], null, 0));
  const scripts = [grant, paymentTo(hash(seller), thief.assets)].map(buildOutputScript);
  const transaction = {
    version: 1,
    inputs: [own, thief].map(({ txid, vout }) => {
      return { txid, vout, script: new Uint8Array(), sequence: 0xffff_ffff };
    }),
    outputs: [offered, ...scripts.map((script) => ({ value: 0n, script }))],
    lockTime: 0,
  };
  const hashType = SIGHASH.singleAnyoneCanPay;
  const admins = signInput({
    transaction,
    index: 0,
    prevScript: own.script,
    key: adminKey,
    hashType,
  });
  const thiefs = signInput({
    transaction,
    index: 1,
    prevScript: thief.script,
    key: keyOf(seller),
    hashType: SIGHASH.all,
  });
  const inputs = transaction.inputs.map((input, i) => ({
    ...input,
    script: i === 0 ? admins : thiefs,
  }));
  const hex = toHex(encodeTransaction({ ...transaction, inputs }));
  expect(refusal(hex)).toMatch(/grant or revoke/);
});

test('a chain opened again is the chain that was closed, without what had waited', async () => {
  const buyer = await market.wallet({ ecoin: 500n });
  await seller.split({ asset: 'energy', lotRaw: 10n, count: 5 });
  await market.confirm();
  const addresses = [seller.address, buyer.address, seller.meterAddress];
  const known = (): unknown => {
    const { chain } = market;
    return {
      height: chain.height,
      tip: chain.tip,
      assets: chain.assets(),
      permissions: [chain.permissions(null), chain.permissions(energy)],
      balances: addresses.map((address) => chain.balances(address)),
      outputs: new Set(
        chain.changesSince(undefined, addresses).gained.map((gained) => ({ ...gained, seq: 0 })),
      ),
      moves: Array.from({ length: chain.height + 1 }, (_, height) => chain.blockMoves({ height })),
      blocks: Array.from({ length: chain.height + 1 }, (_, height) => chain.block(height)?.hash),
    };
  };
  const before = known();
  await seller.split({ asset: 'energy', lotRaw: 1n, count: 5 });
  expect(market.chain.waiting).toBe(1);
  await market.reopen();
  expect(known()).toEqual(before);
  expect(market.chain.waiting).toBe(0);
  // and it goes on
  await seller.split({ asset: 'energy', lotRaw: 1n, count: 5 });
  await market.confirm();
});

test('signatures can be checked again while reading', async () => {
  await market.chain.close();
  const { folder, operatorKey } = market;
  const chain = await openChain({
    folder,
    name: CHAIN,
    operatorKey,
    now: NOW,
    random: randomBytes,
    verifySignatures: true,
  });
  expect(chain.height).toBeGreaterThan(1);
  await chain.close();
});

test('a damaged chain is refused with file and byte, and left as it is', async () => {
  await market.chain.close();
  const path = join(market.folder, 'blocks');
  const bytes = readFileSync(path);
  const damaged = Buffer.from(bytes);
  damaged[200] = (damaged[200] ?? 0) ^ 1;
  writeFileSync(path, damaged);
  await expect(market.reopen()).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringMatching(/blocks is damaged at byte \d+/),
  });
  expect(readFileSync(path).equals(damaged)).toBe(true);
  writeFileSync(path, bytes);
  appendFileSync(path, 'half a block');
  await market.reopen();
});

test('where a chain has to be, none is begun', async () => {
  const { operatorKey } = market;
  const folder = join(market.folder, 'elsewhere');
  const options = { folder, name: CHAIN, operatorKey, now: NOW, random: randomBytes };
  const refused = { code: 'chain_missing', message: `the chain in ${folder} is missing` };
  await expect(openChain({ ...options, begin: false })).rejects.toMatchObject(refused);
  expect(existsSync(folder)).toBe(false);
  await (await openChain(options)).close();
  await (await openChain({ ...options, begin: false })).close();
});

test('one process at a time, one chain and one operator in a folder', async () => {
  const { folder, operatorKey } = market;
  const options = { folder, name: CHAIN, operatorKey, now: NOW, random: randomBytes };
  await expect(openChain(options)).rejects.toMatchObject({ code: 'folder_in_use' });
  await market.chain.close();
  const other = { ...options, name: 'other' };
  await expect(openChain(other)).rejects.toMatchObject({ code: 'other_chain' });
  const stranger = { ...options, operatorKey: newKeyPair(randomBytes) };
  await expect(openChain(stranger)).rejects.toMatchObject({ code: 'other_chain' });
  writeFileSync(join(folder, 'lock'), '999999999 left behind');
  await market.reopen();
});

test('moves of a block add up to what it issued, and every spent output is named with its spender', async () => {
  const buyer = await market.wallet({ ecoin: 500n });
  await buyer.pay({ asset: 'ecoin', raw: 120n, to: seller.address });
  await seller.pay({ asset: 'energy', raw: 30n, to: buyer.address });
  await market.confirm();
  const { moves, spends } = market.chain.blockMoves({ height: market.chain.height });
  expect(new Set(moves)).toEqual(
    new Set([
      { address: buyer.address, asset: 'ecoin', amount: -120 },
      { address: seller.address, asset: 'ecoin', amount: 120 },
      { address: seller.address, asset: 'energy', amount: -30 },
      { address: buyer.address, asset: 'energy', amount: 30 },
    ]),
  );
  const block = market.chain.block(market.chain.height);
  expect(spends.map(({ txid }) => txid)).toEqual(block?.transactions.map(({ txid }) => txid));
  const all = Array.from({ length: market.chain.height + 1 }, (_, height) =>
    market.chain.blockMoves({ height }),
  ).flatMap((one) => one.moves);
  const total = all
    .filter(({ asset }) => asset === 'energy')
    .reduce((sum, { amount }) => sum + amount, 0);
  expect(BigInt(total)).toBe(market.chain.asset('energy')?.issued);
});

test('listeners hear of a block when it is on disk', async () => {
  const heard: number[] = [];
  const size = (): number => readFileSync(join(market.folder, 'blocks')).length;
  let before = size();
  const stop = market.chain.onBlock(({ height }) => {
    expect(size()).toBeGreaterThan(before);
    heard.push(height);
    before = size();
  });
  await seller.split({ asset: 'energy', lotRaw: 10n, count: 2 });
  await market.confirm();
  stop();
  await seller.split({ asset: 'energy', lotRaw: 10n, count: 2 });
  await market.confirm();
  expect(heard).toEqual([market.chain.height - 1]);
});

test('a closed chain takes nothing and says so', async () => {
  await market.chain.close();
  expect(() => market.chain.send('00')).toThrow(expect.objectContaining({ code: 'closed' }));
  await market.reopen();
});
