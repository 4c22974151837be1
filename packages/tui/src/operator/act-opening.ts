/** What the keys of the form for a new market do to the state. Pure. */
import type { State } from '../fold/state.ts';
import { moveOpeningField, newOpening, stepOpening, typeOpening } from './opening.ts';
import type { Opening, OpeningContext } from './opening.ts';

/** What the form is judged by; undefined before there is a market that a new one could be like. */
export function contextOfOpening(state: State): OpeningContext | undefined {
  const { view, now, offsetMinutes, language } = state;
  const [like] = view.markets.keys();
  if (like === undefined) return undefined;
  return {
    now,
    offsetMinutes,
    language,
    like,
    symbols: new Set<string>(view.markets.keys()),
  };
}

export function askOpening(state: State): State {
  return { ...state, overlay: { kind: 'opening', opening: newOpening(state) } };
}

function changed(state: State, change: (form: Opening, context: OpeningContext) => Opening): State {
  const { overlay } = state;
  const context = contextOfOpening(state);
  if (overlay?.kind !== 'opening' || context === undefined) return state;
  return { ...state, overlay: { kind: 'opening', opening: change(overlay.opening, context) } };
}

export function moveInOpening(state: State, by: 1 | -1): State {
  return changed(state, (opening) => moveOpeningField(opening, by));
}

export function stepInOpening(state: State, by: 1 | -1): State {
  return changed(state, (opening, context) => stepOpening(opening, by, context));
}

/** Changes what is typed. `change` adds a character or takes the last one back. */
export function typeInOpening(state: State, change: (text: string) => string): State {
  const added = change('');
  const key = added === '' ? undefined : added;
  return changed(state, (form, context) => typeOpening(form, key, context));
}
