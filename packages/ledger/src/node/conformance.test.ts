import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { reasonOf, REASONS } from '../testing/conformance-reasons.ts';
import { conformancePage, equalIn } from '../testing/conformance-report.ts';
import {
  conformanceRecordingsPresent,
  RECORDED_VERSIONS,
  runConformance,
} from '../testing/conformance-run.ts';
import type { FileResult, VersionResult } from '../testing/conformance-run.ts';

const PAGE = join(resolve(import.meta.dirname, '../../../..'), 'docs/conformance.md');
/** Of the calls of a recording that show nothing of the network, those that must be equal. */
const BARS: ReadonlyMap<string, number> = new Map([
  ['transcript-paper', 1],
  ['errors', 0.95],
  ['lots', 0.95],
]);
/** Why the paper's scenario may differ: nothing of it is about what a call does. */
const OF_THE_NETWORK = /^(Network delay|A wallet node has no peers|The node had no block yet)/;

describe.skipIf(!conformanceRecordingsPresent)('embedded nodes, asked what real ones were', () => {
  const results: VersionResult[] = [];

  beforeAll(async () => {
    for (const version of RECORDED_VERSIONS) results.push(await runConformance(version));
  });

  function everyFile(): (FileResult & Pick<VersionResult, 'version'>)[] {
    return results.flatMap(({ version, files }) => files.map((file) => ({ version, ...file })));
  }

  test('every answer that differs has its reason, and every reason a difference', () => {
    const unexplained = everyFile().flatMap(({ version, file, calls }) =>
      calls.flatMap(({ call, difference }) => {
        const isExplained = reasonOf(version, file, call.seq) !== undefined;
        if ((difference !== undefined) === isExplained) return [];
        return [`${version} ${file} ${call.seq} ${call.method} ${difference ?? 'is equal'}`];
      }),
    );
    expect(unexplained).toEqual([]);
  });

  test('each reason names calls that were asked', () => {
    for (const { file, calls } of REASONS) {
      for (const version of RECORDED_VERSIONS) {
        const asked = everyFile().find((one) => one.file === file && one.version === version);
        const seqs = asked?.calls.map(({ call }) => call.seq) ?? [];
        expect(seqs).toEqual(expect.arrayContaining([...(calls[version] ?? [])]));
      }
    }
  });

  test('the paper’s scenario is equal but for the network; 19 of 20 calls of errors and lots are, in both versions', () => {
    const files = everyFile().filter(({ file }) => BARS.has(file));
    expect(files).toHaveLength(6);
    for (const { version, file, calls } of files) {
      const own = calls.filter(
        ({ call }) => !OF_THE_NETWORK.test(reasonOf(version, file, call.seq) ?? ''),
      );
      expect(calls.length - own.length).toBeLessThanOrEqual(5);
      const isMet = equalIn(own) / own.length >= (BARS.get(file) ?? 1);
      expect([version, file, isMet]).toEqual([version, file, true]);
    }
  });

  test('docs/conformance.md is what this run gives', () => {
    const page = conformancePage(results);
    if (process.env['WATTLOT_WRITE'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
