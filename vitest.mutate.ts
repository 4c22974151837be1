/**
 * The tests that mutations of book, match and lots have to fail: `npm run mutate`. Those of the book, the lots and the matching by example are enough for
 * most; `WATTLOT_MUTATE=match` adds those of the whole rules, which take longer and which match.ts needs.
 */
import { defineConfig } from 'vitest/config';

const rules = ['packages/core/src/scenario.test.ts', 'packages/core/src/rules/oracle.test.ts'];

export default defineConfig({
  test: {
    include:
      process.env['WATTLOT_MUTATE'] === 'match'
        ? ['packages/core/src/match.test.ts', ...rules]
        : ['packages/core/src/book/*.test.ts', 'packages/core/src/lots.test.ts'],
    exclude: ['packages/core/src/book/peer.test.ts'],
    // The same seed in every run, or a score would be chance.
    setupFiles: ['test/properties.ts'],
    testTimeout: 60_000,
  },
});
