/** Calls that embedded nodes answer otherwise than recorded, each with its reason. The test holds this list against the run, in both directions. */
import type { RecordedVersion } from './conformance-run.ts';

/** Some calls of one recording, with why their answers differ. */
export interface Reason {
  readonly file: string;
  readonly why: string;
  /** By `seq`. */
  readonly calls: Readonly<Partial<Record<RecordedVersion, readonly number[]>>>;
}

const PEERS = 'A wallet node has no peers: it asks the operator’s chain.';
const DELAY = 'Network delay: embedded nodes know at once what another has sent.';
const ONE_POOL =
  'Two buyers at once: embedded nodes share one pool, so the second is refused when he sends, ' +
  'not when the next block comes. His money stays his; his lock stays until he lifts it.';
const CHANCE =
  'Which of several outputs that would do is spent, a node leaves to chance; here it is not that one.';
const NO_MERGE =
  'A node’s wallet merges its outputs by itself from 50 on. An embedded one never does.';
const EXACT =
  'A node reads quantities as binary floating point and loses units above 2^53; here they are exact.';
const COINBASE = 'An embedded block’s coinbase carries its producer’s seal in another form.';
const WORK_ONLY = 'An embedded chain makes a block when there is work, a node every few seconds.';
const NO_STREAMS = 'An embedded chain has no streams.';

const both = (...calls: number[]): Reason['calls'] => ({ '1.0.9': calls, '2.3.3': calls });

/** All of them. */
export const REASONS: readonly Reason[] = [
  { file: 'transcript-paper', why: PEERS, calls: { '1.0.9': [15], '2.3.3': [16] } },
  {
    file: 'transcript-paper',
    why: DELAY,
    calls: { '1.0.9': [36], '2.3.3': [13, 15, 37] },
  },
  {
    file: 'transcript-paper',
    why: 'The node had no block yet and so nothing to spend; an embedded chain starts with one. Not asked, for ours would issue the asset.',
    calls: { '2.3.3': [5] },
  },
  { file: 'errors', why: CHANCE, calls: { '1.0.9': [126] } },
  { file: 'errors', why: DELAY, calls: both(247) },
  {
    file: 'races',
    why: ONE_POOL,
    calls: {
      '1.0.9': [7, 11, 12, 13, 14, 16, 25, 27, 31, 33, 36],
      '2.3.3': [7, 13, 14, 16, 25, 27, 31, 33, 36],
    },
  },
  { file: 'races', why: CHANCE, calls: { '1.0.9': [32] } },
  { file: 'races', why: NO_MERGE, calls: both(2004, 2006, 2007) },
  { file: 'quantities', why: EXACT, calls: { '1.0.9': [28, 35], '2.3.3': [27, 28, 35] } },
  { file: 'listing', why: PEERS, calls: both(5, 6) },
  { file: 'listing', why: DELAY, calls: both(7, 8) },
  {
    file: 'listing',
    why: 'A wallet node makes no blocks; and network delay, as above.',
    calls: both(10),
  },
  { file: 'listing', why: WORK_ONLY, calls: both(12) },
  { file: 'listing', why: COINBASE, calls: both(18, 19) },
  {
    file: 'listing',
    why: 'An embedded chain’s first block is of the same version as all others.',
    calls: { '2.3.3': [14] },
  },
  {
    file: 'listing',
    why: 'Who issues an asset may issue it and administer it here, as with 1.0.9; 2.3 adds three permissions.',
    calls: { '2.3.3': [49] },
  },
  { file: 'listing', why: CHANCE, calls: both(81) },
  { file: 'listing', why: NO_MERGE, calls: both(90, 91, 92) },
  { file: 'listing', why: NO_STREAMS, calls: both(99, 100, 101, 102, 103) },
  {
    file: 'errors-startup',
    why: 'An embedded node has no block index to load.',
    calls: { '1.0.9': [12, 13] },
  },
  { file: 'errors-startup', why: DELAY, calls: { '1.0.9': [15, 16, 18] } },
];

/** Why a call differs. */
export function reasonOf(version: RecordedVersion, file: string, seq: number): string | undefined {
  return REASONS.find((one) => one.file === file && one.calls[version]?.includes(seq))?.why;
}
