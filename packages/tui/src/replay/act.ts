/** What the keys of a recorded day do to the state, and what the day tells it. Pure. */
import { goCharactersMax } from '../limits.ts';
import { withLog } from '../fold/log.ts';
import { withNotice } from '../fold/notices.ts';
import { storyRows } from '../panes/why.ts';
import { whereOf } from './replay.ts';
import type { ReplayCommand, ReplayTold } from './replay.ts';
import { selectedOrder } from '../fold/lists.ts';
import { withoutOverlay } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Input, Step } from '../fold/messages.ts';
import { t } from '../text/language.ts';
import { groupedText, timeText } from '../text/number.ts';
import { emptyView } from '../fold/view.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

/** Asks the day for something. */
export function replay(state: State, command: ReplayCommand): Step {
  return { state, effects: [{ kind: 'replay', command }] };
}

/** Goes where the typed text says. */
export function go(state: State): Step {
  const { overlay, language, offsetMinutes } = state;
  if (overlay?.kind !== 'go' || state.replay === undefined) return only(state);
  const to = whereOf(overlay.text, state.replay, offsetMinutes);
  if (to === undefined) {
    const text = t(language, 'type a time such as 14:05 or 14:05:30, or the number of an entry');
    return only(withNotice(state, 'bad', text));
  }
  return replay(withoutOverlay(state), { kind: 'go', to });
}

/** What is typed into the field of where to go. */
export function typeWhere(state: State, change: (text: string) => string): State {
  const { overlay } = state;
  if (overlay?.kind !== 'go') return state;
  return {
    ...state,
    overlay: { kind: 'go', text: change(overlay.text).slice(0, goCharactersMax) },
  };
}

/** Asks for the story of the selected order. */
export function why(state: State): Step {
  const order = selectedOrder(state);
  if (order === undefined) return only(state);
  return {
    state: { ...state, overlay: { kind: 'why', order: order.order, scroll: 0 } },
    effects: [{ kind: 'tell-story', order: order.order }],
  };
}

export function scrollWhy(state: State, by: number): State {
  const { overlay } = state;
  if (overlay?.kind !== 'why') return state;
  const most = Math.max(0, storyRows(state).length - 1);
  return {
    ...state,
    overlay: { ...overlay, scroll: Math.min(most, Math.max(0, overlay.scroll + by)) },
  };
}

export function onStory(state: State, input: Extract<Input, { readonly kind: 'story' }>): State {
  const { overlay } = state;
  if (overlay?.kind !== 'why' || overlay.order !== input.order) return state;
  const { story } = input;
  const { order, scroll } = overlay;
  return {
    ...state,
    overlay: { kind: 'why', order, scroll, ...(story === undefined ? {} : { story }) },
  };
}

/** The picture as of an earlier or a much later instant: what the log says of later ones is gone. */
function anew(state: State, at: number): State {
  const { connection } = state.view;
  const text = t(state.language, 'Now at {time}', { time: timeText(at, state.offsetMinutes) });
  return withLog(
    {
      ...state,
      ...(state.replay === undefined ? {} : { replay: { ...state.replay, at } }),
      view: { ...emptyView(''), connection },
      log: state.log.filter((entry) => entry.at <= at),
    },
    { source: 'link', tone: 'plain', text, discreet: text, at },
  );
}

export function onReplay(state: State, told: ReplayTold): Step {
  switch (told.kind) {
    case 'position': {
      const { position } = told;
      const moved: State = { ...state, replay: position };
      const hasMoved = position.seq !== state.replay?.seq;
      return hasMoved && state.overlay?.kind === 'why'
        ? { state: moved, effects: [{ kind: 'tell-story', order: state.overlay.order }] }
        : only(moved);
    }
    case 'anew':
      return only(anew(state, told.at));
    case 'stopped': {
      const { language } = state;
      const n = groupedText(told.seq);
      const text = told.isBack
        ? t(language, 'Stopped: still at entry {n}', { n })
        : t(language, 'Stopped on the way, at entry {n}', { n });
      return only(withNotice(state, 'plain', text));
    }
  }
}
