/**
 * Leaves the wording of `assert`'s messages unmutated: a message is for whoever reads the trace of a bug, and no test should hold it fast. That the
 * assertion is there, and its condition, are mutated like everything else.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'assert-wording',
    value: {
      shouldIgnore({ key, listKey, parent }) {
        const isMessage = listKey === 'arguments' && key === 1;
        const isAssert = parent?.type === 'CallExpression' && parent.callee.name === 'assert';
        return isMessage && isAssert ? 'the wording of an assertion' : undefined;
      },
    },
  },
];
