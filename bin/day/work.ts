/** What is told of a way through a recorded day while it takes long. */
import type { WayProgress } from '@wattlot/exchange';
import type { Work } from '@wattlot/tui';

/** How far a way is, after milliseconds of reading. How fast is not known before the first entry. */
export function workOf({ from, seq, to, loading }: WayProgress, ms: number): Work {
  if (loading !== undefined) return { kind: 'loading', ...loading };
  const [done, of] = [seq - from, to - from];
  const perSecond = done > 0 ? (1000 * done) / Math.max(1, ms) : undefined;
  return { kind: 'seeking', done, of, perSecond };
}
