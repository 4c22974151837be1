/** What the phases of the markets are called on the wire. */
import type { StatusMessage } from '@wattlot/client/frames';
import type { Phase } from '@wattlot/core';

/** What the exchange as a whole allows. */
export type System = StatusMessage['data'][number]['system'];

/** The phases from the most open on, with what channel `instrument` calls a market in it and what a system is whose most open market is in it. */
const words: Readonly<Record<Phase, { readonly pair: string; readonly system: System }>> = {
  continuous: { pair: 'online', system: 'online' },
  pre_open: { pair: 'limit_only', system: 'post_only' },
  post_only: { pair: 'post_only', system: 'post_only' },
  cancel_only: { pair: 'cancel_only', system: 'cancel_only' },
  halted: { pair: 'maintenance', system: 'maintenance' },
  closed: { pair: 'delisted', system: 'maintenance' },
};

const openness: readonly System[] = ['online', 'post_only', 'cancel_only', 'maintenance'];

/** The word for a market in a phase. */
export function pairStatusOf(phase: Phase): string {
  return words[phase].pair;
}

/** The word for an exchange with markets in these phases: that of the most open one; `online` before the first. */
function systemOf(phases: readonly Phase[]): System {
  if (phases.length === 0) return 'online';
  const all = new Set(phases.map((phase) => words[phase].system));
  return openness.find((system) => all.has(system)) ?? 'maintenance';
}

/** What the exchange as a whole allows, and whom to tell when that changes. */
export class SystemStatus {
  #now: System = 'online';
  readonly #followers = new Set<(system: System) => void>();

  get now(): System {
    return this.#now;
  }

  /** The markets are in these phases. */
  set(phases: readonly Phase[]): void {
    const system = systemOf(phases);
    if (system === this.#now) return;
    this.#now = system;
    for (const tell of this.#followers) tell(system);
  }

  /** Tells of each change. */
  follow(tell: (system: System) => void): void {
    this.#followers.add(tell);
  }

  leave(tell: (system: System) => void): void {
    this.#followers.delete(tell);
  }
}
