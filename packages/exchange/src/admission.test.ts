import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localChainPort, newKeyPair, openChain, Operator, addressOf } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Admission } from './admission.ts';
import { Deposits } from './deposits.ts';
import { embeddedLedger, embeddedOperator } from './ledger-embedded.ts';
import { Requests } from './requests.ts';
import { TestMarket } from './testing.ts';

const now = 1_700_000_000_000;

let folder: string;
let chain: Chain;
let admission: Admission;
let deposits: Deposits;
let market: TestMarket;
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
  const desk = {
    policy: 'open',
    ledger,
    operator: embeddedOperator(operator),
    feed,
    requests: Requests.inMemory(),
    now: market.clock.now,
  } as const;
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
