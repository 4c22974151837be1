import { expect, test } from 'vitest';
import { apply, audit, refusals } from '../index.ts';
import type { Entry } from '../index.ts';
import { give, substance, sure } from '../testing/driver.ts';
import { commandOf } from '../testing/rules-flow.ts';
import type { RuleStep } from '../testing/rules-flow.ts';
import { lightDriver } from '../testing/watch.ts';

/** Entries; `WATTLOT_FUZZ=1000000` for the record. */
const count = Number(process.env['WATTLOT_FUZZ'] ?? 40_000);

let state = 20_261_124;
/** 0 up to, not including, `below`: the same numbers in every run. */
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

function among<T>(values: readonly T[]): T {
  return sure(values[random(values.length)]);
}

const kinds = [
  'place',
  'place',
  'place special',
  'place special',
  'deliver',
  'deliver',
  'decline',
  'cancel',
  'amend',
  'cancel all',
  'switch',
  'phase',
  'trade again',
  'trade again',
  'band',
  'owner',
  'block',
  'block',
  'wait',
] as const;

function randomStep(): RuleStep {
  return {
    what: among(kinds),
    who: random(4),
    side: among(['ask', 'bid'] as const),
    price: 97 + random(8),
    volume: 1 + random(7),
    timeInForce: among(['gtc', 'gtc', 'gtd', 'ioc', 'fok'] as const),
    selfTrade:
      random(4) === 0
        ? undefined
        : among(['cancel_incoming', 'cancel_resting', 'cancel_both'] as const),
    flag: among(['none', 'none', 'postOnly', 'whole', 'both', 'market'] as const),
    // A closed market would end the flow.
    phase: among(['pre_open', 'post_only', 'cancel_only', 'halted']),
    pick: random(10_000),
    now: random(2) === 0,
  };
}

/** Texts of values that a journal could hold: JSON, some of it hostile. */
const strange = [
  'null',
  'true',
  '-0',
  '0.5',
  '1e400',
  '-1',
  '0',
  '9007199254740991',
  '9007199254740993',
  '"1e3"',
  '"+1"',
  '" 1"',
  '""',
  '"constructor"',
  '"__proto__"',
  '"\\u0000"',
  '"\\u202e"',
  '"O1"',
  '"T1"',
  '"O99999999999999999999"',
  '"KWH/ECOIN"',
  '"X/Y"',
  '"alice"',
  '[]',
  '{}',
  '[null]',
  '[[[[[[]]]]]]',
  '{"__proto__":{"kind":"time.tick"}}',
  '{"length":3}',
  `"${'x'.repeat(5_000)}"`,
];

/** Changes one field of the text of a command, adds one, or takes one away. */
function spoil(text: string): string {
  const fields = [...text.matchAll(/"(\w+)":/g)];
  const field = among(fields);
  const name = among([
    'more',
    '__proto__',
    'constructor',
    'kind',
    'price',
    'volume',
    field[1] ?? '',
  ]);
  switch (random(4)) {
    case 0:
      return `{"${name}":${among(strange)},${text.slice(1)}`;
    case 1:
      return text.replace(/"(\w+)":("[^"]*"|-?\d+|true|false)/, `"$1":${among(strange)}`);
    case 2: {
      const at = field.index + field[0].length;
      const end = text.slice(at).search(/[,}\]]/);
      return `${text.slice(0, at)}${among(strange)}${text.slice(at + Math.max(0, end))}`;
    }
    default:
      return text.replace(`"${field[1]}":`, `"${name}":`);
  }
}

/** A text that is JSON, whatever spoiling made of it. */
function asJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return among(strange);
  }
}

test('whatever a journal can hold is applied or refused with a code, and never throws', () => {
  let driver = lightDriver();
  const codes = new Set<string>();
  let refused = 0;
  for (let entry = 0; entry < count; entry += 1) {
    // A new market now and then: what over ones leave behind makes each step slower.
    if (entry % 2_000 === 0) driver = lightDriver();
    const command = commandOf(driver, randomStep()) ?? { kind: 'time.tick' };
    const text = JSON.stringify(command);
    const given = random(10) < 7 ? text : random(8) === 0 ? among(strange) : asJson(spoil(text));
    driver.now += 1;
    const isSampled = entry % 200 === 0;
    // What falls due by now falls on its own.
    if (isSampled) give(driver, { kind: 'time.tick' });
    const line = `{"seq":${driver.state.seq + 1},"at":${driver.now},"command":${given}}`;
    const parsed: Entry = JSON.parse(line);
    const before = isSampled ? substance(driver.state) : '';
    const events = apply(driver.state, parsed);
    driver.journal.push(parsed);
    const refusalsSaid = events.filter((event) => event.kind === 'refused');
    if (refusalsSaid.length > 1) throw new Error(`${line} was refused twice`);
    for (const { code } of refusalsSaid) {
      refused += 1;
      codes.add(code);
      expect(refusals).toHaveProperty(code);
    }
    if (!isSampled) continue;
    if (refusalsSaid.length > 0) expect(substance(driver.state)).toBe(before);
    expect(audit(driver.state)).toEqual([]);
  }
  expect(refused).toBeGreaterThan(count / 10);
  expect(codes.size).toBeGreaterThan(12);
});
