/**
 * The scenario of the paper: an admin, a producer and a consumer, each with a node of his own. The admin makes the assets and lets the others in, the producer
 * issues 1 energy, the admin 20000 ecoin to the consumer, and these two exchange 1 energy for 1000 ecoin. Eight steps, in MultiChain's own calls.
 */
import { localChainPort } from '../chain/chain-port.ts';
import type { Chain } from '../chain/chain.ts';
import { keysInMemory } from '../wallet/key-file.ts';
import { newKeyPair } from '../format/keys.ts';
import { openChain } from '../chain/open-chain.ts';
import { WalletNode } from './wallet-node.ts';
import { WalletView } from '../wallet/wallet-view.ts';

/** Whatever answers MultiChain's JSON-RPC: a wallet node here, or a real one. */
export interface RpcNode {
  call(method: string, params?: readonly unknown[]): Promise<unknown>;
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
}

/** Starts the paper's three nodes on a new embedded chain. @throws LedgerError as `openChain` does. */
export async function openPaperChain({ folder, random, now }: PaperOptions): Promise<PaperChain> {
  const operatorKey = newKeyPair(random);
  const chain = await openChain({ folder, name: PAPER_CHAIN, operatorKey, now: now(), random });
  const port = localChainPort(chain);
  const nodeWith = (keys: ReturnType<typeof keysInMemory>): WalletNode =>
    new WalletNode(new WalletView({ chain: PAPER_CHAIN, port, keys }), { now });
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

type Ask = (who: keyof typeof LABELS, method: string, ...params: unknown[]) => Promise<unknown>;

const LABELS = { admin: 'admin', producer: 'producer', consumer: 'consumer' } as const;

/** Plays the scenario on any three nodes. @throws Error as `runPaper`. */
export async function playPaper(nodes: PaperNodes, print: (line: string) => void): Promise<void> {
  const ask: Ask = async (who, method, ...params) => {
    const answer = await nodes[who].call(method, params);
    const given = params.map((param) => shortText(param)).join(' ');
    print(`  ${LABELS[who]}: ${method} ${given}`.trimEnd());
    print(`    → ${shortText(answer)}`);
    return answer;
  };
  const admin = await createChain(ask, print);
  await createAssets(ask, print, admin);
  const { producer, consumer } = await connect(ask, print);
  await nodes.confirm();
  await issueEnergy(ask, print, { admin, producer });
  await issueEcoin(ask, print, consumer);
  await nodes.confirm();
  const offer = await offerEnergy(ask, print);
  await acceptOffer(ask, print, { offer, consumer });
  await nodes.confirm();
  await checkBalances(ask, print);
}

async function createChain(ask: Ask, print: (line: string) => void): Promise<string> {
  print('1  The admin creates the chain');
  await ask('admin', 'getinfo');
  const address = firstText(await ask('admin', 'getaddresses'));
  await ask('admin', 'listpermissions', '*', address);
  return address;
}

async function createAssets(ask: Ask, print: (line: string) => void, admin: string): Promise<void> {
  print('2  The admin creates the two assets');
  const energy = { origin: 'KW', stage: '0', purpose: 'periodic generation' };
  const ecoin = { origin: 'KRW', stage: '0', purpose: 'payment for energy' };
  const issue = 'issuefrom';
  await ask('admin', issue, admin, admin, { name: 'energy', open: true }, 0, 0.001, 0, energy);
  await ask('admin', issue, admin, admin, { name: 'ecoin', open: true }, 0, 1, 0, ecoin);
  await ask('admin', 'listassets');
}

async function connect(
  ask: Ask,
  print: (line: string) => void,
): Promise<{ readonly producer: string; readonly consumer: string }> {
  print('3  The producer and the consumer connect');
  const producer = firstText(await ask('producer', 'getaddresses'));
  const consumer = firstText(await ask('consumer', 'getaddresses'));
  await ask('admin', 'grant', producer, 'connect,send,receive');
  await ask('admin', 'grant', consumer, 'connect,send,receive');
  return { producer, consumer };
}

async function issueEnergy(
  ask: Ask,
  print: (line: string) => void,
  { admin, producer }: { readonly admin: string; readonly producer: string },
): Promise<void> {
  print('4  The producer gets the permission to issue energy, and issues 1');
  await ask('admin', 'grantfrom', admin, producer, 'energy.issue');
  await ask('producer', 'listpermissions', 'energy.issue');
  const details = { origin: 'KW', stage: '1', purpose: 'periodic generation' };
  await ask('producer', 'issuemore', producer, 'energy', 1, 0, details);
  await ask('producer', 'gettotalbalances', 0);
}

async function issueEcoin(
  ask: Ask,
  print: (line: string) => void,
  consumer: string,
): Promise<void> {
  print('5  The admin issues 20000 ecoin to the consumer');
  await ask('admin', 'issuemore', consumer, 'ecoin', 20000);
  await ask('consumer', 'gettotalbalances', 0);
}

async function offerEnergy(ask: Ask, print: (line: string) => void): Promise<string> {
  print('6  The producer offers 1 energy for 1000 ecoin');
  const { txid, vout } = outputIn(await ask('producer', 'preparelockunspent', { energy: 1 }));
  const offer = text(await ask('producer', 'createrawexchange', txid, vout, { ecoin: 1000 }));
  await ask('producer', 'decoderawexchange', offer);
  return offer;
}

async function acceptOffer(
  ask: Ask,
  print: (line: string) => void,
  { offer, consumer }: { readonly offer: string; readonly consumer: string },
): Promise<void> {
  print('7  The consumer accepts');
  await ask('consumer', 'decoderawexchange', offer);
  const paid = await ask('consumer', 'preparelockunspentfrom', consumer, { ecoin: 1000 });
  const { txid, vout } = outputIn(paid);
  const appended = await ask('consumer', 'appendrawexchange', offer, txid, vout, { energy: 1 });
  const { hex, complete } = fields(appended);
  if (complete !== true) throw new Error('the exchange is not complete');
  await ask('consumer', 'sendrawtransaction', text(hex));
}

async function checkBalances(ask: Ask, print: (line: string) => void): Promise<void> {
  print('8  After confirmation');
  await ask('admin', 'gettotalbalances');
  const producer = quantities(await ask('producer', 'gettotalbalances'));
  const consumer = quantities(await ask('consumer', 'gettotalbalances'));
  expectQuantities('producer', producer, { ecoin: 1000 });
  expectQuantities('consumer', consumer, { ecoin: 19000, energy: 1 });
  print('The producer has 1000 ecoin, the consumer 19000 ecoin and 1 energy.');
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

/** Balances by asset. The scenario's are small whole numbers. */
function quantities(balances: unknown): Map<string, number> {
  const list: readonly unknown[] = Array.isArray(balances) ? balances : [];
  return new Map(
    list.map((entry) => {
      const { name, qty } = fields(entry);
      return [text(name), Number(String(qty))];
    }),
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
