/** What the core is held to, each with the figure that was seen. */
import type { CoreFigures } from './core-apply.ts';
import type { Figures } from './runner.ts';

/** One bar: `figure` has to be at least, or at most, `bar`. */
export interface Bar {
  readonly what: string;
  readonly figure: number;
  readonly bar: number;
  readonly least: boolean;
  readonly isMet: boolean;
}

const againstNodejs = { S1: 100, S2: 40, S3: 60, S4: 50 };
const againstBtree = { S1: 16, S2: 12, S3: 35, S4: 13 };
/** liquibook's time over that of a book of this design in JavaScript, measured elsewhere on these streams; it is not run here. */
const liquibook = { S1: 4, S2: 3, S3: 30, S4: 4.1 };

function bar(what: string, figure: number, limit: number, least: boolean): Bar {
  return { what, figure, bar: limit, least, isMet: least ? figure >= limit : figure <= limit };
}

/** The bars for which the figures are there. */
export function barsOf(figures: readonly Figures[], core: CoreFigures): readonly Bar[] {
  const bars: Bar[] = [];
  const find = (engine: string, stream: string): Figures | undefined =>
    figures.find((one) => one.engine === engine && one.stream === stream);
  for (const stream of ['S1', 'S2', 'S3', 'S4'] as const) {
    const ours = find('ours', stream);
    if (ours === undefined) continue;
    const nodejs = find('nodejs-order-book', stream);
    if (nodejs !== undefined) {
      bars.push(
        bar(`${stream}: nodejs-order-book / ours`, nodejs.ratio, againstNodejs[stream], true),
      );
    }
    const btree = find('btree-order-book', stream);
    if (btree !== undefined) {
      bars.push(bar(`${stream}: btree-order-book / ours`, btree.ratio, againstBtree[stream], true));
    }
    const bare = find('bare', stream);
    if (bare !== undefined) {
      bars.push(bar(`${stream}: ours / limit and cancel alone`, 1 / bare.ratio, 1.15, false));
    }
    const unbounded = find('unbounded', stream);
    if (unbounded !== undefined) {
      const what = `${stream}: unbounded / ours (liquibook / this design, elsewhere)`;
      bars.push(bar(what, unbounded.ratio, liquibook[stream], false));
    }
    bars.push(bar(`${stream}: collections while running`, ours.collections, 0, false));
    if (stream !== 'S3') bars.push(bar(`${stream}: p99 / p50`, ours.p99 / ours.p50, 2, false));
    if (ours.bytesPerOrder !== undefined) {
      bars.push(bar(`${stream}: bytes a resting order`, ours.bytesPerOrder, 64, false));
    }
  }
  bars.push(bar('apply: commands a second on S2', core.commandsPerSecond, 500_000, true));
  return bars;
}
