/**
 * What falls due when nothing happens: a binary heap by instant, then by creation. Each deadline knows its place in the heap, so that one that
 * is kept in time leaves at once and the next is always at the top.
 */
import { assert } from './exact.ts';
import type { Market, Order, Participant } from './state.ts';
import type { Instant, TradeId } from './units.ts';

/**
 * Whose deadline it is: the offers that an order waits for, an order's expiry, a participant's dead man's switch, a trade's settlement, or a
 * market's gate.
 */
export type Due =
  | { readonly kind: 'offers' | 'expiry'; readonly order: Order }
  | { readonly kind: 'switch'; readonly participant: Participant }
  | { readonly kind: 'settlement'; readonly trade: TradeId }
  | { readonly kind: 'gate'; readonly market: Market };

/** One deadline that has neither been kept nor fallen. */
export interface Deadline {
  readonly at: Instant;
  /** Counts up with each deadline made: breaks ties. */
  readonly made: number;
  readonly due: Due;
  /** Index in the heap; −1 once it left. */
  index: number;
}

/** All deadlines to come. Changed only by `addDeadline`, `dropDeadline` and `takeDue`. */
export interface Deadlines {
  readonly heap: Deadline[];
  made: number;
}

/** No deadline at all. */
export function createDeadlines(): Deadlines {
  return { heap: [], made: 0 };
}

/** The order in which deadlines fall. */
export function compareDeadlines(a: Deadline, b: Deadline): number {
  return a.at - b.at || a.made - b.made;
}

function put(heap: Deadline[], index: number, deadline: Deadline): void {
  heap[index] = deadline;
  deadline.index = index;
}

function at(heap: readonly Deadline[], index: number): Deadline {
  const deadline = heap[index];
  assert(deadline !== undefined, 'the heap of deadlines has a hole');
  return deadline;
}

function siftUp(heap: Deadline[], deadline: Deadline): void {
  let index = deadline.index;
  while (index > 0) {
    const parent = at(heap, (index - 1) >>> 1);
    if (compareDeadlines(parent, deadline) <= 0) break;
    const above = parent.index;
    put(heap, index, parent);
    index = above;
  }
  put(heap, index, deadline);
}

function siftDown(heap: Deadline[], deadline: Deadline): void {
  let index = deadline.index;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    let child = at(heap, left);
    const right = heap[left + 1];
    if (right !== undefined && compareDeadlines(right, child) < 0) child = right;
    if (compareDeadlines(deadline, child) <= 0) break;
    const below = child.index;
    put(heap, index, child);
    index = below;
  }
  put(heap, index, deadline);
}

/** Adds a deadline. */
export function addDeadline(deadlines: Deadlines, instant: Instant, due: Due): Deadline {
  const { heap } = deadlines;
  const deadline: Deadline = { at: instant, made: deadlines.made, due, index: heap.length };
  deadlines.made += 1;
  heap.push(deadline);
  siftUp(heap, deadline);
  return deadline;
}

/** Removes a deadline that was kept in time; one that has fallen already stays fallen. */
export function dropDeadline({ heap }: Deadlines, deadline: Deadline): void {
  const { index } = deadline;
  if (index < 0) return;
  assert(heap[index] === deadline, 'a deadline is not where it says');
  deadline.index = -1;
  const last = heap.pop();
  if (last === undefined || last === deadline) return;
  put(heap, index, last);
  siftUp(heap, last);
  siftDown(heap, last);
}

/** The earliest deadline. @returns undefined when there is none. */
export function earliest({ heap }: Deadlines): Deadline | undefined {
  return heap[0];
}

/** Removes and returns the earliest deadline if it is at or before `now`. */
export function takeDue(deadlines: Deadlines, now: Instant): Deadline | undefined {
  const deadline = earliest(deadlines);
  if (deadline === undefined || deadline.at > now) return undefined;
  dropDeadline(deadlines, deadline);
  return deadline;
}
