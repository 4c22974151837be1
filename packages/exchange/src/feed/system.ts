/** What the phases of the markets are called on the wire. */
import { pairStatuses } from '@wattlot/client/frames';
import type { StatusMessage } from '@wattlot/client/frames';
import type { Phase } from '@wattlot/core';

/** What the exchange as a whole allows. */
export type System = StatusMessage['data'][number]['system'];

/** What a system is called whose most open market is in a phase. */
const words: Readonly<Record<Phase, System>> = {
  continuous: 'online',
  pre_open: 'post_only',
  post_only: 'post_only',
  cancel_only: 'cancel_only',
  halted: 'maintenance',
  closed: 'maintenance',
};

const openness: readonly System[] = ['online', 'post_only', 'cancel_only', 'maintenance'];

/** The word for a market in a phase. */
export function pairStatusOf(phase: Phase): string {
  return pairStatuses[phase];
}

/** The word for an exchange with markets in these phases: that of the most open one; `online` before the first. */
function systemOf(phases: readonly Phase[]): System {
  if (phases.length === 0) return 'online';
  const all = new Set(phases.map((phase) => words[phase]));
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
