/** `wattlot paper`: the paper's scenario, end to end, each call and its result printed; on embedded nodes, or on three real ones. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isUnreachable,
  parseNodeUrl,
  playPaperOnNodes,
  RpcClient,
  runPaper,
} from '@wattlot/ledger';
import { asFailure, Failure } from '../failure.ts';

/** URLs of real nodes, with user and password: all three, or none for embedded nodes. */
export interface PaperOptions {
  readonly admin?: string;
  readonly producer?: string;
  readonly consumer?: string;
}

/** Exit codes: a usage error, and no connection. */
const exitCodes = { usage: 2, noConnection: 3 } as const;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @throws Failure with the exit code 1 when the scenario fails, 2 for a wrong URL, 3 when a node cannot be reached. */
export async function paper(options: PaperOptions = {}): Promise<number> {
  const { admin, producer, consumer } = options;
  if (admin === undefined && producer === undefined && consumer === undefined) {
    return onEmbeddedNodes();
  }
  if (admin === undefined || producer === undefined || consumer === undefined) {
    const message = 'the paper has three nodes: give --admin, --producer and --consumer';
    throw new Failure(message, exitCodes.usage);
  }
  return onRealNodes({ admin, producer, consumer });
}

async function onRealNodes(urls: Required<PaperOptions>): Promise<number> {
  const nodes = {
    admin: client('--admin', urls.admin),
    producer: client('--producer', urls.producer),
    consumer: client('--consumer', urls.consumer),
  };
  try {
    await playPaperOnNodes({ nodes, print, now: () => performance.now() });
    return 0;
  } catch (error) {
    const failure = asFailure(error);
    throw isUnreachable(error) ? new Failure(failure.message, exitCodes.noConnection) : failure;
  } finally {
    for (const node of Object.values(nodes)) node.close();
  }
}

function client(flag: string, url: string): RpcClient {
  try {
    return new RpcClient({ url: parseNodeUrl(url) });
  } catch (error) {
    throw new Failure(`${flag}: ${asFailure(error).message}`, exitCodes.usage);
  }
}

async function onEmbeddedNodes(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'wattlot-paper-'));
  try {
    await runPaper({ folder, random: randomBytes, now: Date.now, print });
    return 0;
  } catch (error) {
    throw asFailure(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
