/** Orders that have to be signed for: one lot to the book with its offer, and one lot from order to settled on the embedded chain. */
import type { Counted, HouseholdsJob } from './households.ts';
import { median } from './numbers.ts';
import { processorSeconds } from './process.ts';
import type { Helper } from './process.ts';

/** One kind of work, medians over the rounds. */
export interface SettlingFigures {
  readonly perSecond: number;
  /** Microseconds of processor time for each: the exchange's, the embedded chain's with it; and all wallets'. */
  readonly serverMicros: number;
  readonly walletMicros: number;
}

/** Measures in turns, `rounds` times. */
export async function measureSettling(
  { pid, households }: { pid: number; households: Helper<HouseholdsJob, Counted> },
  { rounds, ms }: { readonly rounds: number; readonly ms: number },
): Promise<{ readonly rest: SettlingFigures; readonly cross: SettlingFigures }> {
  const all: Record<'rest' | 'cross', SettlingFigures[]> = { rest: [], cross: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['rest', 'cross'] as const) {
      const before = processorSeconds(pid);
      const { count, seconds, processor } = await households.ask({ kind, ms });
      all[kind].push({
        perSecond: count / seconds,
        serverMicros: ((processorSeconds(pid) - before) * 1e6) / count,
        walletMicros: (processor * 1e6) / count,
      });
      await households.ask({ kind: 'clear' });
    }
  }
  return { rest: mediansOf(all.rest), cross: mediansOf(all.cross) };
}

function mediansOf(all: readonly SettlingFigures[]): SettlingFigures {
  const of = (name: keyof SettlingFigures): number => median(all.map((one) => one[name]));
  return {
    perSecond: of('perSecond'),
    serverMicros: of('serverMicros'),
    walletMicros: of('walletMicros'),
  };
}
