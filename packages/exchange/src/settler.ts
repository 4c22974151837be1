/**
 * Follows the chain: each block becomes one command that says what it did. The chain is the only truth about who owns what and what became of a lot;
 * what agents claim changes nothing here.
 */
import { ledgerHeight, lotOfOutput, marketOf, offerOf, toAsset, tradeOf } from '@wattlot/core';
import type { FirmLot, LedgerAdvance, State, Txid } from '@wattlot/core';
import { checkSettlement, hashOfAddress } from '@wattlot/ledger';
import type { Block, Chain, LotToSettle } from '@wattlot/ledger';
import { ExchangeError } from './errors.ts';
import { sidesOf } from './offers.ts';
import type { Sequencer } from './sequencer.ts';

/** What a settler works with. */
export interface SettlerOptions {
  readonly state: State;
  readonly chain: Chain;
  readonly sequencer: Sequencer;
  /** Told when a block cannot be taken in: chain and exchange disagree, and nothing more may be traded. */
  readonly failed: (error: unknown) => void;
}

/** Starts to follow the chain, from the first block that the state has not seen. @returns how to stop. */
export function followChain(options: SettlerOptions): () => void {
  const { chain, failed } = options;
  let stopped = false;
  const follow = (): void => {
    if (stopped) return;
    try {
      takeBlocks(options);
    } catch (error) {
      stopped = true;
      failed(error);
    }
  };
  const stop = chain.onBlock(follow);
  follow();
  return () => {
    stopped = true;
    stop();
  };
}

function takeBlocks({ state, chain, sequencer }: SettlerOptions): void {
  while (ledgerHeight(state) < chain.height) {
    const height = ledgerHeight(state) + 1;
    sequencer.post(advanceTo(state, chain, height), () => undefined);
    if (ledgerHeight(state) === height) continue;
    throw new ExchangeError('ledger_mismatch', `block ${height} contradicts the journal`);
  }
}

/** What block `height` means to the exchange in this state. */
function advanceTo(state: State, chain: Chain, height: number): LedgerAdvance {
  const block = chain.block(height);
  if (block === undefined) throw new Error(`exchange: there is no block ${height}`);
  const spent = new Map<Txid, FirmLot[]>();
  for (const { output, txid } of chain.blockMoves(block).spends) {
    const firm = lotOfOutput(state, output);
    if (firm === undefined) continue;
    const lots = spent.get(txid);
    if (lots === undefined) spent.set(txid, [firm]);
    else lots.push(firm);
  }
  const settled: LedgerAdvance['settled'][number][] = [];
  const lost: LedgerAdvance['lost'][number][] = [];
  for (const [txid, lots] of spent) {
    const agreed = agreedOf({ state, chain, block }, lots, txid);
    for (const firm of lots) {
      const { order, lot, trade } = firm;
      if (trade !== undefined && agreed.has(firm)) settled.push({ order, lot, trade, txid });
      else lost.push({ order, lot, txid });
    }
  }
  return { kind: 'ledger.advance', height, moves: namedMoves(chain, height), settled, lost };
}

/** What a block moved, of assets with a name: one without goes by its issue's id, which is longer than any name, and no market can trade it. */
export function namedMoves(chain: Chain, height: number): LedgerAdvance['moves'] {
  const { moves } = chain.blockMoves({ height });
  return moves.filter(({ asset }) => toAsset(asset) !== undefined);
}

/** Those of the lots that a transaction spent for which it is the trade that was made: both sides got what they were to get. */
function agreedOf(
  { state, chain, block }: { state: State; chain: Chain; block: Block },
  lots: readonly FirmLot[],
  txid: Txid,
): ReadonlySet<FirmLot> {
  const spender = block.transactions.find((transaction) => transaction.txid === txid);
  if (spender === undefined) return new Set();
  const matched = lots.flatMap((firm) => {
    const terms = settlementOf({ state, chain }, firm);
    return terms === undefined ? [] : [{ firm, terms }];
  });
  if (matched.length === 0) return new Set();
  const answers = checkSettlement(
    spender.bytes,
    matched.map(({ terms }) => terms),
  );
  return new Set(matched.flatMap(({ firm }, i) => (answers[i] === 'agreed' ? [firm] : [])));
}

/** What the ledger has to show of a matched lot. @returns undefined of a lot that is in no trade. */
function settlementOf(
  { state, chain }: { state: State; chain: Chain },
  { order, lot, trade: id }: FirmLot,
): LotToSettle | undefined {
  const trade = id === undefined ? undefined : tradeOf(state, id);
  const offer = offerOf(state, order, lot);
  const terms = trade === undefined ? undefined : marketOf(state, trade.market);
  if (trade === undefined || offer === undefined || terms === undefined) return undefined;
  const taker = hashOfAddress(trade.incoming.participant, chain.params);
  if (taker === undefined) return undefined;
  const restingSide = trade.side === 'ask' ? 'bid' : 'ask';
  const { give } = sidesOf(chain, terms, { side: restingSide, price: trade.price });
  return { offer: Buffer.from(offer.offer, 'hex'), taker, give };
}
