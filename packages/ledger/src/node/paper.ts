/**
 * The scenario of the paper: an admin, a producer and a consumer, each with a node of his own. The admin makes the assets and lets the others in, the producer
 * issues 1 energy, the admin 20000 ecoin to the consumer, and these two exchange 1 energy for 1000 ecoin. Eight steps, in MultiChain's own calls.
 */
import { localChainPort } from '../chain/chain-port.ts';
import type { Chain } from '../chain/chain.ts';
import { keysInMemory } from '../wallet/key-file.ts';
import type { Dialect } from './dialect.ts';
import { newKeyPair } from '../format/keys.ts';
import { openChain } from '../chain/open-chain.ts';
import { WalletNode } from './wallet-node.ts';
import { WalletView } from '../wallet/wallet-view.ts';

/** Whatever answers MultiChain's JSON-RPC: a wallet node here, or a real one. */
export interface RpcNode {
  call(method: string, params?: readonly unknown[]): Promise<unknown>;
}

/** The paper's three parties. */
export type PaperRole = 'admin' | 'producer' | 'consumer';

/** What the scenario's assets are called: on a chain that has an `energy` already they need other names. */
export interface PaperAssets {
  readonly energy: string;
  readonly ecoin: string;
}

/** The three nodes of the paper. */
export interface PaperNodes {
  readonly admin: RpcNode;
  readonly producer: RpcNode;
  readonly consumer: RpcNode;
  /** Waits until everything sent so far is in a block that all three know. */
  confirm(): Promise<void>;
}

/** An embedded chain with three wallet nodes. */
export interface PaperChain extends PaperNodes {
  readonly chain: Chain;
  close(): Promise<void>;
}

const PAPER_CHAIN = 'energybc';

/** Where the scenario's chain lives and what its time and chance are. */
export interface PaperOptions {
  /** An empty folder. */
  readonly folder: string;
  readonly random: (length: number) => Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whose answers the nodes give: those of 1.0.9 by default. */
  readonly dialect?: Dialect;
}

/** Starts the paper's three nodes on a new embedded chain. @throws LedgerError as `openChain` does. */
export async function openPaperChain(options: PaperOptions): Promise<PaperChain> {
  const { folder, random, now, dialect = '1.0.9' } = options;
  const operatorKey = newKeyPair(random);
  const chain = await openChain({ folder, name: PAPER_CHAIN, operatorKey, now: now(), random });
  const port = localChainPort(chain);
  const nodeWith = (keys: ReturnType<typeof keysInMemory>): WalletNode =>
    new WalletNode(new WalletView({ chain: PAPER_CHAIN, port, keys }), { now, random, dialect });
  const adminKeys = { ...keysInMemory([], random), keys: [{ name: '', key: operatorKey }] };
  return {
    chain,
    admin: nodeWith(adminKeys),
    producer: nodeWith(keysInMemory([''], random)),
    consumer: nodeWith(keysInMemory([''], random)),
    confirm: async () => {
      while (chain.waiting > 0) await chain.produceBlock(now());
    },
    close: () => chain.close(),
  };
}

/**
 * Plays the scenario on an embedded chain and prints each call with its result.
 * @throws Error if a call fails or the balances at the end are not the paper's.
 */
export async function runPaper(
  options: PaperOptions & { readonly print: (line: string) => void },
): Promise<void> {
  const nodes = await openPaperChain(options);
  try {
    await playPaper(nodes, options.print);
  } finally {
    await nodes.close();
  }
}

type Ask = (who: PaperRole, method: string, ...params: unknown[]) => Promise<unknown>;

interface Play {
  readonly ask: Ask;
  readonly print: (line: string) => void;
  readonly assets: PaperAssets;
}

/** Plays the scenario on any three nodes. @throws Error as `runPaper`. */
export async function playPaper(
  nodes: PaperNodes,
  print: (line: string) => void,
  assets: PaperAssets = { energy: 'energy', ecoin: 'ecoin' },
): Promise<void> {
  const ask: Ask = async (who, method, ...params) => {
    const answer = await nodes[who].call(method, params);
    const given = params.map((param) => shortText(param)).join(' ');
    print(`  ${who}: ${method} ${given}`.trimEnd());
    print(`    → ${shortText(answer)}`);
    return answer;
  };
  const play: Play = { ask, print, assets };
  const admin = await createChain(play);
  await createAssets(play, admin);
  const { producer, consumer } = await connect(play);
  await nodes.confirm();
  await allowIssuing(play, { admin, producer });
  await nodes.confirm();
  await issueEnergy(play, producer);
  await issueEcoin(play, consumer);
  await nodes.confirm();
  await ask('consumer', 'gettotalbalances', 0);
  const offer = await offerEnergy(play);
  await acceptOffer(play, { offer, consumer });
  await nodes.confirm();
  await checkBalances(play);
}

async function createChain({ ask, print }: Play): Promise<string> {
  print('1  The admin creates the chain');
  await ask('admin', 'getinfo');
  const address = firstText(await ask('admin', 'getaddresses'));
  await ask('admin', 'listpermissions', '*', address);
  return address;
}

async function createAssets({ ask, print, assets }: Play, admin: string): Promise<void> {
  print('2  The admin creates the two assets');
  const energy = { origin: 'KW', stage: '0', purpose: 'periodic generation' };
  const ecoin = { origin: 'KRW', stage: '0', purpose: 'payment for energy' };
  const issue = 'issuefrom';
  await ask('admin', issue, admin, admin, { name: assets.energy, open: true }, 0, 0.001, 0, energy);
  await ask('admin', issue, admin, admin, { name: assets.ecoin, open: true }, 0, 1, 0, ecoin);
  await ask('admin', 'listassets', [assets.energy, assets.ecoin]);
}

async function connect({
  ask,
  print,
}: Play): Promise<{ readonly producer: string; readonly consumer: string }> {
  print('3  The producer and the consumer connect');
  const producer = firstText(await ask('producer', 'getaddresses'));
  const consumer = firstText(await ask('consumer', 'getaddresses'));
  await ask('admin', 'grant', producer, 'connect,send,receive');
  await ask('admin', 'grant', consumer, 'connect,send,receive');
  return { producer, consumer };
}

async function allowIssuing(
  { ask, print, assets }: Play,
  { admin, producer }: { readonly admin: string; readonly producer: string },
): Promise<void> {
  print('4  The producer gets the permission to issue energy, and issues 1');
  await ask('admin', 'grantfrom', admin, producer, `${assets.energy}.issue`);
}

async function issueEnergy({ ask, assets }: Play, producer: string): Promise<void> {
  await ask('producer', 'listpermissions', `${assets.energy}.issue`);
  const details = { origin: 'KW', stage: '1', purpose: 'periodic generation' };
  await ask('producer', 'issuemore', producer, assets.energy, 1, 0, details);
  await ask('producer', 'gettotalbalances', 0);
}

async function issueEcoin({ ask, print, assets }: Play, consumer: string): Promise<void> {
  print('5  The admin issues 20000 ecoin to the consumer');
  await ask('admin', 'issuemore', consumer, assets.ecoin, 20000);
}

async function offerEnergy({ ask, print, assets }: Play): Promise<string> {
  print('6  The producer offers 1 energy for 1000 ecoin');
  const prepared = await ask('producer', 'preparelockunspent', { [assets.energy]: 1 });
  const { txid, vout } = outputIn(prepared);
  const want = { [assets.ecoin]: 1000 };
  const offer = text(await ask('producer', 'createrawexchange', txid, vout, want));
  await ask('producer', 'decoderawexchange', offer);
  return offer;
}

async function acceptOffer(
  { ask, print, assets }: Play,
  { offer, consumer }: { readonly offer: string; readonly consumer: string },
): Promise<void> {
  print('7  The consumer accepts');
  await ask('consumer', 'decoderawexchange', offer);
  const price = { [assets.ecoin]: 1000 };
  const paid = await ask('consumer', 'preparelockunspentfrom', consumer, price);
  const { txid, vout } = outputIn(paid);
  const want = { [assets.energy]: 1 };
  const appended = await ask('consumer', 'appendrawexchange', offer, txid, vout, want);
  const { hex, complete } = fields(appended);
  if (complete !== true) throw new Error('the exchange is not complete');
  await ask('consumer', 'sendrawtransaction', text(hex));
}

async function checkBalances({ ask, print, assets }: Play): Promise<void> {
  print('8  After confirmation');
  await ask('admin', 'gettotalbalances');
  const producer = quantities(await ask('producer', 'gettotalbalances'), assets);
  const consumer = quantities(await ask('consumer', 'gettotalbalances'), assets);
  expectQuantities('producer', producer, { [assets.ecoin]: 1000 });
  expectQuantities('consumer', consumer, { [assets.ecoin]: 19000, [assets.energy]: 1 });
  const { energy, ecoin } = assets;
  print(`The producer has 1000 ${ecoin}, the consumer 19000 ${ecoin} and 1 ${energy}.`);
}

function expectQuantities(
  who: string,
  found: ReadonlyMap<string, number>,
  expected: Readonly<Record<string, number>>,
): void {
  const same =
    found.size === Object.keys(expected).length &&
    Object.entries(expected).every(([name, quantity]) => found.get(name) === quantity);
  if (!same) throw new Error(`the ${who} has ${shortText([...found])}, not the paper's balances`);
}

/** Balances of the scenario's assets: small whole numbers. A node may hold others from before; nothing of one is not told by every version. */
function quantities(balances: unknown, { energy, ecoin }: PaperAssets): Map<string, number> {
  const list: readonly unknown[] = Array.isArray(balances) ? balances : [];
  const all = list.map((entry) => {
    const { name, qty } = fields(entry);
    return [name, Number(String(qty))] as const;
  });
  return new Map(
    all.flatMap(([name, quantity]) =>
      (name === energy || name === ecoin) && quantity !== 0 ? [[name, quantity]] : [],
    ),
  );
}

function outputIn(value: unknown): { readonly txid: string; readonly vout: number } {
  const { txid, vout } = fields(value);
  if (typeof vout !== 'number') throw new Error('expected an output');
  return { txid: text(txid), vout };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('expected an object');
  return { ...value };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('expected text');
  return value;
}

function firstText(value: unknown): string {
  return text(Array.isArray(value) ? value[0] : undefined);
}

/** JSON with long hexadecimal text shortened: for people. */
function shortText(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /"([0-9a-f]{8})[0-9a-f]{24,}([0-9a-f]{8})"/g,
    (_, first: string, last: string) => `"${first}…${last}"`,
  );
}
