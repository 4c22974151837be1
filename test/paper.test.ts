import { expect, it } from 'vitest';
import { wattlot } from './run-wattlot.ts';

it("runs the paper's scenario to its balances and ends with 0", async () => {
  const { code, out, err } = await wattlot(['paper']);
  expect(err).toBe('');
  for (const call of [
    'issuefrom',
    'grant',
    'createrawexchange',
    'decoderawexchange',
    'sendrawtransaction',
  ]) {
    expect(out).toContain(call);
  }
  expect(out).toContain('1000');
  expect(out).toContain('19000');
  expect(code).toBe(0);
});
