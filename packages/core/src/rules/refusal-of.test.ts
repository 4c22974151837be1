import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply, refusalOf, stateText, toInstant } from '../index.ts';
import type { Command, Entry } from '../index.ts';
import { codeOf, give, sure } from '../testing/driver.ts';
import { commandOf, withPhases } from '../testing/rules-flow.ts';
import { lightDriver } from '../testing/watch.ts';

test('asked before, the core says of a new order and of an amendment what it says of the entry, and changes nothing', () => {
  const codes = new Set<string | undefined>();
  fc.assert(
    fc.property(withPhases(60), (steps) => {
      const driver = lightDriver();
      for (const each of steps) {
        const given = commandOf(driver, each) ?? { kind: 'time.tick' };
        driver.now += 1_000;
        // What falls due by now has fallen.
        give(driver, { kind: 'time.tick' });
        const at = sure(toInstant(driver.now));
        const command = given as Command;
        const isAsked = command.kind === 'order.place' || command.kind === 'order.amend';
        const before = isAsked ? stateText(driver.state) : '';
        const said = isAsked ? refusalOf(driver.state, command, at) : undefined;
        if (isAsked) expect(stateText(driver.state)).toBe(before);
        const seq = driver.state.seq + 1;
        const entry = { seq, at, command } as Entry;
        const events = apply(driver.state, entry);
        driver.journal.push(entry);
        if (!isAsked) continue;
        expect(said).toBe(codeOf(events));
        codes.add(said);
      }
    }),
    { numRuns: 60 },
  );
  expect(codes.size).toBeGreaterThan(5);
  expect(codes).toContain(undefined);
});

test('a command of the wrong shape is malformed, as its entry would be', () => {
  const driver = lightDriver();
  const command = { kind: 'order.place', participant: 'alice' } as never;
  expect(refusalOf(driver.state, command, sure(toInstant(driver.now)))).toBe('malformed');
});
