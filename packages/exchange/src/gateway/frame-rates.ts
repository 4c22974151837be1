/**
 * How many frames are taken: of one connection, and of all connections from one address of the network together. Many households may stand behind one address, so each
 * connection has a small share that its neighbours cannot use up.
 */
import { LRUCache } from 'lru-cache';
import {
  ownFramesAtFirst,
  ownFramesBurst,
  ownFramesPerSecond,
  refusedFramesBurst,
  refusedFramesPerSecond,
  refusedSourceFramesBurst,
  refusedSourceFramesPerSecond,
  sourcesMax,
} from '../limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import type { Meters } from '../watch/meters.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';

/** What becomes of a frame: `refused` ones are answered so, at `cut` the connection has to end. */
export type FrameVerdict = 'taken' | 'refused' | 'cut';

/** What one connection, or one address, may still send. */
interface Rates {
  readonly frames: Bucket;
  /** Frames above the rate that are answered still. */
  readonly refusals: Bucket;
}

/** The rates of all addresses. */
export class FrameRates {
  readonly #limits: OperatingLimits;
  readonly #meters: Meters;
  readonly #sources = new LRUCache<string, Rates>({ max: sourcesMax });

  constructor(limits: OperatingLimits, meters: Meters) {
    this.#limits = limits;
    this.#meters = meters;
  }

  /** The count of a new connection. @param now milliseconds on a clock that never runs backwards. */
  connection(source: string, now: number): FrameCounter {
    const limits = this.#limits;
    let rates = this.#sources.get(source);
    if (rates === undefined) {
      rates = {
        frames: createBucket(
          limits['source-frames-burst'],
          limits['source-frames-per-second'],
          now,
        ),
        refusals: createBucket(refusedSourceFramesBurst, refusedSourceFramesPerSecond, now),
      };
      this.#sources.set(source, rates);
    }
    const own = {
      frames: createBucket(limits['frames-burst'], limits['frames-per-second'], now),
      refusals: createBucket(refusedFramesBurst, refusedFramesPerSecond, now),
    };
    return new FrameCounter(own, rates, now, this.#meters);
  }
}

/** Counts the frames of one connection. */
export class FrameCounter {
  readonly #own: Rates;
  readonly #source: Rates;
  /** What is left to it when its address has nothing left. Small at first, or coming back again and again would be a way around. */
  readonly #share: Bucket;
  readonly #meters: Meters;

  constructor(own: Rates, source: Rates, now: number, meters: Meters) {
    this.#own = own;
    this.#source = source;
    this.#share = createBucket(ownFramesBurst, ownFramesPerSecond, now);
    this.#share.tokens = ownFramesAtFirst;
    this.#meters = meters;
  }

  /** Counts a frame. @param now milliseconds on a clock that never runs backwards. */
  take(now: number): FrameVerdict {
    if (!take(this.#own.frames, now)) return this.#refuse('frames', now);
    if (take(this.#source.frames, now) || take(this.#share, now)) return 'taken';
    return this.#refuse('sourceFrames', now);
  }

  #refuse(what: 'frames' | 'sourceFrames', now: number): FrameVerdict {
    if (!take(this.#own.refusals, now) || !take(this.#source.refusals, now)) return 'cut';
    this.#meters.limited[what] += 1;
    return 'refused';
  }
}
