/** Holds the state outside React. What the exchange sends is folded at once and shown at most so often a second; keys show at once. */
import type { Clock } from './clock.ts';
import { feedFramesPerSecondMax, feedGatherMs } from '../limits.ts';
import type { State } from '../fold/state.ts';
import type { Effect, Input, Moment } from '../fold/messages.ts';
import { step } from '../fold/step.ts';

export interface Store {
  /** The state as last shown: the same object until the next showing. */
  readonly shown: () => State;
  /** The newest state. */
  readonly newest: () => State;
  /** @returns a function that ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly dispatch: (input: Input) => void;
  /** Nothing is shown any more. */
  readonly close: () => void;
}

export interface StoreOptions {
  readonly first: State;
  readonly clock: Clock;
  readonly mintClientOrderId: () => string;
  /** Carries out what a step asks for. Called after the state has been replaced. */
  readonly perform: (effect: Effect) => void;
}

/** What others tell: all else was asked for by a person. */
const notUrgent: ReadonlySet<Input['kind']> = new Set([
  'event',
  'progress',
  'replay',
  'story',
  'tick',
]);

const feedIntervalMs = 1000 / feedFramesPerSecondMax;

export function makeStore({ first, clock, mintClientOrderId, perform }: StoreOptions): Store {
  const listeners = new Set<() => void>();
  let newest = first;
  let shown = first;
  let shownAt = -Infinity;
  let callOff: (() => void) | undefined;
  const moment = (): Moment => ({ now: clock.now(), mintClientOrderId });

  function show(): void {
    callOff?.();
    callOff = undefined;
    if (shown === newest) return;
    shown = newest;
    shownAt = clock.now();
    for (const listener of listeners) listener();
  }

  function showSoon(): void {
    if (callOff !== undefined) return;
    const waitMs = Math.max(feedGatherMs, shownAt + feedIntervalMs - clock.now());
    callOff = clock.later(waitMs, () => {
      callOff = undefined;
      show();
    });
  }

  return {
    shown: () => shown,
    newest: () => newest,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    dispatch: (input) => {
      const { state, effects } = step(newest, input, moment());
      newest = state;
      if (notUrgent.has(input.kind)) showSoon();
      else show();
      for (const effect of effects) perform(effect);
    },
    close: () => {
      callOff?.();
      listeners.clear();
    },
  };
}
