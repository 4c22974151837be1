/** What one entry changes, gathered while it is applied: events as they happen, levels and balances once at the end. */
import { volumeAt } from './book.ts';
import type { Event } from './event.ts';
import { exactAmount } from './exact.ts';
import type { Side } from './market.ts';
import type { Market, State } from './state.ts';
import type { Address, Amount, Asset, Lots, Price } from './units.ts';

interface TouchedLevel {
  readonly market: Market;
  readonly side: Side;
  readonly price: Price;
  /** Before the entry. */
  readonly volume: Lots;
}

interface TouchedBalance {
  readonly address: Address;
  readonly asset: Asset;
  /** Both before the entry. */
  readonly balance: Amount;
  readonly hold: Amount;
}

/** Gathered for one entry. */
export interface Changes {
  readonly events: Event[];
  /** Said after levels and balances. */
  readonly closing: Event[];
  readonly levels: Map<string, TouchedLevel>;
  readonly balances: Map<string, TouchedBalance>;
}

/** Nothing changed yet. */
export function createChanges(): Changes {
  return { events: [], closing: [], levels: new Map(), balances: new Map() };
}

/** Notes a level's volume before its first change. Call it before each change of the book. */
export function touchLevel(changes: Changes, market: Market, side: Side, price: Price): void {
  const key = `${side} ${price} ${market.terms.symbol}`;
  if (changes.levels.has(key)) return;
  const volume = volumeAt(market.book, side, price);
  changes.levels.set(key, { market, side, price, volume });
}

/** Notes a balance before its first change. Call it before each change of an account. */
export function touchBalance(state: State, changes: Changes, address: Address, asset: Asset): void {
  const key = `${address} ${asset}`;
  if (changes.balances.has(key)) return;
  const { balance, hold } = state.accounts.get(address)?.get(asset) ?? nothing;
  changes.balances.set(key, { address, asset, balance, hold });
}

/** What an address without an account owns. */
export const nothing: { readonly balance: Amount; readonly hold: Amount } = {
  balance: exactAmount(0),
  hold: exactAmount(0),
};

/** Everything that happened, in order, with the levels and balances that differ from before; accounts with nothing in them leave the state. */
export function finish(state: State, changes: Changes): readonly Event[] {
  const { events } = changes;
  for (const { market, side, price, volume: before } of changes.levels.values()) {
    const volume = volumeAt(market.book, side, price);
    if (volume === before) continue;
    events.push({ kind: 'level.changed', market: market.terms.symbol, side, price, volume });
  }
  for (const { address, asset, balance: owned, hold: held } of changes.balances.values()) {
    const accounts = state.accounts.get(address);
    const { balance, hold } = accounts?.get(asset) ?? nothing;
    if (balance === 0 && hold === 0) accounts?.delete(asset);
    if (accounts?.size === 0) state.accounts.delete(address);
    if ((balance === owned && hold === held) || !state.participants.has(address)) continue;
    events.push({ kind: 'balance.changed', participant: address, asset, balance, hold });
  }
  events.push(...changes.closing);
  return events;
}
