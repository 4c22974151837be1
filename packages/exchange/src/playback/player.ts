/**
 * A recorded day that goes on, back and anywhere. The same way as it went: each entry through the core's `apply` and the exchange's feed, whose frames go to whoever
 * looks. Long work is a generator that yields after each slice; whoever stops asking stays on a whole entry: where he was if the way led through a checkpoint, where it
 * got to if not, and is told of that place when he runs `settle`.
 */
import type { Address, Command, Entry, Instant, OrderId, OrderStory } from '@wattlot/core';
import { batchEntries, followedEntriesMax, nearEntries, sliceMs } from '../limits.ts';
import type { Applied } from '../sequencer.ts';
import { Checkpoints } from './checkpoints.ts';
import { DayFolds } from './day-folds.ts';
import type { Checkpoint } from './day-folds.ts';
import { EntryCursor } from './entry-cursor.ts';
import { atOnce } from '../slices.ts';
import { FeedLoop } from './loop.ts';
import type { RecordedDay } from './recorded-day.ts';

/** Whoever looks. */
export interface Onlooker {
  /** What he is told from now on begins anew; the frames that he sends go to `Player.request`. */
  begin(): void;
  receive(text: string): void;
}

export interface PlayerOptions {
  /** Proved. */
  readonly day: RecordedDay;
  /** Whose orders and balances are shown; nobody's when left out. */
  readonly whose?: Address | undefined;
  /** Milliseconds that go on, to cut work into slices. */
  readonly now: () => number;
  /** Whether each entry is told alone, however fast it goes. */
  readonly isEachTold?: boolean;
}

/** Entries of a way. `seq`: got so far. `loading`: the checkpoint that it begins with is being brought back, so many of its pieces. */
export interface WayProgress {
  readonly from: number;
  readonly seq: number;
  readonly to: number;
  readonly loading?: { readonly done: number; readonly of: number };
}

type Way = Generator<WayProgress, void, undefined>;

interface WayOptions {
  /** Where it began, for whoever is told how far it is; here, when left out. */
  readonly from?: number;
  /** Whether an entry is beyond the end; when left out, those after the last. */
  readonly isAfter?: (entry: Entry) => boolean;
  /** Whether the way ends with an entry. */
  readonly isEnough?: ((applied: Applied) => boolean) | undefined;
}

export class Player {
  readonly #options: PlayerOptions;
  readonly #checkpoints: Checkpoints;
  readonly #cursor: EntryCursor;
  /** The entries in which something traded, as far as the day has been read. */
  readonly #trades: number[] = [];
  #readTo = 0;
  #folds: DayFolds;
  #onlooker: Onlooker | undefined;
  #loop: FeedLoop | undefined;
  /** On a long way, of which nobody is told before it ends. */
  #isAway = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#checkpoints = new Checkpoints(options.day.last);
    this.#cursor = new EntryCursor(options.day);
    this.#folds = new DayFolds(options.whose);
  }

  /** The last entry that was taken in; 0 before the first. */
  get seq(): number {
    return this.#folds.seq;
  }

  /** When that was; the day's beginning before the first. */
  get at(): Instant {
    return this.#folds.at ?? this.#options.day.from;
  }

  /** What that entry asked for; undefined before the first, and where nobody has looked. */
  get command(): Command['kind'] | undefined {
    return this.#folds.command;
  }

  /** When the next entry will be; undefined at the end. */
  get nextAt(): Instant | undefined {
    this.#cursor.moveTo(this.seq + 1);
    return this.#cursor.peek()?.at;
  }

  /** Checkpoints and what they take: for who measures. */
  get checkpoints(): Pick<Checkpoints, 'count' | 'bytes' | 'width'> {
    return this.#checkpoints;
  }

  /** What happened to an own order up to here. */
  story(order: OrderId): OrderStory | undefined {
    return this.#folds.stories.of(order);
  }

  /** Somebody looks from now on, at whatever is told. */
  show(onlooker: Onlooker): void {
    this.#onlooker = onlooker;
    this.begin();
  }

  /** Tells whoever looks all anew; on a long way not before it ends. */
  begin(): void {
    if (!this.#isAway) atOnce(this.#arrive());
  }

  /** After a way that was stopped: tells whoever looks what there is. To be run before anything else but another way. */
  *settle(): Way {
    if (!this.#isAway) return;
    const told = this.#standing();
    yield* meanwhile(this.#arrive(), () => told);
  }

  /** Whoever looks is told all that there is here. */
  *#arrive(): Generator<void, void, undefined> {
    const onlooker = this.#onlooker;
    if (onlooker !== undefined) {
      const feed = yield* this.#folds.beginFeed();
      this.#loop?.close();
      this.#loop = new FeedLoop({
        feed,
        participant: this.#options.whose,
        now: () => this.at,
        receive: (text) => {
          onlooker.receive(text);
        },
      });
      onlooker.begin();
    }
    this.#isAway = false;
  }

  #standing(): WayProgress {
    return { from: this.seq, seq: this.seq, to: this.seq };
  }

  /** A frame of whoever looks. */
  request(text: string): void {
    this.#loop?.request(text);
  }

  /** Goes on through all entries that are not after an instant. */
  *play(until: Instant): Way {
    yield* this.settle();
    yield* this.#way(this.#folds, this.#options.day.last, { isAfter: ({ at }) => at > until });
  }

  /** Goes to an entry, forward or back. */
  *seek(to: number): Way {
    const aim = Math.max(0, Math.min(to, this.#options.day.last));
    const checkpoint = this.#checkpoints.before(aim);
    // A checkpoint that saves less than it costs to load is none.
    const isFar = (checkpoint?.seq ?? 0) > this.seq + this.#checkpoints.width / 2;
    if (aim < this.seq || isFar) yield* this.#jump(aim, checkpoint);
    else yield* this.#goOn(aim);
  }

  /** Goes on to the next entry in which something trades, or back to the one before. At the last one: to the end of the day, or its beginning. */
  *seekTrade(by: 1 | -1): Way {
    const known =
      by === 1
        ? this.#trades.find((seq) => seq > this.seq)
        : (this.#trades.findLast((seq) => seq < this.seq) ?? 0);
    if (known !== undefined) yield* this.seek(known);
    else yield* this.#goOn(this.#options.day.last, isTrading);
  }

  /** On folds of its own, so that whoever stops it stays where he was. */
  *#jump(aim: number, checkpoint: Checkpoint | undefined): Way {
    const { whose } = this.#options;
    const isBack = aim < this.seq;
    const begun = checkpoint?.seq ?? 0;
    const folds =
      checkpoint === undefined ? new DayFolds(whose) : yield* loaded(whose, checkpoint, aim);
    const told = (): WayProgress => ({ from: begun, seq: folds.seq, to: aim });
    const near = aim - nearEntries;
    if (isBack && near - begun > nearEntries) {
      yield* this.#way(folds, aim, { from: begun, isAfter: ({ seq }) => seq > near });
      this.#checkpoints.addNear(yield* meanwhile(folds.save(), told));
    }
    yield* this.#way(folds, aim, { from: begun });
    if (this.#onlooker !== undefined) yield* meanwhile(folds.beginFeed(), told);
    this.#loop?.close();
    this.#folds = folds;
    atOnce(this.#arrive());
  }

  /** Forward from here, in place: told on the way as far as that is near. */
  *#goOn(aim: number, isEnough?: (applied: Applied) => boolean): Way {
    const isTold = this.#options.isEachTold === true || aim - this.seq <= followedEntriesMax;
    const from = this.seq;
    const end = isTold ? aim : from + followedEntriesMax;
    if (isTold || (isEnough !== undefined && !this.#isAway)) {
      yield* this.settle();
      const isAfter = ({ seq }: Entry): boolean => seq > end;
      const isDone = yield* this.#way(this.#folds, aim, { from, isAfter, isEnough });
      if (isTold || isDone) return;
    }
    this.#leave();
    yield* this.#way(this.#folds, aim, { from, isEnough });
    yield* this.settle();
  }

  /** Nobody is told any more. */
  #leave(): void {
    this.#loop?.close();
    this.#loop = undefined;
    this.#folds.endFeed();
    this.#isAway = true;
  }

  /**
   * Applies entries until one that `isAfter` comes next, or one was `isEnough`. Yields after each slice, with nothing applied that was not told.
   * @returns whether one was enough.
   */
  *#way(
    folds: DayFolds,
    to: number,
    { from = folds.seq, isAfter = ({ seq }) => seq > to, isEnough }: WayOptions = {},
  ): Generator<WayProgress, boolean, undefined> {
    const { now, isEachTold = false } = this.#options;
    const told = (): WayProgress => ({ from, seq: folds.seq, to });
    let isDone = false;
    const most = isEachTold ? 1 : batchEntries;
    let batch: Applied[] = [];
    let until = now() + sliceMs;
    for (;;) {
      this.#cursor.moveTo(folds.seq + 1);
      const entry = this.#cursor.peek();
      if (entry === undefined || isDone || isAfter(entry)) break;
      const applied = folds.apply(entry);
      this.#note(applied);
      if (folds.feed !== undefined) batch.push(applied);
      isDone = isEnough?.(applied) === true;
      const isWanted = this.#checkpoints.wants(entry.seq);
      const isLong = now() >= until;
      if (batch.length < most && !isWanted && !isLong) continue;
      folds.tell(batch);
      batch = [];
      if (isWanted) this.#checkpoints.add(yield* meanwhile(folds.save(), told));
      else if (isLong) yield told();
      until = now() + sliceMs;
    }
    folds.tell(batch);
    return isDone;
  }

  #note(applied: Applied): void {
    const { seq } = applied.entry;
    if (seq <= this.#readTo) return;
    this.#readTo = seq;
    if (isTrading(applied)) this.#trades.push(seq);
  }
}

function isTrading({ events }: Applied): boolean {
  return events.some(({ kind }) => kind === 'trade.made');
}

function* loaded(
  whose: Address | undefined,
  checkpoint: Checkpoint,
  to: number,
): Generator<WayProgress, DayFolds, undefined> {
  const { seq, state, past } = checkpoint;
  const of = state.length + past.length;
  let done = 0;
  const told = (): WayProgress => {
    done = Math.min(of, done + 1);
    return { from: seq, seq, to, loading: { done, of } };
  };
  return yield* meanwhile(DayFolds.load(whose, checkpoint), told);
}

/** Says how far it is after each piece of work. @returns what the work comes to. */
function* meanwhile<T, P>(
  work: Generator<unknown, T, undefined>,
  told: () => P,
): Generator<P, T, undefined> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    yield told();
  }
}
