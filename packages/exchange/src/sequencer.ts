/**
 * The only writer. Each command gets its number and its instant, is applied in memory at once, and goes to the journal with all others that came
 * while the last commit was on its way. Nothing leaves before its commit is on disk: then the answers, then everything that follows from the events,
 * in the order of the journal.
 *
 * The state is therefore ahead of the disk by what is on its way. Whoever tells anybody anything works from the committed events, never from the
 * state; the state decides only what to put into the next command.
 */
import {
  apply,
  isPlaced,
  lastInstant,
  lastSeq,
  liveOrdersOf,
  nextDeadline,
  refusalOf,
} from '@wattlot/core';
import type {
  Command,
  Entry,
  Event,
  Instant,
  OrderAmend,
  OrderPlace,
  RefusalCode,
  State,
} from '@wattlot/core';
import type { Clock } from './clock.ts';
import { ExchangeError } from './errors.ts';
import { exactSeq } from './exact.ts';
import type { Journal } from './journal/journal.ts';
import { commitWeightMax, timerMsMax } from './limits.ts';
import { usualLimits } from './operating-limits.ts';
import type { OperatingLimits } from './operating-limits.ts';
import { isFromOutside, isNewLoad } from './shedding.ts';

/** An entry and what it did. */
export interface Applied {
  readonly entry: Entry;
  readonly events: readonly Event[];
}

/** Called when an entry is on disk. */
export type Answer = (applied: Applied) => void;

/** What a sequencer is made of. */
export interface SequencerOptions {
  /** The fold of everything in the journal. */
  readonly state: State;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
  /** Told of each commit, after the answers to its entries, and how many microseconds the journal took. */
  readonly committed: (batch: readonly Applied[], micros: number) => void;
  /** Told once when nothing more can be committed. The process has to end: what is on its way may be on disk or not. */
  readonly failed: (error: unknown) => void;
  /** Calls back when whatever has come at the same time has been taken in too, and what was sent before is on its way. Default: as soon as the caller has ended. */
  readonly soon?: (then: () => void) => void;
}

/** A command that was only looked at: the answer goes out when what it rests on is on disk. */
interface Check {
  readonly after: number;
  readonly tell: () => void;
}

/** A batch on its way to the disk. */
interface Commit {
  readonly batch: readonly Waiting[];
  readonly since: Instant;
  readonly written: Promise<void>;
}

interface Waiting extends Applied {
  readonly answer: Answer;
}

/** Made once, on a state that is the fold of the journal. */
export class Sequencer {
  readonly #options: SequencerOptions;
  #collected: Waiting[] = [];
  #checks: Check[] = [];
  #committing = false;
  #commitSince: Instant | undefined;
  #hasFailed = false;
  #stopped: ExchangeError | undefined;
  #drained: (() => void)[] = [];
  #timer: { readonly at: Instant; readonly stop: () => void } | undefined;

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#arm();
  }

  /** Entries applied and not on disk yet. */
  get backlog(): number {
    return this.#collected.length;
  }

  /** Nothing is taken any more. */
  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** So much waits for the disk that new orders are turned away. */
  get isBusy(): boolean {
    const { limits = usualLimits } = this.#options;
    return this.#waiting >= limits['order-backlog'];
  }

  /** Since when the commit on its way to the disk is; undefined when none is. */
  get commitSince(): Instant | undefined {
    return this.#commitSince;
  }

  get #waiting(): number {
    return this.#collected.length + this.#checks.length;
  }

  /**
   * Puts a command in its place. `answer` is called once its entry is on disk, in the order of the entries, and never when it may not be.
   * @throws ExchangeError `busy` for a new order or an amendment, and `unavailable` for whatever comes from outside, when too much waits for the disk;
   *   `orders_limited` for one live order too many; `unavailable` when the exchange is closing: nothing was done then. `journal_io` after a failure.
   */
  post(command: Command, answer: Answer): void {
    this.#requireRoom(command);
    const entry = this.#stamp(command);
    let events: readonly Event[];
    try {
      events = apply(this.#options.state, entry);
    } catch (error) {
      // A bug. The entry is not in the journal, so that the exchange can start again without it.
      this.#fail(error);
      throw error;
    }
    this.#collected.push({ entry, events, answer });
    this.#arm();
    if (this.#committing) return;
    this.#committing = true;
    const { soon = queueMicrotask } = this.#options;
    soon(() => void this.#commit());
  }

  /** As `post`, with a promise; it is rejected when the journal fails, and then the entry may be on disk or not. */
  submit(command: Command): Promise<Applied> {
    return new Promise((resolve, reject) => {
      try {
        this.post(command, resolve);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /**
   * Looks at a new order or an amendment as if it had come now, and changes nothing. `answer` gets the code with which it would be refused, once everything that it
   * was looked at against is on disk; never when that may not be.
   * @throws ExchangeError as `post`.
   */
  check(command: OrderPlace | OrderAmend, answer: (code: RefusalCode | undefined) => void): void {
    this.#requireRoom(command);
    const { state } = this.#options;
    const code = refusalOf(state, asJournaled(command), this.#instant());
    if (!this.#committing) return answer(code);
    this.#checks.push({ after: lastSeq(state), tell: () => answer(code) });
  }

  /** Takes nothing more and resolves when all that was taken is on disk and told. Does not close the journal. */
  async close(): Promise<void> {
    this.#stopped ??= new ExchangeError('unavailable', 'the exchange is closing');
    this.#timer?.stop();
    if (!this.#committing) return;
    await new Promise<void>((drained) => this.#drained.push(drained));
  }

  #requireRoom(command: Command): void {
    if (this.#stopped !== undefined) throw this.#stopped;
    const { state, limits = usualLimits } = this.#options;
    const waiting = this.#waiting;
    if (this.isBusy && isNewLoad(command)) {
      throw new ExchangeError('busy', 'too much waits for the disk', { retryable: true });
    }
    if (waiting >= limits.backlog && isFromOutside(command)) {
      throw new ExchangeError('unavailable', 'too much waits for the disk', { retryable: true });
    }
    // The core's own limit is part of what a journal means; a lower one is this exchange's, and what is refused by it is in no journal.
    if (command.kind !== 'order.place' || isPlaced(state, command)) return;
    if (liveOrdersOf(state, command.participant) < limits['open-orders']) return;
    throw new ExchangeError('orders_limited', 'the participant has as many open orders as allowed');
  }

  #stamp(command: Command): Entry {
    const { state } = this.#options;
    const seq = exactSeq(lastSeq(state) + 1);
    return { seq, at: this.#instant(), command: asJournaled(command) };
  }

  /** Now, or the last entry's instant where the clock was set back. */
  #instant(): Instant {
    const { state, clock } = this.#options;
    const before = lastInstant(state);
    const now = clock.now();
    return now > before ? now : before;
  }

  /**
   * One commit after another while there is something to commit. The next is given to the journal when the last has been told of and what was told has been written, so that nothing is
   * acknowledged after the first error of the disk, not even what was on disk before.
   */
  async #commit(): Promise<void> {
    const { soon = queueMicrotask } = this.#options;
    try {
      let commit = this.#begin();
      while (commit !== undefined) {
        const { batch, since, written } = commit;
        await written;
        this.#commitSince = undefined;
        this.#tell(batch, this.#options.clock.now() - since);
        if (this.#collected.length > 0) await new Promise<void>(soon);
        commit = this.#begin();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#committing = false;
    for (const drained of this.#drained.splice(0)) drained();
  }

  /** Gives the journal what has been collected; undefined when there is nothing, or nothing may be written any more. */
  #begin(): Commit | undefined {
    if (this.#collected.length === 0 || this.#hasFailed) return undefined;
    const batch = takeBatch(this.#collected);
    this.#collected = this.#collected.slice(batch.length);
    const { journal, clock } = this.#options;
    const since = clock.now();
    this.#commitSince = since;
    return { batch, since, written: journal.append(batch.map(({ entry }) => entry)) };
  }

  /** Answers, and then tells what follows from the events. */
  #tell(batch: readonly Waiting[], micros: number): void {
    for (const applied of batch) applied.answer(applied);
    if (this.#checks.length > 0) this.#tellChecks(batch.at(-1)?.entry.seq ?? 0);
    this.#options.committed(batch, micros);
  }

  #tellChecks(head: number): void {
    const told = this.#checks.filter(({ after }) => after <= head);
    this.#checks = this.#checks.slice(told.length);
    for (const { tell } of told) tell();
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#timer?.stop();
    this.#stopped =
      error instanceof ExchangeError
        ? error
        : new ExchangeError('unavailable', 'the exchange has failed', { cause: error });
    this.#options.failed(error);
  }

  /** Sees to it that time passes when nothing else happens. */
  #arm(): void {
    const { state, clock } = this.#options;
    const at = nextDeadline(state);
    if (at === this.#timer?.at || this.#stopped !== undefined) return;
    this.#timer?.stop();
    this.#timer = undefined;
    if (at === undefined) return;
    // What is further ahead than a timer can be is looked at again on the way.
    const delayMs = Math.min(timerMsMax, Math.ceil((at - clock.now()) / 1000));
    const stop = clock.after(delayMs, () => {
      this.#timer = undefined;
      if (this.#stopped !== undefined) return;
      if (clock.now() < at) this.#arm();
      // A failure has been told to `failed` already.
      else this.submit({ kind: 'time.tick' }).catch(() => undefined);
    });
    this.#timer = { at, stop };
  }
}

/**
 * The command as the journal will give it back. JSON has no −0 and no infinity: applied as they came they would be refused now and be good numbers after
 * a restart, and the two states would part for ever.
 */
function asJournaled<Given extends Command>(command: Given): Given {
  if (!changesInJson(command)) return command;
  return JSON.parse(JSON.stringify(command)) as Given;
}

function changesInJson(value: unknown): boolean {
  if (typeof value === 'number') return Object.is(value, -0) || !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(changesInJson);
}

function takeBatch(collected: readonly Waiting[]): readonly Waiting[] {
  let weight = 0;
  const count = collected.findIndex(({ entry }) => {
    weight += weightOf(entry.command);
    return weight > commitWeightMax;
  });
  return count < 0 ? collected : collected.slice(0, Math.max(count, 1));
}

/** About how many lines of text a command makes. */
function weightOf(command: Command): number {
  if (command.kind === 'offers.deliver') return 1 + command.lots.length;
  if (command.kind === 'ledger.advance') return 1 + command.moves.length + command.settled.length;
  return 1;
}
