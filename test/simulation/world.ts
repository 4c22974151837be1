/**
 * The world of a simulation: time that passes only when the next thing happens, chance from one seed, and a trace of all that happened. One thread, no timers, no
 * disk, no network: everything in it is a function of the seed.
 *
 * The parts of the simulation: `block-disk.ts` and the exchange's `journal/simulated.ts` are the disks, `network.ts` lies between the exchange and its clients,
 * `server.ts` is the exchange's process, `household.ts` a participant's with its wallet and agent, `habits.ts` what its owner does, `checker.ts` watches. All of them
 * run the real code of the packages; what is simulated is only what is around it. `run.ts` plays one seed.
 */
import { createHash } from 'node:crypto';

/** Chance from a seed. Equal seeds make equal draws. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to 1, which is not reached. Mulberry32: any seed is a good one. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from 0 up to `end`, which is not reached. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** True so many times in a hundred. */
  percent(share: number): boolean {
    return this.next() * 100 < share;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** One of several things by their weights. */
  weighted<T>(choices: readonly (readonly [weight: number, what: T])[]): T | undefined {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    return (choices.find(([weight]) => (left -= weight) < 0) ?? choices.at(-1))?.[1];
  }

  readonly bytes = (length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 1) bytes[at] = this.below(256);
    return bytes;
  };
}

/** A process: when it is over, nothing that it had meant to do happens any more. */
export class Life {
  #isOver = false;
  readonly #ends: (() => void)[] = [];

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const end of this.#ends.splice(0)) end();
  }

  /** Calls back when it ends; at once when it has. */
  whenOver(end: () => void): void {
    if (this.#isOver) end();
    else this.#ends.push(end);
  }
}

interface Happening {
  readonly at: number;
  readonly happen: () => void;
  readonly life: Life | undefined;
  isCalledOff: boolean;
}

/** 2026-11-23T08:00Z. */
const start = 1_795_420_800_000;

export class World {
  readonly chance: Chance;
  /** Milliseconds since the beginning. */
  now = 0;
  /** Milliseconds by which people have set the wall clock off. */
  wallShift = 0;
  /** Set when no faults happen any more. */
  isCalm = false;
  /** Set while nothing of the faults before can be felt any more either. */
  isQuiet = false;
  /** Offers and outputs that a liar has made up: none of them may ever count. */
  readonly spoiled = new Set<string>();
  readonly #coming: Happening[] = [];
  readonly #trace = createHash('sha256');
  readonly #listener: ((line: string) => void) | undefined;

  /** @param listener told of each line of the trace: for a person who looks for what went wrong. */
  constructor(seed: number, listener?: (line: string) => void) {
    this.chance = new Chance(seed);
    this.#listener = listener;
  }

  /** Milliseconds since 1970 by the wall clock. */
  get wall(): number {
    return start + Math.floor(this.now) + this.wallShift;
  }

  /** Lets something happen after a while. @returns how to call it off. */
  after(delayMs: number, happen: () => void, life?: Life): () => void {
    return this.at(this.now + Math.max(0, delayMs), happen, life);
  }

  /**
   * Lets something happen at a time that is not over. What has to come behind something else at the same time is given that time: a delay up to it and the time from now are not always
   * the same number.
   * @returns how to call it off.
   */
  at(time: number, happen: () => void, life?: Life): () => void {
    const happening: Happening = { at: time, happen, life, isCalledOff: false };
    // Behind all that come at the same time: what was meant first happens first.
    let low = 0;
    let high = this.#coming.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#coming[middle];
      if (other !== undefined && other.at <= happening.at) low = middle + 1;
      else high = middle;
    }
    this.#coming.splice(low, 0, happening);
    return () => {
      happening.isCalledOff = true;
    };
  }

  /** A line of the trace, whose hash tells whether two runs were the same. */
  note(line: string): void {
    const text = `${this.now.toFixed(3)} ${line}\n`;
    this.#trace.update(text);
    this.#listener?.(text);
  }

  /** The hash of the trace. To be called once, at the end. */
  traceHash(): string {
    return this.#trace.digest('hex');
  }

  /**
   * Lets time pass until `end` or until `isDone`. After each thing that happens, and all that follows from it at once, `each` is called.
   * @returns whether it was done.
   */
  async run(end: number, each: () => void, isDone: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      if (isDone()) return true;
      const next = this.#coming[0];
      if (next === undefined || next.at > end) break;
      this.#coming.shift();
      if (next.isCalledOff || next.life?.isOver === true) continue;
      this.now = next.at;
      next.happen();
      await rest();
      each();
    }
    this.now = Math.max(this.now, end);
    return false;
  }
}

/** Lets every promise that can be kept be kept. */
function rest(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}
