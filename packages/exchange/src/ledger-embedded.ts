/** The embedded chain as the exchange's ledger: every block of it is final, and it answers at once. */
import { MARKET_ASSETS, startBlocks } from '@wattlot/ledger';
import type { Block, BlockProducer, BlockTimers, Chain, Operator } from '@wattlot/ledger';
import type { Clock } from './clock.ts';
import { sure } from './exact.ts';
import type { FinalBlock, LedgerPort, MarketOperator, OpenLedger } from './ledger-port.ts';

/** The port of a chain in this process. */
export function embeddedLedger(chain: Chain): LedgerPort {
  return {
    name: chain.name,
    genesis: sure(chain.block(0), 'block 0').hash.slice(0, 16),
    params: chain.params,
    operator: chain.operator,
    names: { energy: MARKET_ASSETS.energy.name, ecoin: MARKET_ASSETS.ecoin.name },
    signatures: chain.signatures,
    get height() {
      return chain.height;
    },
    finalMs: 0,
    asset: (name) => chain.asset(name),
    movesAt: (height) => chain.blockMoves({ height }).moves,
    follow: (from, take, failed) => followBlocks(chain, { from, take, failed }),
    onBlock: (listener) => chain.onBlock(listener),
    look: (_outputs, then) => then(true),
    output: (output) => {
      const [txid = '', vout = ''] = output.split(':');
      const held = chain.output(txid, Number(vout));
      return held && { script: held.script, isFinal: held.height !== undefined };
    },
    holding: (address, name) => {
      const asset = chain.asset(name);
      return asset === undefined ? 0n : (chain.balances(address).get(asset.id) ?? 0n);
    },
    untilKept: () => untilInBlock(chain),
  };
}

/** The chain with its producer of blocks. @param timers what keeps its pace; left out, the machine's. */
export function openEmbeddedLedger(
  chain: Chain,
  operator: Operator,
  clock: Clock,
  timers?: BlockTimers,
): OpenLedger {
  let blocks: BlockProducer | undefined;
  return {
    port: embeddedLedger(chain),
    operator: embeddedOperator(operator),
    chain,
    begin: async (_state, failed) => {
      const now = (): number => clock.now() / 1000;
      const pace = timers === undefined ? {} : { timers };
      blocks = startBlocks(chain, { now, onError: failed, ...pace });
      await operator.ensureMarket();
      await untilIssued(chain);
    },
    stop: async () => {
      await blocks?.stop();
    },
    close: () => chain.close(),
  };
}

/** The operator whose key is here: what it has signed under a reference is on disk before it is sent, so that asking again sends the same. */
export function embeddedOperator(operator: Operator): MarketOperator {
  return {
    ...operator.participants,
    repeatMs: 0,
    admit: (address) => operator.admit(address),
    admitMeter: (address) => operator.admitMeter(address),
    issueTo: (request) => operator.issueTo(request),
  };
}

function followBlocks(
  chain: Chain,
  {
    from,
    take,
    failed,
  }: {
    readonly from: number;
    readonly take: (block: FinalBlock) => void;
    readonly failed: (error: unknown) => void;
  },
): () => void {
  let next = from;
  let stopped = false;
  const follow = (): void => {
    try {
      while (!stopped && next <= chain.height) {
        take(finalBlock(chain, next));
        next += 1;
      }
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

function finalBlock(chain: Chain, height: number): FinalBlock {
  const { moves, spends } = chain.blockMoves({ height });
  let block: Block | undefined;
  return {
    height,
    moves,
    spends,
    bytesOf: (id) => {
      block ??= chain.block(height);
      return block?.transactions.find(({ txid }) => txid === id)?.bytes;
    },
  };
}

/** The market's assets have to be on disk before the journal speaks of them. */
async function untilIssued(chain: Chain): Promise<void> {
  const names = Object.values(MARKET_ASSETS).map(({ name }) => name);
  await untilBlock(chain, () => names.every((name) => (chain.asset(name)?.ref ?? null) !== null));
}

/** Waits until all that the chain has accepted so far is in a block, also what somebody else's request has sent. */
async function untilInBlock(chain: Chain): Promise<void> {
  // Blocks are made in the order of acceptance.
  const last = chain.pool().at(-1);
  await untilBlock(chain, () => last === undefined || chain.transaction(last)?.block !== undefined);
}

async function untilBlock(chain: Chain, isThere: () => boolean): Promise<void> {
  if (isThere()) return;
  await new Promise<void>((done) => {
    const stop = chain.onBlock(() => {
      if (!isThere()) return;
      stop();
      done();
    });
  });
}
