/** What channel `instrument` calls a market in each phase. */
import type { Phase } from '@wattlot/core';

/** A pair's `status` by the phase of its market; the words are the dialect's. */
export const pairStatuses: Readonly<Record<Phase, string>> = {
  continuous: 'online',
  pre_open: 'limit_only',
  post_only: 'post_only',
  cancel_only: 'cancel_only',
  halted: 'maintenance',
  closed: 'delisted',
};

const phases: ReadonlyMap<string, Phase> = new Map(
  (Object.keys(pairStatuses) as Phase[]).map((phase) => [pairStatuses[phase], phase]),
);

/** The phase behind a pair's `status`; a word that nobody here knows lets nothing be placed: `halted`. */
export function phaseOfStatus(status: string): Phase {
  return phases.get(status) ?? 'halted';
}
