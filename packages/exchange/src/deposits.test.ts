/** An approved deposit is issued once, whatever fails in between. The ledger here fails as it is told to. */
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerError, RPC, RpcError } from '@wattlot/ledger';
import type { Txid } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Deposits } from './deposits.ts';
import { depositsDecidedMax, depositsWaitingOfOneMax } from './limits.ts';
import type { MarketOperator } from './ledger-port.ts';
import { readLineLog } from './line-log.ts';
import { Requests } from './requests.ts';
import { alice, TestMarket } from './testing.ts';
import type { LedgerPort } from './ledger-port.ts';

/** Issues under references, as an operator does; `failing` is what the next calls meet, before or after they have issued. */
class FakeTill {
  readonly issued = new Map<string, Txid>();
  readonly failing: { readonly when: 'before' | 'after'; readonly error: Error }[] = [];
  repeatMs = 0;
  calls = 0;

  issueTo: MarketOperator['issueTo'] = async ({ reference = '', isRepeat = false }) => {
    await Promise.resolve();
    this.calls += 1;
    const known = this.issued.get(reference);
    if (known !== undefined && isRepeat) return known;
    if (known !== undefined) throw new Error('issued twice');
    const failure = this.failing.shift();
    if (failure?.when === 'before') throw failure.error;
    const txid = this.issued.size.toString(16).padStart(64, '0') as Txid;
    this.issued.set(reference, txid);
    if (failure?.when === 'after') throw failure.error;
    return txid;
  };
}

const lost = new LedgerError('chain_unreachable', 'no answer');
const refused = new RpcError(RPC.insufficientPermissions, 'may not receive');

let folder: string;
let market: TestMarket;
let requests: Requests;
let till: FakeTill;
let deposits: Deposits;

function open(): void {
  requests = Requests.open(folder);
  let chance = 0;
  deposits = new Deposits({
    policy: 'ask',
    ledger: { names: { energy: 'energy', ecoin: 'ecoin' }, untilKept: () => Promise.resolve() } as
      // Nothing else of it is asked.
      unknown as LedgerPort,
    operator: till as unknown as MarketOperator,
    feed: market.feed,
    requests,
    now: market.clock.now,
    newId: () => `own-${requests.nextNumber}`,
    random: (length) => Buffer.alloc(length, (chance += 1)),
  });
}
async function reopen(): Promise<void> {
  await requests.close();
  open();
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-deposits-'));
  market = await new TestMarket().open();
  till = new FakeTill();
  open();
});
afterEach(async () => {
  await requests.close();
  rmSync(folder, { recursive: true });
});

async function noted(amount = 100): Promise<number> {
  expect(await deposits.schedule(alice, { amount })).toEqual({ status: 'waiting' });
  return requests.nextNumber - 1;
}

test.each(['before', 'after'] as const)(
  'an answer that is lost %s the ledger has issued leaves it approved; asked again it is issued once',
  async (when) => {
    const number = await noted();
    till.failing.push({ when, error: lost });
    await expect(deposits.issue(number, 100)).rejects.toBe(lost);
    expect(deposits.list()).toMatchObject([{ status: 'issuing' }]);
    expect(await deposits.refuse(number, 'no')).toBe('decided');
    await reopen();
    expect(deposits.list()).toMatchObject([{ status: 'issuing' }]);
    expect(await deposits.issue(number, 100)).toMatchObject({ status: 'issued' });
    expect(await deposits.issue(number, 100)).toMatchObject({ status: 'issued' });
    expect(till.issued.size).toBe(1);
  },
);

test('it is not asked again before the first can no longer be on its way, nor soon after a start', async () => {
  till.repeatMs = 60_000;
  const number = await noted();
  till.failing.push({ when: 'before', error: lost });
  await expect(deposits.issue(number, 100)).rejects.toBe(lost);
  market.clock.advance(59_999);
  expect(await deposits.issue(number, 100)).toEqual({ no: 'wait' });
  await reopen();
  market.clock.advance(59_999);
  expect(await deposits.issue(number, 100)).toEqual({ no: 'wait' });
  expect(till.calls).toBe(1);
  market.clock.advance(1);
  expect(await deposits.issue(number, 100)).toMatchObject({ status: 'issued' });
});

/** The file is written anew with its first line, and that fails as on a full disk. @returns what ends it. */
function failWrites(path: string): () => void {
  symlinkSync('/dev/full', `${path}.new`);
  return () => rmSync(`${path}.new`);
}

// A device on which every write fails as on a full disk.
test.runIf(process.platform === 'linux')(
  'the ledger is asked for nothing before it is on disk that it was approved, also after the disk has failed',
  async () => {
    const number = await noted();
    const path = join(folder, 'requests.log');
    await reopen();
    const mend = failWrites(path);
    await expect(deposits.issue(number, 100)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(till.calls).toBe(0);
    mend();
    till.failing.push({ when: 'after', error: lost });
    await expect(deposits.issue(number, 100)).rejects.toBe(lost);
    expect(lstatSync(path).isFile()).toBe(true);
    await reopen();
    expect(deposits.list()).toMatchObject([{ status: 'issuing' }]);
  },
);

test('a wish that comes again while it is on its way to the disk is answered when it is there', async () => {
  const wish = { amount: 100, request: 'r1' };
  const path = join(folder, 'requests.log');
  void deposits.schedule(alice, wish);
  expect(await deposits.schedule(alice, wish)).toEqual({ status: 'waiting' });
  expect(readLineLog(path)).toMatchObject([{ kind: 'deposit', deposit: { request: 'r1' } }]);
});

// A device on which every write fails as on a full disk.
test.runIf(process.platform === 'linux')(
  'what could not be put on disk is put there before a repeat is answered',
  async () => {
    const path = join(folder, 'requests.log');
    const wish = { amount: 100, request: 'r1' };
    const failing = async (): Promise<() => void> => {
      // The file that is open would go on to work.
      await reopen();
      return failWrites(path);
    };
    let mend = await failing();
    await expect(deposits.schedule(alice, wish)).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(deposits.schedule(alice, wish)).rejects.toMatchObject({ code: 'ENOSPC' });
    mend();
    expect(await deposits.schedule(alice, wish)).toEqual({ status: 'waiting' });
    expect(lstatSync(path).isFile()).toBe(true);
    mend = await failing();
    await expect(deposits.refuse(1, 'no')).rejects.toMatchObject({ code: 'ENOSPC' });
    mend();
    expect(await deposits.refuse(1, 'no')).toBe('refused');
    expect(readLineLog(path)).toMatchObject([{ deposit: { status: 'refused' } }]);
  },
);

test('what the ledger refuses waits as before', async () => {
  const number = await noted();
  till.failing.push({ when: 'before', error: refused });
  await expect(deposits.issue(number, 100)).rejects.toBe(refused);
  expect(deposits.list()).toMatchObject([{ status: 'waiting' }]);
  expect(await deposits.refuse(number, 'no account')).toBe('refused');
});

test('wishes that are decided are forgotten after enough others, those that wait never', async () => {
  const first = await noted(7);
  const waiting = requests.deposits.get(first);
  if (waiting === undefined) throw new Error('nothing was noted');
  const decided = Array.from({ length: depositsDecidedMax + 3 }, (_, each) =>
    requests.setDeposit({ ...waiting, number: first + 1 + each, status: 'refused' }),
  );
  await Promise.all(decided);
  expect(requests.deposits.size).toBe(depositsDecidedMax + 1);
  expect(requests.deposits.get(first)?.status).toBe('waiting');
  const { nextNumber } = requests;
  await reopen();
  expect(requests.nextNumber).toBe(nextNumber);
  expect(requests.deposits.size).toBe(depositsDecidedMax + 1);
});

test('no participant fills the list', async () => {
  for (let each = 0; each < depositsWaitingOfOneMax; each += 1) await noted();
  expect(await deposits.schedule(alice, { amount: 1 })).toEqual({ no: 'too many' });
});

test('a file that holds something else is refused by name, and a line cut short is dropped', async () => {
  await noted();
  await requests.close();
  const path = join(folder, 'requests.log');
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"kind":"dep`);
  expect([...Requests.open(folder).deposits.keys()]).toEqual([1]);
  writeFileSync(path, '{"kind":"deposit","deposit":{"number":0}}\n');
  expect(() => Requests.open(folder)).toThrow(/line 1 of .*requests.log makes no sense/);
  rmSync(path);
  open();
});
