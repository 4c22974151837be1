/** States for tests: a window, the opening of a market, and inputs on top. */
import type { ClientEvent } from '@wattlot/client';
import type { Key } from '../screen/keys.ts';
import { keymap } from '../keymap/index.ts';
import { keysOf } from '../keymap/replay.ts';
import { newState } from '../fold/state.ts';
import type { State, StateOptions } from '../fold/state.ts';
import type { Effect, Input, Step } from '../fold/messages.ts';
import { step } from '../fold/step.ts';
import { noonMs, opening } from './market.ts';

export function windowOf(columns: number, rows: number, change: Partial<StateOptions> = {}): State {
  return newState({
    name: 'house-07',
    isReadOnly: false,
    columns,
    rows,
    now: noonMs,
    offsetMinutes: 0,
    doing: 'connecting to the exchange',
    ...change,
    keymap: keysOf(change.keymap ?? keymap, change.isReplay === true),
  });
}

let minted = 0;

/** One step at the state's own instant, with a new id each time one is wanted. */
export function stepped(state: State, input: Input, now = state.now): Step {
  return step(state, input, {
    now,
    mintClientOrderId: () => {
      minted += 1;
      return `minted-${minted}`;
    },
  });
}

/** The state after some inputs, and everything they asked for. */
export function after(state: State, inputs: readonly Input[]): Step {
  let now = state;
  const effects: Effect[] = [];
  for (const input of inputs) {
    const next = stepped(now, input);
    now = next.state;
    effects.push(...next.effects);
  }
  return { state: now, effects };
}

export function told(state: State, ...events: readonly ClientEvent[]): State {
  return after(
    state,
    events.map((event) => ({ kind: 'event', event })),
  ).state;
}

export function pressed(state: State, ...keys: readonly Key[]): Step {
  return after(
    state,
    keys.map((key) => ({ kind: 'key', key })),
  );
}

/** A window on the opened market. */
export function openedAt(columns = 80, rows = 24, change: Partial<StateOptions> = {}): State {
  return told(windowOf(columns, rows, change), ...opening);
}
