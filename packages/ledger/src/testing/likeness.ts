/**
 * Compares an answer with a recorded one. Ids, addresses, scripts and references are others on every run: each recorded one must stand for one and the
 * same of ours throughout. What tells the time, the height, the port or the peers is passed over. Everything else, the text of numbers too, must be equal.
 */
import { Decimal } from '../node/decimal.ts';

/** What stands for what, from recorded text to ours. */
export type Likeness = ReadonlyMap<string, string>;

/** Fields that are passed over, with the reason. */
const PASSED_OVER: ReadonlyMap<string, string> = new Map([
  ...['time', 'blocktime', 'timereceived', 'timestamp', 'keypoololdest', 'genesis-timestamp'].map(
    (name) => [name, 'a time'] as const,
  ),
  ...['blocks', 'height', 'blockindex'].map(
    (name) => [name, 'a height, or a place in a block'] as const,
  ),
  ...['port', 'nodeaddress', 'default-network-port', 'default-rpc-port'].map(
    (name) => [name, 'a port'] as const,
  ),
  ['connections', 'a wallet node has no peers'],
  ...[
    'network-message-start',
    'address-pubkeyhash-version',
    'address-scripthash-version',
    'private-key-version',
    'address-checksum-value',
    'genesis-pubkey',
    'genesis-nonce',
    'genesis-hash',
    'genesis-pubkey-hash',
    'chain-params-hash',
  ].map((name) => [name, 'made by chance for each chain'] as const),
]);

const IDENTITY =
  /^([0-9a-f]{20,}|1[1-9A-HJ-NP-Za-km-z]{30,40}|\d+-\d+-\d+|(OP_\w+|[0-9a-f]+)( (OP_\w+|[0-9a-f]+))+)$/;

/** @returns the likeness with what this answer adds, or where the two differ. */
export function compare(
  recorded: unknown,
  ours: unknown,
  known: Likeness,
  options: { readonly unordered: boolean },
): { readonly likeness: Likeness } | { readonly difference: string } {
  const walker = new Walker(known, options.unordered);
  const difference = walker.walk(recorded, ours, '');
  return difference === undefined ? { likeness: walker.likeness } : { difference };
}

class Walker {
  likeness: Map<string, string>;
  readonly #unordered: boolean;

  constructor(known: Likeness, unordered: boolean) {
    this.likeness = new Map(known);
    this.#unordered = unordered;
  }

  walk(recorded: unknown, ours: unknown, path: string): string | undefined {
    if (recorded instanceof Decimal || typeof recorded === 'number') {
      return this.#same(String(recorded), numberText(ours), path);
    }
    if (typeof recorded === 'string') return this.#walkText(recorded, ours, path);
    if (Array.isArray(recorded)) {
      if (!Array.isArray(ours) || recorded.length !== ours.length) return `${path}: length`;
      return this.#unordered
        ? this.#anyOrder(recorded, ours, path)
        : this.#inOrder(recorded, ours, path);
    }
    if (typeof recorded !== 'object' || recorded === null) {
      return this.#same(String(recorded), String(ours), path);
    }
    return this.#walkFields({ ...recorded }, ours, path);
  }

  #walkText(recorded: string, ours: unknown, path: string): string | undefined {
    if (!IDENTITY.test(recorded)) {
      return this.#same(translateText(recorded, this.likeness), ours, path);
    }
    if (typeof ours !== 'string' || !IDENTITY.test(ours)) return `${path}: ${String(ours)}`;
    const stands = this.likeness.get(recorded);
    if (stands !== undefined) return this.#same(stands, ours, path);
    this.likeness.set(recorded, ours);
    return undefined;
  }

  #inOrder(recorded: unknown[], ours: unknown[], path: string): string | undefined {
    for (const [i, item] of recorded.entries()) {
      const difference = this.walk(item, ours[i], `${path}[${i}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  /** Lists that a node orders by ids, which are others here. */
  #anyOrder(recorded: unknown[], ours: unknown[], path: string): string | undefined {
    const left = [...ours];
    for (const [i, item] of recorded.entries()) {
      const at = left.findIndex((candidate) => {
        const attempt = new Walker(this.likeness, true);
        if (attempt.walk(item, candidate, path) !== undefined) return false;
        this.likeness = attempt.likeness;
        return true;
      });
      if (at < 0) return `${path}[${i}]: none of ours is like ${JSON.stringify(item)}`;
      left.splice(at, 1);
    }
    return undefined;
  }

  #walkFields(
    recorded: Readonly<Record<string, unknown>>,
    ours: unknown,
    path: string,
  ): string | undefined {
    if (typeof ours !== 'object' || ours === null) return `${path}: ${String(ours)}`;
    const fields: Readonly<Record<string, unknown>> = { ...ours };
    const known = new Map(
      Object.entries(recorded).map(([name, value]) => [this.#nameOf(name), value]),
    );
    const extra = Object.keys(fields).find((name) => !known.has(name));
    if (extra !== undefined) return `${path}: ${extra} is not recorded`;
    for (const [name, value] of known) {
      if (!(name in fields)) return `${path}: ${name} is missing`;
      if (PASSED_OVER.has(name)) continue;
      const difference = this.walk(value, fields[name], `${path}.${name}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  /** Addresses are names of fields in some answers. */
  #nameOf(recorded: string): string {
    return this.likeness.get(recorded) ?? recorded;
  }

  #same(expected: unknown, found: unknown, path: string): string | undefined {
    return expected === found
      ? undefined
      : `${path}: ${String(found)}, recorded ${String(expected)}`;
  }
}

function numberText(value: unknown): unknown {
  if (value instanceof Decimal) return value.text;
  return typeof value === 'number' ? String(value) : value;
}

/** Puts ours in the place of what is recorded, everywhere in a call's parameters and also within longer texts. */
export function translate(value: unknown, likeness: Likeness): unknown {
  if (typeof value === 'string') return translateText(value, likeness);
  if (Array.isArray(value)) return value.map((item) => translate(item, likeness));
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      translateText(name, likeness),
      translate(inner, likeness),
    ]),
  );
}

function translateText(text: string, likeness: Likeness): string {
  const whole = likeness.get(text);
  if (whole !== undefined) return whole;
  return text.replaceAll(
    /[0-9a-f]{64}|1[1-9A-HJ-NP-Za-km-z]{30,40}/g,
    (id) => likeness.get(id) ?? id,
  );
}
