/** Book updates to many subscribers against a bare broadcast of the same bytes, in turns. */
import type { Changed, ChangesJob } from './market.ts';
import { median } from './numbers.ts';
import type { Broadcast, BroadcastJob } from './peer.ts';
import { processorSeconds } from './process.ts';
import type { Helper } from './process.ts';
import type { Watched, WatchersJob } from './watchers.ts';

/** What takes part. */
export interface FanoutParts {
  readonly market: Helper<ChangesJob, Changed> & { readonly hello: string };
  readonly peer: Helper<BroadcastJob, Broadcast> & { readonly hello: string };
  readonly watchers: Helper<WatchersJob, Watched>;
}

/** How much reached the subscribers. */
export interface Delivered {
  /** Messages received, by all together. */
  readonly perSecond: number;
  /** Changes of the book that those messages told, by all together: a message holds all that one commit changed. */
  readonly changesPerSecond: number;
  /** Microseconds of processor time for each message: the server's with all its threads, and the subscribers'. */
  readonly serverMicros: number;
  readonly watcherMicros: number;
}

/** One number of subscribers, medians over the rounds. */
export interface FanoutFigures {
  readonly subscribers: number;
  /** Bytes of the update that the peer sends. */
  readonly bytes: number;
  readonly bare: Delivered;
  /** One change a commit: each in a message of its own. */
  readonly single: Delivered;
  /** Many changes a commit: what comes together goes out together. */
  readonly together: Delivered;
  /** Messages for each of the bare broadcast's, and changes for each of its messages, in the same round. */
  readonly singleRatio: number;
  readonly togetherRatio: number;
}

/** Changes that come together. */
const changesTogether = 10;

/** Measures one number of subscribers, in turns, `rounds` times. */
export async function measureFanout(
  parts: FanoutParts,
  subscribers: number,
  { rounds, ms }: { readonly rounds: number; readonly ms: number },
): Promise<FanoutFigures> {
  const { watchers, market, peer } = parts;
  const all: Record<'bare' | 'single' | 'together', Delivered[]> = {
    bare: [],
    single: [],
    together: [],
  };
  let frame = '';
  for (let round = 0; round < rounds; round += 1) {
    await watchers.ask({ kind: 'connect', url: market.hello, count: subscribers });
    all.single.push(await change(parts, { together: 1, ms }));
    frame = (await watchers.ask({ kind: 'show' })).message;
    all.together.push(await change(parts, { together: changesTogether, ms }));
    await watchers.ask({ kind: 'connect', url: peer.hello, count: subscribers });
    all.bare.push(await broadcast(parts, frame, ms));
  }
  await watchers.ask({ kind: 'connect', url: peer.hello, count: 0 });
  const ratio = (one: number[]): number =>
    median(one.map((value, round) => value / (all.bare[round]?.perSecond ?? NaN)));
  return {
    subscribers,
    bytes: Buffer.byteLength(frame),
    bare: mediansOf(all.bare),
    single: mediansOf(all.single),
    together: mediansOf(all.together),
    singleRatio: ratio(all.single.map(({ perSecond }) => perSecond)),
    togetherRatio: ratio(all.together.map(({ changesPerSecond }) => changesPerSecond)),
  };
}

async function change(
  { watchers, market }: FanoutParts,
  { together, ms }: { together: number; ms: number },
): Promise<Delivered> {
  const warmMs = ms / 4;
  const changing = market.ask({ ms: ms + 2 * warmMs, together });
  const before = processorSeconds(market.pid);
  const watched = await watchers.ask({ kind: 'count', warmMs, ms });
  const server = processorSeconds(market.pid) - before;
  await changing;
  return deliveredOf(watched, server * (ms / (ms + warmMs)), together);
}

async function broadcast(
  { watchers, peer }: FanoutParts,
  frame: string,
  ms: number,
): Promise<Delivered> {
  const warmMs = ms / 4;
  const sending = peer.ask({ frame, ms: ms + 2 * warmMs });
  const before = processorSeconds(peer.pid);
  const watched = await watchers.ask({ kind: 'count', warmMs, ms });
  const server = processorSeconds(peer.pid) - before;
  await sending;
  return deliveredOf(watched, server * (ms / (ms + warmMs)), 1);
}

function deliveredOf(
  { messages, seconds, processor }: Watched,
  server: number,
  changesEach: number,
): Delivered {
  return {
    perSecond: messages / seconds,
    changesPerSecond: (messages * changesEach) / seconds,
    serverMicros: (server * 1e6) / messages,
    watcherMicros: (processor * 1e6) / messages,
  };
}

function mediansOf(all: readonly Delivered[]): Delivered {
  const of = (name: keyof Delivered): number => median(all.map((one) => one[name]));
  return {
    perSecond: of('perSecond'),
    changesPerSecond: of('changesPerSecond'),
    serverMicros: of('serverMicros'),
    watcherMicros: of('watcherMicros'),
  };
}
