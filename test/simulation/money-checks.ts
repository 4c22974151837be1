/** Holds the lots that are said to be settled against what moved on the ledger: in each block nobody loses anything but by a settlement, and what a settlement says was paid was. */
import { marketOf } from '@wattlot/core';
import type { Address, Event, LedgerAdvance, MarketTerms, State, TradeView } from '@wattlot/core';
import { symbol } from './market.ts';

/** Energy and ecoin of everybody, in smallest units. */
type Moved = Map<Address, { energy: number; ecoin: number }>;

/** What a block and the settlements that it is said to hold contradict each other in. Nobody here is paid otherwise, and what is issued only comes. */
export function contradictions(
  state: State,
  block: LedgerAdvance,
  events: readonly Event[],
): readonly string[] {
  const terms = marketOf(state, symbol);
  if (terms === undefined) return [];
  const moved: Moved = new Map();
  for (const { address, asset, amount } of block.moves) {
    if (asset === terms.energy) add(moved, address, { energy: amount, ecoin: 0 });
    if (asset === terms.ecoin) add(moved, address, { energy: 0, ecoin: amount });
  }
  for (const event of events) {
    if (event.kind !== 'trade.updated') continue;
    for (const { lot, state: now, volume } of event.trade.lots) {
      if (now === 'settled' && event.lots.includes(lot)) settle(moved, terms, event.trade, volume);
    }
  }
  return [...moved].flatMap(([address, { energy, ecoin }]) =>
    energy < 0 || ecoin < 0
      ? [`${address} is short of ${-energy} energy, ${-ecoin} ecoin in block ${block.height}`]
      : [],
  );
}

/** Takes back what a lot that has settled has moved. */
function settle(
  moved: Moved,
  { lot }: MarketTerms,
  { side, price, resting, incoming }: TradeView,
  volume: number,
): void {
  const [seller, buyer] = side === 'ask' ? [incoming, resting] : [resting, incoming];
  const [energy, ecoin] = [lot * volume, price * volume];
  add(moved, seller.participant, { energy, ecoin: -ecoin });
  add(moved, buyer.participant, { energy: -energy, ecoin });
}

function add(
  moved: Moved,
  address: Address,
  more: { readonly energy: number; readonly ecoin: number },
): void {
  const sum = moved.get(address) ?? { energy: 0, ecoin: 0 };
  moved.set(address, { energy: sum.energy + more.energy, ecoin: sum.ecoin + more.ecoin });
}
