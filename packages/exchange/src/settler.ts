/**
 * Follows the ledger: each final block becomes one command that says what it did. The ledger is the only truth about who owns what and what became of a lot;
 * what agents claim changes nothing here.
 */
import { ledgerHeight, lotOfOutput, marketOf, offerOf, toAsset, tradeOf } from '@wattlot/core';
import type { FirmLot, LedgerAdvance, State, Txid } from '@wattlot/core';
import { checkSettlement, hashOfAddress } from '@wattlot/ledger';
import type { LotToSettle } from '@wattlot/ledger';
import { ExchangeError } from './errors.ts';
import type { FinalBlock, LedgerPort } from './ledger-port.ts';
import { sidesOf } from './offers.ts';
import type { Sequencer } from './sequencer.ts';

/** What a settler works with. */
export interface SettlerOptions {
  readonly state: State;
  readonly ledger: LedgerPort;
  readonly sequencer: Sequencer;
  /** Told when a block cannot be taken in: chain and exchange disagree, and nothing more may be traded. */
  readonly failed: (error: unknown) => void;
}

/** Starts to follow the ledger, from the first final block that the state has not seen. @returns how to stop. */
export function followLedger({ state, ledger, sequencer, failed }: SettlerOptions): () => void {
  const take = (block: FinalBlock): void => {
    const { height } = block;
    sequencer.post(advanceBy(state, ledger, block), () => undefined);
    if (ledgerHeight(state) === height) return;
    throw new ExchangeError('ledger_mismatch', `block ${height} contradicts the journal`);
  };
  return ledger.follow(ledgerHeight(state) + 1, take, failed);
}

/** What a block means to the exchange in this state. */
function advanceBy(state: State, ledger: LedgerPort, block: FinalBlock): LedgerAdvance {
  const spent = new Map<Txid, FirmLot[]>();
  for (const { output, txid } of block.spends) {
    const firm = lotOfOutput(state, output);
    if (firm === undefined) continue;
    const lots = spent.get(txid);
    if (lots === undefined) spent.set(txid, [firm]);
    else lots.push(firm);
  }
  const settled: LedgerAdvance['settled'][number][] = [];
  const lost: LedgerAdvance['lost'][number][] = [];
  for (const [txid, lots] of spent) {
    const agreed = agreedOf({ state, ledger, block }, lots, txid);
    for (const firm of lots) {
      const { order, lot, trade } = firm;
      if (trade !== undefined && agreed.has(firm)) settled.push({ order, lot, trade, txid });
      else lost.push({ order, lot, txid });
    }
  }
  const { height, moves } = block;
  return { kind: 'ledger.advance', height, moves: named(moves), settled, lost };
}

/** Moves of assets with a name: one without goes by its issue's id, which is longer than any name, and no market can trade it. */
export function named(moves: FinalBlock['moves']): LedgerAdvance['moves'] {
  return moves.filter(({ asset }) => toAsset(asset) !== undefined);
}

/** Those of the lots that a transaction spent for which it is the trade that was made: both sides got what they were to get. */
function agreedOf(
  { state, ledger, block }: { state: State; ledger: LedgerPort; block: FinalBlock },
  lots: readonly FirmLot[],
  txid: Txid,
): ReadonlySet<FirmLot> {
  const spender = block.bytesOf(txid);
  if (spender === undefined) return new Set();
  const matched = lots.flatMap((firm) => {
    const terms = settlementOf({ state, ledger }, firm);
    return terms === undefined ? [] : [{ firm, terms }];
  });
  if (matched.length === 0) return new Set();
  const answers = checkSettlement(
    spender,
    matched.map(({ terms }) => terms),
  );
  return new Set(matched.flatMap(({ firm }, i) => (answers[i] === 'agreed' ? [firm] : [])));
}

/** What the ledger has to show of a matched lot. @returns undefined of a lot that is in no trade. */
function settlementOf(
  { state, ledger }: { state: State; ledger: LedgerPort },
  { order, lot, trade: id }: FirmLot,
): LotToSettle | undefined {
  const trade = id === undefined ? undefined : tradeOf(state, id);
  const offer = offerOf(state, order, lot);
  const terms = trade === undefined ? undefined : marketOf(state, trade.market);
  if (trade === undefined || offer === undefined || terms === undefined) return undefined;
  const taker = hashOfAddress(trade.incoming.participant, ledger.params);
  if (taker === undefined) return undefined;
  const restingSide = trade.side === 'ask' ? 'bid' : 'ask';
  const volume = trade.lots[0]?.volume ?? 1;
  const { give } = sidesOf(ledger, terms, { side: restingSide, price: trade.price, volume });
  return { offer: Buffer.from(offer.offer, 'hex'), taker, give };
}
