/** `wattlot trade`: the terminal of one household. */
import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { keyFileOf, logFolder } from '../folders.ts';
import { nodeUrlOf } from '../node-option.ts';
import { openTerminal } from '../terminal.ts';

export interface TradeCommandOptions {
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
  readonly theme?: 'dark' | 'light' | 'mono' | 'high-contrast';
  readonly lang?: 'en' | 'ko';
  readonly config?: string;
  readonly keys?: string;
  readonly meter?: string;
  readonly ascii?: boolean;
  readonly tariff?: number;
}

/** A file that was named has to be there; the one that is looked for need not. */
function configFile(named: string | undefined, usual: string): { path: string; isNeeded: boolean } {
  return { path: named ?? usual, isNeeded: named !== undefined };
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
    theme: options.theme,
    language: options.lang,
    settingsFile: configFile(options.config, join(data, 'terminal.conf')),
    keysFile: configFile(options.keys, join(data, 'keys.conf')),
    meter: options.meter,
    ...(options.ascii === true ? { ascii: true } : {}),
    tariff: options.tariff,
    logFile: join(logFolder(data), 'terminal.log'),
  });
}
