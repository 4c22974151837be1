/** What has to be true of a journal whose exchange was killed. */
import { createHash } from 'node:crypto';
import { apply, createState, stateHash } from '@wattlot/core';
import type { Entry, TradeId } from '@wattlot/core';
import { findJournal, readLines, verifyJournal } from '@wattlot/exchange';
import type { Promised } from './traders.ts';

/** What the journal of a killed exchange holds. */
export interface Checked {
  readonly entries: number;
  readonly orders: number;
  readonly trades: number;
  /** Trades of which every lot has settled. */
  readonly settled: number;
}

/**
 * Proves and audits the journal with its snapshots, replays it once more by its exported text and compares the hashes, and looks for everything promised.
 * @throws Error that says what is not so.
 */
export function check(data: string, promised: readonly Promised[]): Checked {
  const folder = findJournal(data);
  const verified = verifyJournal(folder);
  if (verified.violations.length > 0) throw new Error(`audit: ${verified.violations.join('; ')}`);
  for (const { file, finding } of verified.snapshots) {
    if (finding !== 'same') throw new Error(`${file}: ${finding}`);
  }
  const state = createState();
  const placed = new Set<string>();
  const trades = new Set<TradeId>();
  let [entries, orders, settled] = [0, 0, 0];
  for (const line of readLines(folder)) {
    const entry: Entry = JSON.parse(line);
    entries += 1;
    if (entry.seq !== entries) throw new Error(`entry ${entry.seq} stands at ${entries}`);
    for (const event of apply(state, entry)) {
      if (event.kind === 'order.placed') {
        const key = `${event.view.participant} ${event.view.clientOrderId}`;
        if (placed.has(key)) throw new Error(`${key} was placed twice`);
        placed.add(key);
        orders += 1;
      } else if (event.kind === 'trade.made') trades.add(event.trade.trade);
      else if (event.kind === 'trade.updated' && event.final) {
        if (event.trade.lots.every((lot) => lot.state === 'settled')) settled += 1;
      }
    }
  }
  const hash = stateHash(state, (text) => createHash('sha256').update(text).digest('hex'));
  if (entries !== verified.seq || hash !== verified.stateHash) {
    throw new Error(`a second replay comes to ${hash} after ${entries}, not ${verified.stateHash}`);
  }
  for (const { participant, clientOrderId } of promised) {
    if (placed.has(`${participant} ${clientOrderId}`)) continue;
    throw new Error(`order ${clientOrderId} was acknowledged and is not in the journal`);
  }
  return { entries, orders, trades: trades.size, settled };
}
