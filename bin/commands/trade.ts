/** `wattlot trade`: the terminal of one household. */
import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { keyFileOf, logFolder } from '../folders.ts';
import { lookOf } from '../look.ts';
import type { LookOptions } from '../look.ts';
import { nodeUrlOf } from '../node-option.ts';
import { openTerminal } from '../terminal.ts';

export interface TradeCommandOptions extends LookOptions {
  readonly url: string;
  readonly data: string;
  readonly name: string;
  readonly key?: string;
  /** The node that has the keys, with user and password. */
  readonly node?: string;
  readonly readonly?: boolean;
  readonly once?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly meter?: string;
}

export async function trade(options: TradeCommandOptions): Promise<number> {
  const { url, data, name } = options;
  if (options.node !== undefined) nodeUrlOf('--node', options.node);
  const keyFile = options.key ?? keyFileOf(data, name);
  const mode = options.once === true ? 'once' : options.follow === true ? 'follow' : 'terminal';
  const isPlain = mode !== 'terminal' || options.json === true;
  if (!isPlain && options.readonly !== true) {
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  }
  return openTerminal({
    url,
    keyFile,
    node: options.node,
    name,
    mode,
    readonly: options.readonly === true,
    json: options.json === true,
    ...lookOf(options, data),
    meter: options.meter,
    logFile: join(logFolder(data), 'terminal.log'),
  });
}
