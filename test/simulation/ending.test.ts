import { refusalErrors } from '@wattlot/client/frames';
import { toAddress, toLots, toOrderId, toPrice } from '@wattlot/core';
import { expect, test } from 'vitest';
import type { Told } from './household.ts';
import { compareTold } from './ending.ts';
import { sure, symbol } from './market.ts';

const address = sure(toAddress('1Etzx6V4ywzBdaNB2ffaoVeXang4duawTekNYM'));
const wish: Told['wish'] = {
  clientOrderId: 'house-0-1',
  symbol,
  side: 'ask',
  price: sure(toPrice(100)),
  volume: sure(toLots(1)),
  timeInForce: 'gtc',
  postOnly: false,
};
const order = sure(toOrderId('O1'));
const { price, volume } = wish;
const placed = new Map([[`${address} house-0-1`, { order, price, volume, at: 5 }]]);

test.each([
  ['is one of an order that is there', 'EOrder:Invalid price', 1],
  ['is none where it says that the id is used', refusalErrors.id_reused, 0],
])('a no is held against what was placed: it %s', (_, error, count) => {
  const reported: string[] = [];
  const checker = { placed, report: (violation: string) => void reported.push(violation) };
  const told: Told[] = [
    { wish, outcome: { kind: 'yes', value: { order } }, at: 6 },
    { wish, outcome: { kind: 'no', error }, at: 20 },
  ];
  const sent = [{ id: 'house-0-1', at: 0 }];
  compareTold(checker, { name: 'house-0', told, sent, address });
  expect(reported).toHaveLength(count);
});
