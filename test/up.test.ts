import { describe, expect, it } from 'vitest';
import { emptyFolder, wattlot } from './run-wattlot.ts';

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

function linesOf(out: string): Line[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('wattlot up without a terminal', () => {
  it('settles the trades it was asked for, sums up, and continues where it stopped', async () => {
    const { folder, remove } = await emptyFolder();
    const args = ['up', '--json', '--trades', '5', '--port', '0', '--data', folder];
    try {
      const first = await wattlot(args);
      expect(first.err).toBe('');
      expect(first.code).toBe(0);
      const lines = linesOf(first.out);
      const summary = lines.at(-1);
      expect(summary).toMatchObject({ event: 'summary' });
      expect(summary?.['settled']).toBeGreaterThanOrEqual(5);
      expect(lines.filter((line) => line.event === 'settled').length).toBeGreaterThanOrEqual(5);
      for (const line of lines.filter((each) => each.event === 'settled')) {
        expect(line['txids']).toEqual(
          expect.arrayContaining([expect.stringMatching(/^[0-9a-f]{64}$/)]),
        );
      }
      const lastTrade = Number(
        String(lines.findLast((line) => line.event === 'trade')?.['trade']).slice(1),
      );

      const second = await wattlot(args);
      expect(second.err).toBe('');
      expect(second.code).toBe(0);
      const next = linesOf(second.out).find((line) => line.event === 'trade');
      expect(Number(String(next?.['trade']).slice(1))).toBeGreaterThan(lastTrade);
    } finally {
      await remove();
    }
  });

  it('prints plain lines and ends by SIGTERM with 0', async () => {
    const { folder, remove } = await emptyFolder();
    try {
      const { code, out, err } = await wattlot(
        ['up', '--headless', '--port', '0', '--data', folder],
        (text) => / settled, \d+ lots? in /.test(text),
      );
      expect(err).toBe('');
      expect(out).toMatch(/listening on http:/);
      expect(out).toMatch(/ settled, \d+ lots? in \d+ ms: [0-9a-f]{64}/);
      expect(out).not.toContain('{');
      expect(code).toBe(0);
    } finally {
      await remove();
    }
  });
});
