/**
 * A recorded day in the terminal: what it is told of the day, and what it may ask. The screens are fed as ever; this is what stands beside them. Times of the day are
 * milliseconds since 1970 UTC.
 */
import type { Command, OrderId, OrderStory } from '@wattlot/core';

/** Long work: `done` of `of` entries; of what was kept of the day at one of them, while that is loaded. */
export interface Work {
  readonly kind: 'proving' | 'loading' | 'seeking';
  readonly done: number;
  readonly of: number;
  /** Entries a second; undefined while it is too early to say. */
  readonly perSecond?: number | undefined;
}

/** Where the day is. */
export interface ReplayPosition {
  /** The last entry that happened, 0 before the first; and how many there are. */
  readonly seq: number;
  readonly last: number;
  /** What that entry asked for, as a command's kind. */
  readonly command?: Command['kind'] | undefined;
  /** What time it is in the day, and from when to when it goes. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Seconds of the day in a second. */
  readonly speed: number;
  readonly isPlaying: boolean;
  readonly work?: Work | undefined;
}

/** Before anything of the day is known. */
export const unknownDay: ReplayPosition = {
  seq: 0,
  last: 0,
  at: 0,
  from: 0,
  to: 0,
  speed: 1,
  isPlaying: false,
  work: { kind: 'proving', done: 0, of: 0 },
};

/** Where to go: an entry, or a time. */
export type Where = { readonly seq: number } | { readonly at: number };

export type ReplayCommand =
  | { readonly kind: 'toggle' }
  | { readonly kind: 'speed'; readonly by: 1 | -1 }
  | { readonly kind: 'step'; readonly unit: 'entry' | 'trade'; readonly by: 1 | -1 }
  | { readonly kind: 'go'; readonly to: Where }
  /** Ends the way that the day is on. */
  | { readonly kind: 'stop' };

/** What the terminal is told. `anew`: what is told from now on is the whole picture as of `at`. `stopped`: a way was ended; `isBack` on the entry where it had begun. */
export type ReplayTold =
  | { readonly kind: 'position'; readonly position: ReplayPosition }
  | { readonly kind: 'anew'; readonly at: number }
  | { readonly kind: 'stopped'; readonly seq: number; readonly isBack: boolean };

/** A recorded day that can be played. */
export interface ReplaySource {
  /** @returns a function that ends it. */
  listen(listener: (told: ReplayTold) => void): () => void;
  command(command: ReplayCommand): void;
  /** What happened to an own order so far; undefined when nobody knows. */
  story(order: OrderId): OrderStory | undefined;
}

const dayMs = 86_400_000;

/** Milliseconds of `HH:MM` or `HH:MM:SS` after midnight. */
function timeOfDay(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/**
 * Where a text leads: digits are the number of an entry, `HH:MM` or `HH:MM:SS` is a time. Of several days with that time it is the day of `at`, else the nearest that the
 * record has; a time that it does not have at all leads to the nearer end.
 * @param offsetMinutes east of UTC.
 * @returns undefined when the text is neither.
 */
export function whereOf(
  text: string,
  { at, from, to }: Pick<ReplayPosition, 'at' | 'from' | 'to'>,
  offsetMinutes: number,
): Where | undefined {
  if (/^\d{1,15}$/.test(text)) return { seq: Number(text) };
  const time = timeOfDay(text);
  if (time === undefined) return undefined;
  const offset = offsetMinutes * 60_000;
  const midnight = Math.floor((at + offset) / dayMs) * dayMs - offset;
  const days = Math.ceil((to - from) / dayMs) + 1;
  const near = Array.from({ length: 2 * days + 1 }, (_, index) => {
    const away = Math.ceil(index / 2) * (index % 2 === 0 ? -1 : 1);
    return midnight + away * dayMs + time;
  });
  const inside = near.find((one) => one >= from && one <= to);
  return { at: inside ?? (midnight + time < from ? from : to) };
}
