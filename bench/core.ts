/**
 * The core against what its users could pick instead: `npm run bench:core [-- --json --quick --rounds N --streams S1,S2 --soak N]`. Engines take turns
 * in one run, each in a process of its own; figures are medians. Nothing here passes or fails but the outcome: every engine has to make the same trades.
 */
import { optionsOfScript } from '@wattlot/client/config';
import { barsOf } from './core/bars.ts';
import { measureCore, soakCore } from './core/core-apply.ts';
import { measure } from './core/runner.ts';
import type { Figures } from './core/runner.ts';
import type { StreamName } from './core/streams.ts';
import { printBars, printCore, printFigures } from './core/table.ts';

/** Operations after the build-up, for us and for peers that need milliseconds an operation on the whole of it. */
const limits: Readonly<Record<StreamName, readonly [number, number]>> = {
  S1: [2_000_000, 100_000],
  S2: [2_000_000, 200_000],
  S3: [1_000_000, 100_000],
  S4: [502_000, 100_400],
  R3: [500_000, 0],
  R4: [500_000, 0],
  R5: [500_000, 0],
  R6: [500_000, 0],
};
const isStream = (name: string): name is StreamName => Object.hasOwn(limits, name);
const allStreams = Object.keys(limits).filter(isStream);

const values = optionsOfScript('npm run bench:core --', {
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
  quick: { kind: 'flag', what: 'a first idea: a fifth of the operations, 3 rounds' },
  rounds: {
    kind: 'number',
    value: 'N',
    what: 'how often each engine takes its turn; 8, or 3 when quick',
    least: 1,
    most: 1_000,
  },
  streams: {
    kind: 'list',
    value: 'S,S',
    what: 'streams of operations',
    allowed: allStreams,
    usual: allStreams,
  },
  soak: {
    kind: 'number',
    value: 'N',
    what: 'instead: memory of the core over N million entries',
    least: 1,
    most: 10_000,
  },
});
const rounds = values.rounds ?? (values.quick ? 3 : 8);
const streams = values.streams.filter(isStream);
const share = values.quick ? 0.2 : 1;

if (values.soak === undefined) {
  const figures: Figures[] = [];
  for (const stream of streams) {
    const [whole, part] = limits[stream];
    const found = await measure({
      stream,
      rounds,
      whole: Math.round(whole * share),
      part: Math.round(part * share),
    });
    figures.push(...found);
    printFigures(found);
  }
  const core = measureCore(rounds, values.quick);
  printCore(core);
  const bars = barsOf(figures, core);
  printBars(bars);
  if (values.json) console.log(JSON.stringify({ figures, core, bars }));
} else {
  const soak = soakCore(values.soak * 1_000_000);
  if (values.json) console.log(JSON.stringify({ soak }));
}
