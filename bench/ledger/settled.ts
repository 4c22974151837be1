/** Sees what is settled, as the exchange's settler does: of each block on disk, which lots it settles as agreed. */
import type { Output, Txid } from '@wattlot/core';
import { checkSettlement } from '@wattlot/ledger';
import type { Block, Chain, LotToSettle } from '@wattlot/ledger';

/** Lots that wait to be settled. */
export interface Settled {
  /** Waits for a lot. `seen` is called once, when it is in a block on disk and as agreed. */
  expect(output: Output, lot: LotToSettle, seen: () => void): void;
  /** Lots not settled yet. */
  readonly left: number;
  stop(): void;
}

interface Expected {
  readonly lot: LotToSettle;
  readonly seen: () => void;
}

/** Follows a chain. */
export function followSettled(chain: Chain): Settled {
  const waiting = new Map<Output, Expected>();
  const take = ({ height }: Block): void => {
    // From disk, as the settler reads it.
    const block = chain.block(height);
    if (block === undefined) throw new Error('a block is not there');
    const spent = new Map<Txid, Output[]>();
    for (const { output, txid } of chain.blockMoves(block).spends) {
      if (!waiting.has(output)) continue;
      const outputs = spent.get(txid) ?? [];
      spent.set(txid, outputs);
      outputs.push(output);
    }
    for (const { txid, bytes } of block.transactions) {
      const outputs = spent.get(txid) ?? [];
      const expected = outputs.flatMap((output) => waiting.get(output) ?? []);
      if (expected.length === 0) continue;
      const answers = checkSettlement(
        bytes,
        expected.map(({ lot }) => lot),
      );
      if (answers.includes('other')) throw new Error('a lot was settled otherwise');
      for (const output of outputs) waiting.delete(output);
      for (const { seen } of expected) seen();
    }
  };
  const stop = chain.onBlock(take);
  return {
    expect: (output, lot, seen) => {
      waiting.set(output, { lot, seen });
    },
    get left() {
      return waiting.size;
    },
    stop,
  };
}
