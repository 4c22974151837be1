/** Replays every recording against embedded nodes and says, call by call, what differs. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ChainParams } from '../format/address.ts';
import type { Dialect } from '../node/dialect.ts';
import { openConformanceNetwork } from './conformance-network.ts';
import type { ConformanceNetwork, NodeName } from './conformance-network.ts';
import { NODE_NAMES } from './conformance-network.ts';
import { plansOfChain, YOUNG_CHAIN } from './conformance-plan.ts';
import type { Plan, Unrecorded } from './conformance-plan.ts';
import { chainFixture } from './recordings.ts';
import { readCalls, Replay } from './replay.ts';
import type { Call } from './replay.ts';

const PROJECT = resolve(import.meta.dirname, '../../../..');
const SHARED = join(resolve(PROJECT, process.env['WATTLOT_SHARED'] ?? '../shared'), 'multichain');

/** A call with what its answer differs in; undefined if it does not. */
export interface Replayed {
  readonly call: Call;
  readonly difference: string | undefined;
}

/** What the replay of one recording gave. */
export interface FileResult {
  readonly file: string;
  readonly calls: readonly Replayed[];
}

/** What the replay of all recordings of one version gave. */
export interface VersionResult {
  readonly version: RecordedVersion;
  readonly files: readonly FileResult[];
}

/** The recorded versions, with the dialect that speaks like them. */
const VERSIONS = {
  '1.0.9': { dialect: '1.0.9', folder: SHARED },
  '2.3.3': { dialect: '2.3', folder: join(SHARED, 'v2.3') },
} as const;

/** A version whose answers were recorded. */
export type RecordedVersion = keyof typeof VERSIONS;

/** Every recorded version. */
export const RECORDED_VERSIONS: readonly RecordedVersion[] = ['1.0.9', '2.3.3'];

/** Whether the recordings can be read. */
export const conformanceRecordingsPresent: boolean = existsSync(join(SHARED, 'lots.jsonl'));

/** Replays every recording of a version. */
export async function runConformance(version: RecordedVersion): Promise<VersionResult> {
  const { dialect, folder } = VERSIONS[version];
  const files: FileResult[] = [];
  const chains = [
    ['energybc', plansOfChain(version)],
    ['freshbc', YOUNG_CHAIN],
  ] as const;
  for (const [chain, plans] of chains) {
    const there = plans.filter(({ file }) => existsSync(join(folder, `${file}.jsonl`)));
    if (there.length === 0) continue;
    const recorded = chainFixture(version);
    files.push(...(await runChain({ chain, plans: there, folder, dialect, recorded })));
  }
  return { version, files };
}

interface ChainRun {
  readonly chain: string;
  readonly plans: readonly Plan[];
  readonly folder: string;
  readonly dialect: Dialect;
  readonly recorded: ChainParams;
}

async function runChain(run: ChainRun): Promise<FileResult[]> {
  const network = await openConformanceNetwork({ chain: run.chain, dialect: run.dialect });
  try {
    const replay = new Replay(network, run.recorded);
    const results: FileResult[] = [];
    for (const plan of run.plans) {
      const calls = readCalls(join(run.folder, `${plan.file}.jsonl`));
      results.push(await new FileRun({ network, replay, plan, calls }).play());
    }
    return results;
  } finally {
    await network.close();
  }
}

class FileRun {
  readonly #network: ConformanceNetwork;
  readonly #replay: Replay;
  readonly #plan: Plan;
  readonly #calls: readonly Call[];

  constructor(parts: {
    readonly network: ConformanceNetwork;
    readonly replay: Replay;
    readonly plan: Plan;
    readonly calls: readonly Call[];
  }) {
    this.#network = parts.network;
    this.#replay = parts.replay;
    this.#plan = parts.plan;
    this.#calls = parts.calls;
  }

  async play(): Promise<FileResult> {
    const { file, first, before, blocksAfter, left } = this.#plan;
    await this.#meetOwners();
    const calls: Replayed[] = [];
    for (const call of inOrder(this.#calls, first)) {
      for (const step of before.get(call.seq) ?? []) await this.#do(step);
      const difference = left.has(call.seq)
        ? 'not asked: ours would do it'
        : await this.#replay.ask(call);
      calls.push({ call, difference });
      if (blocksAfter.includes(call.seq)) await this.#network.confirm();
    }
    return { file, calls };
  }

  /** Which address is whose: from the plan, or the first call of a node that names its own. */
  async #meetOwners(): Promise<void> {
    for (const node of NODE_NAMES) {
      const seq = this.#plan.owners.get(node);
      const address = seq === undefined ? ownAddress(this.#calls, node) : this.#firstParam(seq);
      if (address !== undefined) await this.#replay.meet(node, address);
    }
  }

  #firstParam(seq: number): string {
    const [param] = this.#calls.find((call) => call.seq === seq)?.params ?? [];
    return String(param);
  }

  async #do(step: Unrecorded): Promise<void> {
    switch (step.kind) {
      case 'block':
        return this.#network.confirm();
      case 'restart':
        return this.#network.restart(step.node);
      case 'unlock':
        for (const node of step.nodes) await this.#network.call(node, 'lockunspent', [true]);
        return undefined;
      case 'address':
        await this.#network.call(step.node, 'getnewaddress', []);
        return this.#replay.meet(step.node, this.#firstParam(step.seq));
      case 'call':
        return this.#call(step);
    }
  }

  async #call(step: Unrecorded & { readonly kind: 'call' }): Promise<void> {
    const { node, method, params, names } = step;
    const own: unknown[] = [];
    for (const param of params) own.push(isNode(param) ? await this.#addressOf(param) : param);
    for (let left = step.times ?? 1; left > 0; left--) {
      const answer = await this.#network.call(node, method, own);
      const { txid } = Object(answer) as { readonly txid?: unknown };
      if (names !== undefined) this.#replay.likeness.set(this.#firstParam(names), String(txid));
    }
  }

  async #addressOf(node: NodeName): Promise<unknown> {
    const addresses = await this.#network.call(node, 'getaddresses', []);
    return Array.isArray(addresses) ? addresses[0] : undefined;
  }
}

function isNode(value: unknown): value is NodeName {
  return NODE_NAMES.some((node) => node === value);
}

function inOrder(calls: readonly Call[], first: ReadonlyMap<number, number>): Call[] {
  const early = new Set(first.values());
  return calls.flatMap((call) => {
    if (early.has(call.seq)) return [];
    const before = calls.find(({ seq }) => seq === first.get(call.seq));
    return before ? [before, call] : [call];
  });
}

/** The address that a node gives as its own. */
function ownAddress(calls: readonly Call[], node: NodeName): string | undefined {
  for (const call of calls) {
    if (call.node !== node) continue;
    const own: unknown =
      call.method === 'getaddresses' && Array.isArray(call.result)
        ? call.result[0]
        : call.method.endsWith('from') && call.error === undefined
          ? call.params[0]
          : undefined;
    if (typeof own === 'string') return own;
  }
  return undefined;
}
