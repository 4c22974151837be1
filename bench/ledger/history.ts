/** A long chain: many lots settled one by one by real wallets, a few a block. */
import { lotTerms, offerLots } from './place.ts';
import type { Household, Place } from './place.ts';

/** How long, and how many transactions a block has. */
export interface HistorySize {
  readonly transactions: number;
  readonly perBlock: number;
}

const buyersCount = 40;
const lotsPerSplit = 2_000;

/** Makes the chain so long. Every settlement leaves two unspent outputs: what the seller was paid, and the lot at its buyer. */
export async function makeHistory(
  place: Place,
  { transactions, perBlock }: HistorySize,
  progress: (done: number) => void,
): Promise<void> {
  const { chain } = place;
  const energy = BigInt(transactions) * lotTerms.give.raw;
  const seller = await place.household({ energy, ecoin: 0n }, false);
  const ecoin = BigInt(transactions) * lotTerms.want.raw;
  const buyers: Household[] = [];
  for (let i = 0; i < buyersCount; i += 1) {
    buyers.push(await place.household({ energy: 0n, ecoin }, false));
  }
  await place.idle();
  await place.blocks(false);
  let trade = 0;
  for (let done = 0; done < transactions; done += lotsPerSplit) {
    const count = Math.min(lotsPerSplit, transactions - done);
    const lots = await offerLots(seller, { count, ladder: 0 });
    for (let from = 0; from < count; from += perBlock) {
      const buyer = buyers[trade++ % buyersCount];
      const results = await buyer?.wallet.completeTrade({
        trade: `T${trade}`,
        owner: seller.address,
        offers: lots.slice(from, from + perBlock),
        ...lotTerms,
      });
      if (!results?.every((result) => 'txid' in result)) throw new Error('a lot did not settle');
      await chain.produceBlock(Date.now());
    }
    progress(done + count);
  }
}
