import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localChainPort, newKeyPair, openChain, Operator, addressOf } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import type { Address } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Admission } from './admission.ts';
import type { AdmissionOptions } from './admission.ts';
import { Deposits } from './deposits.ts';
import { embeddedLedger, embeddedOperator } from './ledger-embedded.ts';
import { readLineLog } from './line-log.ts';
import { Requests } from './requests.ts';
import { TestMarket } from './testing.ts';

const now = 1_700_000_000_000;

let folder: string;
let chain: Chain;
let admission: Admission;
let deposits: Deposits;
let market: TestMarket;
let desk: Omit<AdmissionOptions, 'sequencer'>;
const produce = (): Promise<unknown> => chain.produceBlock(now);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-admission-'));
  const operatorKey = newKeyPair(randomBytes);
  chain = await openChain({ folder, name: 'test', operatorKey, now, random: randomBytes });
  const port = localChainPort(chain);
  const operator = new Operator({ chain: 'test', port, key: operatorKey, now: () => now });
  await operator.ensureMarket();
  await produce();
  market = await new TestMarket().open();
  const { sequencer, feed } = market;
  const ledger = embeddedLedger(chain);
  desk = {
    policy: 'open',
    ledger,
    operator: embeddedOperator(operator),
    feed,
    requests: Requests.inMemory(),
    now: market.clock.now,
  };
  admission = new Admission({ ...desk, sequencer });
  deposits = new Deposits({ ...desk, newId: () => 'id', random: randomBytes });
});

afterEach(async () => {
  await chain.close();
  rmSync(folder, { recursive: true });
});

/** What `work` has come to once the transactions that it sent wait for a block. */
async function beforeBlock(work: Promise<unknown>): Promise<string> {
  let state = 'waits';
  const done = work.then(() => (state = 'done'));
  while (chain.waiting === 0) await new Promise((turn) => setImmediate(turn));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
  const before = state;
  while (chain.waiting > 0 && state === 'waits') {
    await produce();
    for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
  }
  await done;
  return before;
}

test('nobody is told that he is let in or has ecoin before a crash of the chain can no longer undo it', async () => {
  const participant = addressOf(newKeyPair(randomBytes).hash160, chain.params);
  expect(await beforeBlock(admission.connectNode(participant, { name: 'anna' }))).toBe('waits');
  expect(market.feed.nameOf(participant)).toBe('anna');
  expect(await beforeBlock(deposits.schedule(participant, { amount: 100 }))).toBe('waits');
});

/** Asks the operator, and keeps what is asked in the folder. */
function asking(): { readonly door: Admission; readonly requests: Requests } {
  const requests = Requests.open(folder);
  const door = new Admission({ ...desk, policy: 'ask', requests, sequencer: market.sequencer });
  return { door, requests };
}

function somebody(): Address {
  return addressOf(newKeyPair(randomBytes).hash160, chain.params);
}

test('whoever asks again while his wish is on its way to the disk is answered when it is there', async () => {
  const { door, requests } = asking();
  const participant = somebody();
  void door.connectNode(participant, { name: 'anna' });
  expect(await door.connectNode(participant, { name: 'anna' })).toEqual({ status: 'waiting' });
  expect(readLineLog(join(folder, 'requests.log'))).toMatchObject([{ join: { participant } }]);
  await requests.close();
});

test('what somebody wishes while he is let in with his last wish waits for the operator', async () => {
  const { door, requests } = asking();
  const participant = somebody();
  await door.connectNode(participant, { name: 'anna' });
  const admitting = door.admit(participant);
  await door.connectNode(participant, { name: 'anna 12' });
  await beforeBlock(admitting);
  expect(market.feed.nameOf(participant)).toBe('anna');
  expect(door.list()).toMatchObject([{ name: 'anna 12', status: 'waiting', admitted: true }]);
  // The ledger has let him in already.
  expect(await door.admit(participant)).toBe(true);
  expect(market.feed.nameOf(participant)).toBe('anna 12');
  expect(door.list()).toEqual([]);
  await requests.close();
});
