/**
 * `wattlot chain`: an embedded chain by itself, with the operator's wallet as a node behind JSON-RPC; or, with `--join`, another participant's node on a
 * chain that runs elsewhere. A client of MultiChain works on either unchanged.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  httpChainPort,
  KEY_NAMES,
  LedgerError,
  localChainPort,
  openChain,
  openKeyFile,
  openWallet,
  serveChain,
  serveRpc,
  startBlocks,
  WalletNode,
  WalletView,
} from '@wattlot/ledger';
import type { Dialect, HttpServer } from '@wattlot/ledger';
import { asFailure, Failure } from '../failure.ts';
import { stopSignal } from '../stop.ts';
import type { Stop } from '../stop.ts';

export interface ChainOptions {
  readonly data: string;
  readonly chain: string;
  readonly host: string;
  readonly port: number;
  readonly rpcPort: number;
  readonly rpcUser: string;
  readonly rpcPassword?: string;
  readonly dialect: Dialect;
  /** Milliseconds between two blocks at least. */
  readonly blockMs: number;
  readonly join?: string;
  readonly name: string;
  readonly key?: string;
}

const passwordBytes = 24;

/** What runs, and how it ends. */
interface Running {
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** With what the parts of a command work. */
interface Tools {
  readonly options: ChainOptions;
  readonly password: string;
  readonly stop: Stop;
  readonly failed: (error: unknown) => void;
}

export async function chain(options: ChainOptions): Promise<number> {
  const stop = stopSignal();
  let broken: Error | undefined;
  const failed = (error: unknown): void => {
    broken ??= error instanceof Error ? error : new Error(String(error));
    stop.ask(1);
  };
  // Whoever read the addresses and closed the pipe wants no more.
  process.stdout.on('error', () => stop.ask(0));
  try {
    const file = join(folderOf(options), 'rpc.password');
    const password = options.rpcPassword ?? (await passwordIn(file));
    const tools = { options, password, stop, failed };
    const running = options.join === undefined ? await begin(tools) : await joinChain(tools);
    const where = options.rpcPassword === undefined ? `, password in ${file}` : '';
    for (const line of [...running.lines, `user ${options.rpcUser}${where}`]) {
      process.stdout.write(`${line}\n`);
    }
    const code = await stop.asked;
    await running.close();
    if (broken !== undefined) throw new Failure(broken.message, 1);
    return code;
  } catch (error) {
    throw asFailure(error);
  }
}

function folderOf({ data, join: url, name }: ChainOptions): string {
  return join(data, 'chain', url === undefined ? 'operator' : name);
}

/** The password in a file that only its owner can read, made at the first start: one on the command line is seen by everybody on the machine. */
async function passwordIn(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const made = randomBytes(passwordBytes).toString('base64url');
    await writeFile(path, `${made}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(path, 0o600);
    return made;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Failure(`${path} can be read by others: chmod 600 '${path}'`, 1);
  }
  const kept = (await readFile(path, 'utf8')).trim();
  if (kept === '') throw new Failure(`${path} holds no password: remove it, and one is made`, 1);
  return kept;
}

function serveNode(node: WalletNode, chainName: string, tools: Tools): Promise<HttpServer> {
  const { options, password, failed } = tools;
  return serveRpc({
    node,
    chain: chainName,
    user: options.rpcUser,
    password,
    dialect: options.dialect,
    host: options.host,
    port: options.rpcPort,
    failed,
  });
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Opens the chain in its folder, made at the first start, and serves it and the operator's node. */
async function begin(tools: Tools): Promise<Running> {
  const { options, stop, failed } = tools;
  const { chain: name, host, dialect } = options;
  const folder = folderOf(options);
  const keys = await openKeyFile({
    path: join(folder, 'operator.key'),
    chain: name,
    names: [KEY_NAMES.settlement],
    random: randomBytes,
  });
  const [operator] = keys.keys;
  if (operator === undefined) throw new Error('a key file without a key');
  const opened = await openChain({
    folder: join(folder, 'chain'),
    name,
    operatorKey: operator.key,
    now: Date.now(),
    random: randomBytes,
  });
  const closers: (() => Promise<void>)[] = [() => opened.close()];
  const close = async (): Promise<void> => {
    for (const each of closers.toReversed()) await each();
  };
  try {
    const paceMs = options.blockMs;
    const blocks = startBlocks(opened, { now: Date.now, onError: failed, paceMs });
    closers.push(() => blocks.stop());
    const view = new WalletView({ chain: name, port: localChainPort(opened), keys });
    const node = new WalletNode(view, { now: Date.now, dialect, stop: () => stop.ask(0) });
    const served = await serveChain({
      chain: opened,
      host,
      port: options.port,
      failed,
      now: () => performance.now(),
    });
    closers.push(() => served.close());
    const rpc = await serveNode(node, name, tools);
    closers.push(() => rpc.close());
    const lines = [
      `chain ${name}, block ${opened.height}, operator ${opened.operator}`,
      `others join with: wattlot chain --join ${urlOf(host, served.port)} --name NAME --rpc-port PORT`,
      `JSON-RPC at ${urlOf(host, rpc.port)}`,
    ];
    return { lines, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Serves a participant's node on a chain elsewhere. */
async function joinChain(tools: Tools): Promise<Running> {
  const { options, stop } = tools;
  const { join: url = '', dialect, key } = options;
  if (!url.startsWith('http:')) throw new Failure(`a chain is reached over http, not ${url}`, 2);
  const port = httpChainPort({ url: url.endsWith('/chain') ? url : `${url}/chain` });
  try {
    const { name, operator } = await port.info();
    const wallet = await openWallet({
      path: key ?? join(folderOf(options), 'wallet.key'),
      chain: name,
      port,
      meter: false,
      random: randomBytes,
      now: Date.now,
      dialect,
      stop: () => stop.ask(0),
    });
    try {
      const rpc = await serveNode(wallet.node, name, tools);
      const { address } = wallet.wallet;
      const lines = [
        `chain ${name} of ${operator}, address ${address}`,
        `until the operator's node is asked to grant ${address} connect,send,receive it may do nothing`,
        `JSON-RPC at ${urlOf(options.host, rpc.port)}`,
      ];
      const close = async (): Promise<void> => {
        await rpc.close();
        await wallet.close();
        await port.close();
      };
      return { lines, close };
    } catch (error) {
      await wallet.close();
      throw error;
    }
  } catch (error) {
    await port.close();
    if (error instanceof LedgerError && error.code === 'chain_unreachable') {
      throw new Failure(`no chain at ${url}: ${error.message}`, 3);
    }
    throw error;
  }
}
