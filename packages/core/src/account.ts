/** What addresses own on the ledger and what of it is set aside. Only a block changes a balance; only orders and their trades change a hold. */
import { nothing, touchBalance } from './changes.ts';
import type { Changes } from './changes.ts';
import { assert, exactAmount } from './exact.ts';
import type { MarketTerms, Side } from './market.ts';
import type { Account, Order, State } from './state.ts';
import type { Address, Amount, Asset, Price } from './units.ts';

function open(state: State, changes: Changes, address: Address, asset: Asset): Account {
  touchBalance(state, changes, address, asset);
  let accounts = state.accounts.get(address);
  if (accounts === undefined) {
    accounts = new Map();
    state.accounts.set(address, accounts);
  }
  let account = accounts.get(asset);
  if (account === undefined) {
    account = { ...nothing };
    accounts.set(asset, account);
  }
  return account;
}

/** Balance less hold: what a new order may set aside. Below 0 when the owner spent what was set aside. */
export function freeOf(state: State, address: Address, asset: Asset): Amount {
  const { balance, hold } = state.accounts.get(address)?.get(asset) ?? nothing;
  return exactAmount(balance - hold);
}

/** Adds what a block moved. The block was checked before. */
export function addBalance(
  state: State,
  changes: Changes,
  { address, asset, amount }: { address: Address; asset: Asset; amount: Amount },
): void {
  const account = open(state, changes, address, asset);
  account.balance = exactAmount(account.balance + amount);
  assert(account.balance >= 0, `${address} owns ${account.balance} of ${asset}`);
}

/** The asset that an order of this side gives. */
export function givenAsset(terms: MarketTerms, side: Side): Asset {
  return side === 'ask' ? terms.energy : terms.ecoin;
}

/** What one lot of this side gives at `price`: a lot of energy, or its price in ecoin. */
export function givenPerLot(terms: MarketTerms, side: Side, price: Price): Amount {
  return side === 'ask' ? terms.lot : exactAmount(price);
}

/** Sets aside what an order gives for `lots` lots at its limit. */
export function holdLots(state: State, changes: Changes, order: Order, lots: number): void {
  const { terms } = order.market;
  addHold(state, changes, order, exactAmount(lots * givenPerLot(terms, order.side, order.price)));
}

/** Frees what `lots` lots of an order set aside at `price`: its limit while they had not traded, the trade's price afterwards. */
export function releaseLots(
  state: State,
  changes: Changes,
  order: Order,
  { lots, price }: { lots: number; price: Price },
): void {
  const { terms } = order.market;
  addHold(state, changes, order, exactAmount(-lots * givenPerLot(terms, order.side, price)));
}

/** A bid that trades below its limit sets aside less: the saving is free at once. */
export function releaseSaving(
  state: State,
  changes: Changes,
  order: Order,
  { lots, price }: { lots: number; price: Price },
): void {
  if (order.side === 'ask' || price === order.price) return;
  assert(price < order.price, `${order.id} pays more than its limit`);
  addHold(state, changes, order, exactAmount(-lots * (order.price - price)));
}

function addHold(state: State, changes: Changes, order: Order, amount: Amount): void {
  const asset = givenAsset(order.market.terms, order.side);
  const account = open(state, changes, order.participant, asset);
  account.hold = exactAmount(account.hold + amount);
  assert(account.hold >= 0, `${order.participant} holds ${account.hold} of ${asset}`);
}
