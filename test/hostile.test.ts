/** Five hundred clients that never read, on real sockets, beside honest ones on the real server. How much slower it makes them is told by bench/hostile.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Siege } from './hostile/siege.ts';

const count = 500;
const growthMax = 150 * 1024 * 1024;

let siege: Siege;
beforeAll(async () => {
  siege = await Siege.open();
}, 120_000);
afterAll(() => siege.close(), 60_000);

test.each([
  ['only follow everything', 0],
  ['also ask for whole books again and again', 20],
])(
  '500 clients that never read, and %s, take no more memory than they may, and honest ones are served',
  async (_name, requestsPerSecond) => {
    const told = siege.told;
    const { took, growth, settled } = await siege.span(8_000, { count, requestsPerSecond });
    // Every honest order was taken, or this had thrown; trades settle, and readers have every book.
    expect(took.length).toBeGreaterThan(0);
    expect(settled).toBeGreaterThan(0);
    expect(siege.told).toBeGreaterThan(told);
    expect(growth ?? 0).toBeLessThan(growthMax);
  },
  120_000,
);
