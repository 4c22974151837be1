/**
 * What an exchange counts of itself while it works: plain numbers, so that counting costs next to nothing where frames and orders go by. Whoever wants to know reads them.
 * Nothing in here tells one participant from another.
 */
import { gatewayErrors, refusalErrors } from '@wattlot/client/frames';

/** What is limited by a rate. */
export type Limited = 'orders' | 'cancels' | 'agentWords' | 'frames' | 'sourceFrames' | 'calls';

/** Told of what has a size or takes its time; made by who exports it. */
export interface Observer {
  /** A commit is on disk. */
  commit(entries: number, seconds: number): void;
  /** The last lot of a trade has settled, so long after it was matched. */
  settled(seconds: number): void;
  /** A request was answered. `route`: as it was registered, never as it was asked for. */
  request(asked: { method: string; route: string; status: number }, seconds: number): void;
}

const knownErrors: ReadonlySet<string> = new Set([
  ...Object.values(refusalErrors),
  ...Object.values(gatewayErrors),
]);

/** The error of the tables that an error of the wire is, without what it says of the one request; `other` for one that is in no table. */
export function kindOfError(error: string): string {
  if (knownErrors.has(error)) return error;
  if (/^EService:Market in [a-z_]{1,20} mode$/.test(error)) return error;
  const kind = error.split(':', 2).join(':');
  return knownErrors.has(kind) ? kind : 'other';
}

/** The counts of one exchange, since it was started. */
export class Meters {
  framesIn = 0;
  framesOut = 0;
  bytesOut = 0;
  /** Connections that were turned away before they were open. */
  connectionsRefused = 0;
  /** Connections closed because their client did not read. */
  slowConsumers = 0;
  /** How often a follower of absolute messages fell behind, and is sent all of it later instead. */
  conflations = 0;
  /** Requests refused, by the error of the tables. */
  readonly refusals = new Map<string, number>();
  /** Requests refused by a rate. */
  readonly limited: Record<Limited, number> = {
    orders: 0,
    cancels: 0,
    agentWords: 0,
    frames: 0,
    sourceFrames: 0,
    calls: 0,
  };
  observer: Observer | undefined;

  /** Counts a refused request. */
  refuse(error: string): void {
    const kind = kindOfError(error);
    this.refusals.set(kind, (this.refusals.get(kind) ?? 0) + 1);
  }
}
