import { toAddress, toTxid } from '@wattlot/core';
import type { Participant } from '@wattlot/client';
import { expect, test } from 'vitest';
import { ownWallet } from './own-wallet.ts';

type Issue = Parameters<Participant['wallet']['issueMore']>[0];

const address = toAddress('1P5ozNGHDHFyZdGhrcRbstHztDuU7s1SPddfzw');
const txid = toTxid('ab'.repeat(32));

/** A wallet whose keys are elsewhere, which remembers what it was to issue, and fails if told to. */
function wallet(failure?: Error) {
  if (address === undefined || txid === undefined) throw new Error('not an address or a txid');
  const issued: Issue[] = [];
  const issueMore = (request: Issue): Promise<typeof txid> => {
    issued.push(request);
    return failure === undefined ? Promise.resolve(txid) : Promise.reject(failure);
  };
  return { issued, wallet: { address, meterAddress: address, issueMore } };
}

test('energy is issued under its reference, in raw units of the energy asset', async () => {
  const { issued, wallet: own } = wallet();
  const port = ownWallet({ wallet: own, energy: () => 'KWH', hasMeter: true });
  expect(await port.issueEnergy?.(5000, 'ref-1')).toEqual({ kind: 'yes', value: null });
  expect(issued).toEqual([{ asset: 'KWH', raw: 5000n, reference: 'ref-1' }]);
  expect(await port.read()).toMatchObject({ meter: address, isOnNode: true, outputs: [] });
});

test('a refusal is no, a chain that did not answer is unknown', async () => {
  const refused = wallet(new Error('not allowed'));
  const lost = wallet(Object.assign(new Error('no answer'), { retryable: true }));
  const issue = (own: typeof refused) =>
    ownWallet({ wallet: own.wallet, energy: () => 'KWH', hasMeter: true }).issueEnergy?.(1, 'r');
  expect(await issue(refused)).toEqual({ kind: 'no', error: 'not allowed' });
  expect(await issue(lost)).toEqual({ kind: 'unknown', reason: 'no answer' });
});

test('before a market names the energy nothing is issued, and without a meter nothing ever', async () => {
  const { issued, wallet: own } = wallet();
  const early = ownWallet({ wallet: own, energy: () => undefined, hasMeter: true });
  expect((await early.issueEnergy?.(1, 'r'))?.kind).toBe('no');
  expect(issued).toEqual([]);
  const bare = ownWallet({ wallet: own, energy: () => 'KWH', hasMeter: false });
  expect(bare.issueEnergy).toBeUndefined();
  expect(await bare.read()).not.toHaveProperty('meter');
});
