/** What the recordings do not say of themselves: when blocks came, what was done between the recorded calls, and which calls must differ. */
import type { NodeName } from './conformance-network.ts';

/** Something done before a call that the recording leaves out, but whose effect it shows. */
export type Unrecorded =
  | { readonly kind: 'block' }
  | { readonly kind: 'restart'; readonly node: NodeName }
  /** A node made an address: the first parameter of call `seq`. */
  | { readonly kind: 'address'; readonly node: NodeName; readonly seq: number }
  | { readonly kind: 'unlock'; readonly nodes: readonly NodeName[] }
  | {
      readonly kind: 'call';
      readonly node: NodeName;
      readonly method: string;
      /** Names of nodes stand for their addresses. */
      readonly params: readonly unknown[];
      readonly times?: number;
      /** The transaction that it makes is the first parameter of this call. */
      readonly names?: number;
    };

/** How one recording is replayed. Calls are named by their `seq`. */
export interface Plan {
  readonly file: string;
  /** Calls whose first parameter is the address of a node, where no earlier call tells it. */
  readonly owners: ReadonlyMap<NodeName, number>;
  readonly before: ReadonlyMap<number, readonly Unrecorded[]>;
  /** Calls after which a block came: from the notes, the heights, the confirmations. */
  readonly blocksAfter: readonly number[];
  /** Calls asked before another: two nodes at the same moment. */
  readonly first: ReadonlyMap<number, number>;
  /** Calls that are not asked: ours would do what the node refused, and all that follows would be another story. */
  readonly left: ReadonlySet<number>;
}

const BLOCK: Unrecorded = { kind: 'block' };
const UNLOCK: Unrecorded = { kind: 'unlock', nodes: ['A', 'P', 'C'] };

function plan(file: string, change: Partial<Plan>): Plan {
  return {
    file,
    owners: new Map(),
    before: new Map(),
    blocksAfter: [],
    first: new Map(),
    left: new Set(),
    ...change,
  };
}

const PAPER = plan('transcript-paper', { blocksAfter: [10, 27, 49] });

/** 2.3 refused the first issue because its chain had no block yet; all later calls are numbered one higher. */
const PAPER_23 = plan('transcript-paper', { blocksAfter: [11, 28, 50], left: new Set([5]) });

const ERRORS = plan('errors', {
  before: new Map([
    [110, [{ kind: 'address', node: 'P', seq: 110 }]],
    [116, [UNLOCK]],
    [243, [{ kind: 'address', node: 'C', seq: 243 }]],
  ]),
  blocksAfter: [2, 103, 141, 179, 186, 242],
});

const LOTS = plan('lots', {
  before: new Map([[1, [BLOCK, UNLOCK]]]),
  blocksAfter: [3, 111],
});

/** What a node's wallet does by itself when it has 50 outputs, and ours never: everything of an asset in one output. */
const mergeAll = (asset: string, quantity: number): Unrecorded => {
  return { kind: 'call', node: 'P', method: 'sendassetfrom', params: ['P', 'P', asset, quantity] };
};

const RACES = plan('races', {
  before: new Map([
    [1, [UNLOCK]],
    [1011, [{ kind: 'restart', node: 'P' }]],
    [2008, [mergeAll('ecoin', 3050), mergeAll('energy', 274), BLOCK]],
  ]),
  blocksAfter: [6, 17, 36, 1010, 2005, 2009],
  first: new Map([[7, 8]]),
});

/** A block of a real chain with nothing in it; an embedded chain makes none, so here C pays nothing to himself. */
const EMPTY_BLOCK: readonly Unrecorded[] = [
  { kind: 'call', node: 'C', method: 'send', params: ['C', 0] },
  BLOCK,
];

/** @param emptyBlocks that came between the payments before and the first call. */
const quantities = (emptyBlocks: readonly Unrecorded[]): Plan =>
  plan('quantities', {
    before: new Map([
      [
        1,
        [
          { kind: 'call', node: 'A', method: 'sendasset', params: ['P', 'ecoin', 1], times: 8 },
          BLOCK,
          ...emptyBlocks,
          {
            kind: 'call',
            node: 'P',
            method: 'preparelockunspent',
            params: [{ energy: 1 }, false],
            names: 1,
          },
        ],
      ],
    ]),
  });

const STARTUP = plan('errors-startup', {
  owners: new Map([
    ['C', 3],
    ['P', 16],
  ]),
  before: new Map([
    [
      19,
      [
        { kind: 'call', node: 'A', method: 'grant', params: ['P', 'connect,send,receive'] },
        { kind: 'call', node: 'A', method: 'grant', params: ['P', 'energy.issue'] },
        BLOCK,
        { kind: 'call', node: 'P', method: 'issuemore', params: ['P', 'energy', 1] },
      ],
    ],
  ]),
  blocksAfter: [3, 11],
});

/** The recordings of one chain, in the order in which they were made. */
export function plansOfChain(version: string): readonly Plan[] {
  const [paper, afterPayments] =
    version === '1.0.9' ? [PAPER, quantities(EMPTY_BLOCK)] : [PAPER_23, quantities([])];
  return [paper, ERRORS, LOTS, RACES, afterPayments, plan('listing', {})];
}

/** The recording of a chain of its own. */
export const YOUNG_CHAIN: readonly Plan[] = [STARTUP];
