/**
 * Compares an answer with a recorded one. Ids, addresses, keys, signatures and references are others on every run: each recorded one must stand for one
 * and the same of ours throughout. What tells the time, the height, the port or the peers is passed over. Everything else, the text of numbers too, must
 * be equal; of a transaction its inputs and outputs, of a script its meaning.
 */
import { Decimal } from '../node/decimal.ts';
import { RepeatedFields } from '../node/rpc-params.ts';
import {
  compareTransactions,
  isTransactionText,
  translateHex,
  withoutTimes,
} from './conformance-transactions.ts';
import { isPassedOver } from './conformance-fields.ts';

/** What stands for what, from recorded text to ours. What an attempt adds is kept only if it is settled. */
export class Likeness {
  readonly #own = new Map<string, string>();
  readonly #back = new Map<string, string>();
  readonly #before: Likeness | undefined;
  readonly #meet: (recorded: string, ours: string) => Iterable<readonly [string, string]>;

  /** @param meet what else stands for each other when two texts do: the hashes of two addresses. */
  constructor(
    meet: (recorded: string, ours: string) => Iterable<readonly [string, string]> = () => [],
    before?: Likeness,
  ) {
    this.#meet = meet;
    this.#before = before;
  }

  /** What stands for this. */
  get(recorded: string): string | undefined {
    return this.#own.get(recorded) ?? this.#before?.get(recorded);
  }

  /** What ours stands for. */
  standsFor(ours: string): string | undefined {
    return this.#back.get(ours) ?? this.#before?.standsFor(ours);
  }

  /** The first recorded text that begins so. */
  beginningWith(start: string): string | undefined {
    for (const known of this.#own.keys()) if (known.startsWith(start)) return known;
    return this.#before?.beginningWith(start);
  }

  /** From now on `ours` stands for `recorded`. */
  set(recorded: string, ours: string): void {
    if (this.get(recorded) !== undefined) return;
    this.#own.set(recorded, ours);
    this.#back.set(ours, recorded);
    for (const [one, other] of this.#meet(recorded, ours)) this.set(one, other);
  }

  /** A likeness that knows all this, and keeps what is added to itself. */
  attempt(): Likeness {
    return new Likeness(this.#meet, this);
  }

  /** Takes over what an attempt added. */
  settle(attempt: Likeness): void {
    for (const [recorded, ours] of attempt.#own) this.#own.set(recorded, ours);
    for (const [ours, recorded] of attempt.#back) this.#back.set(ours, recorded);
  }
}

const IDENTITY = /^([0-9a-f]{20,}|1[1-9A-HJ-NP-Za-km-z]{30,40}|\d+-\d+-\d+)$/;
const ASSEMBLY = /^((OP_\w+|[0-9a-f]+|0)(\[\w+\])?)( (OP_\w+|[0-9a-f]+|0))+$/;
const LONG_IDENTITY = /[0-9a-f]{64}|1[1-9A-HJ-NP-Za-km-z]{30,40}/g;

const HELP_REMOVED = '(help text, removed)';

/** How two answers are compared. */
export interface Comparison {
  readonly method: string;
  /** Lists in the order of ids: others here. */
  readonly unordered: boolean;
}

/** @returns where the two differ; undefined, with the likeness extended, if they do not. */
export function compare(
  recorded: unknown,
  ours: unknown,
  known: Likeness,
  comparison: Comparison,
): string | undefined {
  const likeness = known.attempt();
  const difference = new Walker(likeness, comparison).walk(recorded, ours, '');
  if (difference === undefined) known.settle(likeness);
  return difference;
}

class Walker {
  readonly #likeness: Likeness;
  readonly #comparison: Comparison;

  constructor(likeness: Likeness, comparison: Comparison) {
    this.#likeness = likeness;
    this.#comparison = comparison;
  }

  walk(recorded: unknown, ours: unknown, path: string): string | undefined {
    if (recorded instanceof Decimal || typeof recorded === 'number') {
      return this.#walkNumber(String(recorded), numberText(ours), path);
    }
    if (typeof recorded === 'string') return this.#walkText(recorded, ours, path);
    if (Array.isArray(recorded)) {
      if (!Array.isArray(ours)) return `${path}: not a list`;
      if (recorded.length !== ours.length) {
        return `${path}: ${ours.length} entries, recorded ${recorded.length}`;
      }
      // issues in one block stand in the order in which its maker took them
      return this.#comparison.unordered || path.endsWith('.issues')
        ? this.#anyOrder(recorded, ours, path)
        : this.#inOrder(recorded, ours, path);
    }
    if (typeof recorded !== 'object' || recorded === null) {
      return same(String(recorded), String(ours), path);
    }
    return this.#walkFields({ ...recorded }, ours, path);
  }

  /** Blocks on top of a transaction: none, some, or it is void; how many is a height. */
  #walkNumber(recorded: string, ours: unknown, path: string): string | undefined {
    if (path.endsWith('.confirmations')) {
      return same(Math.sign(Number(recorded)), Math.sign(Number(ours)), path);
    }
    return same(recorded, ours, path);
  }

  #walkText(recorded: string, ours: unknown, path: string): string | undefined {
    if (recorded === HELP_REMOVED) {
      return typeof ours === 'string' && ours !== '' ? undefined : `${path}: no help`;
    }
    if (recorded.startsWith('(here stands the whole help text')) {
      const start = `${this.#comparison.method} `;
      return String(ours).startsWith(start.trim()) ? undefined : `${path}: not the help`;
    }
    if (isTransactionText(recorded)) {
      return compareTransactions(recorded, ours, this.#likeness, path);
    }
    if (ASSEMBLY.test(recorded)) return this.#walkAssembly(recorded, ours, path);
    if (!IDENTITY.test(recorded)) {
      return same(translateText(recorded, this.#likeness), ours, path);
    }
    if (typeof ours !== 'string' || !IDENTITY.test(ours)) return `${path}: ${String(ours)}`;
    const stands = this.#likeness.get(recorded) ?? translateHex(recorded, this.#likeness);
    if (stands !== undefined) return same(withoutTimes(stands), withoutTimes(ours), path);
    const other = this.#likeness.standsFor(ours);
    if (other !== undefined) return `${path}: ${ours}, which stands for ${other}, not ${recorded}`;
    this.#likeness.set(recorded, ours);
    return undefined;
  }

  #walkAssembly(recorded: string, ours: unknown, path: string): string | undefined {
    const [words, found] = [recorded.split(' '), String(ours).split(' ')];
    if (words.length !== found.length) return `${path}: ${String(ours)}, recorded ${recorded}`;
    return this.#inOrder(words, found, path);
  }

  #inOrder(recorded: unknown[], ours: unknown[], path: string): string | undefined {
    for (const [i, item] of recorded.entries()) {
      const difference = this.walk(item, ours[i], `${path}[${i}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  #anyOrder(recorded: unknown[], ours: unknown[], path: string): string | undefined {
    const left = [...ours];
    // what is known is found first, so that it is not taken for something else
    for (const item of recorded.toSorted(
      (one, other) => this.#strange(one) - this.#strange(other),
    )) {
      const at = left.findIndex((candidate) => {
        const likeness = this.#likeness.attempt();
        const attempt = new Walker(likeness, this.#comparison);
        if (attempt.walk(item, candidate, path) !== undefined) return false;
        this.#likeness.settle(likeness);
        return true;
      });
      if (at < 0) return `${path}: none of ours is like ${JSON.stringify(item)}`;
      left.splice(at, 1);
    }
    return undefined;
  }

  /** How many ids in it are not known. */
  #strange(value: unknown): number {
    const ids = JSON.stringify(value)?.match(LONG_IDENTITY) ?? [];
    return ids.filter((id) => this.#likeness.get(id) === undefined).length;
  }

  #walkFields(
    recorded: Readonly<Record<string, unknown>>,
    ours: unknown,
    path: string,
  ): string | undefined {
    if (typeof ours !== 'object' || ours === null) return `${path}: ${String(ours)}`;
    const fields: Readonly<Record<string, unknown>> = { ...ours };
    // addresses are names of fields in some answers
    const known = new Map(
      Object.entries(recorded).map(([name, value]) => [this.#likeness.get(name) ?? name, value]),
    );
    const extra = Object.keys(fields).find((name) => !known.has(name));
    if (extra !== undefined) return `${path}: ${extra} is not recorded`;
    for (const [name, value] of known) {
      if (!(name in fields)) return `${path}: ${name} is missing`;
      if (isPassedOver(this.#comparison.method, name)) continue;
      const difference = this.walk(value, fields[name], `${path}.${name}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
}

function same(expected: unknown, found: unknown, path: string): string | undefined {
  return expected === found ? undefined : `${path}: ${String(found)}, recorded ${String(expected)}`;
}

function numberText(value: unknown): unknown {
  if (value instanceof Decimal) return value.text;
  return typeof value === 'number' ? String(value) : value;
}

/** Puts ours in the place of what is recorded, everywhere in a call's parameters and also within longer texts. */
export function translate(value: unknown, likeness: Likeness): unknown {
  if (typeof value === 'string') {
    return likeness.get(value) ?? translateHex(value, likeness) ?? translateText(value, likeness);
  }
  if (Array.isArray(value)) return value.map((item) => translate(item, likeness));
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return value;
  const fields = value instanceof RepeatedFields ? value.entries : Object.entries(value);
  const translated = fields.map(
    ([name, inner]) => [translateText(name, likeness), translate(inner, likeness)] as const,
  );
  return value instanceof RepeatedFields
    ? new RepeatedFields(translated)
    : Object.fromEntries(translated);
}

function translateText(text: string, likeness: Likeness): string {
  const whole = likeness.get(text);
  if (whole !== undefined) return whole;
  return text.replaceAll(LONG_IDENTITY, (id) => likeness.get(id) ?? id);
}
