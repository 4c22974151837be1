/**
 * What one entry changes, gathered while it is applied: events as they happen, levels and balances once at the end. Each market and account notes
 * in itself what it was before; this lists which did, so that an entry costs what it touches.
 */
import type { Event } from './event.ts';
import { exactAmount } from './exact.ts';
import type { Side } from './market.ts';
import type { Account, Market, State } from './state.ts';
import { toPrice } from './units.ts';
import type { Amount, Price } from './units.ts';

/** Gathered for one entry. */
export interface Changes {
  events: Event[];
  /** Said after levels and balances. */
  closing: Event[];
  readonly markets: Market[];
  readonly accounts: Account[];
}

/** Nothing changed yet. */
export function createChanges(): Changes {
  return { events: [], closing: [], markets: [], accounts: [] };
}

/** What an address without an account owns. */
export const nothing: { readonly balance: Amount; readonly hold: Amount } = {
  balance: exactAmount(0),
  hold: exactAmount(0),
};

/** Notes that something on the market's book, or who may trade there, changed. */
export function touchMarket({ markets }: Changes, market: Market): void {
  if (market.isTouched) return;
  market.isTouched = true;
  markets.push(market);
}

/** Notes that the volume of ordinary orders at a price changed by `lots`. */
export function touchLevel(
  changes: Changes,
  market: Market,
  { side, price, lots }: { side: Side; price: Price; lots: number },
): void {
  touchMarket(changes, market);
  const key = side === 'ask' ? price : 0 - price;
  const { touched } = market;
  const last = touched.length - 2;
  // A sweep touches a level many times in a row.
  if (touched[last] === key) touched[last + 1] = (touched[last + 1] ?? 0) + lots;
  else touched.push(key, lots);
}

/** Notes a balance before its first change. Call it before each change of an account. */
export function touchAccount({ accounts }: Changes, account: Account): void {
  if (account.isTouched) return;
  account.isTouched = true;
  account.balanceBefore = account.balance;
  account.holdBefore = account.hold;
  accounts.push(account);
}

/** Everything that happened, in order, with the levels and balances that differ from before; accounts with nothing in them leave the state. */
export function finish(state: State, changes: Changes): readonly Event[] {
  const { events, closing, markets, accounts } = changes;
  for (const market of markets) finishMarket(market, events);
  for (const account of accounts) finishAccount(state, account, events);
  if (closing.length > 0) {
    events.push(...closing);
    changes.closing = [];
  }
  markets.length = 0;
  accounts.length = 0;
  changes.events = [];
  return events;
}

function finishMarket(market: Market, events: Event[]): void {
  market.isTouched = false;
  const { touched } = market;
  if (touched.length === 2) tellLevel(market, touched[0] ?? 0, touched[1] ?? 0, events);
  else if (touched.length > 2) {
    const net = new Map<number, number>();
    for (let index = 0; index < touched.length; index += 2) {
      const key = touched[index] ?? 0;
      net.set(key, (net.get(key) ?? 0) + (touched[index + 1] ?? 0));
    }
    for (const [key, lots] of net) tellLevel(market, key, lots, events);
  }
  touched.length = 0;
}

function tellLevel({ terms, book }: Market, key: number, lots: number, events: Event[]): void {
  const price = toPrice(Math.abs(key));
  if (lots === 0 || price === undefined) return;
  const side = key > 0 ? 'ask' : 'bid';
  const volume = book.volumeAtPrice(side, price);
  events.push({ kind: 'level.changed', market: terms.symbol, side, price, volume });
}

function finishAccount(state: State, account: Account, events: Event[]): void {
  const { address, asset, balance, hold, balanceBefore, holdBefore } = account;
  account.isTouched = false;
  if (balance === 0 && hold === 0) {
    const accounts = state.accounts.get(address);
    accounts?.delete(asset);
    if (accounts?.size === 0) state.accounts.delete(address);
  }
  if (balance === balanceBefore && hold === holdBefore) return;
  if (!state.participants.has(address)) return;
  events.push({ kind: 'balance.changed', participant: address, asset, balance, hold });
}
