/** Outputs with equal scripts share what they mean; these must stay apart all the same. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdings, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';
import { outputOf } from '../format/transaction.ts';
import { authorityTransaction, issueTo } from '../wallet/issuing.ts';

let market: TestMarket;

beforeEach(async () => {
  market = await startMarket();
});

afterEach(async () => {
  await market.end();
});

test('two first issues of as much to the same owner have the same script and make two assets', async () => {
  const { wallet } = market.operator;
  const key = wallet.view.keyOf(wallet.address);
  if (!key) throw new Error('the operator has no key');
  const scripts: string[] = [];
  for (const name of ['gold', 'silver']) {
    const { hex, txid } = await wallet.view.run(() => {
      const details = { name, multiple: 1, open: true, fields: [] };
      const outputs = issueTo(key.hash160, details, 5n);
      return authorityTransaction(wallet.view, wallet.address, outputs);
    });
    expect(market.chain.send(hex)).toEqual({ txid });
    scripts.push(Buffer.from(market.chain.output(txid, 0)?.script ?? []).toString('hex'));
  }
  expect(scripts[0]).toBe(scripts[1]);
  const both = { gold: 5n, silver: 5n };
  expect(await holdings(wallet)).toMatchObject(both);
  await market.confirm();
  await market.reopen();
  expect(await holdings(wallet)).toMatchObject(both);
});

test('spending a lot leaves the lots with its script unspent, in its transaction and in others', async () => {
  const seller = await market.wallet({ energy: 100n });
  const lots = { asset: 'energy', lotRaw: 10n, count: 2 };
  const [one, other] = [await seller.split(lots), await seller.split(lots)];
  const [spent, ...unspent] = [...one, ...other];
  if (!spent) throw new Error('a split without lots');
  await seller.renew([outputOf(spent)]);
  for (const again of [false, true]) {
    if (again) {
      await market.confirm();
      await market.reopen();
    }
    expect(market.chain.output(spent.txid, spent.vout)).toBeUndefined();
    for (const { txid, vout, script } of unspent) {
      expect(market.chain.output(txid, vout)).toMatchObject({ txid, vout, script });
    }
  }
});
