/** The log screen's entries: everything that happened, in sentences. */
import { logEntriesMax } from '../limits.ts';
import type { State } from './state.ts';

/** `own`: one's own orders and keys; `market`: trades of everybody; `link`: the connection; `wallet`: requests from the wallet screen; `operator`: what waits for the operator and was decided. */
export type LogSource = 'own' | 'market' | 'link' | 'wallet' | 'operator';

export interface LogEntry {
  readonly source: LogSource;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly text: string;
  /** The same without amounts, for while they are hidden. */
  readonly discreet: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** The state with more entries; the oldest leave when there are too many. */
export function withLog(state: State, ...entries: readonly LogEntry[]): State {
  return { ...state, log: [...state.log, ...entries].slice(-logEntriesMax) };
}
