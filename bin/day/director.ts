/**
 * Plays a recorded day for whoever looks at it: when which entry is shown. The player does the work in slices; this decides what it works on, by a clock, and tells where the
 * day is. One thing at a time: a new wish ends the one before.
 */
import type { LoopClient } from '@wattlot/client';
import type { Instant, OrderId, OrderStory } from '@wattlot/core';
import { toInstant } from '@wattlot/core';
import type { Player, RecordedDay } from '@wattlot/exchange';
import type { ReplayCommand, ReplayPosition, ReplaySource, ReplayTold } from '@wattlot/tui';
import type { Where } from '@wattlot/tui';
import { workOf } from './work.ts';

/** What of a clock the director needs. */
export interface DirectorClock {
  /** Milliseconds. */
  readonly now: () => number;
  /** @returns a function that calls it off. */
  readonly later: (ms: number, action: () => void) => () => void;
}

export interface DirectorOptions {
  readonly day: RecordedDay;
  readonly player: Player;
  readonly client: LoopClient;
  readonly clock: DirectorClock;
  readonly speed: number;
  /** Told when the day cannot be read any more. */
  readonly failed: (error: unknown) => void;
}

export const speedMin = 0.1;
export const speedMax = 10_000;

/** Milliseconds between two looks at what has happened meanwhile while the day plays: what a screen shows of it. */
const frameMs = 33;

/** Milliseconds of a frame that are made up for at most: a machine that cannot keep up plays more slowly rather than longer and longer at a stretch. */
const frameMsMax = 250;

/** Milliseconds after which work is told of, and between two times that it is. */
const workToldMs = 150;

type Way = ReturnType<Player['seek']>;

interface Going {
  readonly way: Way;
  readonly kind: 'frame' | 'trip';
  /** When its first entry was read. */
  startedAt: number;
  /** Where it began, and where it leads if anybody knows. */
  readonly seq: number;
  readonly aim: number | undefined;
  /** When it has arrived. */
  readonly arrived: () => void;
  callOff: () => void;
}

function instantOf(microseconds: number): Instant {
  const instant = toInstant(Math.max(0, Math.round(microseconds)));
  if (instant === undefined) throw new RangeError(`${microseconds} is no instant`);
  return instant;
}

export class Director implements ReplaySource {
  readonly #options: DirectorOptions;
  readonly #listeners = new Set<(told: ReplayTold) => void>();
  #speed: number;
  #isPlaying = false;
  /** What time it is in the day. */
  #at: Instant;
  #frameAt = 0;
  #going: Going | undefined;
  #callOffFrame = (): void => {};
  #toldWorkAt = 0;

  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#speed = options.speed;
    this.#at = options.day.from;
    const { player, client } = options;
    player.show({
      begin: () => {
        this.#tell({ kind: 'anew', at: player.at / 1000 });
        client.begin();
      },
      receive: (text) => {
        // What comes is from then: the log writes that time down.
        if (player.at > this.#at) this.#moveTo(player.at);
        client.receive(text);
      },
    });
  }

  listen(listener: (told: ReplayTold) => void): () => void {
    this.#listeners.add(listener);
    // Whoever comes is told all, by the client too.
    this.#options.player.begin();
    this.#tellPosition();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  story(order: OrderId): OrderStory | undefined {
    return this.#options.player.story(order);
  }

  command(command: ReplayCommand): void {
    const { player } = this.#options;
    switch (command.kind) {
      case 'toggle':
        return this.#toggle();
      case 'speed':
        return this.#changeSpeed(command.by);
      case 'step':
        this.#pause();
        if (command.unit === 'entry') return this.#stepBy(command.by);
        return this.#go(player.seekTrade(command.by), () => this.#arrive(player.at));
      case 'go':
        return this.#goTo(command.to);
      case 'stop':
        return this.#stop();
    }
  }

  /** Goes to an entry, and plays from there. */
  start(seq: number): void {
    const { player } = this.#options;
    this.#go(player.seek(seq), () => {
      this.#arrive(player.at);
      this.#play();
    });
  }

  /** Nothing goes on any more. */
  close(): void {
    this.#pause();
    this.#end();
    this.#listeners.clear();
  }

  /** A key that is held down is faster than the steps: what is under way counts as done. */
  #stepBy(by: 1 | -1): void {
    const { player, day } = this.#options;
    const from = this.#going?.aim ?? player.seq;
    const aim = Math.max(0, Math.min(day.last, from + by));
    this.#go(player.seek(aim), () => this.#arrive(player.at), { aim });
  }

  #toggle(): void {
    if (this.#going?.kind === 'trip') return this.#stop();
    if (this.#isPlaying) {
      this.#pause();
      this.#end();
      this.#tellPosition();
      return;
    }
    const { player } = this.#options;
    if (player.nextAt === undefined) {
      // At the end there is nothing to play but all of it.
      this.start(0);
      return;
    }
    this.#play();
  }

  #play(): void {
    this.#isPlaying = true;
    this.#frameAt = this.#options.clock.now();
    this.#tellPosition();
    this.#nextFrame();
  }

  #pause(): void {
    this.#isPlaying = false;
    this.#callOffFrame();
  }

  #nextFrame(): void {
    this.#callOffFrame = this.#options.clock.later(frameMs, () => this.#frame());
  }

  #frame(): void {
    const { clock, day, player } = this.#options;
    const now = clock.now();
    const elapsed = Math.min(frameMsMax, now - this.#frameAt);
    this.#frameAt = now;
    const until = instantOf(Math.min(day.to, this.#at + elapsed * this.#speed * 1000));
    this.#go(
      player.play(until),
      () => {
        this.#at = until;
        if (player.nextAt === undefined) this.#isPlaying = false;
        this.#tellPosition();
        if (this.#isPlaying) this.#nextFrame();
      },
      { kind: 'frame' },
    );
  }

  #changeSpeed(by: 1 | -1): void {
    const speed = by === 1 ? this.#speed * 2 : this.#speed / 2;
    this.#speed = Math.min(speedMax, Math.max(speedMin, speed));
    this.#tellPosition();
  }

  #goTo(to: Where): void {
    const { day, player } = this.#options;
    const wasPlaying = this.#isPlaying;
    this.#pause();
    const isTime = 'at' in to;
    const aim = isTime ? instantOf(Math.min(day.to, Math.max(day.from, to.at * 1000))) : undefined;
    const seq = aim === undefined ? ('seq' in to ? to.seq : 0) : day.seqAt(aim);
    this.#go(player.seek(seq), () => {
      this.#arrive(aim ?? player.at);
      if (wasPlaying && player.nextAt !== undefined) this.#play();
    });
  }

  #stop(): void {
    const going = this.#going;
    if (going?.kind !== 'trip') return;
    this.#end();
    const { player } = this.#options;
    if (player.seq !== going.seq) this.#moveTo(player.at);
    this.#tellPosition();
    // What there is takes a moment to be told; that the way is over is told at once.
    this.#go(player.settle(), () => this.#tellPosition(), { kind: 'frame' });
    this.#tell({ kind: 'stopped', seq: player.seq, isBack: player.seq === going.seq });
  }

  #arrive(at: Instant): void {
    this.#at = at;
    this.#tellPosition();
  }

  /** Begins a way, in place of any other. The first slice is at once, so that a short one is over by then. */
  #go(
    way: Way,
    arrived: () => void,
    { kind = 'trip', aim }: { readonly kind?: Going['kind']; readonly aim?: number } = {},
  ): void {
    this.#end();
    const { clock, player } = this.#options;
    const startedAt = clock.now();
    this.#going = { way, kind, aim, startedAt, seq: player.seq, arrived, callOff: () => {} };
    this.#toldWorkAt = startedAt;
    this.#slice(this.#going);
  }

  #slice(going: Going): void {
    const { clock, failed } = this.#options;
    try {
      const { done, value } = going.way.next();
      if (done === true) {
        this.#going = undefined;
        going.arrived();
        return;
      }
      going.callOff = clock.later(0, () => this.#slice(going));
      const now = clock.now();
      if (value.loading !== undefined) going.startedAt = now;
      if (going.kind !== 'trip' || now - this.#toldWorkAt < workToldMs) return;
      this.#toldWorkAt = now;
      const work = workOf(value, now - going.startedAt);
      this.#tell({ kind: 'position', position: { ...this.#position(), work } });
    } catch (error) {
      this.#going = undefined;
      failed(error);
    }
  }

  /** Ends the way that the day is on, on a whole entry. */
  #end(): void {
    const going = this.#going;
    this.#going = undefined;
    going?.callOff();
    going?.way.return();
  }

  #moveTo(at: Instant): void {
    this.#at = at;
    this.#tellPosition();
  }

  #tellPosition(): void {
    this.#tell({ kind: 'position', position: this.#position() });
  }

  #tell(told: ReplayTold): void {
    for (const listener of this.#listeners) listener(told);
  }

  #position(): ReplayPosition {
    const { day, player } = this.#options;
    return {
      seq: player.seq,
      last: day.last,
      command: player.command,
      at: this.#at / 1000,
      from: day.from / 1000,
      to: day.to / 1000,
      speed: this.#speed,
      isPlaying: this.#isPlaying,
    };
  }
}
