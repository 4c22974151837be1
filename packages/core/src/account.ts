/** What addresses own on the ledger and what of it is set aside. Only a block changes a balance; only orders and their trades change a hold. */
import { nothing, touchAccount } from './changes.ts';
import type { Changes } from './changes.ts';
import { assert, exactAmount } from './exact.ts';
import type { MarketTerms, Side } from './market.ts';
import type { Account, Order, State } from './state.ts';
import type { Address, Amount, Asset, Price } from './units.ts';

/** The account of an address in an asset, made when there is none. One in which nothing is left leaves the state with the entry. */
export function accountOf(state: State, changes: Changes, address: Address, asset: Asset): Account {
  let accounts = state.accounts.get(address);
  if (accounts === undefined) {
    accounts = new Map();
    state.accounts.set(address, accounts);
  }
  let account = accounts.get(asset);
  if (account === undefined) {
    const { balance, hold } = nothing;
    const before = { isTouched: false, balanceBefore: balance, holdBefore: hold };
    account = { address, asset, balance, hold, ...before };
    accounts.set(asset, account);
  }
  touchAccount(changes, account);
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
  const account = accountOf(state, changes, address, asset);
  account.balance = exactAmount(account.balance + amount);
  assert(account.balance >= 0, 'a balance is below 0');
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
export function holdLots(changes: Changes, order: Order, lots: number): void {
  const { terms } = order.market;
  addHold(changes, order, lots * givenPerLot(terms, order.side, order.price));
}

/** Frees what `lots` lots of an order set aside at `price`: its limit while they had not traded, the trade's price afterwards. */
export function releaseLots(
  changes: Changes,
  order: Order,
  { lots, price }: { lots: number; price: Price },
): void {
  const { terms } = order.market;
  addHold(changes, order, -lots * givenPerLot(terms, order.side, price));
}

/** A bid that trades below its limit sets aside less: the saving is free at once. */
export function releaseSaving(
  changes: Changes,
  order: Order,
  { lots, price }: { lots: number; price: Price },
): void {
  if (order.side === 'ask' || price === order.price) return;
  assert(price < order.price, 'a bid pays more than its limit');
  addHold(changes, order, -lots * (order.price - price));
}

/** Sets aside more, or less, for an order. */
export function addHold(changes: Changes, { account }: Order, amount: number): void {
  touchAccount(changes, account);
  account.hold = exactAmount(account.hold + amount);
  assert(account.hold >= 0, 'an order frees more than was held');
}
