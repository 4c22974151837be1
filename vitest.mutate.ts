/** The tests that the mutations of book, match and lots have to fail: `npm run mutate`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/core/src/book/*.test.ts',
      'packages/core/src/lots.test.ts',
      'packages/core/src/match.test.ts',
      'packages/core/src/scenario.test.ts',
      'packages/core/src/audit.test.ts',
      'packages/core/src/rules/*.test.ts',
    ],
  },
});
